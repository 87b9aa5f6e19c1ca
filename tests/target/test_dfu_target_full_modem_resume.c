/* SPDX-License-Identifier: Apache-2.0 */
/* A modem file goes on after pauses and resets, and its bytes reach flash once. */
#include "full_modem_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/fmfu_fdev.h>

static size_t at;    /* where the download is paused */
static size_t chunk; /* by which it comes */

static void download_to_the_pause(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(reset_write(at, chunk), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void go_on_to_the_end(void)
{
	full_modem_ask_seen();
	assert_int_equal(dev->offset, at);
	full_modem_finish();
}

/* In the run of the pause, too. */
static void pause_and_go_on(void)
{
	download_to_the_pause();
	go_on_to_the_end();
}

/* All that fills write blocks is programmed, the rest of less than one is in the settings. */
static void check_what_is_left(void)
{
	const size_t rest = at % dev->what.block;
	size_t len = 0;

	assert_memory_equal(reset_slot(1), new_file.bytes, at - rest);
	const uint8_t *tail = reset_setting(FULL_MODEM_TAIL, &len);
	assert_int_equal(len, rest);
	assert_true(rest == 0 || memcmp(tail, new_file.bytes + at - rest, rest) == 0);
}

static void pauses_at(const struct full_modem_case *what, size_t offset)
{
	at = offset;
	full_modem_open(what);
	assert_int_equal(reset_run(download_to_the_pause), 0);
	check_what_is_left();
	assert_int_equal(reset_run(go_on_to_the_end), 0);
	reset_close();
}

static void every_first_byte_is_exact(void **state)
{
	(void)state;
	chunk = 244;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		for (size_t offset = 0; offset <= 70; offset++) {
			pauses_at(&full_modem_cases[c], offset);
		}
	}
}

static void every_border_is_exact(void **state)
{
	(void)state;
	chunk = 20;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		const struct full_modem_case *what = &full_modem_cases[c];
		const struct reset_case *flash = &what->flash;
		const size_t borders[] = {flash->buffer,   2 * flash->buffer, flash->page,
					  2 * flash->page, 4 * flash->page,   what->size};

		for (size_t i = 0; i < ARRAY_LEN(borders); i++) {
			for (size_t off = borders[i] - 1; off <= borders[i] + 1; off++) {
				if (off <= what->size) {
					pauses_at(what, off);
				}
			}
		}
	}
}

static void a_pause_is_exact_in_its_own_run(void **state)
{
	(void)state;
	chunk = 100;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		for (at = 0; at <= full_modem_cases[c].size; at += 263) {
			full_modem_open(&full_modem_cases[c]);
			assert_int_equal(reset_run(pause_and_go_on), 0);
			reset_close();
		}
	}
}

static void download_by_chunks(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	for (size_t off = 0; off < new_file.size; off += chunk) {
		const size_t left = new_file.size - off;

		assert_int_equal(reset_offset(), off);
		assert_int_equal(
			dfu_target_write(new_file.bytes + off, left < chunk ? left : chunk), 0);
	}
	assert_int_equal(dfu_target_done(true), 0);
	full_modem_assert_stored();
}

/* Each page of the file once, each byte once, in programs of a buffer or to the end of a page. */
static void check_the_floor(void)
{
	const size_t page = dev->what.page;
	const size_t pages = (new_file.size + page - 1) / page;
	const size_t block = dev->what.block;
	const size_t programmed = (new_file.size + block - 1) / block * block;
	const size_t buffer = dev->what.buffer;
	size_t bytes = 0;

	assert_int_equal(reset_count(SIM_ERASE), dev->what.no_erase ? 0 : pages);
	for (size_t i = 0; i < dev->op_count; i++) {
		bytes += dev->ops[i].kind == SIM_PROGRAM ? dev->ops[i].len : 0;
	}
	assert_int_equal(bytes, programmed);
	assert_true(reset_count(SIM_PROGRAM) <= new_file.size / buffer + pages + 2);
	/* One for each page that is whole, and the end. */
	assert_int_equal(reset_count(SIM_SAVE), new_file.size / page + 1);
}

static void the_chunks_make_no_difference(void **state)
{
	static const size_t chunks[] = {1,   2,   3,   7,   20,  31,  32,   33,   64,   100,  244,
					255, 256, 257, 480, 511, 512, 1000, 1023, 1024, 2047, 4096};

	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
			full_modem_open(&full_modem_cases[c]);
			chunk = chunks[i];
			assert_int_equal(reset_run(download_by_chunks), 0);
			check_the_floor();
			reset_close();
		}
	}
}

static void take_a_piece(void)
{
	const size_t from = dev->offset;
	const size_t to = from + chunk < new_file.size ? from + chunk : new_file.size;

	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_offset(), from);
	assert_int_equal(reset_write(to, 50), 0);
	assert_int_equal(dfu_target_done(false), 0);
	dev->offset = to;
}

static void each_piece_may_come_in_a_run_of_its_own(void **state)
{
	static const size_t pieces[] = {137, 512, 1507};

	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
			chunk = pieces[i];
			full_modem_open(&full_modem_cases[c]);
			while (dev->offset < new_file.size) {
				assert_int_equal(reset_run(take_a_piece), 0);
			}
			assert_int_equal(reset_run(full_modem_finish), 0);
			reset_close();
		}
	}
}

static void be_sick(long k)
{
	dev->sick_calls = RESET_LOAD | RESET_SAVE | RESET_DELETE;
	dev->sick_at = k;
	dev->sick_rc = -EIO;
	dev->settings_calls = 0;
}

static void download_or_go_on_to_the_pause(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(at, 100), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

/* An update with two pauses and two resets while settings are sick; number of calls it made. */
static long update_with_sick_settings(const struct full_modem_case *what, long k)
{
	full_modem_open(what);
	be_sick(k);
	at = 701;
	assert_int_equal(reset_run(download_or_go_on_to_the_pause), 0);
	at = 1402;
	assert_int_equal(reset_run(download_or_go_on_to_the_pause), 0);
	assert_int_equal(reset_run(full_modem_finish), 0);
	const long n = dev->settings_calls;
	assert_true(k >= n || dev->warnings > 0);
	reset_close();
	return n;
}

static void settings_that_fail_cost_progress_and_never_the_update(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		long k = -1; /* all of them */

		while (k < update_with_sick_settings(&full_modem_cases[c], k)) {
			k++;
		}
		assert_true(k > 5);
	}
}

static long failing_read;

static void init_with_a_read_that_fails(void)
{
	dev->nor.fail_reads = true;
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = failing_read;
	assert_int_equal(full_modem_init_seen(), 0);
	dev->offset = reset_offset();
	dev->result = dev->nor.fail_after < 0;
	dev->nor.fail_after = -1;
	dev->nor.fail_reads = false;
	full_modem_finish();
}

static void a_read_that_fails_at_init_costs_no_more_than_progress(void **state)
{
	(void)state;
	at = 1001;
	chunk = 100;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		full_modem_open(&full_modem_cases[c]);
		assert_int_equal(reset_run(download_to_the_pause), 0);
		reset_snapshot();
		failing_read = 0;
		do {
			reset_restore();
			assert_int_equal(reset_run(init_with_a_read_that_fails), 0);
			assert_true(dev->offset <= at);
			failing_read++;
		} while (dev->result != 0);
		assert_int_equal(dev->offset, at);
		assert_true(failing_read > 2);
		reset_close();
	}
}

static void done_with_a_read_that_fails(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	dev->nor.fail_reads = true;
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = failing_read;
	const int rc = dfu_target_done(true);
	dev->result = dev->nor.fail_after < 0;
	dev->nor.fail_after = -1;
	dev->nor.fail_reads = false;
	assert_int_equal(rc, dev->result ? -ETIMEDOUT : 0);
	if (rc != 0) {
		assert_int_equal(dfu_target_done(true), 0);
	}
	full_modem_assert_stored();
}

/* Or a program: the last of the file is done then. */
static void a_done_that_fails_may_be_repeated(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		failing_read = 0;
		do {
			full_modem_open(&full_modem_cases[c]);
			assert_int_equal(reset_run(done_with_a_read_that_fails), 0);
			const bool has_failed = dev->result != 0;
			reset_close();
			dev->result = has_failed;
			failing_read++;
		} while (dev->result != 0);
		assert_true(failing_read > 2);
	}
}

static void a_byte_that_another_wrote_is_seen(void **state)
{
	(void)state;
	at = 1001;
	chunk = 100;
	full_modem_open(&full_modem_plain);
	assert_int_equal(reset_run(download_to_the_pause), 0);
	reset_snapshot();
	for (size_t off = 0; off < 1000; off += 7) {
		reset_restore();
		reset_slot(1)[off] ^= (uint8_t)(1u << off % 8);
		assert_int_equal(full_modem_next_offset(), 0);
	}
	assert_int_equal(reset_run(full_modem_finish), 0);
	reset_snapshot();
	for (size_t off = 0; off < new_file.size; off += 97) {
		reset_restore();
		reset_slot(1)[off] ^= (uint8_t)(1u << off % 8);
		assert_int_equal(full_modem_next_offset(), 0);
	}
	assert_int_equal(reset_run(full_modem_finish), 0);
	reset_close();
}

static void a_record_with_any_byte_changed_counts_for_nothing(void **state)
{
	static const char *const names[] = {FULL_MODEM_RECORD, FULL_MODEM_TAIL};
	size_t len;

	(void)state;
	at = 1001;
	chunk = 100;
	full_modem_open(&full_modem_plain);
	assert_int_equal(reset_run(download_to_the_pause), 0);
	reset_snapshot();
	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		assert_non_null(reset_setting(names[n], &len));
		for (size_t i = 0; i < len; i++) {
			reset_restore();
			reset_setting(names[n], &len)[i] ^= 0x10;
			assert_int_equal(full_modem_next_offset(), 0);
		}
	}
	assert_int_equal(reset_run(full_modem_finish), 0);
	reset_close();
}

static void load_it_from_the_store(void)
{
	static uint8_t buf[512];
	struct dfu_target_fmfu_fdev fdev;
	struct fmfu_fdev_info info;

	full_modem_cfg();
	assert_int_equal(dfu_target_full_modem_fdev_get(&fdev), 0);
	const struct fmfu_fdev_file file = {fdev.dev, (size_t)fdev.offset, fdev.size};
	assert_int_equal(fmfu_fdev_check(buf, sizeof(buf), &file, &info), dev->result);
	if (dev->result == 0) {
		assert_int_equal(info.wrapper_len, full_modem_wrapper_len(&new_file));
		assert_int_equal(info.wrapper_len + info.blob_len, new_file.size);
	}
}

static void what_is_stored_is_what_is_loaded_until_it_is_reset(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		full_modem_open(&full_modem_cases[c]);
		assert_int_equal(reset_run(full_modem_finish), 0);
		dev->result = 0;
		assert_int_equal(reset_run(load_it_from_the_store), 0);
		assert_int_equal(reset_run(full_modem_reset), 0);
		dev->result = -ENOENT;
		assert_int_equal(reset_run(load_it_from_the_store), 0);
		reset_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_first_byte_is_exact),
		cmocka_unit_test(every_border_is_exact),
		cmocka_unit_test(a_pause_is_exact_in_its_own_run),
		cmocka_unit_test(the_chunks_make_no_difference),
		cmocka_unit_test(each_piece_may_come_in_a_run_of_its_own),
		cmocka_unit_test(settings_that_fail_cost_progress_and_never_the_update),
		cmocka_unit_test(a_read_that_fails_at_init_costs_no_more_than_progress),
		cmocka_unit_test(a_done_that_fails_may_be_repeated),
		cmocka_unit_test(a_byte_that_another_wrote_is_seen),
		cmocka_unit_test(a_record_with_any_byte_changed_counts_for_nothing),
		cmocka_unit_test(what_is_stored_is_what_is_loaded_until_it_is_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
