/* SPDX-License-Identifier: Apache-2.0 */
/* The mark of an update that was begun: when it stays, when it goes, and settings that fail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/fmfu_fdev.h>

#include "fake_modem.h"
#include "file_flash.h"
#include "fmfu_maker.h"
#include "marked_settings.h"

/* Calls of the modem for a file of two segments that fit the buffer. */
enum { BEGIN = 1, BOOTLOADER, VERIFY, FIRMWARE, FINISH };

static struct maker maker;
static struct file_flash flash;
static struct fake_modem modem;
static struct marked_settings settings;
static uint8_t buf[1024];

static int set_up(void **state)
{
	(void)state;
	marked_settings_open(&settings);
	fake_modem_open(&modem);
	dfu_modem_set(&modem.port);
	maker_begin(&maker, 2);
	maker_make(&maker);
	file_flash_open(&flash, maker.file, maker.file_len);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fake_modem_close(&modem);
	maker_free(&maker);
	dfu_modem_set(NULL);
	settings_backend_set(NULL);
	return 0;
}

/* Load with a call of the modem that fails; 0: none. */
static int load(size_t fails, int rc)
{
	fake_modem_close(&modem);
	fake_modem_open(&modem);
	modem.fails = fails;
	modem.rc = rc;
	return fmfu_fdev_load(buf, sizeof(buf), &flash.dev, 0);
}

/* With the same firmware, and another signature. */
static void store_another_file(void)
{
	maker.file[maker.wrapper_len - 1] ^= 1;
	file_flash_open(&flash, maker.file, maker.file_len);
}

static void at_first_nothing_is_pending(void **state)
{
	(void)state;
	assert_false(fmfu_fdev_pending());
	settings_backend_set(NULL);
	assert_false(fmfu_fdev_pending());
}

static void a_refused_signature_leaves_nothing_pending(void **state)
{
	(void)state;
	assert_int_equal(load(VERIFY, -EACCES), -EACCES);
	assert_int_equal(modem.count, VERIFY);
	assert_false(fmfu_fdev_pending());
	assert_int_equal(marked_settings_stage(), 0);
}

static void a_refusal_also_ends_an_earlier_update_that_only_had_its_bootloader(void **state)
{
	(void)state;
	assert_int_equal(load(BOOTLOADER, -EIO), -EIO);
	assert_int_equal(marked_settings_stage(), 1);
	assert_int_equal(load(VERIFY, -EACCES), -EACCES);
	assert_false(fmfu_fdev_pending());
}

static void a_refusal_does_not_hide_that_the_firmware_is_lost(void **state)
{
	(void)state;
	assert_int_equal(load(FIRMWARE, -EIO), -EIO);
	assert_int_equal(marked_settings_stage(), 2);
	assert_true(fmfu_fdev_needs_file());
	/* A file that the modem has taken once may be taken again. */
	assert_int_equal(load(VERIFY, -EACCES), -EACCES);
	assert_int_equal(marked_settings_stage(), 2);
	assert_true(fmfu_fdev_needs_file());
	/* Another one will not do, and need not be kept. */
	store_another_file();
	assert_int_equal(load(VERIFY, -EACCES), -EACCES);
	assert_int_equal(marked_settings_stage(), 3);
	assert_true(fmfu_fdev_pending());
	assert_false(fmfu_fdev_needs_file());
	/* Nor does a refusal after an attempt that got less far. */
	assert_int_equal(load(BOOTLOADER, -EIO), -EIO);
	assert_int_equal(marked_settings_stage(), 2);
	assert_true(fmfu_fdev_needs_file());
	assert_int_equal(load(VERIFY, -EACCES), -EACCES);
	assert_true(fmfu_fdev_pending());
	assert_false(fmfu_fdev_needs_file());
	assert_int_equal(load(0, 0), 0);
	assert_false(fmfu_fdev_pending());
	assert_false(fmfu_fdev_needs_file());
}

static void only_the_modems_verdict_is_a_refusal(void **state)
{
	static const size_t others[] = {BOOTLOADER, FIRMWARE, FINISH};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(load(others[i], -EACCES), -EIO);
		assert_true(fmfu_fdev_pending());
	}
	assert_int_equal(load(0, 0), 0);
	assert_int_equal(load(VERIFY, -EIO), -EIO);
	assert_true(fmfu_fdev_pending());
}

static void a_modem_that_does_not_begin_leaves_what_was_pending(void **state)
{
	(void)state;
	assert_int_equal(load(BEGIN, -EACCES), -EIO);
	assert_false(fmfu_fdev_pending());
	assert_int_equal(settings.saves, 0);
	assert_int_equal(load(BOOTLOADER, -EIO), -EIO);
	assert_int_equal(load(BEGIN, -EIO), -EIO);
	assert_int_equal(marked_settings_stage(), 1);
}

static void without_a_mark_nothing_is_written(void **state)
{
	(void)state;
	settings.fails = 1;
	assert_int_equal(load(0, 0), -ECANCELED);
	assert_int_equal(modem.count, BEGIN);
	assert_false(fmfu_fdev_pending());
	/* There is no back-end, or it cannot be made ready. */
	settings.init_rc = -EIO;
	assert_int_equal(load(0, 0), -ECANCELED);
	assert_int_equal(modem.count, BEGIN);
	settings_backend_set(NULL);
	assert_int_equal(load(0, 0), -ECANCELED);
	assert_int_equal(modem.count, BEGIN);
}

static void without_the_second_mark_no_firmware_is_written(void **state)
{
	(void)state;
	settings.fails = 2;
	assert_int_equal(load(0, 0), -ECANCELED);
	assert_int_equal(modem.count, VERIFY);
	assert_int_equal(marked_settings_stage(), 1);
	assert_int_equal(load(0, 0), 0);
	assert_false(fmfu_fdev_pending());
}

static void a_mark_that_cannot_be_deleted_costs_another_update(void **state)
{
	(void)state;
	settings.fails = 3;
	assert_int_equal(load(0, 0), 0);
	assert_int_equal(modem.count, FINISH);
	assert_true(fmfu_fdev_pending());
	assert_int_equal(load(0, 0), 0);
	assert_false(fmfu_fdev_pending());
	settings.saves = 0;
	settings.fails = 2;
	assert_int_equal(load(VERIFY, -EACCES), -EACCES);
	assert_true(fmfu_fdev_pending());
}

static void settings_that_cannot_be_read_may_hide_an_update(void **state)
{
	(void)state;
	settings.load_rc = -EIO;
	assert_true(fmfu_fdev_pending());
	assert_int_equal(load(VERIFY, -EACCES), -EACCES);
	settings.load_rc = 0;
	assert_int_equal(marked_settings_stage(), 3);
	assert_int_equal(load(0, 0), 0);
	assert_false(fmfu_fdev_pending());
	settings.init_rc = -EBADMSG;
	assert_true(fmfu_fdev_pending());
}

static void a_mark_that_is_none_of_ours_is_one(void **state)
{
	static const struct {
		uint8_t bytes[8];
		size_t len;
	} marks[] = {
		{{1}, 1},    {{2}, 1},    {{1, 0}, 2}, {{1, 2}, 2}, {{1, 4}, 6},
		{{2, 1}, 6}, {{1, 0}, 6}, {{1, 1}, 2}, {{1, 1}, 5}, {{1, 1}, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		assert_int_equal(settings_save_one("dfu/FMFU", marks[i].bytes, marks[i].len), 0);
		assert_true(fmfu_fdev_pending());
		assert_int_equal(load(VERIFY, -EACCES), -EACCES);
		assert_true(fmfu_fdev_pending());
		assert_int_equal(load(0, 0), 0);
		assert_false(fmfu_fdev_pending());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(at_first_nothing_is_pending),
		TEST(a_refused_signature_leaves_nothing_pending),
		TEST(a_refusal_also_ends_an_earlier_update_that_only_had_its_bootloader),
		TEST(a_refusal_does_not_hide_that_the_firmware_is_lost),
		TEST(only_the_modems_verdict_is_a_refusal),
		TEST(a_modem_that_does_not_begin_leaves_what_was_pending),
		TEST(without_a_mark_nothing_is_written),
		TEST(without_the_second_mark_no_firmware_is_written),
		TEST(a_mark_that_cannot_be_deleted_costs_another_update),
		TEST(settings_that_cannot_be_read_may_hide_an_update),
		TEST(a_mark_that_is_none_of_ours_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
