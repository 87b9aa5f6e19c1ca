/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every operation of a stream fails once: the code comes back, the state after it is true, the
 * retry ends well or -EIO.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

#define PAGE 256
#define BUF 64
#define SIZE (3 * PAGE + 40)
#define CODE (-ETIMEDOUT)

static const struct test_geometry nor = {
	.runs = {{6, PAGE}}, .write_block_size = 4, .erase_value = 0xff};
static const struct test_geometry rram = {
	.runs = {{6, PAGE}}, .write_block_size = 4, .erase_value = 0xff, .no_explicit_erase = true};

static const size_t chunks[] = {1, 20, BUF, 150, SIZE};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int accept(uint8_t *buf, size_t len, size_t offset)
{
	(void)buf;
	(void)len;
	(void)offset;
	return 0;
}

/*
 * Feeds until an error; asserts what a failed call may have taken: whole buffers before the one
 * that failed.
 */
static int feed_once(struct rig *rig, size_t end, size_t chunk)
{
	for (;;) {
		size_t at = rig_position(rig);
		size_t buffered = stream_flash_bytes_buffered(&rig->ctx);
		size_t n = end - at < chunk ? end - at : chunk;
		int rc = stream_flash_buffered_write(&rig->ctx, rig->data + at, n, at + n == end);

		if (rc == 0 && at + n == end) {
			return 0;
		}
		if (rc == 0) {
			continue;
		}
		if (rig_position(rig) == at) {
			assert_int_equal(stream_flash_bytes_buffered(&rig->ctx), buffered);
		} else {
			assert_true(rig_position(rig) > at && rig_position(rig) < at + n);
			assert_int_equal(stream_flash_bytes_buffered(&rig->ctx), 0);
		}
		return rc;
	}
}

/*
 * Operation k fails and does nothing; the repeated call goes on, and no erase is missing or double.
 */
static void check_fault(struct rig *rig, size_t chunk, long k, bool *fired)
{
	int rc;

	rig_restart(rig);
	rig->flash.nor.fail_after = k;
	rig->flash.nor.fail_rc = CODE;
	rc = feed_once(rig, SIZE - 3, chunk);
	*fired = rc != 0;
	if (*fired) {
		assert_int_equal(rc, CODE);
		assert_int_equal(feed_once(rig, SIZE - 3, chunk), 0);
	}
	assert_int_equal(stream_flash_bytes_written(&rig->ctx), SIZE - 3);
	rig_check(rig, SIZE - 3);
}

static void check_all_faults(const struct test_geometry *geometry, long operations)
{
	struct rig rig;

	rig_init(&rig, geometry, PAGE, SIZE, BUF);
	for (size_t i = 0; i < COUNT(chunks); i++) {
		bool fired = true;

		for (long k = 0; fired; k++) {
			check_fault(&rig, chunks[i], k, &fired);
			assert_int_equal(fired, k < operations);
		}
		assert_int_equal(rig.flash.nor.stats.erases,
				 geometry->no_explicit_erase ? 0 : rig_pages(&rig, SIZE));
	}
	rig_free(&rig);
}

static void an_erase_or_program_that_fails_can_be_repeated(void **state)
{
	(void)state;
	/* 13 buffers, 3 pages of its own; the fourth is shared and read */
	check_all_faults(&nor, 13 + 3);
	check_all_faults(&rram, 13);
}

/* The reads that a plain stream does: of a shared page, before anything is programmed into it. */
static void a_read_of_a_shared_page_that_fails_can_be_repeated(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, &nor, PAGE, SIZE, BUF);
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_rc = CODE;
	rig.flash.nor.fail_after = 0;
	assert_int_equal(rig_feed(&rig, SIZE, SIZE), CODE);
	assert_int_equal(rig_position(&rig), 3 * PAGE);
	rig_check(&rig, 3 * PAGE);
	assert_int_equal(rig_feed(&rig, SIZE, SIZE), 0);
	rig_check(&rig, SIZE);
	rig_free(&rig);
}

/* A read-back that fails comes after the program: its code, and then -EIO. */
static void a_read_back_that_fails_cannot_be_repeated(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, &nor, PAGE, 3 * PAGE, BUF);
	for (long k = 0; k < 12; k++) {
		rig_restart(&rig);
		rig.ctx.callback = accept;
		rig.flash.nor.fail_reads = true;
		rig.flash.nor.fail_after = k;
		rig.flash.nor.fail_rc = CODE;
		assert_int_equal(feed_once(&rig, 3 * PAGE, 20), CODE);
		assert_int_equal(stream_flash_bytes_written(&rig.ctx), (size_t)k * BUF);
		assert_int_equal(feed_once(&rig, 3 * PAGE, 20), -EIO);
		assert_int_equal(stream_flash_bytes_written(&rig.ctx), (size_t)k * BUF);
		rig_check(&rig, (size_t)(k + 1) * BUF);
	}
	rig_free(&rig);
}

/* Program k keeps some blocks: the retry sees them, programs nothing, and says so each time. */
static void a_torn_program_is_not_programmed_again(void **state)
{
	static const size_t keeps[] = {4, BUF / 2, BUF};
	struct rig rig;

	(void)state;
	rig_init(&rig, &nor, PAGE, 3 * PAGE, BUF);
	for (size_t i = 0; i < COUNT(keeps); i++) {
		for (long k = 0; k < 12; k++) {
			rig_restart(&rig);
			rig_tear(&rig, k, keeps[i], CODE);
			assert_int_equal(feed_once(&rig, 3 * PAGE, 20), CODE);
			assert_int_equal(feed_once(&rig, 3 * PAGE, 20), -EIO);
			assert_int_equal(feed_once(&rig, 3 * PAGE, 20), -EIO);
			assert_int_equal(stream_flash_bytes_written(&rig.ctx), (size_t)k * BUF);
			rig_check(&rig, (size_t)k * BUF + keeps[i]);
		}
	}
	rig_free(&rig);
}

static void a_torn_program_without_explicit_erase_is_programmed_again(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, &rram, PAGE, 3 * PAGE, BUF);
	for (long k = 0; k < 12; k++) {
		rig_restart(&rig);
		rig_tear(&rig, k, BUF / 2, CODE);
		assert_int_equal(feed_once(&rig, 3 * PAGE, 20), CODE);
		assert_int_equal(feed_once(&rig, 3 * PAGE, 20), 0);
		rig_check(&rig, 3 * PAGE);
	}
	rig_free(&rig);
}

/*
 * Only the last block of a buffer is torn, and the retry is a shorter flush that would not reach
 * it.
 */
static void a_torn_block_cannot_hide_behind_a_shorter_retry(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, &nor, PAGE, 3 * PAGE, BUF);
	rig_tear(&rig, 0, 0, CODE);
	assert_int_equal(stream_flash_buffered_write(&rig.ctx, rig.data, BUF, false), CODE);
	rig.flash.memory[PAGE + BUF - 1] = 0;
	assert_int_equal(stream_flash_buffered_write(&rig.ctx, rig.data, 8, true), -EIO);
	rig.flash.memory[PAGE + BUF - 1] = 0xff;
	assert_int_equal(stream_flash_buffered_write(&rig.ctx, rig.data, 8, true), 0);
	rig_check(&rig, 8);
	rig_free(&rig);
}

/* The look before a retry fails itself: its code, and the one after that looks again. */
static void a_failed_look_is_repeated(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, &nor, PAGE, 3 * PAGE, BUF);
	rig_tear(&rig, 0, 4, CODE);
	assert_int_equal(stream_flash_buffered_write(&rig.ctx, rig.data, BUF, false), CODE);
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_after = 0;
	rig.flash.nor.fail_rc = -EBUSY;
	assert_int_equal(stream_flash_buffered_write(&rig.ctx, rig.data, BUF, false), -EBUSY);
	assert_int_equal(stream_flash_buffered_write(&rig.ctx, rig.data, BUF, false), -EIO);
	rig_check(&rig, 4);
	rig_free(&rig);
}

/* The repeated call reaches a page that cannot be erased: nothing may be programmed. */
static void an_erase_that_fails_before_the_look_is_not_lost(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, &nor, PAGE + 16, 2 * PAGE, PAGE / 2);
	assert_int_equal(rig_feed(&rig, PAGE - 16 - 8, PAGE), 0);
	rig_tear(&rig, 0, 0, CODE);
	assert_int_equal(rig_feed(&rig, PAGE - 16, PAGE), CODE);
	rig.flash.nor.fail_after = 0;
	rig.flash.nor.fail_rc = -EBUSY;
	assert_int_equal(rig_feed(&rig, PAGE + 16, PAGE), -EBUSY);
	rig_check(&rig, PAGE - 16 - 8);
	assert_int_equal(rig_feed(&rig, PAGE + 16, PAGE), 0);
	rig_check(&rig, PAGE + 16);
	rig_free(&rig);
}

static void a_good_program_ends_the_suspicion(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, &nor, PAGE, 3 * PAGE, BUF);
	rig_tear(&rig, 1, 0, CODE);
	assert_int_equal(feed_once(&rig, 2 * BUF, BUF), CODE);
	assert_int_equal(feed_once(&rig, 2 * BUF, BUF), 0);
	rig.flash.nor.stats.reads = 0;
	assert_int_equal(feed_once(&rig, 3 * PAGE, BUF), 0);
	assert_int_equal(rig.flash.nor.stats.reads, 0);
	rig_check(&rig, 3 * PAGE);
	rig_free(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_erase_or_program_that_fails_can_be_repeated),
		cmocka_unit_test(a_read_of_a_shared_page_that_fails_can_be_repeated),
		cmocka_unit_test(a_read_back_that_fails_cannot_be_repeated),
		cmocka_unit_test(a_torn_program_is_not_programmed_again),
		cmocka_unit_test(a_torn_program_without_explicit_erase_is_programmed_again),
		cmocka_unit_test(a_torn_block_cannot_hide_behind_a_shorter_retry),
		cmocka_unit_test(a_failed_look_is_repeated),
		cmocka_unit_test(an_erase_that_fails_before_the_look_is_not_lost),
		cmocka_unit_test(a_good_program_ends_the_suspicion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
