/* SPDX-License-Identifier: Apache-2.0 */
#include "flash_mapped.h"

#include <string.h>

#include "semihosting.h"

#define MEMORY ((uint8_t *)0x21000000)
#define BLOCK 4

#define STATUS_RULE_BROKEN 98

static const struct flash_parameters parameters = {.write_block_size = BLOCK, .erase_value = 0xff};

static struct flash_mapped *flash_of(const struct device *dev)
{
	return dev->data;
}

/* How many of so many bytes the next operation gets to. */
static size_t power_for(struct flash_mapped *flash, size_t len)
{
	flash->operations++;
	if (flash->operations != flash->cut_at) {
		return len;
	}
	flash->off = true;
	switch (flash->tear) {
	case FLASH_MAPPED_NOTHING:
		return 0;
	case FLASH_MAPPED_HALF:
		return len / 2;
	default:
		return len;
	}
}

static int end(struct flash_mapped *flash)
{
	if (flash->off && flash->power_off != NULL) {
		flash->power_off();
	}
	return flash->off ? -EIO : 0;
}

static int mapped_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	if (flash_of(dev)->off) {
		return -EIO;
	}
	memcpy(data, MEMORY + offset, len);
	return 0;
}

static void must_be_erased(const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (at[i] != parameters.erase_value) {
			semihosting_say("nor: programmed without an erase\n");
			semihosting_exit(STATUS_RULE_BROKEN);
		}
	}
}

/* The byte at which a program is torn gets some of its bits only. */
static int mapped_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	struct flash_mapped *flash = flash_of(dev);
	uint8_t *to = MEMORY + offset;

	if (flash->off) {
		return -EIO;
	}
	must_be_erased(to, len);
	size_t part = power_for(flash, len);

	memcpy(to, data, part);
	if (part > 0 && part < len) {
		to[part] = ((const uint8_t *)data)[part] | 0x5a;
	}
	return end(flash);
}

static int erase_page(struct flash_mapped *flash, uint8_t *at)
{
	size_t part = power_for(flash, FLASH_MAPPED_PAGE);

	memset(at, parameters.erase_value, part);
	/* Of the rest some bits have gone back. */
	for (size_t i = part; part > 0 && i < FLASH_MAPPED_PAGE; i++) {
		at[i] |= 0xa5;
	}
	return end(flash);
}

static int mapped_erase(const struct device *dev, off_t offset, size_t size)
{
	struct flash_mapped *flash = flash_of(dev);
	int rc = flash->off ? -EIO : 0;

	for (size_t done = 0; rc == 0 && done < size; done += FLASH_MAPPED_PAGE) {
		rc = erase_page(flash, MEMORY + offset + done);
	}
	return rc;
}

static const struct flash_parameters *mapped_get_parameters(const struct device *dev)
{
	(void)dev;
	return &parameters;
}

static void mapped_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			       size_t *layout_size)
{
	static const struct flash_pages_layout pages = {
		.pages_count = FLASH_MAPPED_SIZE / FLASH_MAPPED_PAGE,
		.pages_size = FLASH_MAPPED_PAGE,
	};

	(void)dev;
	*layout = &pages;
	*layout_size = 1;
}

const struct flash_driver_api flash_mapped_api = {
	.read = mapped_read,
	.write = mapped_write,
	.erase = mapped_erase,
	.get_parameters = mapped_get_parameters,
	.page_layout = mapped_page_layout,
};
