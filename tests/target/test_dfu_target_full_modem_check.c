/* SPDX-License-Identifier: Apache-2.0 */
/* What the target makes of what a check of the file says, at the end of a download and before one.
 */
#include "full_modem_rig.h"

#include <errno.h>

#include "fake_fmfu.h"

/* Codes that are the judgement of a file; others say that there is none. */
static const int verdicts[] = {-ENOENT, -EBADMSG,       -ENOTSUP,    -ERANGE,
			       -EILSEQ, -EADDRNOTAVAIL, -EADDRINUSE, -EFBIG};
static const int failures[] = {-EIO, -ETIMEDOUT, -ENOBUFS, -ENOMEM, -EINVAL};

static void see_what_is_checked(void)
{
	full_modem_finish();
	assert_int_equal(fake_fmfu.calls, 1);
	assert_ptr_equal(fake_fmfu.file.fdev, full_modem_store.dev);
	assert_int_equal(fake_fmfu.file.offset, full_modem_store.offset);
	assert_int_equal(fake_fmfu.file.size, new_file.size);
	assert_int_equal(fake_fmfu.buf_len, full_modem_buffer_len);
}

static void what_was_received_is_checked(void **state)
{
	(void)state;
	full_modem_run_plain(see_what_is_checked);
}

static void assert_is_forgotten(void)
{
	size_t len;

	assert_null(reset_setting(FULL_MODEM_RECORD, &len));
	assert_null(reset_setting(FULL_MODEM_TAIL, &len));
}

static void be_refused(int expected)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	assert_int_equal(dfu_target_done(true), expected);
	assert_is_forgotten();
	assert_int_equal(dfu_target_done(true), -EALREADY);
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EACCES);
	assert_int_equal(dfu_target_done(false), 0);
}

static void be_refused_for_each_reason(void)
{
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		fake_fmfu.rc = verdicts[i];
		/* It was given what was received: that the file passes the end is its length. */
		be_refused(verdicts[i] == -EFBIG ? -EMSGSIZE : verdicts[i]);
	}
	fake_fmfu.rc = 0;
	fake_fmfu.manifest_len = new_file.size - 1;
	be_refused(-EMSGSIZE);
	fake_fmfu.manifest_len = new_file.size + 1;
	be_refused(-EMSGSIZE);
	fake_fmfu.manifest_len = 0;
	full_modem_finish();
}

static void a_file_that_is_refused_is_forgotten(void **state)
{
	(void)state;
	full_modem_run_plain(be_refused_for_each_reason);
}

static void be_incomplete(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(dfu_target_done(true), -EMSGSIZE);
	assert_int_equal(full_modem_init(0), 0);
	assert_int_equal(dfu_target_done(true), -EMSGSIZE);
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(new_file.size - 1, 100), 0);
	reset_forget_ops();
	assert_int_equal(dfu_target_done(true), -EMSGSIZE);
	assert_int_equal(reset_count(SIM_PROGRAM), 0);
	assert_is_forgotten();
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(fake_fmfu.calls, 0);
}

static void a_file_that_is_not_all_there_is_refused_unseen(void **state)
{
	(void)state;
	full_modem_run_plain(be_incomplete);
}

static void fail_to_check(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		fake_fmfu.rc = failures[i];
		assert_int_equal(dfu_target_done(true), failures[i]);
		assert_int_equal(reset_offset(), new_file.size);
		assert_int_equal(dfu_target_write(new_file.bytes, 1), -EFBIG);
	}
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_offset(), new_file.size);
	assert_int_equal(dfu_target_done(true), failures[ARRAY_LEN(failures) - 1]);
	fake_fmfu.rc = 0;
	reset_forget_ops();
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dev->op_count, 0);
	full_modem_assert_stored();
}

static void fail_to_check_what_has_no_announced_size(void)
{
	assert_int_equal(full_modem_init(0), 0);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	fake_fmfu.rc = -EIO;
	assert_int_equal(dfu_target_done(true), -EIO);
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EFBIG);
	fake_fmfu.rc = 0;
	assert_int_equal(dfu_target_done(true), 0);
	full_modem_assert_stored();
}

static void a_check_that_fails_may_be_repeated(void **state)
{
	(void)state;
	full_modem_run_plain(fail_to_check);
	full_modem_run_plain(fail_to_check_what_has_no_announced_size);
	full_modem_open(&full_modem_plain);
	full_modem_make(&new_file, 2499, 1); /* the last write block is not whole */
	assert_int_equal(reset_run(fail_to_check), 0);
	reset_close();
}

static void want_what_the_modem_needs(void)
{
	fake_fmfu.pending = true;
	assert_int_equal(full_modem_init_seen(), -EBUSY);
	assert_int_equal(fake_fmfu.file.size, full_modem_store.size);
	assert_int_equal(dfu_target_full_modem_reset(), -EBUSY);
	assert_int_equal(full_modem_init(1), -EBUSY);
	assert_int_equal(full_modem_init(full_modem_store.size + 1), -EFBIG);
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		fake_fmfu.rc = failures[i];
		assert_int_equal(full_modem_init_seen(), failures[i]);
		assert_int_equal(dfu_target_full_modem_reset(), failures[i]);
	}
	fake_fmfu.rc = 0;
	assert_int_equal(dev->op_count, 0);
	fake_fmfu.pending = false;
	fake_fmfu.calls = 0;
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(fake_fmfu.calls, 0);
}

static void a_file_that_the_modem_needs_is_left_alone(void **state)
{
	(void)state;
	full_modem_run_plain(want_what_the_modem_needs);
}

static void replace_what_the_modem_cannot_use(void)
{
	fake_fmfu.pending = true;
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		fake_fmfu.rc = verdicts[i];
		assert_int_equal(full_modem_init_seen(), 0);
		assert_int_equal(reset_write(200 * (i + 1) + 1, 100), 0);
		if (i % 2 == 0) {
			assert_int_equal(dfu_target_done(false), 0);
		}
		assert_int_equal(full_modem_init_seen(), 0);
		assert_int_equal(reset_offset(), 200 * (i + 1) + 1);
	}
	assert_memory_equal(reset_slot(1), new_file.bytes, 1600);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	fake_fmfu.rc = 0;
	assert_int_equal(dfu_target_done(true), 0);
	full_modem_assert_stored();
	assert_int_equal(full_modem_init_seen(), -EBUSY);
}

/* And the check, which uses the buffer, costs the download no byte. */
static void one_that_is_damaged_is_replaced_while_the_modem_waits(void **state)
{
	(void)state;
	full_modem_run_plain(replace_what_the_modem_cannot_use);
}

static void reset_what_is_stored(void)
{
	full_modem_cfg();
	assert_int_equal(dfu_target_full_modem_reset(), 0);
	assert_is_forgotten();
	assert_true(reset_count(SIM_ERASE) + reset_count(SIM_PROGRAM) == 1);
	for (size_t i = 0; i < dev->what.block; i++) {
		assert_int_equal(dev->memory[(size_t)full_modem_store.offset + i],
				 dev->what.erased);
	}
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_offset(), 0);
}

static void do_nothing(void)
{
}

static void pause_in_the_middle(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(1001, 100), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void reset_in_the_middle(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(1001, 100), 0);
	reset_forget_ops();
	reset_what_is_stored();
}

static void reset_leaves_no_whole_file(void **state)
{
	void (*const before[])(void) = {full_modem_finish, pause_in_the_middle, do_nothing};

	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(before); i++) {
			full_modem_open(&full_modem_cases[c]);
			assert_int_equal(reset_run(before[i]), 0);
			reset_forget_ops();
			assert_int_equal(reset_run(reset_what_is_stored), 0);
			assert_int_equal(reset_run(full_modem_finish), 0);
			reset_close();
		}
		full_modem_open(&full_modem_cases[c]);
		assert_int_equal(reset_run(reset_in_the_middle), 0);
		reset_close();
	}
}

static void fail_to_erase(void)
{
	full_modem_finish();
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = 0;
	assert_int_equal(dfu_target_reset(), -ETIMEDOUT);
	dev->nor.fail_after = -1;
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(reset_slot(1)[0], 0xff);
}

static void a_reset_that_fails_may_be_repeated(void **state)
{
	(void)state;
	full_modem_run_plain(fail_to_erase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_received_is_checked),
		cmocka_unit_test(a_file_that_is_refused_is_forgotten),
		cmocka_unit_test(a_file_that_is_not_all_there_is_refused_unseen),
		cmocka_unit_test(a_check_that_fails_may_be_repeated),
		cmocka_unit_test(a_file_that_the_modem_needs_is_left_alone),
		cmocka_unit_test(one_that_is_damaged_is_replaced_while_the_modem_waits),
		cmocka_unit_test(reset_leaves_no_whole_file),
		cmocka_unit_test(a_reset_that_fails_may_be_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
