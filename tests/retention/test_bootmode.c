/* SPDX-License-Identifier: Apache-2.0 */
/* The request of a boot mode, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <retention/bootmode.h>
#include <retention/retention.h>

/* An allocation of the very size, so that a sanitizer sees any access beyond. */
static uint8_t *name_region(size_t size)
{
	struct retention_region region = {.bytes = malloc(size == 0 ? 1 : size), .size = size};

	assert_non_null(region.bytes);
	memset(region.bytes, 0x5a, size == 0 ? 1 : size);
	bootmode_region_set(&region);
	return region.bytes;
}

static void forget_region(uint8_t *bytes)
{
	bootmode_region_set(NULL);
	free(bytes);
}

static void a_request_is_three_bytes(void **state)
{
	uint8_t *bytes = name_region(5);

	(void)state;
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
	assert_memory_equal(bytes, ((uint8_t[]){0x08, 0x04, 0x01, 0x5a, 0x5a}), 5);
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_NORMAL), 0);
	assert_memory_equal(bytes, ((uint8_t[]){0x08, 0x04, 0x00, 0x5a, 0x5a}), 5);
	forget_region(bytes);
}

static void only_the_mode_asked_for_is_reported(void **state)
{
	uint8_t *bytes = name_region(3);

	(void)state;
	for (unsigned int asked = 0; asked <= 0xff; asked++) {
		assert_int_equal(bootmode_set((uint8_t)asked), 0);
		for (unsigned int mode = 0; mode <= 0xff; mode++) {
			assert_int_equal(bootmode_check((uint8_t)mode), mode == asked);
		}
	}
	forget_region(bytes);
}

static void a_request_of_the_bootloaders_own_is_understood(void **state)
{
	uint8_t *bytes = name_region(3);

	(void)state;
	memcpy(bytes, ((uint8_t[]){0x08, 0x04, 0x01}), 3);
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 1);
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_NORMAL), 0);
	forget_region(bytes);
}

static void clearing_leaves_zeros_and_no_request(void **state)
{
	uint8_t *bytes = name_region(4);

	(void)state;
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_NORMAL), 0);
	assert_int_equal(bootmode_clear(), 0);
	assert_memory_equal(bytes, ((uint8_t[]){0, 0, 0, 0}), 4);
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_NORMAL), 0);
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 0);
	forget_region(bytes);
}

static void memory_that_nobody_wrote_asks_for_nothing(void **state)
{
	uint8_t *bytes = name_region(3);

	(void)state;
	for (size_t bit = 0; bit < 16; bit++) {
		memcpy(bytes, ((uint8_t[]){0x08, 0x04, 0x01}), 3);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 0);
	}
	forget_region(bytes);
}

static void assert_no_region(void)
{
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_NORMAL), -ENODEV);
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), -ENODEV);
	assert_int_equal(bootmode_clear(), -ENODEV);
}

static void without_a_region_all_is_enodev(void **state)
{
	static const struct retention_region no_bytes = {.bytes = NULL, .size = 64};

	(void)state;
	bootmode_region_set(NULL);
	assert_no_region();
	bootmode_region_set(&no_bytes);
	assert_no_region();
	for (size_t size = 0; size < 3; size++) {
		uint8_t *bytes = name_region(size);

		assert_no_region();
		for (size_t i = 0; i < size; i++) {
			assert_int_equal(bytes[i], 0x5a);
		}
		forget_region(bytes);
	}
	assert_no_region();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_three_bytes),
		cmocka_unit_test(only_the_mode_asked_for_is_reported),
		cmocka_unit_test(a_request_of_the_bootloaders_own_is_understood),
		cmocka_unit_test(clearing_leaves_zeros_and_no_request),
		cmocka_unit_test(memory_that_nobody_wrote_asks_for_nothing),
		cmocka_unit_test(without_a_region_all_is_enodev),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
