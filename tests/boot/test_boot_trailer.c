/* SPDX-License-Identifier: Apache-2.0 */
/* Trailers as regions: their size, the pages of a wipe and their order. */
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

static void only_swap_modes_have_status(void **state)
{
	static const struct {
		enum boot_mode mode;
		ssize_t size; /* for write blocks of 4, fields 8 apart */
	} rows[] = {
		{BOOT_MODE_SWAP_SCRATCH, 1584}, {BOOT_MODE_SWAP_OFFSET, 1080},
		{BOOT_MODE_OVERWRITE_ONLY, 40}, {BOOT_MODE_DIRECT_XIP, 40},
		{BOOT_MODE_SINGLE_SLOT, 48},    {BOOT_MODE_FIRMWARE_LOADER, 48},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		rig_open_mode(&rig_cases[0], rows[i].mode);
		assert_int_equal(boot_trailer_size(&rig.areas[0]), rows[i].size);
		assert_int_equal(boot_trailer_size(&rig.areas[1]), rows[i].size);
		rig_close();
	}
}

/* The scratch area lies on flash with larger write blocks. */
static void swap_scratch_counts_status_in_the_larger_write_blocks(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{2, 4096}}, .write_block_size = 8, .erase_value = 0xff};
	struct test_flash flash;

	(void)state;
	rig_open_mode(&rig_cases[0], BOOT_MODE_SWAP_SCRATCH);
	test_flash_init(&flash, &geometry);
	rig.areas[2].fa_dev = flash.dev;
	assert_int_equal(boot_trailer_size(&rig.areas[0]), 3120);
	assert_int_equal(boot_trailer_size(&rig.areas[1]), 3120);
	assert_int_equal(boot_get_max_image_size(0), 32768 - 3120);
	test_flash_free(&flash);
	rig_close();
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
		cmocka_unit_test(only_swap_modes_have_status),
		cmocka_unit_test(swap_scratch_counts_status_in_the_larger_write_blocks),
		cmocka_unit_test(a_slot_smaller_than_its_trailer_has_none),
		cmocka_unit_test(a_wipe_takes_the_trailers_pages_and_no_byte_more),
		cmocka_unit_test(a_wipe_begins_with_the_magic_and_goes_down),
		cmocka_unit_test(
			a_page_shared_with_a_neighbour_is_refused_before_anything_is_erased),
		cmocka_unit_test(an_error_of_the_device_ends_a_wipe_and_sets_nothing),
		cmocka_unit_test(status_is_laid_out_for_the_primarys_write_block),
	};

	return cmocka_run_group_tests_name("boot_trailer", tests, NULL, NULL);
}
