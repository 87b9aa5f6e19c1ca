/* SPDX-License-Identifier: Apache-2.0 */
/* A patch from its first byte to its application, by a port that can wait. */
#include "target/patch_modem.h"

#include <errno.h>

#include <dfu/config.h>
#include <dfu/dfu_target_modem_delta.h>

#define TIMEOUT_MS (CONFIG_DFU_TARGET_MODEM_TIMEOUT * 1000u)

static void a_patch_is_known_by_its_fifth_to_eighth_byte(void **state)
{
	uint8_t file[32] = {0, 0, 0, 0, 'm', 'e', 'D', 'u'};

	(void)state;
	assert_true(dfu_target_modem_delta_identify(file));
	file[0] = 0xff;
	assert_true(dfu_target_modem_delta_identify(file));
	for (size_t i = 4; i < 8; i++) {
		file[i] ^= 0x20;
		assert_false(dfu_target_modem_delta_identify(file));
		file[i] ^= 0x20;
	}
}

static void download(void)
{
	static const size_t chunks[] = {1, 7, 31, 32, 33, 512, PATCH_FILE};

	for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
		assert_int_equal(patch_download(patch_old, chunks[i]), 0);
		patch_assert_has(patch_old, PATCH_FILE);
		assert_int_equal(dfu_target_modem_delta_done(true), 0);
		assert_int_equal(patch_offset(), PATCH_FILE);
		assert_int_equal(dfu_target_modem_delta_schedule_update(0), 0);
		assert_true(dut->is_scheduled);
		assert_int_equal(dfu_target_modem_delta_reset(), 0);
		assert_false(dut->is_scheduled);
		assert_true(dut->is_erasing);
		patch_pass(dut->erase_ms);
	}
	assert_int_equal(dut->event_count, 0);
}

static void a_file_arrives_whole_whatever_the_chunks(void **state)
{
	(void)state;
	assert_int_equal(patch_run(download), 0);
}

/* Nobody has looked at the file, and nobody listens. */
static void download_blindly(void)
{
	assert_int_equal(dfu_target_modem_delta_init(0, 0, NULL), 0);
	assert_int_equal(patch_write(patch_old, PATCH_FILE, 100), 0);
	assert_int_equal(dfu_target_modem_delta_done(true), 0);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void size_first_bytes_and_callback_may_be_missing(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->erase_ms = 2 * TIMEOUT_MS;
	assert_int_equal(patch_run(download_blindly), 0);
	assert_int_equal(dut->event_count, 0);
}

static void ask_without_modem(void)
{
	size_t offset = 5;

	assert_int_equal(patch_init(NULL, PATCH_FILE), -ENODEV);
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), -EACCES);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EACCES);
	assert_int_equal(dfu_target_modem_delta_done(true), 0);
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), -ENODEV);
	assert_int_equal(dfu_target_modem_delta_reset(), -ENODEV);
	assert_int_equal(offset, 5);
}

static void without_a_modem(void)
{
	static const struct dfu_modem none = {0};

	dfu_modem_set(NULL);
	ask_without_modem();
	dfu_modem_set(&none);
	ask_without_modem();
	dfu_modem_set(&dut->modem);
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	dfu_modem_set(&none);
	ask_without_modem();
	dfu_modem_set(&dut->modem);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EACCES);
}

static void a_device_without_a_modem_for_patches_says_so(void **state)
{
	(void)state;
	assert_int_equal(patch_run(without_a_modem), 0);
}

static void call_without_init(void)
{
	size_t offset = 5;

	assert_int_equal(dfu_target_modem_delta_offset_get(NULL), -EINVAL);
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), -EACCES);
	assert_int_equal(offset, 5);
	assert_int_equal(dfu_target_modem_delta_write(NULL, 8), -EINVAL);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EACCES);
	assert_int_equal(dfu_target_modem_delta_done(false), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EACCES);
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	assert_string_equal(dut->story, "fRH");
	/* What is stored may be scheduled in a later run. */
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), 0);
}

static void without_init_nothing_is_written(void **state)
{
	(void)state;
	assert_int_equal(patch_run(call_without_init), 0);
}

static void pass_wrong_arguments(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_write(NULL, 0), -EINVAL);
	assert_int_equal(dfu_target_modem_delta_write(NULL, 8), -EINVAL);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 0), -EINVAL);
	assert_int_equal(dfu_target_modem_delta_offset_get(NULL), -EINVAL);
	assert_int_equal(dut->calls[PATCH_WRITE], 0);
	/* None of these ends the transfer. */
	assert_int_equal(patch_write(patch_old, PATCH_FILE, 100), 0);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void wrong_arguments_consume_nothing(void **state)
{
	(void)state;
	assert_int_equal(patch_run(pass_wrong_arguments), 0);
}

static void write_after_done(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, 300, 100), 0);
	assert_int_equal(dfu_target_modem_delta_done(false), 0);
	assert_false(dut->is_open);
	assert_int_equal(dfu_target_modem_delta_write(patch_old + 300, 8), -EPERM);
	assert_int_equal(patch_offset(), 300);
	assert_int_equal(dfu_target_modem_delta_done(true), 0);
	patch_assert_has(patch_old, 300);
	assert_int_equal(patch_download(patch_old, 100), 0);
	patch_assert_has(patch_old, PATCH_FILE);
	assert_int_equal(dut->calls[PATCH_ERASE], 0);
}

static void a_pause_ends_the_session_and_loses_no_byte(void **state)
{
	(void)state;
	assert_int_equal(patch_run(write_after_done), 0);
}

static void pause_after_an_erase(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, 300, 100), 0);
	assert_int_equal(dfu_target_modem_delta_done(false), 0);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 300);
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	patch_pass(dut->erase_ms);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, 200, 100), 0);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 200);
	assert_int_equal(dut->calls[PATCH_ERASE], 2); /* the first init, and the reset */
}

static void an_erase_is_over_when_it_is_over(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(pause_after_an_erase), 0);
}

static void try_sizes(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_AREA + 1), -EFBIG);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EACCES);
	assert_int_equal(patch_init(patch_old, DFU_MODEM_OFFSET_DIRTY), -EFBIG);
	assert_int_equal(patch_init(patch_old, SIZE_MAX), -EFBIG);
	assert_int_equal(patch_init(patch_old, SIZE_MAX / 2 + 1 + PATCH_FILE), -EFBIG);
	assert_int_equal(dut->offset, 300);
	assert_string_equal(dut->story, "");
	assert_int_equal(patch_init(patch_old, PATCH_AREA), 0);
}

static void a_file_that_is_too_large_touches_nothing(void **state)
{
	(void)state;
	dut->offset = 300;
	assert_int_equal(patch_run(try_sizes), 0);
}

static void init_only(void)
{
	dut->result = patch_init(NULL, PATCH_FILE);
	dut->offset_found = dut->result == 0 ? patch_offset() : SIZE_MAX;
}

static void assert_event(size_t i, enum dfu_target_evt_id id, uint32_t at_ms)
{
	assert_true(i < dut->event_count);
	assert_int_equal(dut->events[i].id, id);
	assert_int_equal(dut->events[i].at_ms, at_ms);
}

static void init_waits_until_the_area_is_empty(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(init_only), 0);
	assert_int_equal(dut->result, 0);
	assert_int_equal(dut->offset_found, 0);
	assert_string_equal(dut->story, "RHePD");
	assert_event(0, DFU_TARGET_EVT_ERASE_PENDING, 0);
	assert_event(1, DFU_TARGET_EVT_ERASE_DONE, 3000);
}

static void a_time_out_comes_each_so_many_seconds_and_not_one_more(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->erase_ms = 3 * TIMEOUT_MS - 500;
	assert_int_equal(patch_run(init_only), 0);
	assert_string_equal(dut->story, "RHePTTD");
	assert_event(1, DFU_TARGET_EVT_TIMEOUT, TIMEOUT_MS);
	assert_event(2, DFU_TARGET_EVT_TIMEOUT, 2 * TIMEOUT_MS);
	assert_event(3, DFU_TARGET_EVT_ERASE_DONE, 3 * TIMEOUT_MS);
}

static void an_erase_that_ends_with_the_time_out_is_in_time(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->erase_ms = TIMEOUT_MS;
	assert_int_equal(patch_run(init_only), 0);
	assert_string_equal(dut->story, "RHePD");
	patch_setup(NULL);
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->erase_ms = TIMEOUT_MS + 1;
	assert_int_equal(patch_run(init_only), 0);
	assert_string_equal(dut->story, "RHePTD");
}

static void init_while_it_erases(void)
{
	dut->is_erasing = true;
	dut->erased_at_ms = dut->now_ms + dut->erase_ms;
	init_only();
}

static void an_erase_that_is_under_way_is_waited_for_and_not_begun_again(void **state)
{
	(void)state;
	dut->offset = 300;
	assert_int_equal(patch_run(init_while_it_erases), 0);
	assert_int_equal(dut->result, 0);
	assert_string_equal(dut->story, "RHPD");
	assert_int_equal(dut->calls[PATCH_AREA_SIZE], 2); /* the first time it did not say */
}

static void init_too_large_while_it_erases(void)
{
	dut->is_erasing = true;
	dut->erased_at_ms = dut->now_ms + dut->erase_ms;
	assert_int_equal(patch_init(patch_old, PATCH_AREA + 1), -EFBIG);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EACCES);
	assert_int_equal(patch_init(patch_old, PATCH_AREA), 0);
}

static void the_size_is_checked_as_soon_as_the_modem_tells_its_own(void **state)
{
	(void)state;
	dut->offset = 300;
	assert_int_equal(patch_run(init_too_large_while_it_erases), 0);
}

static void an_area_that_is_still_dirty_is_erased_once_more(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->dirty_erases = 1;
	assert_int_equal(patch_run(init_only), 0);
	assert_int_equal(dut->result, 0);
	assert_string_equal(dut->story, "RHePeD");
}

static void init_twice(void)
{
	assert_int_equal(patch_init(NULL, PATCH_FILE), -EFAULT);
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 4);
}

static void but_not_twice_more(void **state)
{
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->dirty_erases = 2;
	assert_int_equal(patch_run(init_only), 0);
	assert_int_equal(dut->result, -EFAULT);
	assert_string_equal(dut->story, "RHePe");
	patch_setup(state);
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->dirty_erases = 3;
	assert_int_equal(patch_run(init_twice), 0);
}

static void a_port_that_cannot_wait_is_named_before_anything_is_touched(void **state)
{
	(void)state;
	dut->api.sleep_ms = NULL;
	dut->offset = 300;
	assert_int_equal(patch_run(init_only), 0);
	assert_int_equal(dut->result, -ENOSYS);
	assert_string_equal(dut->story, "");
	assert_int_equal(dut->offset, 300);
	/* It is not needed as long as nothing has to be erased. */
	dut->offset = 0;
	assert_int_equal(patch_run(init_only), 0);
	assert_int_equal(dut->result, 0);
}

static void a_port_without_a_clock_will_do(void **state)
{
	(void)state;
	dut->api.uptime_ms = NULL;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(init_only), 0);
	assert_string_equal(dut->story, "RHePD");
}

static void a_modem_that_speaks_of_invalid_data_may_be_erasing(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->busy_answer = DFU_MODEM_INVALID_DATA;
	dut->erase_ms = TIMEOUT_MS;
	assert_int_equal(patch_run(init_only), 0);
	assert_int_equal(dut->result, 0);
	assert_string_equal(dut->story, "RHePD");
	/* Not for longer than a time-out. */
	patch_setup(NULL);
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->busy_answer = DFU_MODEM_INVALID_DATA;
	dut->erase_ms = TIMEOUT_MS + 1;
	assert_int_equal(patch_run(init_only), 0);
	assert_int_equal(dut->result, -EINVAL);
	assert_int_equal(dut->now_ms, TIMEOUT_MS);
	assert_string_equal(dut->story, "RHeP");
}

static void one_such_answer_as_a_time_out_is_due_does_not_end_an_erase(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->erase_ms = 2 * TIMEOUT_MS;
	/* One look to see that the area is dirty, and one at the beginning of the erase. */
	patch_fault(PATCH_OFFSET, DFU_MODEM_INVALID_DATA, 1 + TIMEOUT_MS / 1000, 1);
	assert_int_equal(patch_run(init_only), 0);
	assert_int_equal(dut->result, 0);
	assert_string_equal(dut->story, "RHePTD");
	assert_int_equal(dut->faults[PATCH_OFFSET].times, 0);
}

static void a_modem_that_speaks_of_nothing_else_after_a_time_out_means_it(void **state)
{
	const unsigned int looks = TIMEOUT_MS / 1000;

	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->erase_ms = 4 * TIMEOUT_MS;
	/* From the look behind the first time-out on. */
	patch_fault(PATCH_OFFSET, DFU_MODEM_INVALID_DATA, 1 + looks + 1, 2 * looks);
	assert_int_equal(patch_run(init_only), 0);
	assert_int_equal(dut->result, -EINVAL);
	assert_int_equal(dut->now_ms, 2 * TIMEOUT_MS);
	assert_string_equal(dut->story, "RHePT");
}

static void doubt_the_second_erase(void)
{
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->busy_answer = DFU_MODEM_INVALID_DATA;
	dut->erase_ms = TIMEOUT_MS + 1;
	assert_int_equal(patch_init(NULL, PATCH_FILE), -EINVAL);
}

static void what_a_modem_said_of_one_erase_says_nothing_of_the_next(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(doubt_the_second_erase), 0);
}

static void fail_to_begin_within_a_session(void)
{
	size_t offset;

	assert_int_equal(dfu_target_modem_delta_init(PATCH_FILE, 0, NULL), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 100), 0);
	assert_true(dut->is_open);
	patch_forget_story();
	assert_int_equal(dfu_target_modem_delta_init(PATCH_AREA + 1, 0, NULL), -EFBIG);
	assert_false(dut->is_open);
	assert_string_equal(dut->story, "f");
	/* And nothing is lost. */
	assert_int_equal(dfu_target_modem_delta_init(PATCH_FILE, 0, NULL), 0);
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), 0);
	assert_int_equal(offset, 100);
}

static void an_init_that_fails_gives_back_what_the_modem_lent(void **state)
{
	(void)state;
	assert_int_equal(patch_run(fail_to_begin_within_a_session), 0);
}

static void reset_a_scheduled_patch(void)
{
	assert_int_equal(patch_download(patch_old, 100), 0);
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), 0);
	patch_forget_story();
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	assert_string_equal(dut->story, "fRHe");
	assert_false(dut->is_scheduled);
	assert_true(dut->is_erasing);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EACCES);
	/* Again, while it erases. */
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	init_only();
}

static void reset_erases_in_the_background_and_the_next_init_waits(void **state)
{
	(void)state;
	assert_int_equal(patch_run(reset_a_scheduled_patch), 0);
	assert_int_equal(dut->result, 0);
	assert_int_equal(dut->offset_found, 0);
	assert_int_equal(dut->now_ms, 3000);
}

static void reset_only(void)
{
	dut->result = dfu_target_modem_delta_reset();
}

static void reset_of_an_empty_area_spares_the_erase(void **state)
{
	(void)state;
	assert_int_equal(patch_run(reset_only), 0);
	assert_int_equal(dut->result, 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 0);
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(reset_only), 0);
	assert_int_equal(dut->result, 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
}

/* This run has written, whatever the modem says: an erase takes back what it may have. */
static void reset_what_was_written(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, 300, 100), 0);
	dut->offset = 0;
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
	patch_pass(dut->erase_ms);
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
}

static void reset_of_what_was_written_erases(void **state)
{
	(void)state;
	assert_int_equal(patch_run(reset_what_was_written), 0);
}

static void schedule_too_early(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, 300, 100), 0);
	assert_int_equal(dfu_target_modem_delta_done(true), 0);
	patch_fault(PATCH_APPLY, DFU_MODEM_INCOMPLETE_DATA, 0, 1);
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), -EINVAL);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 300);
	assert_int_equal(patch_write(patch_old, PATCH_FILE, 100), 0);
	/* Whole, and the modem does not want it: there is nothing to go on with. */
	patch_fault(PATCH_APPLY, DFU_MODEM_INVALID_UUID, 0, 1);
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), -EINVAL);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 0);
}

static void a_patch_that_is_not_whole_goes_on_and_one_that_is_refused_does_not(void **state)
{
	(void)state;
	assert_int_equal(patch_run(schedule_too_early), 0);
}

static void request_without_init(void)
{
	size_t offset;

	patch_fault(PATCH_APPLY, DFU_MODEM_INVALID_DATA, 0, 1);
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), -EINVAL);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EACCES);
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), -EACCES);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
}

static void a_refused_request_is_no_download(void **state)
{
	(void)state;
	assert_int_equal(patch_run(request_without_init), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_patch_is_known_by_its_fifth_to_eighth_byte, patch_setup),
		cmocka_unit_test_setup(a_file_arrives_whole_whatever_the_chunks, patch_setup),
		cmocka_unit_test_setup(size_first_bytes_and_callback_may_be_missing, patch_setup),
		cmocka_unit_test_setup(a_device_without_a_modem_for_patches_says_so, patch_setup),
		cmocka_unit_test_setup(without_init_nothing_is_written, patch_setup),
		cmocka_unit_test_setup(wrong_arguments_consume_nothing, patch_setup),
		cmocka_unit_test_setup(a_pause_ends_the_session_and_loses_no_byte, patch_setup),
		cmocka_unit_test_setup(an_erase_is_over_when_it_is_over, patch_setup),
		cmocka_unit_test_setup(a_file_that_is_too_large_touches_nothing, patch_setup),
		cmocka_unit_test_setup(init_waits_until_the_area_is_empty, patch_setup),
		cmocka_unit_test_setup(a_time_out_comes_each_so_many_seconds_and_not_one_more,
				       patch_setup),
		cmocka_unit_test_setup(an_erase_that_ends_with_the_time_out_is_in_time,
				       patch_setup),
		cmocka_unit_test_setup(an_erase_that_is_under_way_is_waited_for_and_not_begun_again,
				       patch_setup),
		cmocka_unit_test_setup(the_size_is_checked_as_soon_as_the_modem_tells_its_own,
				       patch_setup),
		cmocka_unit_test_setup(an_area_that_is_still_dirty_is_erased_once_more,
				       patch_setup),
		cmocka_unit_test_setup(but_not_twice_more, patch_setup),
		cmocka_unit_test_setup(a_port_that_cannot_wait_is_named_before_anything_is_touched,
				       patch_setup),
		cmocka_unit_test_setup(a_port_without_a_clock_will_do, patch_setup),
		cmocka_unit_test_setup(a_modem_that_speaks_of_invalid_data_may_be_erasing,
				       patch_setup),
		cmocka_unit_test_setup(one_such_answer_as_a_time_out_is_due_does_not_end_an_erase,
				       patch_setup),
		cmocka_unit_test_setup(
			a_modem_that_speaks_of_nothing_else_after_a_time_out_means_it, patch_setup),
		cmocka_unit_test_setup(what_a_modem_said_of_one_erase_says_nothing_of_the_next,
				       patch_setup),
		cmocka_unit_test_setup(an_init_that_fails_gives_back_what_the_modem_lent,
				       patch_setup),
		cmocka_unit_test_setup(reset_erases_in_the_background_and_the_next_init_waits,
				       patch_setup),
		cmocka_unit_test_setup(reset_of_an_empty_area_spares_the_erase, patch_setup),
		cmocka_unit_test_setup(reset_of_what_was_written_erases, patch_setup),
		cmocka_unit_test_setup(a_refused_request_is_no_download, patch_setup),
		cmocka_unit_test_setup(
			a_patch_that_is_not_whole_goes_on_and_one_that_is_refused_does_not,
			patch_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
