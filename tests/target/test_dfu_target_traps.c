/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traps of the bootloader that an application can fall into: each test first shows on the boot
 * model what happens to one that does, and then that the target keeps its users out.
 */
#include "mode_cases.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

#include "support/test_files.h"

static const struct mode_case *case_of(enum boot_mode mode)
{
	FOR_EACH_MODE(c)
	{
		if (c->mode == mode) {
			return c;
		}
	}
	fail();
	return NULL;
}

static void open_mode(enum boot_mode mode)
{
	mode_case_open(case_of(mode), &device_cases[0]);
	memset(dut.slot[dut.upload], dut.what->erase_value, dut.slot_size);
}

/* What an application does that writes the file as it comes. */
static void put_raw(size_t off, size_t len)
{
	memcpy(dut.slot[dut.upload] + off, dut.image, len);
}

static bool slot_is_erased(int slot)
{
	for (size_t i = 0; i < dut.slot_size; i++) {
		if (dut.slot[slot][i] != dut.what->erase_value) {
			return false;
		}
	}
	return true;
}

/* The old image was updated from, runs a test and is the one to go back to. */
static void make_running_image_unconfirmed(void)
{
	memset(dut.slot[0] + dut.slot_size - 64, dut.what->erase_value, 64);
	target_device_put_trailer(0, true, false, true);
}

static void a_partial_download_with_its_header_is_erased(void **state)
{
	(void)state;
	open_mode(BOOT_MODE_DIRECT_XIP);
	put_raw(0, 3000);
	assert_int_equal(mode_case_boot().active[0], 0);
	assert_true(slot_is_erased(1));
	/* Ours does not show; all but the last bytes are there. */
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, dut.image_len - 1), 0);
	assert_int_equal(mode_case_boot().active[0], 0);
	assert_false(slot_is_erased(1));
	target_device_close();
}

static void a_damaged_image_is_not_found_by_the_bootloader(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (c->mode == BOOT_MODE_FIRMWARE_LOADER) {
			continue; /* there it is just not started */
		}
		mode_case_open(c, &device_cases[0]);
		dut.image[1000] ^= 1;
		memset(dut.slot[dut.upload], dut.what->erase_value, dut.slot_size);
		put_raw(dut.start, dut.image_len);
		target_device_put_trailer(dut.upload, true, false, false);
		mode_case_boot();
		assert_true(c->mode == BOOT_MODE_OVERWRITE_ONLY || slot_is_erased(dut.upload));
		assert_int_equal(target_device_download(512), -EBADMSG);
		assert_int_equal(dfu_target_schedule_update(0), -ENOENT);
		target_device_assert_no_header();
		mode_case_assert_next(c, 0);
		target_device_close();
	}
}

/* Row "primary copy_done set, image_ok unset": the new image is taken for the one to go back to. */
static void a_complete_image_beside_an_unconfirmed_one_is_no_fallback(void **state)
{
	(void)state;
	open_mode(BOOT_MODE_SWAP_MOVE);
	make_running_image_unconfirmed();
	put_raw(0, dut.image_len);
	assert_int_equal(mode_case_boot().swap_type[0], BOOT_SWAP_TYPE_REVERT);
	assert_memory_equal(dut.slot[0], dut.image, dut.image_len);
	assert_true(target_device_image_ok(0)); /* installed for good, never tested */
	target_device_close();

	open_mode(BOOT_MODE_SWAP_OFFSET);
	make_running_image_unconfirmed();
	put_raw(dut.start, dut.image_len);
	assert_int_equal(mode_case_boot().booted, -1); /* the primary is a page off */
	target_device_close();

	for (int mode = BOOT_MODE_SWAP_SCRATCH; mode <= BOOT_MODE_SWAP_OFFSET; mode++) {
		open_mode((enum boot_mode)mode);
		assert_int_equal(target_device_stream(dut.image_len, 512), 0);
		make_running_image_unconfirmed();
		assert_int_equal(dfu_target_done(true), -EBUSY);
		target_device_assert_no_header();
		assert_int_equal(dfu_target_done(false), 0);
		assert_int_equal(target_device_init(0, dut.image_len), -EBUSY);
		assert_int_equal(mode_case_boot().version.minor, 0);
		target_device_close();
	}
}

static void copy_done_in_a_swap_offset_secondary_is_wiped(void **state)
{
	(void)state;
	open_mode(BOOT_MODE_SWAP_OFFSET);
	put_raw(dut.start, dut.image_len);
	target_device_put_trailer(1, true, false, true);
	assert_int_equal(mode_case_boot().booted, -1);
	target_device_close();

	open_mode(BOOT_MODE_SWAP_OFFSET);
	assert_int_equal(target_device_download(512), 0);
	target_device_put_trailer(1, false, false, true);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_false(target_device_copy_done(1));
	const struct sim_boot_result result = mode_case_boot();
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_TEST);
	assert_int_equal(result.version.minor, 1);
	target_device_close();
}

static void a_header_in_the_first_page_of_swap_offset_is_erased_before_the_request(void **state)
{
	size_t old_len;
	uint8_t *old = test_read_file("images/" OLD_IMAGE, &old_len);

	(void)state;
	open_mode(BOOT_MODE_SWAP_OFFSET);
	put_raw(dut.start, dut.image_len);
	memcpy(dut.slot[1], old, 32);
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
	assert_int_equal(mode_case_boot().version.minor, 0);
	assert_true(slot_is_erased(1));

	/* Somebody wrote there after the download. */
	assert_int_equal(target_device_download(512), 0);
	memcpy(dut.slot[1], old, 32);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_int_equal(mode_case_boot().version.minor, 1);
	free(old);
	target_device_close();
}

/*
 * After a swap the old image lies at the start of the slot, where no update may; one page up is the
 * rest of it or, if it is shorter than a page, a copy of the new image.
 */
static void the_old_image_of_swap_offset_cannot_be_scheduled(void **state)
{
	(void)state;
	for (int is_short = 0; is_short < 2; is_short++) {
		for (int by_target = 0; by_target < 2; by_target++) {
			open_mode(BOOT_MODE_SWAP_OFFSET);
			target_device_factory(0, is_short ? OLD_IMAGE : NEW_IMAGE);
			target_device_load("tiny-2.0.0-none.bin");
			assert_int_equal(dut.slot[0][4096] == 0xff, is_short);
			assert_int_equal(target_device_download(512), 0);
			assert_int_equal(dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT), 0);
			assert_int_equal(mode_case_boot().version.major, 2);
			assert_false(slot_is_erased(1));
			if (by_target) {
				assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
				assert_false(target_device_has_magic(1));
			} else {
				assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
			}
			assert_int_equal(mode_case_boot().version.major, 2);
			assert_int_equal(slot_is_erased(1), !by_target);
			target_device_close();
		}
	}
}

static void an_image_that_fits_the_slot_but_not_the_mode_is_refused(void **state)
{
	(void)state;
	open_mode(BOOT_MODE_SWAP_MOVE);
	target_device_load("../extra/size24577.bin.gz");
	put_raw(0, dut.image_len);
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
	mode_case_boot();
	assert_true(slot_is_erased(1));

	assert_int_equal(target_device_init(0, dut.image_len), -EFBIG);
	assert_int_equal(target_device_stream(0, 512), -EFBIG);
	put_raw(0, dut.image_len);
	assert_int_equal(dfu_target_mcuboot_reset(), 0);
	put_raw(0, dut.image_len);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -EFBIG);
	assert_false(target_device_has_magic(1));
	target_device_close();
}

static void a_magic_of_another_alignment_is_replaced(void **state)
{
	static const uint8_t magic16[16] = {0x10, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b,
					    0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a};

	(void)state;
	open_mode(BOOT_MODE_SWAP_SCRATCH);
	put_raw(0, dut.image_len);
	memcpy(dut.slot[1] + dut.slot_size - 16, magic16, 16);
	assert_int_equal(mode_case_boot().version.minor, 0);
	/* As downloaded by a program that was built for another bootloader. */
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
	assert_int_equal(mode_case_boot().version.minor, 1);
	target_device_close();
}

static void an_image_without_its_magic_is_erased_and_never_ours(void **state)
{
	(void)state;
	open_mode(BOOT_MODE_DIRECT_XIP_REVERT);
	put_raw(0, dut.image_len);
	assert_int_equal(mode_case_boot().active[0], 0);
	assert_true(slot_is_erased(1));
	target_device_close();
	/* Cut between any two programs of scheduling: no header without a magic. */
	for (long k = 0; k < 20; k++) {
		open_mode(BOOT_MODE_DIRECT_XIP_REVERT);
		assert_int_equal(target_device_download(512), 0);
		dut.flash.nor.fail_after = k;
		dut.flash.nor.fail_rc = -EIO;
		const int rc = dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT);
		assert_true(dut.slot[1][0] == 0xff || target_device_has_magic(1));
		mode_case_assert_next(case_of(BOOT_MODE_DIRECT_XIP_REVERT), rc == 0);
		target_device_close();
	}
}

static void the_slot_that_runs_is_confirmed_and_no_other(void **state)
{
	(void)state;
	for (int other = 0; other < 2; other++) {
		open_mode(BOOT_MODE_DIRECT_XIP_REVERT);
		assert_int_equal(target_device_download(512), 0);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_int_equal(mode_case_boot().active[0], 1);
		if (other) {
			target_device_put_trailer(0, true, true, true);
		} else {
			assert_int_equal(boot_write_img_confirmed(), 0);
		}
		assert_int_equal(mode_case_boot().active[0], other ? 0 : 1);
		assert_int_equal(slot_is_erased(1), other);
		target_device_close();
	}
}

static void a_left_over_image_ok_does_not_make_a_test_permanent(void **state)
{
	(void)state;
	for (int mode = BOOT_MODE_SWAP_SCRATCH; mode <= BOOT_MODE_SWAP_OFFSET; mode++) {
		open_mode((enum boot_mode)mode);
		put_raw(dut.start, dut.image_len);
		target_device_put_trailer(1, false, true, false);
		target_device_put_trailer(1, true, false, false);
		assert_int_equal(mode_case_boot().swap_type[0], BOOT_SWAP_TYPE_PERM);
		target_device_close();

		open_mode((enum boot_mode)mode);
		assert_int_equal(target_device_download(512), 0);
		target_device_put_trailer(1, false, true, false);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_int_equal(mode_case_boot().swap_type[0], BOOT_SWAP_TYPE_TEST);
		target_device_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partial_download_with_its_header_is_erased),
		cmocka_unit_test(a_damaged_image_is_not_found_by_the_bootloader),
		cmocka_unit_test(a_complete_image_beside_an_unconfirmed_one_is_no_fallback),
		cmocka_unit_test(copy_done_in_a_swap_offset_secondary_is_wiped),
		cmocka_unit_test(
			a_header_in_the_first_page_of_swap_offset_is_erased_before_the_request),
		cmocka_unit_test(the_old_image_of_swap_offset_cannot_be_scheduled),
		cmocka_unit_test(an_image_that_fits_the_slot_but_not_the_mode_is_refused),
		cmocka_unit_test(a_magic_of_another_alignment_is_replaced),
		cmocka_unit_test(an_image_without_its_magic_is_erased_and_never_ours),
		cmocka_unit_test(the_slot_that_runs_is_confirmed_and_no_other),
		cmocka_unit_test(a_left_over_image_ok_does_not_make_a_test_permanent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
