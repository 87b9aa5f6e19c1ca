/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mode that the bootloader is asked for: 08 04, mode.
 *
 * RAM holds anything after a cold start, so the two bytes in front say whether the third one is a
 * request. A reset may fall between any two bytes: the mode is written while the mark in front is
 * not whole, or, over an older request, as the only byte that changes. Taking back begins with the
 * mark.
 */
#include <retention/bootmode.h>
#include <retention/retention.h>

#include <stdbool.h>

static const uint8_t mark[] = {0x08, 0x04};

#define REGION_SIZE_MIN (sizeof(mark) + 1)

static struct retention_region the_region;

/* The order of the stores is part of the format, so each one takes place. */
static volatile uint8_t *request(void)
{
	return the_region.size < REGION_SIZE_MIN ? NULL : the_region.bytes;
}

static bool is_marked(const volatile uint8_t *bytes)
{
	return bytes[0] == mark[0] && bytes[1] == mark[1];
}

void bootmode_region_set(const struct retention_region *region)
{
	the_region = region == NULL ? (struct retention_region){0} : *region;
}

int bootmode_check(uint8_t boot_mode)
{
	const volatile uint8_t *bytes = request();

	if (bytes == NULL) {
		return -ENODEV;
	}
	return is_marked(bytes) && bytes[sizeof(mark)] == boot_mode ? 1 : 0;
}

int bootmode_set(uint8_t boot_mode)
{
	volatile uint8_t *bytes = request();

	if (bytes == NULL) {
		return -ENODEV;
	}
	bytes[sizeof(mark)] = boot_mode;
	for (size_t i = 0; i < sizeof(mark); i++) {
		bytes[i] = mark[i];
	}
	return 0;
}

int bootmode_clear(void)
{
	volatile uint8_t *bytes = request();

	if (bytes == NULL) {
		return -ENODEV;
	}
	for (size_t i = 0; i < the_region.size; i++) {
		bytes[i] = 0;
	}
	return 0;
}
