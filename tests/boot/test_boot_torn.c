/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trailers that were torn at any byte, and fields of any value: nothing but what was asked for is
 * in force, and asking or taking back goes through them.
 */
#include "boot_rig.h"

#include <string.h>

#include <dfu/mcuboot.h>

#define MAGIC_LEN 16
#define IMAGE_LEN 128

static const enum boot_mode modes[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE,
				       BOOT_MODE_SWAP_OFFSET, BOOT_MODE_OVERWRITE_ONLY};

static void for_each_case(void (*check)(void))
{
	for (size_t i = 0; i < ARRAY_LEN(modes) * rig_case_count; i++) {
		rig_open_mode(&rig_cases[i / ARRAY_LEN(modes)], modes[i % ARRAY_LEN(modes)]);
		check();
		rig_close();
	}
}

static void expect(const char *meaning)
{
	static const char *const words[] = {"", "none", "test", "permanent", "revert"};
	const int type = mcuboot_swap_type();

	assert_in_range(type, 1, 4);
	assert_string_equal(words[type], meaning);
	assert_string_equal(rig_meaning(), meaning);
}

/* Of the magic only these bytes were programmed; the flag of a permanent request is there. */
static void put_torn(size_t first, size_t end)
{
	test_flash_blank(&rig.flash);
	rig_start(-1, false);
	rig_put_image(1, IMAGE_LEN);
	rig_put(1, rig.layout->image_ok, 1);
	rig_put(1, rig.layout->swap_info, 3);
	memcpy(rig_end(1) - MAGIC_LEN + first, &rig.layout->magic[first], end - first);
}

static void check_torn(size_t first, size_t end)
{
	put_torn(first, end);
	expect("none");
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
	expect("test");
	put_torn(first, end);
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_PERMANENT), 0);
	expect("permanent");
	put_torn(first, end);
	assert_int_equal(boot_cancel_upgrade_multi(0), 0);
	assert_true(trailer_is_blank(rig_end(1), rig.layout->swap_info, rig.what->erased));
}

static void check_every_byte(void)
{
	for (size_t at = 1; at < MAGIC_LEN; at++) {
		check_torn(0, at);
		check_torn(at, MAGIC_LEN);
	}
}

static void a_magic_torn_at_any_byte_is_none_and_does_not_strengthen_what_is_asked_for(void **state)
{
	(void)state;
	for_each_case(check_every_byte);
}

static void check_flags(void)
{
	for (unsigned int value = 0; value <= 0xff; value++) {
		test_flash_blank(&rig.flash);
		rig_put_magic(1);
		rig_put(1, rig.layout->swap_info, 2);
		rig_put(1, rig.layout->image_ok, (uint8_t)value);
		expect(rig_meaning());
		test_flash_blank(&rig.flash);
		rig_put_magic(0);
		rig_put(0, rig.layout->copy_done, (uint8_t)value);
		expect(rig_meaning());
		rig_put(0, rig.layout->copy_done, 1);
		rig_put(0, rig.layout->image_ok, (uint8_t)value);
		expect(rig_meaning());
	}
}

static void a_flag_is_set_by_one_value_alone(void **state)
{
	(void)state;
	for_each_case(check_flags);
}

/* What lies where the trailer goes are bytes of an image that was larger. */
static void check_larger_image(void)
{
	const size_t len = rig.what->page;
	uint8_t image[IMAGE_LEN];
	const uint8_t *base;

	test_flash_blank(&rig.flash);
	test_pattern(rig_end(1) - len, len, 3);
	rig_put_image(1, IMAGE_LEN);
	base = rig_end(1) - rig.areas[1].fa_size + rig_base(1);
	memcpy(image, base, sizeof(image));
	expect("none");
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
	expect("test");
	assert_memory_equal(base, image, sizeof(image));
}

static void the_remains_of_a_larger_image_ask_for_nothing_and_keep_nothing_out(void **state)
{
	(void)state;
	for_each_case(check_larger_image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_magic_torn_at_any_byte_is_none_and_does_not_strengthen_what_is_asked_for),
		cmocka_unit_test(a_flag_is_set_by_one_value_alone),
		cmocka_unit_test(
			the_remains_of_a_larger_image_ask_for_nothing_and_keep_nothing_out),
	};

	return cmocka_run_group_tests_name("boot_torn", tests, NULL, NULL);
}
