/* SPDX-License-Identifier: Apache-2.0 */
/* Built without settings: the held-back bytes live in RAM, and end with the run. */
#include "mode_cases.h"

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

static void only_the_same_run_can_schedule(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &device_cases[0]);
		assert_int_equal(target_device_download(244), 0);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		mode_case_assert_next(c, 1);
		assert_int_equal(target_device_download(244), 0);
		target_device_power_cycle();
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), c->is_direct ? -ENOENT : 0);
		mode_case_assert_next(c, !c->is_direct);
		target_device_close();
	}
}

static void another_download_takes_the_place_of_the_one_that_waits(void **state)
{
	(void)state;
	mode_case_open(&mode_cases[4], &device_cases[0]);
	assert_int_equal(target_device_download(244), 0);
	assert_int_equal(target_device_init(0, dut.image_len - 1), 0);
	assert_int_equal(dfu_target_write(dut.image, 100), 0);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
	target_device_assert_no_header();
	target_device_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_same_run_can_schedule),
		cmocka_unit_test(another_download_takes_the_place_of_the_one_that_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
