/* SPDX-License-Identifier: Apache-2.0 */
/* A page whose erase was cut may read as a whole one: it is erased again where settings say so. */
#include "reset_rig.h"

#include <errno.h>

#include <dfu/dfu_target_mcuboot.h>

#define SIZE 2000

static bool asks_to_cancel;

static void download_all(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(SIZE, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
}

static void mark_the_erase(void)
{
	assert_int_equal(settings_save_one("dfu/MCUBOOT0/e", "1", 1), 0);
}

static void ask(void)
{
	reset_forget_ops();
	dev->result = asks_to_cancel ? dfu_target_mcuboot_cancel(0)
				     : dfu_target_mcuboot_schedule_update(0);
}

static void ask_while_flash_fails(void)
{
	dev->nor.fail_rc = -EDOM;
	dev->nor.fail_after = 0;
	ask();
	dev->nor.fail_after = -1;
}

static bool knows(const char *name)
{
	size_t len;

	return reset_setting(name, &len) != NULL;
}

/* Whether the bootloader is asked by one. */
static bool has_trailer(const struct reset_case *what)
{
	return what->mode != BOOT_MODE_DIRECT_XIP;
}

/* Operations on flash of a request or a cancel after a reset. */
static size_t count_operations(void (*body)(void), int result)
{
	assert_int_equal(reset_run(body), 0);
	assert_int_equal(dev->result, result);
	return reset_count(SIM_ERASE) + reset_count(SIM_PROGRAM);
}

static void a_request_erases_again_what_is_marked(void **state)
{
	(void)state;
	asks_to_cancel = false;
	for (size_t c = 0; c < reset_case_count; c++) {
		if (!has_trailer(&reset_cases[c])) {
			continue;
		}
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_all), 0);
		reset_snapshot();
		const size_t unmarked = count_operations(ask, 0);
		reset_restore();
		assert_int_equal(reset_run(mark_the_erase), 0);
		(void)count_operations(ask_while_flash_fails, -EDOM);
		assert_true(knows("dfu/MCUBOOT0/e"));
		assert_true(count_operations(ask, 0) > unmarked);
		assert_false(knows("dfu/MCUBOOT0/e"));
		reset_assert_slot_is_file();
		reset_close();
	}
}

static void a_cancel_erases_again_what_is_marked(void **state)
{
	(void)state;
	asks_to_cancel = true;
	for (size_t c = 0; c < reset_case_count; c++) {
		if (!has_trailer(&reset_cases[c])) {
			continue;
		}
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(download_all), 0);
		assert_int_equal(count_operations(ask, -ENOENT), 0);
		assert_int_equal(reset_run(mark_the_erase), 0);
		(void)count_operations(ask_while_flash_fails, -EDOM);
		assert_true(knows("dfu/MCUBOOT0/e"));
		assert_true(count_operations(ask, -ENOENT) > 0);
		assert_false(knows("dfu/MCUBOOT0/e"));
		reset_close();
	}
}

static void begin_another_download(void)
{
	assert_int_equal(dfu_target_identity_set("other", 5), 0);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(reset_write(100, 50), 0);
}

static void mark_the_header(void)
{
	assert_int_equal(settings_save_one("dfu/MCUBOOT0/m", "1", 1), 0);
}

/* It reads erased, and the file verifies with what is held back for it. */
static void a_header_is_not_programmed_where_its_page_was_being_erased(void **state)
{
	struct reset_case what = reset_plain;

	(void)state;
	asks_to_cancel = false;
	what.mode = BOOT_MODE_DIRECT_XIP;
	what.buffer = what.page;
	reset_open(&what, SIZE);
	assert_int_equal(reset_run(download_all), 0);
	reset_snapshot();
	assert_int_equal(reset_run(ask), 0);
	assert_int_equal(reset_count(SIM_ERASE), 0);
	reset_restore();
	assert_int_equal(reset_run(mark_the_header), 0);
	(void)count_operations(ask_while_flash_fails, -EDOM);
	assert_true(knows("dfu/MCUBOOT0/m"));
	assert_int_equal(reset_run(ask), 0);
	assert_int_equal(dev->result, 0);
	assert_int_equal(reset_count(SIM_ERASE), 1);
	assert_false(knows("dfu/MCUBOOT0/m"));
	reset_assert_slot_is_file();
	/* A new download erases that page anyway. */
	reset_restore();
	assert_int_equal(reset_run(mark_the_header), 0);
	assert_int_equal(reset_run(begin_another_download), 0);
	assert_false(knows("dfu/MCUBOOT0/m"));
	reset_close();
}

/* Cut before the header went, the last image is still there. */
static void and_so_does_one_after_a_download_that_was_cut_there(void **state)
{
	size_t len;

	(void)state;
	asks_to_cancel = false;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(download_all), 0);
	reset_snapshot();
	const size_t unmarked = count_operations(ask, 0);
	size_t tried = 0;
	for (unsigned long k = 0; k < 4; k++) {
		reset_restore();
		assert_int_equal(reset_run_cut(begin_another_download, k, SIM_CUT_BEFORE, 0),
				 RESET_CUT);
		const uint8_t *record = reset_setting("dfu/MCUBOOT0", &len);
		assert_non_null(record);
		const bool is_clearing = record[1] == 4;
		assert_int_equal(reset_run(ask), 0);
		if (dev->result != 0) {
			continue; /* the header is gone */
		}
		const size_t count = reset_count(SIM_ERASE) + reset_count(SIM_PROGRAM);
		assert_true(is_clearing ? count > unmarked : count == unmarked);
		assert_false(knows("dfu/MCUBOOT0"));
		reset_assert_slot_is_file();
		tried += is_clearing ? 1 : 0;
	}
	assert_true(tried > 0);
	reset_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_erases_again_what_is_marked),
		cmocka_unit_test(a_cancel_erases_again_what_is_marked),
		cmocka_unit_test(a_header_is_not_programmed_where_its_page_was_being_erased),
		cmocka_unit_test(and_so_does_one_after_a_download_that_was_cut_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
