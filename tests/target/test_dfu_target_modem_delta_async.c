/* SPDX-License-Identifier: Apache-2.0 */
/* Built with CONFIG_DFU_TARGET_MODEM_ERASE_ASYNC: nothing waits while the modem erases. */
#include "target/patch_modem.h"

#include <errno.h>

#include <dfu/config.h>
#include <dfu/dfu_target_modem_delta.h>

#define TIMEOUT_MS (CONFIG_DFU_TARGET_MODEM_TIMEOUT * 1000u)
#define HALF 300

/* A caller that knows nothing but -EAGAIN: it repeats the call, a step of time later. */
static int write_patiently(const uint8_t *file, size_t from, size_t end, size_t chunk,
			   uint32_t step)
{
	for (size_t off = from; off < end;) {
		const size_t n = end - off < chunk ? end - off : chunk;
		const int rc = dfu_target_modem_delta_write(file + off, n);

		if (rc == -EAGAIN) {
			patch_pass(step);
		} else if (rc != 0) {
			return rc;
		} else {
			off += n;
		}
	}
	return 0;
}

static void download_patiently(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dut->now_ms, 0);
	assert_string_equal(dut->story, "RHeP");
	assert_int_equal(write_patiently(patch_old, 0, PATCH_FILE, 100, 400), 0);
	patch_assert_has(patch_old, PATCH_FILE);
	assert_int_equal(dfu_target_modem_delta_done(true), 0);
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), 0);
}

static void who_repeats_a_chunk_until_it_is_taken_loses_nothing(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->api.sleep_ms = NULL;
	assert_int_equal(patch_run(download_patiently), 0);
	assert_string_equal(dut->story, "RHePDhrwwwwwwwwwwfa");
	assert_int_equal(dut->events[1].id, DFU_TARGET_EVT_ERASE_DONE);
	assert_int_equal(dut->events[1].at_ms, 2800);
}

static void ask_while_it_erases(void)
{
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(patch_offset(), 0);
		assert_int_equal(dfu_target_modem_delta_write(NULL, 5), -EINVAL);
		assert_int_equal(dfu_target_modem_delta_write(patch_old, 0), -EINVAL);
		assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
		assert_int_equal(dfu_target_modem_delta_schedule_update(0), -EAGAIN);
		patch_pass(500);
	}
	assert_int_equal(dut->calls[PATCH_WRITE], 0);
	assert_int_equal(patch_offset(), 0);
	assert_string_equal(dut->story, "RHePaaaaaD");
	assert_int_equal(patch_offset(), 0);
	assert_int_equal(dut->event_count, 2);
	assert_int_equal(write_patiently(patch_old, 0, PATCH_FILE, 1, 1), 0);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void meanwhile_the_offset_is_0(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(ask_while_it_erases), 0);
}

static void time_out(void)
{
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	patch_pass(TIMEOUT_MS - 1);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
	assert_string_equal(dut->story, "RHeP");
	patch_pass(1);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
	assert_int_equal(patch_offset(), 0);
	assert_string_equal(dut->story, "RHePT");
	/* Who looks late is told once, and the next one is in time. */
	patch_pass(3 * TIMEOUT_MS + 7);
	assert_int_equal(patch_offset(), 0);
	assert_int_equal(patch_offset(), 0);
	assert_string_equal(dut->story, "RHePTT");
	patch_pass(TIMEOUT_MS - 8);
	assert_int_equal(patch_offset(), 0);
	assert_string_equal(dut->story, "RHePTT");
	patch_pass(1);
	assert_int_equal(patch_offset(), 0);
	assert_string_equal(dut->story, "RHePTTT");
	/* Ready is ready, however late. */
	patch_pass(5 * TIMEOUT_MS);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), 0);
	assert_string_equal(dut->story, "RHePTTTDhrw");
}

static void time_outs_keep_their_rhythm(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		patch_setup(state);
		dut->offset = DFU_MODEM_OFFSET_DIRTY;
		dut->erase_ms = 7 * TIMEOUT_MS;
		dut->now_ms = i == 0 ? 0 : UINT32_MAX - TIMEOUT_MS; /* a clock that wraps */
		assert_int_equal(patch_run(time_out), 0);
	}
}

static void wait_long(void)
{
	assert_int_equal(
		dfu_target_modem_delta_init(0, 0, dut->result == 0 ? patch_on_event : NULL), 0);
	patch_pass(5 * TIMEOUT_MS);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
	patch_pass(5 * TIMEOUT_MS);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), 0);
}

static void without_a_clock_there_are_no_time_outs(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->erase_ms = 7 * TIMEOUT_MS;
	dut->api.uptime_ms = NULL;
	assert_int_equal(patch_run(wait_long), 0);
	assert_string_equal(dut->story, "RHePDhrw");
}

static void nobody_has_to_listen(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->erase_ms = 7 * TIMEOUT_MS;
	dut->result = 1;
	assert_int_equal(patch_run(wait_long), 0);
	assert_int_equal(dut->event_count, 0);
}

static void begin_while_it_erases(void)
{
	dut->is_erasing = true;
	dut->erased_at_ms = dut->now_ms + dut->erase_ms;
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
	/* The same again, and another one. */
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_init(patch_other, PATCH_FILE), 0);
	patch_pass(dut->erase_ms);
	assert_int_equal(write_patiently(patch_other, 0, PATCH_FILE, 100, 1), 0);
	patch_assert_has(patch_other, PATCH_FILE);
	assert_int_equal(dut->calls[PATCH_ERASE], 0);
	assert_int_equal(dut->calls[PATCH_AREA_SIZE], 4);
}

static void an_erase_that_is_under_way_is_not_begun_again(void **state)
{
	(void)state;
	dut->offset = HALF;
	assert_int_equal(patch_run(begin_while_it_erases), 0);
}

static void begin_too_large_while_it_erases(void)
{
	size_t offset = 5;

	dut->is_erasing = true;
	dut->erased_at_ms = dut->now_ms + dut->erase_ms;
	assert_int_equal(patch_init(patch_old, DFU_MODEM_OFFSET_DIRTY), -EFBIG);
	assert_int_equal(patch_init(patch_old, PATCH_AREA + 1), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
	patch_pass(dut->erase_ms);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EFBIG);
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), -EFBIG);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EFBIG);
	assert_int_equal(offset, 5);
	assert_int_equal(dut->offset, 0);
	assert_int_equal(patch_init(patch_old, PATCH_AREA), 0);
	assert_int_equal(write_patiently(patch_old, 0, PATCH_FILE, 100, 1), 0);
}

static void a_size_that_the_modem_tells_late_is_checked_late(void **state)
{
	(void)state;
	dut->offset = HALF;
	assert_int_equal(patch_run(begin_too_large_while_it_erases), 0);
}

static void pause_while_it_erases(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_done(false), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EPERM);
	patch_pass(10 * TIMEOUT_MS);
	assert_int_equal(patch_offset(), 0);
	assert_int_equal(dut->event_count, 1);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(write_patiently(patch_old, 0, PATCH_FILE, 100, 1), 0);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void after_a_pause_nothing_is_told(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(pause_while_it_erases), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
}

static void reset_while_it_erases(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EACCES);
	assert_int_equal(patch_init(patch_other, PATCH_FILE), 0);
	assert_int_equal(write_patiently(patch_other, 0, PATCH_FILE, 100, 100), 0);
	patch_assert_has(patch_other, PATCH_FILE);
}

static void a_reset_of_the_target_leaves_the_erase_to_the_modem(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(reset_while_it_erases), 0);
}

static void begin_only(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
}

static void finish_old(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	dut->offset_found = patch_offset();
	assert_int_equal(write_patiently(patch_old, dut->offset_found, PATCH_FILE, 100, 400), 0);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void begin_other(void)
{
	assert_int_equal(patch_init(patch_other, PATCH_FILE), 0);
	assert_int_equal(write_patiently(patch_other, 0, HALF, 100, 400), 0);
}

static void an_erase_that_the_power_ends_is_begun_again(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_other), 0);
	assert_int_equal(patch_run(begin_only), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
	assert_int_equal(patch_run(finish_old), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 2);
	assert_int_equal(dut->offset_found, 0);
	assert_int_equal(patch_run(finish_old), 0);
	assert_int_equal(dut->offset_found, PATCH_FILE);
}

static void no_cut_mixes_two_files(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_other), 0);
	patch_snapshot();
	for (int cut = PATCH_BEFORE; cut < PATCH_CUTS; cut++) {
		long k = 0;

		while (patch_run_cut(finish_old, k, (enum patch_cut)cut) != 0) {
			assert_int_equal(patch_run(k % 2 == 0 ? finish_old : begin_other), 0);
			assert_memory_equal(dut->area, k % 2 == 0 ? patch_old : patch_other, HALF);
			patch_restore();
			k++;
		}
		assert_int_equal(k, 15); /* two deletions, erase, two records, ten writes */
		patch_restore();
	}
}

static void look_in_vain(void)
{
	size_t offset = 5;

	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	patch_fault(PATCH_OFFSET, DFU_MODEM_ERASE_ERROR, 0, 2);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EFAULT);
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), -EFAULT);
	assert_int_equal(offset, 5);
	/* That it erases is known. */
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
	patch_fault(PATCH_OFFSET, DFU_MODEM_INVALID_UUID, 0, 1);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EINVAL);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EINVAL);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
	patch_pass(dut->erase_ms);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), 0);
}

static void an_answer_that_is_none_to_an_erase_is_told(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(look_in_vain), 0);
}

static void erase_again(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	patch_pass(dut->erase_ms);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
	patch_pass(dut->erase_ms);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), dut->result);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), dut->result);
	assert_int_equal(dut->calls[PATCH_ERASE], 2);
	assert_int_equal(dut->events[0].id, DFU_TARGET_EVT_ERASE_PENDING);
	assert_int_equal(dut->event_count, dut->result == 0 ? 2 : 1);
	assert_int_equal(patch_init(patch_other, PATCH_FILE), 0);
	assert_int_equal(write_patiently(patch_other, 0, PATCH_FILE, 100, 100), 0);
	patch_assert_has(patch_other, PATCH_FILE);
}

static void a_dirty_area_is_erased_twice_at_most(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->dirty_erases = 1;
	assert_int_equal(patch_run(erase_again), 0);
	patch_setup(state);
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->dirty_erases = 2;
	dut->result = -EFAULT;
	assert_int_equal(patch_run(erase_again), 0);
}

static void doubt(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EAGAIN);
	patch_pass(TIMEOUT_MS - 1);
	assert_int_equal(patch_offset(), 0);
	patch_pass(1);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EINVAL);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), -EINVAL);
	assert_int_equal(dut->event_count, 1);
}

static void invalid_data_is_believed_when_a_time_out_is_over(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->busy_answer = DFU_MODEM_INVALID_DATA;
	dut->erase_ms = 2 * TIMEOUT_MS;
	assert_int_equal(patch_run(doubt), 0);
}

static void be_busy_in_the_middle(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(write_patiently(patch_old, 0, HALF, 100, 1), 0);
	patch_fault(PATCH_WRITE, DFU_MODEM_ERASE_PENDING, 0, 3);
	assert_int_equal(write_patiently(patch_old, HALF, PATCH_FILE, 100, 1), 0);
	patch_assert_has(patch_old, PATCH_FILE);
	assert_int_equal(dut->calls[PATCH_WRITE], 13);
}

static void a_modem_that_is_busy_in_the_middle_loses_nothing_either(void **state)
{
	(void)state;
	assert_int_equal(patch_run(be_busy_in_the_middle), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_repeats_a_chunk_until_it_is_taken_loses_nothing,
				       patch_setup),
		cmocka_unit_test_setup(meanwhile_the_offset_is_0, patch_setup),
		cmocka_unit_test_setup(time_outs_keep_their_rhythm, patch_setup),
		cmocka_unit_test_setup(without_a_clock_there_are_no_time_outs, patch_setup),
		cmocka_unit_test_setup(nobody_has_to_listen, patch_setup),
		cmocka_unit_test_setup(an_erase_that_is_under_way_is_not_begun_again, patch_setup),
		cmocka_unit_test_setup(a_size_that_the_modem_tells_late_is_checked_late,
				       patch_setup),
		cmocka_unit_test_setup(after_a_pause_nothing_is_told, patch_setup),
		cmocka_unit_test_setup(a_reset_of_the_target_leaves_the_erase_to_the_modem,
				       patch_setup),
		cmocka_unit_test_setup(an_erase_that_the_power_ends_is_begun_again, patch_setup),
		cmocka_unit_test_setup(no_cut_mixes_two_files, patch_setup),
		cmocka_unit_test_setup(an_answer_that_is_none_to_an_erase_is_told, patch_setup),
		cmocka_unit_test_setup(a_dirty_area_is_erased_twice_at_most, patch_setup),
		cmocka_unit_test_setup(invalid_data_is_believed_when_a_time_out_is_over,
				       patch_setup),
		cmocka_unit_test_setup(a_modem_that_is_busy_in_the_middle_loses_nothing_either,
				       patch_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
