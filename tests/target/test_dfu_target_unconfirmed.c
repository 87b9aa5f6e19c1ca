/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED: a download beside a running test, invisible until that
 * is confirmed.
 */
#include "target_device.h"

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

int main(void)
{
#define UNCONFIRMED(test) cmocka_unit_test_setup_teardown(test, open_unconfirmed, close_device)
	const struct CMUnitTest tests[] = {
		UNCONFIRMED(done_verifies_and_keeps_the_header_out),
		UNCONFIRMED(a_new_init_of_the_same_file_finds_it_complete),
		UNCONFIRMED(a_damaged_file_is_refused_all_the_same),
		UNCONFIRMED(what_lies_in_flash_is_verified_again_with_the_held_bytes),
		UNCONFIRMED(reset_waits_for_the_running_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
