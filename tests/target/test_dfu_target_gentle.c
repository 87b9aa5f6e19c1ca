/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a write can block: it erases one page at most, the first ones of a download included, as
 * long as the buffer takes what arrives until the slot is cleared. And what becomes of bytes that
 * wait for that: a pause, an end, an error, erasing ahead.
 */
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/dfu_target_stream.h>
#include <settings/settings.h>

#include "mode_cases.h"
#include "op_log.h"
#include "target/mcuboot_held.h"
#include "target/target_settings.h"
#include "target_device.h"

#define BUFFER 16384
#define RECORD "dfu/MCUBOOT0" /* of the progress */

static struct op_log op_log;
static uint32_t buffer[BUFFER / sizeof(uint32_t)];

static void log_operations(void)
{
	op_log_init(&op_log, dut.flash.dev);
	for (size_t i = 0; i < ARRAY_LEN(target_device_areas); i++) {
		target_device_areas[i].fa_dev = &op_log.device;
	}
}

static void open_case(const struct mode_case *c, const struct device_case *what, size_t buf_len)
{
	mode_case_open(c, what);
	log_operations();
	assert_int_equal(dfu_target_mcuboot_set_buf((uint8_t *)buffer, buf_len), 0);
}

static void power_cycle(size_t buf_len)
{
	target_device_power_cycle();
	assert_int_equal(dfu_target_mcuboot_set_buf((uint8_t *)buffer, buf_len), 0);
}

static size_t erases_since(size_t from)
{
	size_t count = 0;

	for (size_t i = from; i < op_log.count; i++) {
		count += op_log.ops[i].what == 'e' ? 1 : 0;
	}
	return count;
}

/* The most erases of one write of a whole download. */
static size_t most_erases(size_t chunk)
{
	size_t most = 0;

	assert_int_equal(target_device_init(0, dut.image_len), 0);
	for (size_t off = 0; off < dut.image_len; off += chunk) {
		const size_t left = dut.image_len - off;
		const size_t before = op_log.count;

		assert_int_equal(dfu_target_write(dut.image + off, left < chunk ? left : chunk), 0);
		const size_t erases = erases_since(before);
		most = erases > most ? erases : most;
	}
	assert_int_equal(target_device_offset(), dut.image_len);
	return most;
}

static void finish(const struct mode_case *c)
{
	assert_int_equal(target_device_stream(dut.image_len, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_body(c->is_direct ? 32 : 0);
}

/* What a slot holds besides what mode_case_open() says. */
enum content {
	REQUESTED, /* that: a request for what is no image, a first page that may be one */
	UPDATED,   /* no request, as after an update */
	BLANK,
};

static void put_content(enum content content)
{
	uint8_t *slot = dut.slot[dut.upload];
	const size_t fields = 5 * (size_t)dut.what->max_align + 32;

	if (content == UPDATED) {
		memset(slot + dut.slot_size - fields, dut.what->erase_value, fields);
	} else if (content == BLANK) {
		memset(slot, dut.what->erase_value, dut.slot_size);
	}
}

/*
 * Which writes the header of dfu_target_mcuboot promises one erase for. The buffer gives way to
 * two pages, each in a call of its own; a third there is in swap-offset alone.
 */
static bool is_promised(enum content content, size_t buf_len, size_t chunk)
{
	const size_t trailer = content == REQUESTED ? 1 : 0;
	const size_t front = content != BLANK && dut.start > 0 ? 1 : 0;
	const size_t urgent = 1 + trailer + front;

	return urgent <= 1 || urgent <= buf_len / chunk + 1;
}

static void check_chunk(const struct mode_case *c, const struct device_case *what,
			enum content content, size_t buf_len, size_t chunk)
{
	open_case(c, what, buf_len);
	put_content(content);
	const size_t most = most_erases(chunk);
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_body(c->is_direct ? 32 : 0);
	if (is_promised(content, buf_len, chunk) && most > 1) {
		fail_msg("%s on %s: %zu erases in a write of %zu bytes, buffer of %zu", c->name,
			 what->name, most, chunk, buf_len);
	}
	target_device_close();
}

static void check_chunks(const struct mode_case *c, const struct device_case *what, size_t buf_len)
{
	static const size_t parts[] = {1, 2, 3, 7, 50};

	for (int content = REQUESTED; content <= BLANK; content++) {
		for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
			check_chunk(c, what, (enum content)content, buf_len, buf_len / parts[k]);
		}
		for (size_t chunk = 2 * buf_len; chunk <= what->page_size; chunk *= 2) {
			check_chunk(c, what, (enum content)content, buf_len, chunk);
		}
	}
}

static void a_write_erases_one_page_at_most(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		const struct device_case *what = &device_cases[i];

		FOR_EACH_MODE(c)
		{
			const size_t most = what->page_size < 4096 ? what->page_size : 4096;

			for (size_t buf_len = 128; buf_len <= most; buf_len *= 2) {
				check_chunks(c, what, buf_len);
			}
		}
	}
}

/* What the end of a download clears is known to the record of its progress. */
static void what_is_left_to_the_end_outlives_a_reset(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		for (int paused = 0; paused < 2; paused++) {
			open_case(c, &mode_case_small_pages, 256);
			put_content(UPDATED);
			assert_int_equal(target_device_init(0, dut.image_len), 0);
			assert_int_equal(dfu_target_write(dut.image, 256), 0);
			assert_int_equal(dfu_target_write(dut.image + 256, 256), 0);
			assert_int_equal(dfu_target_write(dut.image + 512, 256), 0);
			assert_int_equal(paused ? dfu_target_done(false) : 0, 0);
			power_cycle(256);
			assert_int_equal(target_device_init(0, dut.image_len), 0);
			assert_true(target_device_offset() > 0);
			finish(c);
			mode_case_assert_no_trailer(c);
			target_device_close();
		}
	}
}

/* The first bytes have arrived, and the slot is not cleared yet. */
static void write_a_little(void)
{
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, 100), 0);
	assert_int_equal(erases_since(0), op_log.count);
	assert_int_equal(op_log.count, 1);
}

/* Bytes that wait, or are all there: cancelling takes back requests, and no download. */
static void a_cancel_takes_no_download_for_a_request(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (c->mode == BOOT_MODE_FIRMWARE_LOADER) {
			continue; /* it has no requests */
		}
		open_case(c, &device_cases[0], 512);
		put_content(UPDATED);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(dfu_target_write(dut.image, 1024), 0);
		assert_int_equal(dfu_target_done(false), 0);
		power_cycle(512);
		assert_int_equal(dfu_target_mcuboot_cancel(0), -ENOENT);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(target_device_offset(), 1024);
		finish(c);
		target_device_close();
	}
}

/* An end that was cut may have half erased fields: no request programs them before they are. */
static void fields_that_an_end_has_half_erased_are_erased_before_a_request(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (c->is_direct && !c->has_revert) {
			continue;
		}
		open_case(c, &device_cases[0], 512);
		put_content(UPDATED);
		assert_int_equal(dut.image_len % dut.what->write_block_size, 0);
		assert_int_equal(target_device_stream(dut.image_len, 512), 0);
		assert_int_equal(dfu_target_done(false), 0);
		power_cycle(512);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		dut.flash.nor.fail_after = 0;
		dut.flash.nor.fail_rc = -EIO;
		assert_int_equal(dfu_target_done(true), -EIO);
		power_cycle(512);
		op_log.count = 0;
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
		const size_t slot = (size_t)target_device_areas[dut.upload].fa_off;
		assert_int_equal(op_log_erases_at(&op_log, slot + dut.slot_size - 1), 1);
		mode_case_assert_next(c, 1);
		target_device_close();
	}
}

/* Settings that would not delete it leave a record that speaks of a request's slot. */
static void a_request_in_force_is_not_erased_for_an_old_record(void **state)
{
	uint8_t record[64];

	(void)state;
	FOR_EACH_MODE(c)
	{
		if (c->is_direct && !c->has_revert) {
			continue;
		}
		open_case(c, &device_cases[0], 512);
		put_content(UPDATED);
		assert_int_equal(target_device_stream(dut.image_len, 512), 0);
		assert_int_equal(dfu_target_done(false), 0);
		power_cycle(512);
		const ssize_t len = settings_load_one(RECORD, record, sizeof(record));
		assert_true(len > 0);
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
		assert_int_equal(settings_load_one(RECORD, record, sizeof(record)), -ENOENT);
		assert_int_equal(settings_save_one(RECORD, record, (size_t)len), 0);
		op_log.count = 0;
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
		assert_int_equal(op_log.count, 0);
		mode_case_assert_next(c, 1);
		target_device_close();
	}
}

/* Of an image that reaches into the fields' page the stream has erased that page. */
static void an_image_that_reaches_into_the_trailer_is_scheduled_after_a_pause(void **state)
{
	struct device_case what = {"", 256, 64, 4, 0xff, false, 8, false};

	(void)state;
	FOR_EACH_MODE(c)
	{
		if (c->mode != BOOT_MODE_OVERWRITE_ONLY && !c->has_revert) {
			continue;
		}
		open_case(c, &what, 256);
		what.slot_pages = (dut.image_len + 48 + what.page_size - 1) / what.page_size;
		target_device_close();
		for (int paused = 0; paused < 2; paused++) {
			open_case(c, &what, 256);
			assert_true(dut.slot_size - dut.image_len < what.page_size);
			put_content(UPDATED);
			assert_int_equal(target_device_stream(dut.image_len, 128), 0);
			if (paused) {
				assert_int_equal(dfu_target_done(false), 0);
				target_device_power_cycle();
			} else {
				target_device_settings(false);
				assert_int_equal(dfu_target_done(true), 0);
				target_device_settings(true);
			}
			assert_int_equal(dfu_target_mcuboot_set_buf((uint8_t *)buffer, 256), 0);
			assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
			mode_case_assert_next(c, 1);
			target_device_close();
		}
		what.slot_pages = 64;
	}
}

/* A stream that goes back to the start of a page, after an error, has it erased again. */
static void what_is_cleared_in_mid_download_moves_no_stream(void **state)
{
	const struct device_case what = {"", 2048, 16, 8, 0xff, false, 8, false};

	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &what, 256);
		put_content(UPDATED);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		for (size_t off = 0; off < 2560; off += 256) {
			assert_int_equal(dfu_target_write(dut.image + off, 256), 0);
		}
		assert_true(dfu_target_prepare(0) >= 0);
		dut.flash.nor.fail_after = 0;
		dut.flash.nor.fail_rc = -EIO;
		int rc = 0;
		for (size_t off = 2560; rc == 0; off += 256) {
			rc = dfu_target_write(dut.image + off, 256);
		}
		assert_int_equal(rc, -EIO);
		dut.flash.nor.fail_after = -1;
		assert_int_equal(dfu_target_done(false), 0);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(target_device_offset(), 2048);
		assert_true(dfu_target_prepare(0) >= 0);
		finish(c);
		target_device_close();
	}
}

/* That too outlives a reset. */
static void what_is_cleared_in_mid_download_is_not_cleared_again(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		int rc;

		open_case(c, &mode_case_small_pages, 256);
		put_content(UPDATED);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(dfu_target_write(dut.image, 1024), 0);
		do {
			rc = dfu_target_prepare(0);
		} while (rc == 1);
		assert_int_equal(rc, 0);
		power_cycle(256);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_true(target_device_offset() > 0);
		const size_t before = op_log.count;
		finish(c);
		/* The page at which it goes on. */
		assert_true(erases_since(before) <= 1);
		target_device_close();
	}
}

/* A mark of a request's erase that was cut goes with the trailer. */
static void a_download_ends_the_doubt_about_its_trailer(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[0], 512);
		put_content(UPDATED);
		mcuboot_mark_set(0, TARGET_ERASING);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		finish(c);
		op_log.count = 0;
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_int_equal(erases_since(0), 0);
		target_device_close();
	}
}

static void without_erase_the_trailer_goes_first_as_a_whole(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[6], 512);
		assert_true(dut.what->no_explicit_erase);
		put_content(UPDATED);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		for (size_t off = 0; off < 300; off += 100) {
			assert_int_equal(dfu_target_write(dut.image + off, 100), 0);
		}
		assert_int_equal(dut.slot[dut.upload][dut.slot_size - 200],
				 mode_case_has_status(c) ? 0xff : 0x33);
		target_device_close();
	}
}

static void a_pause_clears_what_is_urgent_and_loses_no_byte(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		for (int resets = 0; resets < 2; resets++) {
			open_case(c, &mode_case_small_pages, 256);
			write_a_little();
			assert_int_equal(dfu_target_done(false), 0);
			assert_int_equal(erases_since(0), dut.start > 0 ? 3 : 2);
			if (resets) {
				power_cycle(256);
			}
			assert_int_equal(target_device_init(0, dut.image_len), 0);
			assert_int_equal(target_device_offset(), 100);
			finish(c);
			target_device_close();
		}
	}
}

static void a_pause_that_cannot_clear_it_forgets_them(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[0], 512);
		write_a_little();
		dut.flash.nor.fail_after = 0;
		dut.flash.nor.fail_rc = -EIO;
		assert_int_equal(dfu_target_done(false), 0);
		dut.flash.nor.fail_after = -1;
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(target_device_offset(), 0);
		finish(c);
		target_device_close();
	}
}

/* A whole old image in the slot must not be taken for the one that is missing bytes. */
static void an_end_without_all_bytes_leaves_nothing_to_schedule(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[0], 512);
		assert_int_equal(target_device_download(512), 0);
		assert_int_equal(target_device_init(0, dut.image_len - 4), 0);
		assert_int_equal(target_device_offset(), 0);
		assert_int_equal(dfu_target_write(dut.image, 100), 0);
		for (int i = 0; i < 2; i++) {
			dut.flash.nor.fail_after = i == 0 ? 0 : -1;
			dut.flash.nor.fail_rc = -EIO;
			assert_int_equal(dfu_target_done(true), i == 0 ? -EIO : -EBADMSG);
		}
		assert_int_equal(dfu_target_schedule_update(0), -ENOENT);
		mode_case_assert_next(c, 0);
		target_device_close();
	}
}

static void another_file_finds_nothing_of_it(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[0], 512);
		write_a_little();
		assert_int_equal(target_device_init(0, dut.image_len - 4), 0);
		assert_int_equal(target_device_offset(), 0);
		assert_int_equal(dfu_target_write(dut.image, 100), 0);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(target_device_offset(), 0);
		finish(c);
		target_device_close();
	}
}

static void an_erase_that_fails_takes_nothing_of_its_call(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[0], 512);
		write_a_little();
		for (int i = 0; i < 2; i++) {
			dut.flash.nor.fail_after = 0;
			dut.flash.nor.fail_rc = -EIO;
			assert_int_equal(dfu_target_write(dut.image + 100, 100), -EIO);
			dut.flash.nor.fail_after = -1;
			assert_int_equal(target_device_offset(), 100);
		}
		finish(c);
		target_device_close();
	}
}

/* A full buffer that waits outlives a pause that cannot program it. */
static void a_pause_that_cannot_erase_a_page_keeps_a_full_buffer(void **state)
{
	const struct device_case *what = &device_cases[2];

	(void)state;
	FOR_EACH_MODE(c)
	{
		const size_t page = what->page_size;

		open_case(c, what, page);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		for (size_t off = 0; off < 3 * page; off += page) {
			assert_int_equal(dfu_target_write(dut.image + off, page), 0);
		}
		assert_int_equal(dfu_target_stream_get_stream()->buf_bytes, page);
		dut.flash.nor.fail_after = 0;
		dut.flash.nor.fail_rc = -EIO;
		assert_int_equal(dfu_target_done(false), 0);
		dut.flash.nor.fail_after = -1;
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(target_device_offset(), 3 * page);
		finish(c);
		target_device_close();
	}
}

/* A file that the buffer takes whole: its end clears what is left. */
static void a_file_that_comes_in_one_write_is_complete(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		const struct device_case *what = &device_cases[5];

		open_case(c, what, BUFFER);
		assert_true(dut.image_len < BUFFER);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(dfu_target_write(dut.image, dut.image_len), 0);
		assert_int_equal(op_log.count, 1);
		assert_int_equal(dfu_target_done(true), 0);
		target_device_assert_body(c->is_direct ? 32 : 0);
		power_cycle(BUFFER);
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
		mode_case_assert_next(c, 1);
		target_device_close();
	}
}

/* What is held back of it is known before the rest is programmed: an end that was cut costs
 * nothing. */
static void such_a_file_is_still_complete_after_a_cut_at_its_header(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		int rc = -EIO;
		size_t offset = 0;

		for (long k = 0; !c->is_direct && rc == -EIO; k++) {
			open_case(c, &device_cases[5], BUFFER);
			assert_int_equal(target_device_init(0, dut.image_len), 0);
			assert_int_equal(dfu_target_write(dut.image, dut.image_len), 0);
			dut.flash.nor.fail_after = k;
			dut.flash.nor.fail_rc = -EIO;
			rc = dfu_target_done(true);
			if (rc == -EIO) {
				power_cycle(BUFFER);
				assert_int_equal(target_device_init(0, dut.image_len), 0);
				offset = target_device_offset();
			}
			target_device_close();
		}
		/* The last operation that there was, the header's program. */
		assert_true(c->is_direct || (rc == 0 && offset > 0));
	}
}

/* The end can be asked for again. */
static void an_end_that_cannot_clear_it_is_repeated(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[5], BUFFER);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(dfu_target_write(dut.image, dut.image_len), 0);
		dut.flash.nor.fail_after = 0;
		dut.flash.nor.fail_rc = -EIO;
		assert_int_equal(dfu_target_done(true), -EIO);
		dut.flash.nor.fail_after = -1;
		assert_int_equal(dfu_target_done(true), 0);
		target_device_assert_body(c->is_direct ? 32 : 0);
		target_device_close();
	}
}

static void what_is_erased_ahead_in_between_no_write_erases(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[0], 512);
		write_a_little();
		int rc;
		do {
			const size_t before = op_log.count;

			rc = dfu_target_prepare(0);
			assert_true(rc >= 0 && erases_since(before) <= 1);
		} while (rc == 1);
		const size_t before = op_log.count;
		finish(c);
		assert_int_equal(erases_since(before), 0);
		target_device_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_erases_one_page_at_most),
		cmocka_unit_test(what_is_left_to_the_end_outlives_a_reset),
		cmocka_unit_test(a_cancel_takes_no_download_for_a_request),
		cmocka_unit_test(fields_that_an_end_has_half_erased_are_erased_before_a_request),
		cmocka_unit_test(a_request_in_force_is_not_erased_for_an_old_record),
		cmocka_unit_test(an_image_that_reaches_into_the_trailer_is_scheduled_after_a_pause),
		cmocka_unit_test(what_is_cleared_in_mid_download_moves_no_stream),
		cmocka_unit_test(what_is_cleared_in_mid_download_is_not_cleared_again),
		cmocka_unit_test(a_download_ends_the_doubt_about_its_trailer),
		cmocka_unit_test(without_erase_the_trailer_goes_first_as_a_whole),
		cmocka_unit_test(a_pause_clears_what_is_urgent_and_loses_no_byte),
		cmocka_unit_test(a_pause_that_cannot_clear_it_forgets_them),
		cmocka_unit_test(an_end_without_all_bytes_leaves_nothing_to_schedule),
		cmocka_unit_test(another_file_finds_nothing_of_it),
		cmocka_unit_test(an_erase_that_fails_takes_nothing_of_its_call),
		cmocka_unit_test(a_pause_that_cannot_erase_a_page_keeps_a_full_buffer),
		cmocka_unit_test(a_file_that_comes_in_one_write_is_complete),
		cmocka_unit_test(such_a_file_is_still_complete_after_a_cut_at_its_header),
		cmocka_unit_test(an_end_that_cannot_clear_it_is_repeated),
		cmocka_unit_test(what_is_erased_ahead_in_between_no_write_erases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
