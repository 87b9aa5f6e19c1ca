/* SPDX-License-Identifier: Apache-2.0 */
/* Without CONFIG_DFU_TARGET_VERIFY, and with the smallest CONFIG_DFU_TARGET_HEADER_HOLD. */
#include "target_device.h"

#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

static void whatever_was_written_is_scheduled(void **state)
{
	(void)state;
	target_device_open(&device_cases[0]);
	target_device_factory(0, "tiny-1.0.0-none.bin");
	target_device_load("bad/flip-ver-major.bin");
	assert_int_equal(target_device_download(244), 0);
	target_device_assert_slot1_is_file();
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_true(target_device_has_magic(1));
	target_device_close();
}

static void a_header_of_two_files_is_not_published(void **state)
{
	uint8_t other[10] = {0x3d, 0xb8, 0xf3, 0x96, 9, 9, 9, 9, 9, 9};

	(void)state;
	target_device_open(&device_cases[0]);
	target_device_factory(0, "tiny-1.0.0-none.bin");
	target_device_load("tiny-1.1.0-none.bin");
	assert_int_equal(target_device_stream(0, 244), 0);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 10, NULL), 0);
	assert_int_equal(dfu_target_write(other, 10), 0);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
	assert_int_equal(dut.slot[1][0], 0xff);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 0, NULL), 0);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
	assert_int_equal(dut.slot[1][0], 0xff);
	target_device_close();
}

static void an_unconfirmed_running_image_is_still_protected(void **state)
{
	(void)state;
	target_device_open(&device_cases[0]);
	target_device_put_trailer(0, true, false, true);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 100, NULL), -EBUSY);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -EBUSY);
	target_device_close();
}

static void a_write_block_above_the_hold_is_refused(void **state)
{
	const struct device_case wide = {"", 4096, 8, 64, 0xff, false, 8, false};

	(void)state;
	target_device_open(&wide);
	target_device_mode(BOOT_MODE_DIRECT_XIP,
			   0); /* needs no trailer, which there can be none of */
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 100, NULL), -EINVAL);
	assert_int_equal(dut.flash.nor.stats.erases + dut.flash.nor.stats.programs, 0);
	target_device_close();
}

static void without_a_trailer_nothing_is_written(void **state)
{
	const struct device_case coarse = {"", 4096, 8, 16, 0xff, false, 8, false};

	(void)state;
	target_device_open(&coarse);
	target_device_mode(BOOT_MODE_SWAP_OFFSET, 0);
	target_device_load("tiny-1.1.0-none.bin");
	memcpy(dut.slot[1], dut.image, 32);
	memcpy(dut.slot[1] + 4096, dut.image, dut.image_len);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOTSUP);
	assert_int_equal(dut.flash.nor.stats.erases + dut.flash.nor.stats.programs, 0);
	target_device_close();
}

/* What a cut download left has nothing that tells it from a whole one. */
static void held_back_bytes_are_only_taken_from_the_same_run(void **state)
{
	(void)state;
	target_device_open(&device_cases[0]);
	target_device_mode(BOOT_MODE_DIRECT_XIP, 0);
	target_device_load("tiny-1.1.0-none.bin");
	assert_int_equal(target_device_download(244), 0);
	assert_int_equal(dut.slot[1][0], 0xff);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	target_device_assert_body(0);
	assert_int_equal(target_device_download(244), 0);
	target_device_power_cycle();
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
	assert_int_equal(dut.slot[1][0], 0xff);
	target_device_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_was_written_is_scheduled),
		cmocka_unit_test(a_header_of_two_files_is_not_published),
		cmocka_unit_test(an_unconfirmed_running_image_is_still_protected),
		cmocka_unit_test(a_write_block_above_the_hold_is_refused),
		cmocka_unit_test(without_a_trailer_nothing_is_written),
		cmocka_unit_test(held_back_bytes_are_only_taken_from_the_same_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
