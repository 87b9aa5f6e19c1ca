/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings that fail, records that are damaged, flash that something else touched: progress is
 * lost, never the update.
 */
#include "reset_rig.h"

#include <errno.h>
#include <string.h>

#define SIZE 2000
#define ANY_CALL (RESET_LOAD | RESET_SAVE | RESET_DELETE)

static size_t at;

static void download_to_the_pause(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_write(at, 100), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void open_paused(const struct reset_case *what, size_t offset)
{
	at = offset;
	reset_open(what, SIZE);
	assert_int_equal(reset_run(download_to_the_pause), 0);
	reset_snapshot();
}

static void be_sick(unsigned int calls, long k)
{
	dev->sick_calls = calls;
	dev->sick_at = k;
	dev->sick_rc = -EIO;
	dev->settings_calls = 0;
}

/* An update with two pauses and two resets while settings are sick; number of calls it made. */
static long update_with_sick_settings(const struct reset_case *what, unsigned int calls, long k)
{
	reset_open(what, SIZE);
	be_sick(calls, k);
	at = 700;
	assert_int_equal(reset_run(download_to_the_pause), 0);
	at = 1401;
	assert_int_equal(reset_run(download_to_the_pause), 0);
	assert_int_equal(reset_run(reset_finish), 0);
	reset_assert_slot_is_file();
	const long n = dev->settings_calls;
	if (k < n && dev->warnings == 0) {
		fail_msg("%s: call %ld of kind %u failed and no line says so", what->name, k,
			 calls);
	}
	reset_close();
	return n;
}

static void each_call_of_settings_may_fail(void **state)
{
	static const unsigned int kinds[] = {RESET_LOAD, RESET_SAVE, RESET_DELETE, ANY_CALL};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			long k = 0;

			while (k < update_with_sick_settings(&reset_cases[c], kinds[i], k)) {
				k++;
			}
			assert_true(k > 0);
		}
	}
}

static void all_calls_of_settings_may_fail(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (unsigned int calls = 1; calls <= ANY_CALL; calls++) {
			(void)update_with_sick_settings(&reset_cases[c], calls, -1);
		}
	}
}

static void go_on_while_nothing_can_be_saved(void)
{
	be_sick(RESET_SAVE, -1);
	assert_int_equal(reset_init(new_file.size), 0);
	dev->offset = reset_offset();
	dev->sick_rc = 0;
	reset_finish();
}

static void pause_and_go_on_while_nothing_can_be_saved(void)
{
	download_to_the_pause();
	go_on_while_nothing_can_be_saved();
}

/* Where a download goes on whose record is exact, and cannot be believed or kept to that. */
static size_t without_the_record(size_t offset)
{
	const size_t programmed = offset / dev->what.block * dev->what.block;

	return programmed / dev->what.page * dev->what.page;
}

static void a_record_that_cannot_be_taken_back_costs_its_page(void **state)
{
	static const size_t offsets[] = {33, 100, 513, 1001, 1535, 1990};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
			open_paused(&reset_cases[c], offsets[i]);
			if (offsets[i] < reset_hold()) {
				reset_close();
				continue;
			}
			assert_int_equal(reset_run(go_on_while_nothing_can_be_saved), 0);
			assert_int_equal(dev->offset, without_the_record(offsets[i]));
			reset_close();
			/* In the run of the pause the record is as true as it was. */
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(pause_and_go_on_while_nothing_can_be_saved), 0);
			assert_int_equal(dev->offset, without_the_record(offsets[i]));
			reset_close();
		}
	}
}

static long save_that_fails;

static void go_on_to_the_end_while_one_save_fails(void)
{
	be_sick(RESET_SAVE, save_that_fails);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
	dev->sick_rc = 0;
}

/* The held-back bytes of the first pause are left, and records of what came after them. */
static void first_bytes_of_a_pause_are_not_taken_for_the_whole_ones(void **state)
{
	size_t tried = 0;

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		open_paused(&reset_cases[c], 40);
		const bool is_short = reset_hold() > 40;
		long saves = 1;

		for (save_that_fails = 0; is_short && save_that_fails < saves; save_that_fails++) {
			reset_restore();
			assert_int_equal(reset_run(go_on_to_the_end_while_one_save_fails), 0);
			saves = dev->settings_calls;
			const size_t offset = reset_next_offset();
			assert_in_range(offset, 0, new_file.size);
			assert_int_equal(reset_run(reset_finish), 0);
			reset_assert_slot_is_file();
			tried++;
		}
		reset_close();
	}
	assert_true(tried > 4);
}

/* The page where the image ends has been erased with the trailer. */
static void even_where_the_page_was_erased_with_the_trailer(void **state)
{
	struct reset_case what = reset_cases[1];

	(void)state;
	assert_int_equal(what.mode, BOOT_MODE_OVERWRITE_ONLY);
	what.pages = 8;
	reset_open(&what, SIZE);
	const size_t size = reset_slot_size() - 128 - (3 * what.pages * what.block + 4 * 8 + 16);
	reset_close();
	reset_open(&what, size);
	at = size - 20;
	assert_true(at % what.page > 0);
	assert_int_equal(reset_run(pause_and_go_on_while_nothing_can_be_saved), 0);
	assert_int_equal(dev->offset, without_the_record(at));
	reset_close();
}

/* A read that fails in a pause, in the look at flash that follows, or at any other moment. */
static long failing_read;

static void pause_and_go_on_with_a_read_that_fails(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_write(at, 100), 0);
	dev->nor.fail_reads = true;
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = failing_read;
	assert_int_equal(dfu_target_done(false), 0);
	if (reset_init(new_file.size) != 0) {
		assert_true(dev->nor.fail_after < 0);
		assert_int_equal(reset_init(new_file.size), 0);
	}
	dev->result = dev->nor.fail_after < 0;
	dev->nor.fail_after = -1;
	dev->nor.fail_reads = false;
	reset_finish();
}

static void a_read_that_fails_costs_no_more_than_progress(void **state)
{
	static const size_t offsets[] = {10, 100, 554, 1001};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
			failing_read = 0;
			do {
				at = offsets[i];
				reset_open(&reset_cases[c], SIZE);
				assert_int_equal(reset_run(pause_and_go_on_with_a_read_that_fails),
						 0);
				const bool has_failed = dev->result != 0;
				reset_close();
				failing_read = has_failed ? failing_read + 1 : -1;
			} while (failing_read >= 0);
		}
	}
}

static void init_with_a_read_that_fails(void)
{
	dev->nor.fail_reads = true;
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = failing_read;
	const int rc = reset_init(new_file.size);
	dev->offset = rc == 0 ? reset_offset() : 0;
	dev->result = dev->nor.fail_after < 0;
	assert_true(rc == 0 || (rc == -ETIMEDOUT && dev->result));
	dev->nor.fail_after = -1;
	dev->nor.fail_reads = false;
	reset_finish();
}

static void a_read_that_fails_at_init_costs_no_more_than_progress(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		open_paused(&reset_cases[c], 1001);
		failing_read = 0;
		do {
			reset_restore();
			assert_int_equal(reset_run(init_with_a_read_that_fails), 0);
			assert_true(dev->offset == 0 || dev->offset == 1001 ||
				    dev->offset == without_the_record(1001));
			failing_read++;
		} while (dev->result != 0);
		assert_int_equal(dev->offset, 1001);
		reset_close();
	}
}

static long failing_op;

/* What an application does that hears of an error: pause, init, go on. */
static void download_with_an_operation_that_fails(void)
{
	assert_int_equal(reset_init(new_file.size), 0);
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = failing_op;
	int rc = reset_write(new_file.size, 100);
	if (rc != 0) {
		assert_int_equal(rc, -ETIMEDOUT);
		dev->offset = reset_offset();
		assert_int_equal(dfu_target_done(false), 0);
		assert_int_equal(reset_init(new_file.size), 0);
		assert_true(reset_offset() <= dev->offset);
		assert_true(dev->offset - reset_offset() <= dev->what.page + dev->what.buffer);
		rc = reset_write(new_file.size, 100);
	}
	dev->result = dev->nor.fail_after < 0;
	dev->nor.fail_after = -1;
	assert_int_equal(rc, 0);
	reset_finish();
}

/* Programs this much of the call that fails, as a chip may. */
static size_t torn_len;
static struct flash_driver_api torn_api;
static const struct flash_driver_api *whole_api;

static int torn_write(const struct device *flash, off_t off, const void *data, size_t len)
{
	if (dev->nor.fail_after == 0 && torn_len < len) {
		dev->nor.fail_after = -1;
		const int rc = whole_api->write(flash, off, data, torn_len);
		assert_int_equal(rc, 0);
		return dev->nor.fail_rc;
	}
	return whole_api->write(flash, off, data, len);
}

static void download_with_an_operation_that_tears(void)
{
	whole_api = dev->nor.device.api;
	torn_api = *whole_api;
	torn_api.write = torn_write;
	dev->nor.device.api = &torn_api;
	download_with_an_operation_that_fails();
	dev->nor.device.api = whole_api;
}

static void fail_every_operation(const struct reset_case *what, size_t size, void (*body)(void))
{
	bool has_failed;

	failing_op = 0;
	do {
		reset_open(what, size);
		assert_int_equal(reset_run(body), 0);
		has_failed = dev->result != 0;
		reset_close();
		failing_op++;
	} while (has_failed);
	assert_true(failing_op > 2);
}

static void an_operation_that_fails_costs_a_page_at_most(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		fail_every_operation(&reset_cases[c], SIZE, download_with_an_operation_that_fails);
	}
}

static void also_one_that_programs_a_part(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		torn_len = reset_cases[c].block;
		fail_every_operation(&reset_cases[c], SIZE, download_with_an_operation_that_tears);
	}
}

static void flip_each_byte_of(const char *name, bool is_needed)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	size_t len;

	assert_non_null(reset_setting(name, &len));
	const size_t all = len;
	for (size_t i = 0; i < all; i += all > 64 ? 7 : 1) {
		for (size_t m = 0; m < ARRAY_LEN(masks); m++) {
			reset_restore();
			reset_setting(name, &len)[i] ^= masks[m];
			const size_t offset = reset_next_offset();
			assert_int_equal(offset, is_needed ? 0 : at);
		}
	}
	assert_int_equal(reset_run(reset_finish), 0);
	reset_restore();
}

static void a_record_with_any_byte_changed_counts_for_nothing(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		const bool has_tail = reset_cases[c].block > 1;

		open_paused(&reset_cases[c], 1001);
		flip_each_byte_of("dfu/MCUBOOT0", true);
		flip_each_byte_of("dfu/MCUBOOT0/h", true);
		if (has_tail) {
			flip_each_byte_of("dfu/MCUBOOT0/t", true);
		}
		assert_int_equal(reset_next_offset(), at);
		reset_close();
	}
}

static const char *record_name;
static uint8_t record_value[SETTINGS_MAX_VAL_LEN];
static size_t record_len;

static void put_record(void)
{
	assert_int_equal(settings_save_one(record_name, record_value, record_len), 0);
}

static void a_record_of_another_length_counts_for_nothing(void **state)
{
	static const char *const names[] = {"dfu/MCUBOOT0", "dfu/MCUBOOT0/h", "dfu/MCUBOOT0/t"};

	(void)state;
	open_paused(&reset_plain, 1001);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t len;

		reset_restore();
		const uint8_t *value = reset_setting(names[i], &len);
		memset(record_value, 0, sizeof(record_value));
		memcpy(record_value, value, len);
		record_name = names[i];
		const size_t lengths[] = {0, 1, len - 1, len + 1, 2 * len, 64, 512};
		for (size_t k = 0; k < ARRAY_LEN(lengths); k++) {
			record_len = lengths[k];
			reset_restore();
			if (record_len == len) {
				continue;
			}
			assert_int_equal(reset_run(put_record), 0);
			assert_int_equal(reset_next_offset(), 0);
		}
		assert_int_equal(reset_run(reset_finish), 0);
	}
	reset_close();
}

/* What other firmware may have left there: upstream's own record is a size_t. */
static void foreign_records_count_for_nothing(void **state)
{
	static const size_t lengths[] = {4, 8, 32, 36};

	(void)state;
	record_name = "dfu/MCUBOOT0";
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		open_paused(&reset_plain, 1001);
		memset(record_value, 0, sizeof(record_value));
		record_value[1] = 2;
		record_len = lengths[i];
		assert_int_equal(reset_run(put_record), 0);
		assert_int_equal(reset_next_offset(), 0);
		assert_int_equal(reset_run(reset_finish), 0);
		reset_close();
	}
}

/* Something else programs or erases: the bytes change, and the marks of its blocks with them. */
static void touch(size_t off, uint8_t mask)
{
	uint8_t *byte = reset_slot(1) + reset_start() + off;

	*byte ^= mask;
	dev->cells.programmed[(size_t)(byte - dev->memory) / dev->what.block] = SIM_CELL_BEGUN;
}

static void a_byte_changed_below_the_position_is_seen(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		const size_t stride = c == 0 ? 1 : 13;

		open_paused(&reset_cases[c], 1001);
		const size_t programmed = 1001 / dev->what.block * dev->what.block;
		for (size_t off = 0; off < programmed; off += stride) {
			reset_restore();
			touch(off, (uint8_t)(1u << off % 8));
			assert_int_equal(reset_next_offset(), 0);
		}
		assert_int_equal(reset_run(reset_finish), 0);
		reset_close();
	}
}

static void a_page_erased_below_the_position_is_seen(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		open_paused(&reset_cases[c], 1001);
		const size_t page = dev->what.page;
		const size_t programmed = 1001 / dev->what.block * dev->what.block;
		for (size_t off = 0; off < 1001; off += page) {
			uint8_t *start = reset_slot(1) + reset_start() + off;

			reset_restore();
			memset(start, dev->what.erased, page);
			memset(&dev->cells.programmed[(size_t)(start - dev->memory) /
						      dev->what.block],
			       SIM_CELL_ERASED, page / dev->what.block);
			const bool was_blank = off + page <= reset_hold() ||
					       programmed <= reset_hold() || programmed <= off;
			assert_int_equal(reset_next_offset(), was_blank ? 1001 : 0);
			assert_int_equal(reset_run(reset_finish), 0);
		}
		reset_close();
	}
}

/* It counts as not erased, and what comes after it may not be trusted. */
static void a_byte_changed_above_the_position_costs_its_page(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		open_paused(&reset_cases[c], 1001);
		const size_t page = dev->what.page;
		const size_t end = (1001 / page + 1) * page;
		const size_t programmed = 1001 / dev->what.block * dev->what.block;
		for (size_t off = programmed; off < end + 3; off += 5) {
			const bool is_in = off < end && programmed % page != 0;

			reset_restore();
			touch(off, 0x10);
			assert_int_equal(reset_next_offset(), dev->what.no_erase || !is_in
								      ? 1001
								      : programmed / page * page);
			assert_int_equal(reset_run(reset_finish), 0);
		}
		reset_close();
	}
}

/* Where other software asks the bootloader for this slot, or puts an image into it. */
static void a_trailer_or_a_header_that_appears_is_seen(void **state)
{
	static const uint8_t header[] = {0x3d, 0xb8, 0xf3, 0x96};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		const bool has_trailer = reset_cases[c].mode != BOOT_MODE_DIRECT_XIP;

		open_paused(&reset_cases[c], 1001);
		uint8_t *slot = reset_slot(1);
		memset(slot + reset_slot_size() - 16, 0x77, 16);
		assert_int_equal(reset_next_offset(), has_trailer ? 0 : 1001);
		reset_restore();
		slot[reset_slot_size() - 4 * (size_t)dev->what.align] ^= 0x01;
		assert_int_equal(reset_next_offset(), has_trailer ? 0 : 1001);
		reset_restore();
		memcpy(slot, header, sizeof(header));
		assert_int_equal(reset_next_offset(), 0);
		reset_restore();
		memcpy(slot + reset_start(), header, sizeof(header));
		assert_int_equal(reset_next_offset(), 0);
		assert_int_equal(reset_run(reset_finish), 0);
		reset_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_of_settings_may_fail),
		cmocka_unit_test(all_calls_of_settings_may_fail),
		cmocka_unit_test(a_record_that_cannot_be_taken_back_costs_its_page),
		cmocka_unit_test(first_bytes_of_a_pause_are_not_taken_for_the_whole_ones),
		cmocka_unit_test(even_where_the_page_was_erased_with_the_trailer),
		cmocka_unit_test(a_read_that_fails_costs_no_more_than_progress),
		cmocka_unit_test(a_read_that_fails_at_init_costs_no_more_than_progress),
		cmocka_unit_test(an_operation_that_fails_costs_a_page_at_most),
		cmocka_unit_test(also_one_that_programs_a_part),
		cmocka_unit_test(a_record_with_any_byte_changed_counts_for_nothing),
		cmocka_unit_test(a_record_of_another_length_counts_for_nothing),
		cmocka_unit_test(foreign_records_count_for_nothing),
		cmocka_unit_test(a_byte_changed_below_the_position_is_seen),
		cmocka_unit_test(a_page_erased_below_the_position_is_seen),
		cmocka_unit_test(a_byte_changed_above_the_position_costs_its_page),
		cmocka_unit_test(a_trailer_or_a_header_that_appears_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
