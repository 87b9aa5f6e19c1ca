/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main job from end to end: download, schedule, boot, revert, confirm; and the same with every
 * flash operation failing once.
 */
#include "target_device.h"

#include <stdlib.h>
#include <string.h>

#include <boot_model.h>
#include <dfu/boot_rules.h>
#include <dfu/boot.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

#include "support/test_files.h"

static uint8_t *old_image;
static size_t old_len;

static void open_device(const struct device_case *what)
{
	target_device_open(what);
	target_device_factory(0, OLD_IMAGE);
	target_device_load(NEW_IMAGE);
	old_image = test_read_file("images/" OLD_IMAGE, &old_len);
}

static void close_device(void)
{
	free(old_image);
	target_device_close();
}

static struct sim_boot_result boot(bool dry_run)
{
	struct sim_boot_result result;

	assert_int_equal(sim_boot(boot_arrangement_get(), boot_rules_get(), dry_run, &result), 0);
	return result;
}

static bool runs_new(void)
{
	return memcmp(dut.slot[0], dut.image, dut.image_len) == 0;
}

static bool runs_old(void)
{
	return memcmp(dut.slot[0], old_image, old_len) == 0;
}

/* The device would start the old image or the new one, whole. */
static void assert_something_boots(void)
{
	const struct sim_boot_result result = boot(true);

	assert_int_equal(result.booted, 0);
	assert_true(result.version.minor == 0 || result.version.minor == 1);
}

static void a_test_that_is_not_confirmed_is_reverted(const struct device_case *what)
{
	open_device(what);
	assert_int_equal(target_device_download(244), 0);
	assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_NONE);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_TEST);
	assert_int_equal(boot(false).swap_type[0], BOOT_SWAP_TYPE_TEST);
	assert_true(runs_new());
	assert_false(boot_is_img_confirmed());
	assert_int_equal(boot_is_unconfirmed_multi(0), 1);
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 100, NULL), -EBUSY);
	assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_REVERT);
	assert_int_equal(boot(false).swap_type[0], BOOT_SWAP_TYPE_REVERT);
	assert_true(runs_old());
	assert_true(boot_is_img_confirmed());
	close_device();
}

static void a_confirmed_image_stays(const struct device_case *what)
{
	struct mcuboot_img_header header;

	open_device(what);
	assert_int_equal(target_device_download(512), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	boot(false);
	assert_int_equal(boot_write_img_confirmed(), 0);
	assert_true(boot_is_img_confirmed());
	assert_int_equal(boot(false).swap_type[0], BOOT_SWAP_TYPE_NONE);
	assert_true(runs_new());
	assert_int_equal(boot_read_bank_header(0, &header, sizeof(header)), 0);
	assert_int_equal(header.h.v1.sem_ver.minor, 1);
	close_device();
}

static void a_permanent_update_needs_no_confirmation(const struct device_case *what)
{
	open_device(what);
	assert_int_equal(target_device_download(512), 0);
	assert_int_equal(dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT), 0);
	assert_int_equal(boot(false).swap_type[0], BOOT_SWAP_TYPE_PERM);
	assert_true(boot_is_img_confirmed());
	assert_int_equal(boot(false).swap_type[0], BOOT_SWAP_TYPE_NONE);
	assert_true(runs_new());
	close_device();
}

static int update_all(int permanent)
{
	const int rc = target_device_download(100);

	return rc == 0 ? dfu_target_mcuboot_schedule(0, permanent) : rc;
}

/* An update in which operation k fails; false: there is no operation k, and it went well. */
static bool update_fails_at(long k, int code, int permanent)
{
	dut.flash.nor.fail_after = k;
	dut.flash.nor.fail_rc = code;
	const int rc = update_all(permanent);
	const bool fired = dut.flash.nor.fail_after < 0;

	assert_int_equal(rc, fired ? code : 0);
	dut.flash.nor.fail_after = -1;
	return fired;
}

/*
 * Operation k fails, then the update is tried again as an application would: at every moment the
 * device boots one of the two images, and the second try installs the new one.
 */
static void every_operation_may_fail_once(const struct device_case *what)
{
	bool fired = true;

	for (long k = 0; fired; k++) {
		open_device(what);
		fired = update_fails_at(k, -ETIMEDOUT, BOOT_UPGRADE_TEST);
		assert_something_boots();
		if (fired) {
			/* Nothing is pending that was not verified. */
			assert_int_equal(boot(true).swap_type[0], BOOT_SWAP_TYPE_NONE);
			assert_int_equal(update_all(BOOT_UPGRADE_TEST), 0);
		}
		assert_int_equal(boot(false).swap_type[0], BOOT_SWAP_TYPE_TEST);
		assert_true(runs_new());
		assert_string_equal(dut.flash.nor.violation, "");
		close_device();
	}
}

/*
 * The same with a new program each time: what is in RAM is gone, the slot is as the failure left
 * it.
 */
static void after_a_reset_the_update_begins_again(const struct device_case *what)
{
	bool fired = true;

	for (long k = 0; fired; k++) {
		open_device(what);
		fired = update_fails_at(k, -EIO, BOOT_UPGRADE_PERMANENT);
		assert_int_equal(boot(false).booted, 0);
		assert_true(fired ? runs_old() : runs_new());
		if (fired) {
			/* Forget what the target knows, without its help. */
			assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 1, NULL),
					 0);
			assert_int_equal(update_all(BOOT_UPGRADE_PERMANENT), 0);
			assert_int_equal(boot(false).booted, 0);
			assert_true(runs_new());
		}
		assert_string_equal(dut.flash.nor.violation, "");
		close_device();
	}
}

#define ON_EVERY_GEOMETRY(test)                                                                    \
	static void test##_on_every_geometry(void **state)                                         \
	{                                                                                          \
		(void)state;                                                                       \
		for (size_t c = 0; c < device_case_count; c++) {                                   \
			test(&device_cases[c]);                                                    \
		}                                                                                  \
	}
ON_EVERY_GEOMETRY(a_test_that_is_not_confirmed_is_reverted)
ON_EVERY_GEOMETRY(a_confirmed_image_stays)
ON_EVERY_GEOMETRY(a_permanent_update_needs_no_confirmation)
ON_EVERY_GEOMETRY(every_operation_may_fail_once)
ON_EVERY_GEOMETRY(after_a_reset_the_update_begins_again)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_test_that_is_not_confirmed_is_reverted_on_every_geometry),
		cmocka_unit_test(a_confirmed_image_stays_on_every_geometry),
		cmocka_unit_test(a_permanent_update_needs_no_confirmation_on_every_geometry),
		cmocka_unit_test(every_operation_may_fail_once_on_every_geometry),
		cmocka_unit_test(after_a_reset_the_update_begins_again_on_every_geometry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
