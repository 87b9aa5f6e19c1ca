/* SPDX-License-Identifier: Apache-2.0 */
/* The largest image on every geometry, and the slots that can hold none. */
#include "boot_rig.h"

#include <string.h>

#include <storage/flash_map.h>

static void set_mode(enum boot_mode mode, uint16_t max_sectors)
{
	const struct boot_arrangement build = {mode, rig.what->align, 1, max_sectors};

	assert_int_equal(boot_arrangement_set(&build), 0);
}

static void swap_move_leaves_the_trailer_and_a_page_to_move_by(void **state)
{
	(void)state;
	for (size_t i = 0; i < rig_case_count; i++) {
		rig_open(&rig_cases[i]);
		assert_int_equal(boot_get_max_image_size(0), rig.what->max_image);
		rig_close();
	}
}

static void a_smaller_secondary_limits_the_image(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	rig.areas[1].fa_size -= 4096; /* as large as the primary, less the page to move by */
	assert_int_equal(boot_get_max_image_size(0), 24576);
	rig_close();
}

/* The bootloader would keep the request pending for ever, or not boot at all. */
static void slots_that_cannot_be_swapped_hold_no_image(void **state)
{
	struct boot_arrangement build;

	(void)state;
	rig_open(&rig_cases[0]);
	build = *boot_arrangement_get();
	rig.areas[1].fa_size -= 2 * 4096;
	assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	rig.areas[1].fa_size += 2 * 4096;
	rig.areas[0].fa_size -= 4096;
	assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	rig.areas[0].fa_size += 4096;
	build.max_sectors = 8;
	assert_int_equal(boot_arrangement_set(&build), 0);
	assert_int_equal(boot_get_max_image_size(0), 24576);
	build.max_sectors = 7;
	assert_int_equal(boot_arrangement_set(&build), 0);
	assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	rig_close();
}

static void slots_of_unequal_pages_hold_no_image(void **state)
{
	/* Slots of 32K: in pages of 4K and 8K; of 4K; of 8K; at 48K in the same ones as at 0. */
	const struct test_geometry geometry = {.runs = {{4, 4096}, {2, 8192}, {8, 4096}, {4, 8192}},
					       .write_block_size = 4,
					       .erase_value = 0xff};
	static const off_t pairs[][2] = {{0, 32768}, {32768, 0}, {32768, 65536}, {0, 49152}};
	struct test_flash flash;

	(void)state;
	rig_open(&rig_cases[0]);
	test_flash_init(&flash, &geometry);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		for (int slot = 0; slot < 2; slot++) {
			rig.areas[slot].fa_dev = flash.dev;
			rig.areas[slot].fa_off = pairs[i][slot];
			rig.areas[slot].fa_size = 32768;
		}
		assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	}
	test_flash_free(&flash);
	rig_close();
}

static void a_slot_of_one_page_holds_no_image(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	rig.areas[0].fa_size = 4096;
	assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	rig_close();
}

static void swap_offset_needs_the_page_to_spare_in_the_secondary(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	set_mode(BOOT_MODE_SWAP_OFFSET, 8);
	assert_int_equal(boot_get_max_image_size(0), 24576);
	rig.areas[0].fa_size -= 4096; /* seven pages against eight */
	assert_int_equal(boot_get_max_image_size(0), 24576);
	rig.areas[0].fa_size -= 4096;
	assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	rig.areas[0].fa_size += 2 * 4096;
	rig.areas[1].fa_size -= 4096;
	assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	rig.areas[1].fa_size += 4096;
	set_mode(BOOT_MODE_SWAP_OFFSET, 7);
	assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	rig_close();
}

static void slots_that_are_exchanged_or_copied_whole_are_of_one_size(void **state)
{
	static const enum boot_mode modes[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_OVERWRITE_ONLY};
	static const int most[] = {32768 - 1584, 32768 - 40};

	(void)state;
	rig_open(&rig_cases[0]);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		set_mode(modes[i], 128);
		assert_int_equal(boot_get_max_image_size(0), most[i]);
		for (int slot = 0; slot < 2; slot++) {
			rig.areas[slot].fa_size -= 4096;
			assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
			rig.areas[slot].fa_size += 4096;
		}
		set_mode(modes[i], 7);
		assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	}
	rig_close();
}

static void a_scratch_area_as_large_as_a_page_will_do(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	set_mode(BOOT_MODE_SWAP_SCRATCH, 128);
	assert_int_equal(rig.areas[2].fa_size, 4096);
	assert_int_equal(boot_get_max_image_size(0), 32768 - 1584);
	rig.areas[2].fa_size = 4095;
	assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	rig.areas[2].fa_id = 99; /* not in this map: the bootloader knows */
	assert_int_equal(boot_get_max_image_size(0), 32768 - 1584);
	rig_close();
}

static void a_slot_too_small_for_its_fields_holds_no_image(void **state)
{
	static const enum boot_mode modes[] = {BOOT_MODE_OVERWRITE_ONLY, BOOT_MODE_DIRECT_XIP,
					       BOOT_MODE_DIRECT_XIP_REVERT, BOOT_MODE_SINGLE_SLOT};
	const struct rig_case tiny = {
		.page = 128, .pages = 1, .write = 1, .erased = 0xff, .align = 32};

	(void)state;
	rig_open(&tiny);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		set_mode(modes[i], 128);
		assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
	}
	rig_close();
}

static void a_page_that_is_also_anothers_is_named_in_every_mode(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	for (unsigned int mode = 0; mode < BOOT_MODE_COUNT; mode++) {
		set_mode((enum boot_mode)mode, 128);
		assert_int_equal(boot_running_slot_set(0, mode == BOOT_MODE_FIRMWARE_LOADER), 0);
		for (int slot = 0; slot < 2; slot++) {
			rig.areas[slot].fa_size -= 1024;
		}
		assert_int_equal(boot_get_max_image_size(0), -EINVAL);
		for (int slot = 0; slot < 2; slot++) {
			rig.areas[slot].fa_off += 1024;
		}
		assert_int_equal(boot_get_max_image_size(0), -EINVAL);
		for (int slot = 0; slot < 2; slot++) {
			rig.areas[slot].fa_off -= 1024;
			rig.areas[slot].fa_size += 1024;
		}
		assert_true(boot_get_max_image_size(0) > 0);
	}
	rig_close();
}

static void slots_that_are_not_there_are_named(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	for (unsigned int mode = 0; mode < BOOT_MODE_COUNT; mode++) {
		const bool is_alone = mode == BOOT_MODE_SINGLE_SLOT ||
				      mode == BOOT_MODE_FIRMWARE_LOADER;

		set_mode((enum boot_mode)mode, 128);
		assert_int_equal(boot_get_max_image_size(1), -EINVAL);
		assert_int_equal(boot_get_max_image_size(-1), -EINVAL);
		assert_int_equal(boot_running_slot_set(0, 0), 0);
		rig.areas[1].fa_id = 77;
		assert_int_equal(boot_get_max_image_size(0), is_alone ? 32768 - 48 : -ENODEV);
		rig.areas[1].fa_id = 1;
	}
	rig_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swap_move_leaves_the_trailer_and_a_page_to_move_by),
		cmocka_unit_test(a_smaller_secondary_limits_the_image),
		cmocka_unit_test(slots_of_unequal_pages_hold_no_image),
		cmocka_unit_test(slots_that_cannot_be_swapped_hold_no_image),
		cmocka_unit_test(a_slot_of_one_page_holds_no_image),
		cmocka_unit_test(swap_offset_needs_the_page_to_spare_in_the_secondary),
		cmocka_unit_test(slots_that_are_exchanged_or_copied_whole_are_of_one_size),
		cmocka_unit_test(a_scratch_area_as_large_as_a_page_will_do),
		cmocka_unit_test(a_slot_too_small_for_its_fields_holds_no_image),
		cmocka_unit_test(a_page_that_is_also_anothers_is_named_in_every_mode),
		cmocka_unit_test(slots_that_are_not_there_are_named),
	};

	return cmocka_run_group_tests_name("boot_size_edges", tests, NULL, NULL);
}
