/* SPDX-License-Identifier: Apache-2.0 */
/* The power goes at any operation of the download of a modem file, or of its end. */
#include "full_modem_rig.h"

static size_t at; /* where the download is paused */

static void download_to_the_pause(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(at, 50), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

/* The whole of an update, its place kept where a cut cannot reach it. */
static void update(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	for (dev->offset = reset_offset(); dev->offset < new_file.size;) {
		const size_t left = new_file.size - dev->offset;
		const size_t end = dev->offset + (left < 100 ? left : 100);

		assert_int_equal(reset_write(end, 100), 0);
		dev->offset = end;
	}
	assert_int_equal(dfu_target_done(true), 0);
	full_modem_assert_stored();
}

static bool cut_at(unsigned long k, enum sim_cut when, uint32_t seed, size_t received)
{
	const size_t lost = dev->what.page + dev->what.buffer;

	reset_restore();
	dev->offset = received;
	if (reset_run_cut(update, k, when, seed) == 0) {
		return false;
	}
	const size_t arrived = dev->offset;
	const size_t offset = full_modem_next_offset();
	if (offset + lost < arrived || offset > arrived + 100) {
		fail_msg("%s: %zu of %zu bytes left, cut %d at %lu", dev->what.name, offset,
			 arrived, (int)when, k);
	}
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
		for (uint32_t seed = 0; has_fired && seed < 3; seed++) {
			assert_true(cut_at(k, SIM_CUT_INSIDE, seed * 5 + (uint32_t)k, received));
		}
	}
}

static void a_cut_loses_a_page_at_most(void **state)
{
	static const size_t pauses[] = {20, 333, 1001};

	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		full_modem_open(&full_modem_cases[c]);
		reset_snapshot();
		cut_everywhere(0);
		reset_restore();
		at = pauses[c % ARRAY_LEN(pauses)];
		assert_int_equal(reset_run(download_to_the_pause), 0);
		reset_snapshot();
		cut_everywhere(at);
		reset_close();
	}
}

/* A cut while it goes on from the first of two cuts. */
static void so_do_two(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		full_modem_open(&full_modem_cases[c]);
		assert_int_equal(reset_run_cut(update, 4, SIM_CUT_INSIDE, 3), RESET_CUT);
		const size_t left = full_modem_next_offset();
		reset_snapshot();
		cut_everywhere(left);
		reset_close();
	}
}

static void a_reset_that_is_cut_leaves_the_whole_file_or_none(void **state)
{
	static const enum sim_cut cuts[] = {SIM_CUT_BEFORE, SIM_CUT_INSIDE, SIM_CUT_AFTER};

	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		full_modem_open(&full_modem_cases[c]);
		assert_int_equal(reset_run(full_modem_finish), 0);
		reset_snapshot();
		unsigned long fired = 0;
		for (unsigned long k = 0; k < 4; k++) {
			for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
				reset_restore();
				fired += reset_run_cut(full_modem_reset, k, cuts[i], 7) ==
					 RESET_CUT;
				const size_t offset = full_modem_next_offset();
				assert_true(offset == 0 || offset == new_file.size);
				assert_int_equal(reset_run(full_modem_reset), 0);
				assert_int_equal(full_modem_next_offset(), 0);
				assert_int_equal(reset_run(full_modem_finish), 0);
			}
		}
		assert_true(fired >= 6); /* the record, and what is erased */
		reset_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_loses_a_page_at_most),
		cmocka_unit_test(so_do_two),
		cmocka_unit_test(a_reset_that_is_cut_leaves_the_whole_file_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
