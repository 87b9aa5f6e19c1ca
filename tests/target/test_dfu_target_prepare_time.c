/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasing ahead by the clock: no erase begins that would end after the budget, as far as what was
 * measured tells.
 */
#include "reset_rig.h"

static uint32_t now_us;
static uint32_t step_us;

static uint32_t read_clock(void)
{
	const uint32_t now = now_us;

	now_us += step_us;
	return now;
}

/* Erases of the slot take 1 ms, what settings do takes 50 ms. */
static uint32_t read_operations(void)
{
	uint32_t us = 0;

	for (size_t i = 0; i < dev->op_count; i++) {
		us += reset_is_slot_erase(&dev->ops[i]) ? 1000 : 50000;
	}
	return us;
}

static void prepare_beside_slow_settings(void)
{
	dfu_target_clock_set(read_operations);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(dfu_target_prepare(1), 1);
	const size_t before = dev->op_count;
	assert_int_equal(dfu_target_prepare(5), 1);
	assert_int_equal(reset_erases_since(before), 5);
	dfu_target_clock_set(NULL);
}

static void the_time_of_settings_is_not_that_of_an_erase(void **state)
{
	(void)state;
	reset_open(&reset_plain, 7000);
	assert_int_equal(reset_run(prepare_beside_slow_settings), 0);
	reset_close();
}

/* Each look at the clock takes time: begin, and once after each erase. */
static void prepare_in_time(void)
{
	step_us = 0;
	now_us = UINT32_MAX - 20000;
	dfu_target_clock_set(read_clock);
	assert_int_equal(reset_init(new_file.size), 0);
	/* A clock that is too coarse to see an erase: 0 is one all the same. */
	size_t before = dev->op_count;
	assert_int_equal(dfu_target_prepare(0), 1);
	assert_int_equal(reset_erases_since(before), 1);
	/* Nothing is measured: one erase, however long it takes. */
	step_us = 10000;
	before = dev->op_count;
	assert_int_equal(dfu_target_prepare(1), 1);
	assert_int_equal(reset_erases_since(before), 1);
	/* It took at least 10 ms, so no second one fits in 9, and none begins. */
	before = dev->op_count;
	assert_int_equal(dfu_target_prepare(9), 1);
	assert_int_equal(reset_erases_since(before), 0);
	/* 0 is one, in any case. */
	assert_int_equal(dfu_target_prepare(0), 1);
	assert_int_equal(reset_erases_since(before), 1);
	/* Time for some, and a record for all of them. */
	before = dev->op_count;
	const uint32_t began = now_us;
	const size_t saves = reset_count_saves("0/a");
	assert_int_equal(dfu_target_prepare(250), 1);
	assert_true(reset_erases_since(before) > 1);
	assert_true(now_us - began <= 250000 + step_us);
	assert_int_equal(reset_count_saves("0/a"), saves + 1);
	before = dev->op_count;
	assert_int_equal(dfu_target_prepare(1000000), 0);
	assert_true(reset_erases_since(before) > 1);
	dfu_target_clock_set(NULL);
}

static void with_a_clock_no_erase_begins_that_would_end_late(void **state)
{
	(void)state;
	reset_open(&reset_plain, 7000);
	assert_int_equal(reset_run(prepare_in_time), 0);
	reset_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_time_of_settings_is_not_that_of_an_erase),
		cmocka_unit_test(with_a_clock_no_erase_begins_that_would_end_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
