/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Built without progress in the settings: a run knows how far it is, a reset begins again. Only the
 * held-back bytes are saved.
 */
#include "reset_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_mcuboot.h>

#define SIZE 2000

static size_t at;
static size_t piece;

static void download_in_pieces(void)
{
	for (size_t off = 0; off < SIZE;) {
		assert_int_equal(reset_init(SIZE), 0);
		assert_int_equal(reset_offset(), off);
		off = off + piece < SIZE ? off + piece : SIZE;
		assert_int_equal(reset_write(off, 50), 0);
		assert_int_equal(dfu_target_done(false), 0);
	}
	reset_finish();
}

static void pauses_in_a_run_are_exact(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (piece = 1; piece < 600; piece += 97) {
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(download_in_pieces), 0);
			reset_close();
		}
	}
}

static void pause(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(at, 50), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void after_a_reset_it_begins_again(void **state)
{
	size_t len;

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (at = 0; at <= SIZE; at += 250) {
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(pause), 0);
			assert_null(reset_setting("dfu/MCUBOOT0", &len));
			assert_null(reset_setting("dfu/MCUBOOT0/t", &len));
			assert_int_equal(reset_next_offset(), 0);
			assert_int_equal(reset_run(reset_finish), 0);
			reset_close();
		}
	}
}

static void complete(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(SIZE, 50), 0);
	assert_int_equal(dfu_target_done(true), 0);
}

static void schedule(void)
{
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
	reset_assert_slot_is_file();
}

static void what_is_complete_can_be_scheduled_after_a_reset(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(complete), 0);
		assert_int_equal(reset_run(schedule), 0);
		reset_close();
	}
}

/* Something else writes a header or asks for the slot while the download is paused. */
static void pause_and_find_the_slot_touched(void)
{
	static const uint8_t header[] = {0x3d, 0xb8, 0xf3, 0x96};

	pause();
	memcpy(reset_slot(1) + reset_start(), header, sizeof(header));
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), 0);
	reset_finish();
}

static void a_slot_that_was_touched_begins_again(void **state)
{
	static const size_t offsets[] = {20, 70, 700, 1999};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
			at = offsets[i];
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(pause_and_find_the_slot_touched), 0);
			reset_close();
		}
	}
}

/* A program that fails and leaves a part of itself. */
static struct flash_driver_api torn_api;
static const struct flash_driver_api *whole_api;

static int torn_write(const struct device *flash, off_t off, const void *data, size_t len)
{
	if (dev->nor.fail_after == 0 && dev->what.block < len) {
		dev->nor.fail_after = -1;
		return whole_api->write(flash, off, data, dev->what.block) == 0 ? -ETIMEDOUT : -EIO;
	}
	return whole_api->write(flash, off, data, len);
}

static void write_with_an_operation_that_tears(void)
{
	whole_api = dev->nor.device.api;
	torn_api = *whole_api;
	torn_api.write = torn_write;
	dev->nor.device.api = &torn_api;
	assert_int_equal(reset_init(SIZE), 0);
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = (long)at;
	const int rc = reset_write(SIZE, 50);
	dev->result = dev->nor.fail_after < 0;
	dev->nor.fail_after = -1;
	dev->nor.device.api = whole_api;
	if (rc != 0) {
		assert_int_equal(rc, -ETIMEDOUT);
		assert_int_equal(dfu_target_done(false), 0);
	}
	reset_finish();
}

static void a_program_that_fails_ends_in_a_new_beginning_at_worst(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		bool has_failed = true;

		for (at = 0; has_failed; at++) {
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(write_with_an_operation_that_tears), 0);
			has_failed = dev->result != 0;
			reset_close();
		}
		assert_true(at > 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_in_a_run_are_exact),
		cmocka_unit_test(after_a_reset_it_begins_again),
		cmocka_unit_test(what_is_complete_can_be_scheduled_after_a_reset),
		cmocka_unit_test(a_slot_that_was_touched_begins_again),
		cmocka_unit_test(a_program_that_fails_ends_in_a_new_beginning_at_worst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
