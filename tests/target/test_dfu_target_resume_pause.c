/* SPDX-License-Identifier: Apache-2.0 */
/* After an orderly pause and a reset the download goes on at the byte, on every kind of flash. */
#include "reset_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_stream.h>

#define SIZE 2000

static size_t at;    /* where the download is paused */
static size_t chunk; /* by which it comes */

static void download_to_the_pause(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(reset_write(at, chunk), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void go_on_to_the_end(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_offset(), at);
	reset_finish();
}

/* All that fills write blocks is programmed, the rest of less than one is in the settings. */
static void check_what_is_left(void)
{
	const size_t rest = at % dev->what.block;
	size_t len = 0;

	if (at < reset_hold()) {
		assert_null(reset_setting("dfu/MCUBOOT0/t", &len));
		return;
	}
	assert_memory_equal(reset_slot(1) + reset_start() + reset_hold(),
			    new_file.bytes + reset_hold(), at - rest - reset_hold());
	const uint8_t *tail = reset_setting("dfu/MCUBOOT0/t", &len);
	assert_int_equal(len, rest);
	assert_true(rest == 0 || memcmp(tail, new_file.bytes + at - rest, rest) == 0);
}

static void pauses_at(const struct reset_case *what, size_t offset)
{
	at = offset;
	reset_open(what, SIZE);
	assert_int_equal(reset_run(download_to_the_pause), 0);
	check_what_is_left();
	assert_int_equal(reset_run(go_on_to_the_end), 0);
	reset_close();
}

static void every_first_byte_is_exact(void **state)
{
	(void)state;
	chunk = 244;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t offset = 0; offset <= 70; offset++) {
			pauses_at(&reset_cases[c], offset);
		}
	}
}

/* Around each of them, as bytes of the file and as bytes of the device. */
static void every_border_is_exact(void **state)
{
	(void)state;
	chunk = 20;
	for (size_t c = 0; c < reset_case_count; c++) {
		const struct reset_case *what = &reset_cases[c];
		const size_t borders[] = {what->block,    2 * what->block,
					  what->buffer,   2 * what->buffer,
					  what->page,     what->page + 32,
					  2 * what->page, 2 * what->page + 32,
					  3 * what->page, SIZE};

		for (size_t i = 0; i < ARRAY_LEN(borders); i++) {
			for (size_t off = borders[i] - 1; off <= borders[i] + 1; off++) {
				if (off <= SIZE) {
					pauses_at(what, off);
				}
			}
		}
	}
}

static void count_byte_by_byte(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	for (size_t off = 0; off < SIZE; off++) {
		assert_int_equal(reset_offset(), off);
		assert_int_equal(dfu_target_write(new_file.bytes + off, 1), 0);
	}
	assert_int_equal(reset_offset(), SIZE);
	reset_finish();
}

static void the_offset_counts_what_waits_in_ram(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(count_byte_by_byte), 0);
		reset_close();
	}
}

static size_t piece;

static void take_a_piece(void)
{
	const size_t from = dev->offset;
	const size_t to = from + piece < SIZE ? from + piece : SIZE;

	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), from);
	assert_int_equal(reset_write(to, 50), 0);
	assert_int_equal(dfu_target_done(false), 0);
	dev->offset = to;
}

static void take_all_pieces(void)
{
	while (dev->offset < SIZE) {
		take_a_piece();
	}
	reset_finish();
}

static void each_piece_may_come_in_a_run_of_its_own(void **state)
{
	static const size_t pieces[] = {37, 128, 507};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
			piece = pieces[i];
			reset_open(&reset_cases[c], SIZE);
			while (dev->offset < SIZE) {
				assert_int_equal(reset_run(take_a_piece), 0);
			}
			assert_int_equal(reset_run(reset_finish), 0);
			reset_close();
		}
	}
}

static void or_all_pieces_in_one(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (piece = 1; piece < 400; piece += 57) {
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(take_all_pieces), 0);
			reset_close();
		}
	}
}

static void pause_without_a_byte(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), at);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), at);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(dfu_target_done(false), -EALREADY);
}

static void a_pause_without_a_byte_changes_nothing(void **state)
{
	static const size_t offsets[] = {0, 1, 31, 32, 33, 35, 36, 500, 512, 1001, SIZE};

	(void)state;
	chunk = 100;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
			at = offsets[i];
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(download_to_the_pause), 0);
			for (int n = 0; n < 3; n++) {
				assert_int_equal(reset_run(pause_without_a_byte), 0);
			}
			assert_int_equal(reset_run(go_on_to_the_end), 0);
			reset_close();
		}
	}
}

/* A new version of the application may lend another buffer. */
static void another_buffer_goes_on_at_the_same_byte(void **state)
{
	static const size_t buffers[] = {64, 128, 512, 192, 68};

	(void)state;
	for (at = 450; at < 600; at += 7) {
		for (size_t i = 0; i < ARRAY_LEN(buffers); i++) {
			reset_open(&reset_plain, SIZE);
			assert_int_equal(reset_run(download_to_the_pause), 0);
			dev->what.buffer = buffers[i];
			assert_int_equal(reset_run(go_on_to_the_end), 0);
			reset_close();
		}
	}
}

static uint32_t own_buffer[1024 / sizeof(uint32_t)];

static void use_the_stream_in_between(void)
{
	const struct dfu_target_stream_init own = {
		.id = "OWN",
		.fdev = &dev->nor.device,
		.buf = (uint8_t *)own_buffer,
		.len = dev->what.buffer,
		.offset = (size_t)(reset_slot(3) - dev->memory),
		.size = reset_slot_size(),
	};

	download_to_the_pause();
	assert_int_equal(dfu_target_stream_init(&own), 0);
	assert_int_equal(dfu_target_stream_write(new_file.bytes, 1000), 0);
	assert_int_equal(dfu_target_stream_done(false), 0);
	go_on_to_the_end();
	assert_int_equal(dfu_target_stream_init(&own), 0);
	assert_int_equal(dfu_target_stream_write(new_file.bytes + 1000, 1000), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(reset_slot(3), new_file.bytes, SIZE);
}

static void a_stream_of_the_application_in_between_costs_neither_a_byte(void **state)
{
	(void)state;
	chunk = 100;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (at = 10; at < SIZE; at += 331) {
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(use_the_stream_in_between), 0);
			reset_close();
		}
	}
}

static void pause_with_unknown_size(void)
{
	assert_int_equal(reset_init(0), 0);
	assert_int_equal(reset_offset(), dev->offset);
	assert_int_equal(reset_write(dev->offset + 333, 100), 0);
	assert_int_equal(dfu_target_done(false), 0);
	dev->offset += 333;
}

static void finish_with_unknown_size(void)
{
	assert_int_equal(reset_init(0), 0);
	assert_int_equal(reset_offset(), dev->offset);
	assert_int_equal(reset_write(SIZE, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	reset_assert_slot_is_file();
}

static void the_size_need_not_be_known(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		for (int n = 0; n < 4; n++) {
			assert_int_equal(reset_run(pause_with_unknown_size), 0);
		}
		assert_int_equal(reset_run(finish_with_unknown_size), 0);
		reset_close();
	}
}

static void pause_near_the_end_of_the_slot(void)
{
	assert_int_equal(reset_init(0), 0);
	assert_int_equal(reset_write(new_file.size - 100, 100), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void begin_again(void)
{
	assert_int_equal(reset_init(0), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(dfu_target_write(new_file.bytes, new_file.size), -EFBIG);
}

/* The trailer of the bootloader that is asked for the room takes more of it. */
static void what_has_no_room_any_more_begins_again(void **state)
{
	struct reset_case overwrite = reset_plain;

	(void)state;
	overwrite.mode = BOOT_MODE_OVERWRITE_ONLY;
	reset_open(&overwrite, 15 * overwrite.page);
	assert_int_equal(reset_run(pause_near_the_end_of_the_slot), 0);
	dev->what.mode = reset_plain.mode;
	assert_int_equal(reset_run(begin_again), 0);
	reset_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_first_byte_is_exact),
		cmocka_unit_test(every_border_is_exact),
		cmocka_unit_test(the_offset_counts_what_waits_in_ram),
		cmocka_unit_test(each_piece_may_come_in_a_run_of_its_own),
		cmocka_unit_test(or_all_pieces_in_one),
		cmocka_unit_test(a_pause_without_a_byte_changes_nothing),
		cmocka_unit_test(another_buffer_goes_on_at_the_same_byte),
		cmocka_unit_test(a_stream_of_the_application_in_between_costs_neither_a_byte),
		cmocka_unit_test(the_size_need_not_be_known),
		cmocka_unit_test(what_has_no_room_any_more_begins_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
