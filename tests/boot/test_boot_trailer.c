/* SPDX-License-Identifier: Apache-2.0 */
/* Trailers as regions: their size, the pages of a wipe and their order, the room for an image. */
#include "boot_rig.h"

#include <string.h>

#include <storage/flash_map.h>

/* Bytes of status, fields and magic, by the published formula. */
static size_t trailer_by_hand(void)
{
	return 3 * 128 * rig.what->write + 4 * (size_t)rig.what->align +
	       (rig.what->align == 32 ? 32 : 16);
}

static void the_size_is_the_bootloaders(void **state)
{
	(void)state;
	for (size_t i = 0; i < rig_case_count; i++) {
		rig_open(&rig_cases[i]);
		assert_int_equal(boot_trailer_size(&rig.areas[0]), trailer_by_hand());
		assert_int_equal(boot_trailer_size(&rig.areas[1]), trailer_by_hand());
		rig_close();
	}
}

static void a_slot_smaller_than_its_trailer_has_none(void **state)
{
	struct flash_area small;

	(void)state;
	rig_open(&rig_cases[3]); /* 6224 bytes */
	small = rig.areas[1];
	small.fa_size = 4096;
	assert_int_equal(boot_trailer_size(&small), -ENOTSUP);
	small.fa_size = 8192;
	assert_int_equal(boot_trailer_size(&small), 6224);
	rig_close();
}

static void check_wiped(size_t first)
{
	const size_t slot_size = rig.areas[1].fa_size;
	const size_t start = (size_t)rig.areas[1].fa_off;
	const uint8_t *memory = rig.flash.memory;

	for (size_t i = 0; i < rig.flash.size; i++) {
		const bool is_wiped = i >= start + first && i < start + slot_size;

		assert_int_equal(memory[i], is_wiped ? rig.what->erased : (i + 5) % 251);
	}
}

static void a_wipe_takes_the_trailers_pages_and_no_byte_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < rig_case_count; i++) {
		size_t first = 1;
		size_t expected;

		rig_open(&rig_cases[i]);
		expected = rig.areas[1].fa_size - trailer_by_hand();
		if (!rig.what->no_erase) {
			expected -= expected % rig.what->page;
		}
		test_pattern(rig.flash.memory, rig.flash.size, 5);
		assert_int_equal(boot_trailer_wipe(&rig.areas[1], &first), 0);
		assert_int_equal(first, expected);
		check_wiped(expected);
		rig_close();
	}
}

static void a_wipe_begins_with_the_magic_and_goes_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < rig_case_count; i++) {
		size_t end;

		rig_open(&rig_cases[i]);
		end = (size_t)(rig.areas[1].fa_off + (off_t)rig.areas[1].fa_size);
		rig_start(-1, false);
		assert_int_equal(boot_trailer_wipe(&rig.areas[1], NULL), 0);
		assert_true(rig.op_count > 0);
		if (rig.what->no_erase) {
			/* The block of the magic, then the rest. */
			assert_int_equal(rig.ops[0].off, end - 16);
			assert_int_equal(rig.ops[1].off, end - trailer_by_hand());
		}
		for (size_t op = 0; op < rig.op_count && !rig.what->no_erase; op++) {
			end -= rig.what->page;
			assert_true(rig.ops[op].is_erase);
			assert_int_equal(rig.ops[op].off, end);
			assert_int_equal(rig.ops[op].len, rig.what->page);
		}
		rig_close();
	}
}

static void a_page_shared_with_a_neighbour_is_refused_before_anything_is_erased(void **state)
{
	struct flash_area shared;

	(void)state;
	rig_open(&rig_cases[3]); /* two pages of trailer */
	rig_start(-1, false);
	shared = rig.areas[1];
	shared.fa_size -= 1024; /* a neighbour begins in the last page */
	assert_int_equal(boot_trailer_wipe(&shared, NULL), -EINVAL);
	shared = rig.areas[1];
	shared.fa_off +=
		(off_t)(shared.fa_size - 7168); /* one ends in the first page of the trailer */
	shared.fa_size = 7168;
	assert_int_equal(boot_trailer_wipe(&shared, NULL), -EINVAL);
	rig.areas[1].fa_size -= 1024;
	assert_int_equal(boot_get_max_image_size(0), -EINVAL);
	assert_int_equal(rig.op_count, 0);
	rig_close();
}

static void an_error_of_the_device_ends_a_wipe_and_sets_nothing(void **state)
{
	size_t first = 99;

	(void)state;
	rig_open(&rig_cases[3]);
	rig_start(1, false);
	assert_int_equal(boot_trailer_wipe(&rig.areas[1], &first), -EINTR);
	assert_int_equal(rig.op_count, 2);
	assert_int_equal(first, 99);
	rig_close();
}

static void the_largest_image_leaves_the_trailer_and_a_page_to_move_by(void **state)
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

static void status_is_laid_out_for_the_primarys_write_block(void **state)
{
	/*
	 * A secondary on another device with bytes as write blocks, its primary writes 8 at a time.
	 */
	const struct test_geometry geometry = {
		.runs = {{16, 2048}}, .write_block_size = 1, .erase_value = 0xff};
	struct test_flash flash;

	(void)state;
	rig_open(&rig_cases[2]);
	test_flash_init(&flash, &geometry);
	rig.areas[1].fa_dev = flash.dev;
	rig.areas[1].fa_off = 0;
	rig.areas[1].fa_size = 32768;
	assert_int_equal(boot_trailer_size(&rig.areas[1]), 3120);
	assert_int_equal(boot_get_max_image_size(0), 26624);
	/* Without a primary in the map it is on its own. */
	rig.areas[0].fa_id = 77;
	assert_int_equal(boot_trailer_size(&rig.areas[1]), 432);
	test_flash_free(&flash);
	rig_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_size_is_the_bootloaders),
		cmocka_unit_test(a_slot_smaller_than_its_trailer_has_none),
		cmocka_unit_test(a_wipe_takes_the_trailers_pages_and_no_byte_more),
		cmocka_unit_test(a_wipe_begins_with_the_magic_and_goes_down),
		cmocka_unit_test(
			a_page_shared_with_a_neighbour_is_refused_before_anything_is_erased),
		cmocka_unit_test(an_error_of_the_device_ends_a_wipe_and_sets_nothing),
		cmocka_unit_test(the_largest_image_leaves_the_trailer_and_a_page_to_move_by),
		cmocka_unit_test(a_smaller_secondary_limits_the_image),
		cmocka_unit_test(slots_of_unequal_pages_hold_no_image),
		cmocka_unit_test(slots_that_cannot_be_swapped_hold_no_image),
		cmocka_unit_test(a_slot_of_one_page_holds_no_image),
		cmocka_unit_test(status_is_laid_out_for_the_primarys_write_block),
	};

	return cmocka_run_group_tests_name("boot_trailer", tests, NULL, NULL);
}
