/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An update in each mode that ends at each of its operations, and a reset: the device starts the
 * old image or, once all was scheduled, the new one; and the update can be brought to its end, by
 * scheduling alone if the download was done.
 */
#include "mode_cases.h"

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

/* How far an update came. */
struct progress {
	bool is_done;
	int rc;
};

static struct progress update(int permanent)
{
	struct progress progress = {.rc = target_device_download(512)};

	progress.is_done = progress.rc == 0;
	if (progress.rc == 0) {
		progress.rc = dfu_target_mcuboot_schedule(0, permanent);
	}
	return progress;
}

static void finish_update(const struct mode_case *c, struct progress progress, int permanent)
{
	int rc = progress.is_done ? dfu_target_mcuboot_schedule(0, permanent)
				  : update(permanent).rc;

	if (rc != 0) {
		fail_msg("%s: %d", c->name, rc);
	}
}

static void an_update_is_cut_at_every_operation(const struct mode_case *c,
						const struct device_case *what, int permanent)
{
	bool fired = true;

	for (long k = 0; fired; k++) {
		mode_case_open(c, what);
		dut.flash.nor.fail_after = k;
		dut.flash.nor.fail_rc = -EIO;
		const struct progress progress = update(permanent);
		fired = dut.flash.nor.fail_after < 0;
		assert_int_equal(progress.rc, fired ? -EIO : 0);
		dut.flash.nor.fail_after = -1;
		if (fired) {
			assert_int_equal(mode_case_boot().version.minor, 0);
			finish_update(c, progress, permanent);
		}
		target_device_assert_body(0);
		mode_case_assert_next(c, 1);
		/* And for good, where there is a difference. */
		const struct sim_boot_result result = mode_case_boot();
		if (!c->is_direct) {
			assert_int_equal(result.swap_type[0],
					 permanent ? BOOT_SWAP_TYPE_PERM : BOOT_SWAP_TYPE_TEST);
		}
		assert_int_equal(result.version.minor, 1);
		assert_string_equal(dut.flash.nor.violation, "");
		target_device_close();
	}
}

static void tests_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			an_update_is_cut_at_every_operation(c, &device_cases[i], BOOT_UPGRADE_TEST);
		}
	}
}

static void permanent_updates_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			an_update_is_cut_at_every_operation(c, &device_cases[i],
							    BOOT_UPGRADE_PERMANENT);
		}
	}
}

/* Taking back, by either way. */
static void an_end_is_cut_at_every_operation(const struct mode_case *c, int (*end)(void))
{
	bool fired = true;

	for (long k = 0; fired; k++) {
		mode_case_open(c, &device_cases[0]);
		assert_int_equal(update(BOOT_UPGRADE_TEST).rc, 0);
		dut.flash.nor.fail_after = k;
		dut.flash.nor.fail_rc = -EIO;
		const int rc = end();
		fired = dut.flash.nor.fail_after < 0;
		assert_int_equal(rc, fired ? -EIO : 0);
		/* As scheduled, or the old one: nothing else. */
		assert_int_equal(mode_case_look().booted, 0);
		if (fired) {
			const int again = end();

			assert_true(again == 0 || again == -ENOENT);
		}
		mode_case_assert_next(c, 0);
		target_device_close();
	}
}

static int cancel(void)
{
	return dfu_target_mcuboot_cancel(0);
}

static void taking_back_is_cut(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (c->mode != BOOT_MODE_FIRMWARE_LOADER) {
			an_end_is_cut_at_every_operation(c, cancel);
		}
		an_end_is_cut_at_every_operation(c, dfu_target_reset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tests_are_cut),
		cmocka_unit_test(permanent_updates_are_cut),
		cmocka_unit_test(taking_back_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
