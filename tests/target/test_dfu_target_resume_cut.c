/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power goes at any operation of an update, which then goes on: a page is lost at most, no
 * block is programmed twice, and until the image has been verified nobody sees a header.
 */
#include "reset_rig.h"

#include <string.h>

#define SIZE 1300
#define SEEDS 4

enum phase { WRITING, COMPLETING, SCHEDULING, OVER };

static size_t at;

static void update(void)
{
	dev->result = WRITING;
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(SIZE), 0);
	for (dev->offset = reset_offset(); dev->offset < SIZE;) {
		const size_t end = dev->offset + 100 < SIZE ? dev->offset + 100 : SIZE;

		assert_int_equal(reset_write(end, 100), 0);
		dev->offset = end;
	}
	dev->result = COMPLETING;
	assert_int_equal(dfu_target_done(true), 0);
	dev->result = SCHEDULING;
	assert_int_equal(dfu_target_schedule_update(0), 0);
	dev->result = OVER;
	reset_assert_slot_is_file();
}

static void download_to_the_pause(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(at, 50), 0);
	assert_int_equal(dfu_target_done(false), 0);
	dev->offset = at;
}

static const struct reset_op *last_op(void)
{
	return &dev->ops[dev->op_count - 1];
}

/* Whether the cut may cost the whole download: in the held-back bytes, with no room to mend. */
static bool may_begin_again(enum sim_cut when)
{
	const size_t head = (size_t)(reset_slot(1) - dev->memory) + reset_start();
	const size_t rest = dev->what.page - reset_hold();
	const struct reset_op *op = last_op();

	return when == SIM_CUT_INSIDE && rest > dev->what.buffer && op->kind == SIM_PROGRAM &&
	       op->off >= head && op->off < head + reset_hold();
}

static void assert_no_header(void)
{
	assert_memory_not_equal(reset_slot(1) + reset_start(), new_file.bytes, 4);
}

/* What init may say after the cut, by what had arrived before. */
static void check_offset(enum sim_cut when, size_t received, int phase)
{
	const size_t lost = dev->what.page + dev->what.buffer;
	const size_t least = received > lost ? received - lost : 0;
	const size_t offset = reset_next_offset();

	if (phase == SCHEDULING && reset_count_deletions("0") > 0 && offset == 0) {
		return; /* over but for what settings know */
	}
	if (offset == 0 && may_begin_again(when)) {
		return;
	}
	if (offset < least || offset > received + 100 || offset > SIZE) {
		fail_msg("%s: %zu of %zu bytes left in phase %d, cut %d", dev->what.name, offset,
			 received, phase, (int)when);
	}
}

/* Cut the update that begins or goes on in the device as it was opened; false: no such operation.
 */
static bool cut_at(unsigned long k, enum sim_cut when, uint32_t seed, size_t received)
{
	reset_restore();
	dev->offset = received;
	reset_forget_ops();
	if (reset_run_cut(update, k, when, seed) == 0) {
		return false;
	}
	const int phase = dev->result;
	const size_t arrived = dev->offset;
	if (phase == WRITING) {
		assert_no_header();
	}
	check_offset(when, arrived, phase);
	assert_int_equal(reset_run(update), 0);
	return true;
}

static void cut_everywhere(size_t received)
{
	bool has_fired = true;

	for (unsigned long k = 0; has_fired; k++) {
		has_fired = cut_at(k, SIM_CUT_BEFORE, 0, received);
		if (has_fired) {
			assert_true(cut_at(k, SIM_CUT_AFTER, 0, received));
		}
		for (uint32_t seed = 0; has_fired && seed < SEEDS; seed++) {
			assert_true(cut_at(k, SIM_CUT_INSIDE, seed * 5 + (uint32_t)k, received));
		}
	}
}

static void any_operation_of_an_update(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		reset_snapshot();
		cut_everywhere(0);
		reset_close();
	}
}

static void any_operation_of_one_that_goes_on_after_a_pause(void **state)
{
	static const size_t offsets[] = {20, 333, 1001};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		at = offsets[c % ARRAY_LEN(offsets)];
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_to_the_pause), 0);
		reset_snapshot();
		cut_everywhere(at);
		reset_close();
	}
}

static void and_of_one_that_goes_on_after_a_cut(void **state)
{
	unsigned long second;

	(void)state;
	reset_open(&reset_plain, SIZE);
	reset_snapshot();
	for (unsigned long first = 1; first < 60; first += 4) {
		for (second = 0; second < 200; second += 3) {
			const uint32_t seed = (uint32_t)(first * 7 + second);

			reset_restore();
			if (reset_run_cut(update, first, SIM_CUT_INSIDE, seed) == 0) {
				break;
			}
			if (reset_run_cut(update, second, SIM_CUT_INSIDE, seed + 1) == 0) {
				break;
			}
			assert_int_equal(reset_run(update), 0);
		}
	}
	reset_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_operation_of_an_update),
		cmocka_unit_test(any_operation_of_one_that_goes_on_after_a_pause),
		cmocka_unit_test(and_of_one_that_goes_on_after_a_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
