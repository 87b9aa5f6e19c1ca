/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED: a download beside a running test, invisible until that
 * is confirmed.
 */
#include "mode_cases.h"

#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

static int open_unconfirmed(void **state)
{
	(void)state;
	target_device_open(&device_cases[0]);
	target_device_factory(0, "tiny-1.0.0-none.bin");
	target_device_put_trailer(0, true, false, true);
	target_device_load("tiny-1.1.0-none.bin");
	return 0;
}

static int close_device(void **state)
{
	(void)state;
	target_device_close();
	return 0;
}

static void assert_no_header_in_slot1(void)
{
	for (size_t k = 0; k < 32; k++) {
		assert_int_equal(dut.slot[1][k], 0xff);
	}
}

static void done_verifies_and_keeps_the_header_out(void **state)
{
	(void)state;
	assert_int_equal(target_device_download(244), 0);
	assert_no_header_in_slot1();
	assert_memory_equal(dut.slot[1] + 32, dut.image + 32, dut.image_len - 32);
	assert_int_equal(dfu_target_schedule_update(0), -EBUSY);
	assert_no_header_in_slot1();
	assert_false(target_device_has_magic(1));
	target_device_put_trailer(0, true, true, true);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	target_device_assert_slot1_is_file();
	assert_true(target_device_has_magic(1));
}

static void a_new_init_of_the_same_file_finds_it_complete(void **state)
{
	size_t offset;

	(void)state;
	assert_int_equal(target_device_download(244), 0);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, dut.image_len, NULL), 0);
	assert_int_equal(dfu_target_offset_get(&offset), 0);
	assert_int_equal(offset, dut.image_len);
	assert_int_equal(dfu_target_write("x", 1), -EFBIG);
	target_device_put_trailer(0, true, true, true);
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_slot1_is_file();
}

static void a_damaged_file_is_refused_all_the_same(void **state)
{
	(void)state;
	target_device_load("bad/flip-ver-major.bin");
	assert_int_equal(target_device_download(244), -EBADMSG);
	target_device_put_trailer(0, true, true, true);
	assert_int_equal(dfu_target_schedule_update(0), -ENOENT);
	assert_no_header_in_slot1();
}

static void what_lies_in_flash_is_verified_again_with_the_held_bytes(void **state)
{
	(void)state;
	assert_int_equal(target_device_download(244), 0);
	target_device_put_trailer(0, true, true, true);
	dut.slot[1][3000] ^= 1;
	assert_int_equal(dfu_target_schedule_update(0), -EBADMSG);
	assert_no_header_in_slot1();
	assert_false(target_device_has_magic(1));
	dut.slot[1][3000] ^= 1;
	assert_int_equal(dfu_target_schedule_update(0), 0);
	target_device_assert_slot1_is_file();
}

static void reset_waits_for_the_running_image(void **state)
{
	(void)state;
	assert_int_equal(target_device_download(244), 0);
	assert_int_equal(dfu_target_reset(), -EBUSY);
	target_device_put_trailer(0, true, true, true);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
}

/* A swap mode that runs a test of OLD_IMAGE, with this file to go back to and the other one left.
 */
static void open_test_run(enum boot_mode mode, const char *fallback, const char *remainder)
{
	target_device_open(&device_cases[0]);
	target_device_mode(mode, 0);
	target_device_factory(0, OLD_IMAGE);
	target_device_put_trailer(0, true, false, true);
	if (remainder != NULL) {
		target_device_factory(1, remainder);
		memmove(dut.slot[1] + dut.start, dut.slot[1], 8192);
		memset(dut.slot[1], dut.what->erase_value, dut.start);
	}
	target_device_load(fallback);
	memcpy(dut.slot[1], dut.image, dut.image_len);
	target_device_load(NEW_IMAGE);
}

/* At any moment a reset starts the running image again, or the one to go back to: never the new. */
static void an_upload_beside_a_test_ends_anywhere(enum boot_mode mode, const char *fallback,
						  const char *remainder)
{
	bool fired = true;

	for (long k = 0; fired; k++) {
		open_test_run(mode, fallback, remainder);
		dut.flash.nor.fail_after = k;
		dut.flash.nor.fail_rc = -EIO;
		const int rc = target_device_download(512);
		fired = dut.flash.nor.fail_after < 0;
		assert_int_equal(rc, fired ? -EIO : 0);
		dut.flash.nor.fail_after = -1;
		const struct sim_boot_result result = mode_case_boot();
		assert_int_equal(result.booted, 0);
		assert_true(result.version.minor == 0 || result.version.major == 0);
		target_device_close();
	}
}

static void no_reset_beside_a_test_starts_the_new_image(void **state)
{
	(void)state;
	for (int mode = BOOT_MODE_SWAP_SCRATCH; mode <= BOOT_MODE_SWAP_OFFSET; mode++) {
		an_upload_beside_a_test_ends_anywhere((enum boot_mode)mode, "tiny-0.9.0-none.bin",
						      NULL);
	}
}

/* The image to go back to is shorter than a page, and what was swapped in is whole behind it. */
static void no_remainder_one_page_up_is_gone_back_to(void **state)
{
	(void)state;
	an_upload_beside_a_test_ends_anywhere(BOOT_MODE_SWAP_OFFSET, "tiny-0.9.0-none.bin",
					      OLD_IMAGE);
}

static void a_complete_download_outlives_resets_until_the_test_is_confirmed(void **state)
{
	(void)state;
	for (int mode = BOOT_MODE_SWAP_SCRATCH; mode <= BOOT_MODE_SWAP_OFFSET; mode++) {
		open_test_run((enum boot_mode)mode, "tiny-0.9.0-none.bin", NULL);
		assert_int_equal(target_device_download(512), 0);
		target_device_assert_no_header();
		assert_int_equal(mode_case_boot().version.minor, 0);
		if (boot_is_unconfirmed_multi(0) == 1) {
			assert_int_equal(dfu_target_mcuboot_schedule_update(0), -EBUSY);
			assert_int_equal(boot_write_img_confirmed(), 0);
		}
		target_device_assert_no_header();
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
		assert_int_equal(mode_case_boot().version.minor, 1);
		target_device_close();
	}
}

/* Their bootloader would erase the running image, and the other slot holds the only one left. */
static void modes_that_give_up_an_unconfirmed_image_keep_the_other_one(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (!c->has_revert) {
			continue;
		}
		mode_case_open(c, &device_cases[0]);
		dut.slot[c->running][dut.slot_size - 24] = 0xff; /* image_ok */
		assert_int_equal(target_device_init(0, dut.image_len), -EBUSY);
		assert_int_equal(dut.flash.nor.stats.erases + dut.flash.nor.stats.programs, 0);
		target_device_close();
	}
}

int main(void)
{
#define UNCONFIRMED(test) cmocka_unit_test_setup_teardown(test, open_unconfirmed, close_device)
	const struct CMUnitTest tests[] = {
		UNCONFIRMED(done_verifies_and_keeps_the_header_out),
		UNCONFIRMED(a_new_init_of_the_same_file_finds_it_complete),
		UNCONFIRMED(a_damaged_file_is_refused_all_the_same),
		UNCONFIRMED(what_lies_in_flash_is_verified_again_with_the_held_bytes),
		UNCONFIRMED(reset_waits_for_the_running_image),
		cmocka_unit_test(no_reset_beside_a_test_starts_the_new_image),
		cmocka_unit_test(no_remainder_one_page_up_is_gone_back_to),
		cmocka_unit_test(a_complete_download_outlives_resets_until_the_test_is_confirmed),
		cmocka_unit_test(modes_that_give_up_an_unconfirmed_image_keep_the_other_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
