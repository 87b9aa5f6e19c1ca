/* SPDX-License-Identifier: Apache-2.0 */
/* Every answer of the modem to every call: its errno, and that the next call documented works. */
#include "target/patch_modem.h"

#include <errno.h>
#include <limits.h>

#include <dfu/config.h>
#include <dfu/dfu_target_modem_delta.h>

#include "target/modem_answer.h"

#define HALF 300

/* The answers, typed from the table of the header; then what no modem answers, and the port's. */
static const struct {
	int rc;
	int expected;
} answers[] = {
	{1, -ENOMEM},        {2, -E2BIG},        {3, -EINVAL},
	{4, -EFAULT},        {5, -EINVAL},       {6, -EFAULT},
	{7, -EFAULT},        {8, -EFAULT},       {9, -EINVAL},
	{10, -EFAULT},       {11, -EINVAL},      {12, -EFAULT},
	{13, -EFAULT},       {14, -EINVAL},      {15, -EFAULT},
	{16, -EFAULT},       {17, -EAGAIN},      {18, -EFAULT},
	{19, -EINVAL},       {20, -EFAULT},      {21, -EFAULT},
	{22, -EFAULT},       {23, -EFAULT},      {24, -EFAULT},
	{256 + 17, -EFAULT}, {65536, -EFAULT},   {INT_MAX, -EFAULT},
	{-EIO, -EIO},        {-EPERM, -EPERM},   {-EAGAIN, -EAGAIN},
	{-ENOMEM, -ENOMEM},  {-EINVAL, -EINVAL}, {-ESHUTDOWN, -ESHUTDOWN},
	{INT_MIN, INT_MIN},
};

#define PENDING DFU_MODEM_ERASE_PENDING

static void each_answer_has_its_errno(void **state)
{
	(void)state;
	assert_int_equal(modem_answer(0), 0);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		assert_int_equal(modem_answer(answers[i].rc), answers[i].expected);
	}
}

/* A body once for each answer, in dut->result, of a modem that the file began in. */
static void for_each_answer(void (*before)(void), void (*body)(void))
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		patch_setup(NULL);
		if (before != NULL) {
			assert_int_equal(patch_run(before), 0);
		}
		patch_forget_story();
		dut->result = (int)i;
		assert_int_equal(patch_run(body), 0);
	}
}

static int given(void)
{
	return answers[dut->result].rc;
}

static int expected(void)
{
	return answers[dut->result].expected;
}

static void begin_old(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, HALF, 100), 0);
}

static void make_dirty(void)
{
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
}

static void finish_old(void)
{
	assert_int_equal(patch_download(patch_old, 100), 0);
	patch_assert_has(patch_old, PATCH_FILE);
	assert_int_equal(dfu_target_modem_delta_done(true), 0);
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), 0);
}

/* The first call of this kind that init makes is answered so. */
static void fail_init(enum patch_call call, unsigned int after)
{
	patch_fault(call, given(), after, 1);
	const int rc = patch_init(patch_old, PATCH_FILE);
	assert_int_equal(dut->faults[call].times, 0);
	assert_int_equal(rc, expected());
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EACCES);
	finish_old();
}

static void fail_init_at_uuid(void)
{
	if (given() == PENDING || given() == -EAGAIN) {
		patch_fault(PATCH_UUID, given(), 0, 1);
	} else {
		fail_init(PATCH_UUID, 0);
	}
	finish_old();
}

static void fail_init_at_area(void)
{
	patch_fault(PATCH_AREA_SIZE, given(), 0, 1);
	if (given() == PENDING || given() == -EAGAIN) { /* it is asked again */
		finish_old();
		return;
	}
	fail_init(PATCH_AREA_SIZE, 0);
}

static void fail_init_at_offset(void)
{
	if (given() == PENDING) {
		patch_fault(PATCH_OFFSET, given(), 0, 1);
		assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
		assert_int_equal(dut->calls[PATCH_ERASE], 1); /* it was none, or a part */
		finish_old();
		return;
	}
	fail_init(PATCH_OFFSET, 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 0);
}

static void fail_init_at_erase(void)
{
	if (given() == PENDING) {
		patch_fault(PATCH_ERASE, given(), 0, 1);
	} else {
		fail_init(PATCH_ERASE, 0);
	}
	finish_old();
}

/* Its first look at the erase. */
static void fail_init_as_it_waits(void)
{
	if (given() == PENDING || given() == -EAGAIN || given() == DFU_MODEM_INVALID_DATA) {
		patch_fault(PATCH_OFFSET, given(), 1, 1);
	} else {
		fail_init(PATCH_OFFSET, 1);
	}
	finish_old();
}

static void every_answer_to_init_is_told_and_a_new_init_works(void **state)
{
	(void)state;
	for_each_answer(begin_old, fail_init_at_uuid);
	for_each_answer(begin_old, fail_init_at_area);
	for_each_answer(make_dirty, fail_init_at_erase);
	for_each_answer(make_dirty, fail_init_as_it_waits);
}

static void an_answer_about_the_offset_erases_nothing(void **state)
{
	(void)state;
	for_each_answer(begin_old, fail_init_at_offset);
}

static void fail_finish_in_init(void)
{
	begin_old();
	patch_fault(PATCH_FINISH, given(), 0, 1);
	assert_int_equal(patch_init(patch_other, PATCH_FILE), expected());
	assert_int_equal(dut->offset, HALF);
	assert_int_equal(dfu_target_modem_delta_write(patch_other, 8), -EACCES);
	/* The file before is as it was, and so is the session. */
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), HALF);
	assert_int_equal(patch_download(patch_other, 100), 0);
	patch_assert_has(patch_other, PATCH_FILE);
}

static void a_session_that_does_not_end_keeps_the_area(void **state)
{
	(void)state;
	for_each_answer(NULL, fail_finish_in_init);
}

/* An erase that was not begun: what is still there is of no file any more. */
static void fail_erase_of_other(void)
{
	begin_old();
	patch_fault(PATCH_ERASE, given(), 0, 2);
	const int rc = patch_init(patch_other, PATCH_FILE);
	assert_int_equal(rc, given() == PENDING ? -EFAULT : expected());
	dut->faults[PATCH_ERASE].times = 0;
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 0);
}

static void after_an_erase_that_failed_the_next_init_erases(void **state)
{
	(void)state;
	for_each_answer(NULL, fail_erase_of_other);
}

static void fail_offset_get(void)
{
	size_t offset = 5;

	begin_old();
	patch_fault(PATCH_OFFSET, given(), 0, 1);
	const int rc = dfu_target_modem_delta_offset_get(&offset);
	if (given() == PENDING) {
		assert_int_equal(rc, 0);
		assert_int_equal(offset, 0);
		return;
	}
	assert_int_equal(rc, expected());
	assert_int_equal(offset, 5);
	assert_int_equal(patch_write(patch_old, PATCH_FILE, 100), 0);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void every_answer_to_offset_get_is_told(void **state)
{
	(void)state;
	for_each_answer(NULL, fail_offset_get);
}

static void ask_for_the_offset_of_a_dirty_area(void)
{
	size_t offset = 5;

	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(dfu_target_modem_delta_offset_get(&offset), -EINVAL);
	assert_int_equal(offset, 5);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 8), -EINVAL);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 0);
}

static void a_dirty_area_has_no_offset(void **state)
{
	(void)state;
	assert_int_equal(patch_run(ask_for_the_offset_of_a_dirty_area), 0);
}

/* At the first chunk, and in the middle. */
static void fail_write_at(size_t at)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, at, 100), 0);
	patch_fault(PATCH_WRITE, given(), 0, 1);
	assert_int_equal(dfu_target_modem_delta_write(patch_old + at, 100), expected());
	if (expected() == -EINVAL) {
		const unsigned int writes = dut->calls[PATCH_WRITE];

		assert_int_equal(dfu_target_modem_delta_write(patch_old + at, 100), -EINVAL);
		assert_int_equal(patch_offset(), at);
		assert_int_equal(dfu_target_modem_delta_write(patch_old + at, 100), -EINVAL);
		assert_int_equal(dut->calls[PATCH_WRITE], writes);
		assert_int_equal(dfu_target_modem_delta_done(false), 0);
		/* Even where the area seems to be empty: it may not be blank. */
		patch_forget_story();
		assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
		assert_int_equal(dut->calls[PATCH_ERASE], 1);
		assert_int_equal(patch_offset(), 0);
	} else {
		/* Nothing was lost: the same call again. */
		assert_int_equal(dfu_target_modem_delta_write(patch_old + at, 100), 0);
		assert_int_equal(patch_offset(), at + 100);
	}
	assert_int_equal(patch_write(patch_old, PATCH_FILE, 100), 0);
	patch_assert_has(patch_old, PATCH_FILE);
	/* What came after it is erased no more. */
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), PATCH_FILE);
}

static void fail_first_write(void)
{
	fail_write_at(0);
}

static void fail_later_write(void)
{
	fail_write_at(HALF);
}

static void every_answer_to_write_is_told_and_nothing_is_lost(void **state)
{
	(void)state;
	for_each_answer(NULL, fail_first_write);
	for_each_answer(NULL, fail_later_write);
}

static void refuse_write(void)
{
	begin_old();
	patch_fault(PATCH_WRITE, DFU_MODEM_INVALID_DATA, 0, 1);
	assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 100), -EINVAL);
}

static void a_refused_patch_is_erased_after_a_reset_too(void **state)
{
	(void)state;
	assert_int_equal(patch_run(refuse_write), 0);
	patch_forget_story();
	assert_int_equal(patch_run(finish_old), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
}

/* Empty, says the modem, and not blank. */
static void reset_what_is_not_blank(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	patch_fault(PATCH_WRITE, DFU_MODEM_AREA_NOT_BLANK, 0, 1);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 100), -EINVAL);
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
	patch_pass(dut->erase_ms);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
	assert_int_equal(patch_write(patch_old, PATCH_FILE, 100), 0);
}

static void what_seems_to_be_empty_is_erased_if_it_was_refused(void **state)
{
	(void)state;
	assert_int_equal(patch_run(reset_what_is_not_blank), 0);
}

static void take_a_part(void)
{
	begin_old();
	patch_fault(PATCH_WRITE, -EIO, 0, 1);
	dut->faults[PATCH_WRITE].takes = 30;
	assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 100), -EIO);
	if (dut->result != 0) {
		/* Who asks goes on behind them. */
		assert_int_equal(patch_write(patch_old, PATCH_FILE, 100), 0);
		patch_assert_has(patch_old, PATCH_FILE);
		return;
	}
	/* Who does not would write them twice. */
	const unsigned int writes = dut->calls[PATCH_WRITE];
	assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 100), -EINVAL);
	assert_int_equal(dut->calls[PATCH_WRITE], writes);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 0);
	assert_int_equal(patch_write(patch_old, PATCH_FILE, 100), 0);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void no_byte_is_written_twice_where_the_modem_took_a_part(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		patch_setup(state);
		dut->result = i;
		assert_int_equal(patch_run(take_a_part), 0);
	}
}

static void fail_the_question_after_a_failure(void)
{
	begin_old();
	patch_fault(PATCH_WRITE, -EIO, 0, 1);
	assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 100), -EIO);
	patch_fault(PATCH_OFFSET, given(), 0, 1);
	assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 100), expected());
	if (expected() != -EINVAL) {
		assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 100), 0);
		patch_assert_has(patch_old, HALF + 100);
	} else {
		assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 100), -EINVAL);
	}
}

static void a_repetition_that_cannot_ask_writes_nothing(void **state)
{
	(void)state;
	for_each_answer(NULL, fail_the_question_after_a_failure);
}

/* Somebody else has the area erased in the middle of a file. */
static void erase_behind_its_back(void)
{
	begin_old();
	dut->is_open = false;
	assert_int_equal(dut->api.erase(&dut->modem), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 100), -EAGAIN);
	if (dut->result != 0) {
		assert_int_equal(patch_offset(), 0);
		assert_int_equal(dfu_target_modem_delta_write(patch_old, 100), -EAGAIN);
	}
	patch_pass(dut->erase_ms);
	dut->is_open = false;
	if (dut->result != 0) {
		assert_int_equal(dfu_target_modem_delta_write(patch_old, 100), 0);
		assert_int_equal(patch_write(patch_old, PATCH_FILE, 100), 0);
		patch_assert_has(patch_old, PATCH_FILE);
	} else {
		assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 100), -EINVAL);
		patch_assert_has(patch_old, 0);
	}
}

static void a_chunk_of_the_middle_is_never_written_at_the_beginning(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		patch_setup(state);
		dut->result = i;
		assert_int_equal(patch_run(erase_behind_its_back), 0);
	}
}

static void fail_done(void)
{
	begin_old();
	patch_fault(PATCH_FINISH, given(), 0, 1);
	assert_int_equal(dfu_target_modem_delta_done(true), expected());
	assert_true(dut->is_open);
	assert_int_equal(dfu_target_modem_delta_done(true), 0);
	assert_false(dut->is_open);
	patch_assert_has(patch_old, HALF);
}

static void fail_schedule(void)
{
	assert_int_equal(patch_download(patch_old, 100), 0);
	patch_fault(PATCH_APPLY, given(), 0, 1);
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), expected());
	assert_false(dut->is_scheduled);
	if (expected() == -EINVAL && given() != DFU_MODEM_INCOMPLETE_DATA) {
		patch_forget_story();
		assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
		assert_int_equal(dut->calls[PATCH_ERASE], 1);
	} else {
		assert_int_equal(dfu_target_modem_delta_schedule_update(0), 0);
	}
}

static void fail_reset_at_finish(void)
{
	begin_old();
	patch_fault(PATCH_FINISH, given(), 0, 1);
	assert_int_equal(dfu_target_modem_delta_reset(), expected());
	assert_int_equal(dut->calls[PATCH_ERASE], 0);
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	assert_true(dut->is_erasing);
}

static void fail_reset_at_erase(void)
{
	begin_old();
	patch_fault(PATCH_ERASE, given(), 0, 1);
	assert_int_equal(dfu_target_modem_delta_reset(), given() == PENDING ? 0 : expected());
	/* Whatever the modem did: the patch is of no file any more. */
	assert_int_equal(dfu_target_modem_delta_write(patch_old + HALF, 8), -EACCES);
	if (given() != PENDING) {
		assert_int_equal(dfu_target_modem_delta_reset(), 0);
		assert_true(dut->is_erasing);
	}
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 0);
}

/* The offset is asked only to spare an erase. */
static void fail_reset_at_offset(void)
{
	begin_old();
	patch_fault(PATCH_OFFSET, given(), 0, 1);
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
	assert_true(dut->is_erasing);
}

static void every_answer_to_the_other_calls_is_told_and_they_may_be_repeated(void **state)
{
	(void)state;
	for_each_answer(NULL, fail_done);
	for_each_answer(NULL, fail_schedule);
	for_each_answer(NULL, fail_reset_at_finish);
	for_each_answer(NULL, fail_reset_at_erase);
	for_each_answer(NULL, fail_reset_at_offset);
}

static void look_in_vain(void)
{
	assert_true(dfu_target_modem_delta_identify(patch_other));
	patch_fault(PATCH_OFFSET, -EIO, 0, 1);
	assert_int_equal(patch_init(NULL, PATCH_FILE), -EIO);
	/* What was seen before the init that failed is still of the file to come. */
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 0);
}

static void a_failed_init_forgets_nothing_that_was_seen(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	assert_int_equal(patch_run(look_in_vain), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_answer_has_its_errno, patch_setup),
		cmocka_unit_test_setup(every_answer_to_init_is_told_and_a_new_init_works,
				       patch_setup),
		cmocka_unit_test_setup(an_answer_about_the_offset_erases_nothing, patch_setup),
		cmocka_unit_test_setup(a_session_that_does_not_end_keeps_the_area, patch_setup),
		cmocka_unit_test_setup(after_an_erase_that_failed_the_next_init_erases,
				       patch_setup),
		cmocka_unit_test_setup(every_answer_to_offset_get_is_told, patch_setup),
		cmocka_unit_test_setup(a_dirty_area_has_no_offset, patch_setup),
		cmocka_unit_test_setup(every_answer_to_write_is_told_and_nothing_is_lost,
				       patch_setup),
		cmocka_unit_test_setup(a_refused_patch_is_erased_after_a_reset_too, patch_setup),
		cmocka_unit_test_setup(what_seems_to_be_empty_is_erased_if_it_was_refused,
				       patch_setup),
		cmocka_unit_test_setup(no_byte_is_written_twice_where_the_modem_took_a_part,
				       patch_setup),
		cmocka_unit_test_setup(a_repetition_that_cannot_ask_writes_nothing, patch_setup),
		cmocka_unit_test_setup(a_chunk_of_the_middle_is_never_written_at_the_beginning,
				       patch_setup),
		cmocka_unit_test_setup(
			every_answer_to_the_other_calls_is_told_and_they_may_be_repeated,
			patch_setup),
		cmocka_unit_test_setup(a_failed_init_forgets_nothing_that_was_seen, patch_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
