/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bootloader does to an application that walks into its traps with raw writes, and how the
 * same wish ends when it is put to the library: refused, or led around the trap. The boot model
 * stands for the bootloader; records of the real one judge it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>

#include "boot/trailer_bytes.h"
#include "life.h"

#define SIZE 1200
#define PAGE 1024
#define NOTHING_RUNS (-1)

static const struct rig_layout layout = {"16x1K", "16x1K", "16x1K", "2x1K"};

/* Version 1.0.0 runs at first; a wish is for 1.1.0 or 1.2.0. */
static struct image_file files[3];

static void begin(enum boot_mode mode)
{
	const struct rig_case what = {
		.mode = mode, .layout = &layout, .block = 4, .align = 8, .erased = 0xff};

	assert_true(rig_open(&what));
	life_factory(SIZE);
	for (unsigned int i = 0; i < ARRAY_LEN(files); i++) {
		image_file_make(&files[i], SIZE, (uint8_t)i, mode_rules[mode].flags);
	}
}

/* The minor version that runs after a reset. */
static int boot(void)
{
	struct sim_boot_result result;

	assert_int_equal(sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result), 0);
	if (result.booted == 0 && mode_rules[rig.what.mode].is_direct) {
		assert_int_equal(boot_running_slot_set(0, result.active[0]), 0);
	}
	return result.booted == 0 ? result.version.minor : NOTHING_RUNS;
}

static void put_magic(int slot, uint8_t align)
{
	rig_put(slot, rig.slots[slot].size - 16, trailer_bytes(align)->magic, 16);
}

static void put_byte(int slot, size_t distance, uint8_t value)
{
	rig_put(slot, rig.slots[slot].size - distance, &value, 1);
}

static void put_file(int slot, size_t off, const struct image_file *file)
{
	rig_put(slot, off, file->bytes, file->size);
}

static bool is_erased(int slot)
{
	for (size_t i = 0; i < rig.slots[slot].size; i++) {
		if (rig.slots[slot].bytes[i] != rig.slots[slot].erased) {
			return false;
		}
	}
	return true;
}

static int init(const struct image_file *file)
{
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, file->size, NULL);
}

static void download(const struct image_file *file)
{
	assert_int_equal(init(file), 0);
	assert_int_equal(dfu_target_write(file->bytes, file->size), 0);
	assert_int_equal(dfu_target_done(true), 0);
}

static int schedule(void)
{
	return dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_TEST);
}

static void install(const struct image_file *file)
{
	download(file);
	assert_int_equal(schedule(), 0);
	assert_int_equal(boot(), file->minor);
}

static void an_interrupted_download_with_a_header_is_erased(void **state)
{
	(void)state;
	begin(BOOT_MODE_DIRECT_XIP);
	rig_put(1, 0, files[1].bytes, SIZE / 2);
	assert_int_equal(boot(), 0);
	assert_true(is_erased(1));

	begin(BOOT_MODE_DIRECT_XIP);
	assert_int_equal(init(&files[1]), 0);
	assert_int_equal(dfu_target_write(files[1].bytes, SIZE / 2 + PAGE / 2), 0);
	assert_int_equal(boot(), 0);
	assert_false(is_erased(1));
	assert_int_equal(dfu_target_reset(), 0);
}

static void a_whole_download_with_a_header_starts_unverified_and_unasked(void **state)
{
	(void)state;
	begin(BOOT_MODE_DIRECT_XIP);
	put_file(1, 0, &files[1]);
	assert_int_equal(boot(), 1);

	begin(BOOT_MODE_DIRECT_XIP);
	download(&files[1]);
	assert_int_equal(boot(), 0);
	assert_int_equal(schedule(), 0);
	assert_int_equal(boot(), 1);
}

static void a_download_while_unconfirmed_is_installed_as_the_image_of_before(void **state)
{
	(void)state;
	begin(BOOT_MODE_SWAP_MOVE);
	install(&files[1]);
	memset(rig.slots[1].bytes, rig.slots[1].erased, rig.slots[1].size);
	put_file(1, 0, &files[2]);
	assert_int_equal(boot(), 2);
	assert_true(boot_is_img_confirmed());

	begin(BOOT_MODE_SWAP_MOVE);
	install(&files[1]);
	rig_snapshot();
	assert_int_equal(init(&files[2]), -EBUSY);
	assert_true(rig_is_unchanged_outside(-1));
	assert_int_equal(boot(), 0);
}

static void a_download_while_unconfirmed_ends_swap_offset(void **state)
{
	(void)state;
	begin(BOOT_MODE_SWAP_OFFSET);
	install(&files[1]);
	memset(rig.slots[1].bytes, rig.slots[1].erased, rig.slots[1].size);
	put_file(1, PAGE, &files[2]);
	assert_int_equal(boot(), NOTHING_RUNS);

	begin(BOOT_MODE_SWAP_OFFSET);
	install(&files[1]);
	rig_snapshot();
	assert_int_equal(init(&files[2]), -EBUSY);
	assert_true(rig_is_unchanged_outside(-1));
	assert_int_equal(boot(), 0);
}

static void copy_done_in_a_swap_offset_secondary_ends_the_device(void **state)
{
	(void)state;
	begin(BOOT_MODE_SWAP_OFFSET);
	put_file(1, PAGE, &files[1]);
	put_byte(1, trailer_bytes(8)->copy_done, 1);
	put_magic(1, 8);
	assert_int_equal(boot(), NOTHING_RUNS);

	begin(BOOT_MODE_SWAP_OFFSET);
	download(&files[1]);
	put_byte(1, trailer_bytes(8)->copy_done, 1);
	assert_int_equal(schedule(), 0);
	assert_int_equal(boot(), 1);
}

static void a_header_in_the_first_sector_costs_swap_offset_the_update(void **state)
{
	(void)state;
	begin(BOOT_MODE_SWAP_OFFSET);
	put_file(1, 0, &files[2]);
	put_file(1, PAGE, &files[1]);
	put_magic(1, 8);
	assert_int_equal(boot(), 0);
	assert_true(is_erased(1));

	begin(BOOT_MODE_SWAP_OFFSET);
	rig_put(1, 0, files[2].bytes, 32);
	put_file(1, PAGE, &files[1]);
	assert_int_equal(schedule(), 0);
	assert_int_equal(boot(), 1);
}

static void asking_swap_offset_for_the_image_of_before_destroys_it(void **state)
{
	(void)state;
	begin(BOOT_MODE_SWAP_OFFSET);
	install(&files[1]);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_memory_equal(rig.slots[1].bytes, files[0].bytes, SIZE);
	put_magic(1, 8);
	assert_int_equal(boot(), 1);
	assert_true(is_erased(1));

	begin(BOOT_MODE_SWAP_OFFSET);
	install(&files[1]);
	assert_int_equal(boot_write_img_confirmed(), 0);
	rig_snapshot();
	assert_int_equal(schedule(), -ENOENT);
	assert_true(rig_is_unchanged_outside(-1));
}

/* Both slots have room for it; moving needs a sector more. */
static void an_image_that_fits_the_slot_but_not_the_mode_is_erased(void **state)
{
	struct image_file large = {0};

	(void)state;
	begin(BOOT_MODE_SWAP_MOVE);
	image_file_make(&large, expect(1).largest + 1, 1, 0);
	put_file(1, 0, &large);
	put_magic(1, 8);
	assert_int_equal(boot(), 0);
	assert_true(is_erased(1));

	rig_snapshot();
	assert_int_equal(init(&large), -EFBIG);
	put_file(1, 0, &large);
	rig_snapshot();
	assert_int_equal(schedule(), -EFBIG);
	assert_true(rig_is_unchanged_outside(-1));
	free(large.bytes);
}

static void a_magic_of_another_alignment_asks_for_nothing(void **state)
{
	(void)state;
	begin(BOOT_MODE_SWAP_MOVE);
	put_file(1, 0, &files[1]);
	put_magic(1, 16);
	assert_int_equal(boot(), 0);
	assert_int_equal(schedule(), 0);
	assert_int_equal(boot(), 1);
}

static void an_image_without_a_magic_is_erased_in_direct_xip_revert(void **state)
{
	(void)state;
	begin(BOOT_MODE_DIRECT_XIP_REVERT);
	put_file(1, 0, &files[1]);
	assert_int_equal(boot(), 0);
	assert_true(is_erased(1));

	install(&files[1]);
}

static void confirming_the_primary_slot_from_the_other_one_confirms_nothing(void **state)
{
	(void)state;
	begin(BOOT_MODE_DIRECT_XIP_REVERT);
	install(&files[1]);
	put_byte(0, trailer_bytes(8)->image_ok, 1);
	assert_int_equal(boot(), 0);
	assert_true(is_erased(1));

	install(&files[1]);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_int_equal(boot(), 1);
}

static void a_leftover_image_ok_makes_a_test_permanent(void **state)
{
	(void)state;
	begin(BOOT_MODE_SWAP_MOVE);
	put_file(1, 0, &files[1]);
	put_byte(1, trailer_bytes(8)->image_ok, 1);
	put_magic(1, 8);
	assert_int_equal(boot(), 1);
	assert_int_equal(boot(), 1);

	begin(BOOT_MODE_SWAP_MOVE);
	put_file(1, 0, &files[1]);
	put_byte(1, trailer_bytes(8)->image_ok, 1);
	assert_int_equal(schedule(), 0);
	assert_int_equal(boot(), 1);
	assert_int_equal(boot(), 0);
}

static void swap_info_in_the_primary_installs_what_nobody_asked_for(void **state)
{
	const struct flash_area *primary;

	(void)state;
	begin(BOOT_MODE_SWAP_MOVE);
	put_file(1, 0, &files[1]);
	put_byte(0, trailer_bytes(8)->swap_info, 2);
	put_magic(0, 8);
	assert_int_equal(boot(), 1);

	begin(BOOT_MODE_SWAP_MOVE);
	assert_int_equal(flash_area_open(0, &primary), 0);
	rig_snapshot();
	assert_int_equal(boot_set_next(primary, false, false), -EINVAL);
	assert_true(rig_is_unchanged_outside(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interrupted_download_with_a_header_is_erased),
		cmocka_unit_test(a_whole_download_with_a_header_starts_unverified_and_unasked),
		cmocka_unit_test(a_download_while_unconfirmed_is_installed_as_the_image_of_before),
		cmocka_unit_test(a_download_while_unconfirmed_ends_swap_offset),
		cmocka_unit_test(copy_done_in_a_swap_offset_secondary_ends_the_device),
		cmocka_unit_test(a_header_in_the_first_sector_costs_swap_offset_the_update),
		cmocka_unit_test(asking_swap_offset_for_the_image_of_before_destroys_it),
		cmocka_unit_test(an_image_that_fits_the_slot_but_not_the_mode_is_erased),
		cmocka_unit_test(a_magic_of_another_alignment_asks_for_nothing),
		cmocka_unit_test(an_image_without_a_magic_is_erased_in_direct_xip_revert),
		cmocka_unit_test(confirming_the_primary_slot_from_the_other_one_confirms_nothing),
		cmocka_unit_test(a_leftover_image_ok_makes_a_test_permanent),
		cmocka_unit_test(swap_info_in_the_primary_installs_what_nobody_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
