/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of the application's own goes on after a reset: bound to id, area and size. */
#include "reset_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_stream.h>

#define SIZE 2000

static struct dfu_target_stream_init init;
static uint32_t stream_buf[1024 / sizeof(uint32_t)];
static size_t at;
static size_t chunk;

static void open_device(const struct reset_case *what)
{
	reset_open(what, SIZE);
	chunk = 50;
	init = (struct dfu_target_stream_init){
		.id = "STREAM",
		.fdev = &dev->nor.device,
		.buf = (uint8_t *)stream_buf,
		.len = what->buffer,
		.offset = (size_t)(reset_slot(1) - dev->memory),
		.size = reset_slot_size(),
	};
}

static size_t position(void)
{
	size_t written;
	size_t buffered;

	assert_int_equal(dfu_target_stream_offset_get(&written), 0);
	assert_int_equal(dfu_target_stream_bytes_buffered_get(&buffered), 0);
	return written + buffered;
}

static int write_to(size_t end)
{
	int rc = 0;

	for (size_t off = position(); rc == 0 && off < end;) {
		const size_t n = end - off < chunk ? end - off : chunk;

		rc = dfu_target_stream_write(new_file.bytes + off, n);
		off += n;
		dev->offset = off;
	}
	return rc;
}

static void pause_stream(void)
{
	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(write_to(at), 0);
	assert_int_equal(dfu_target_stream_done(false), 0);
}

static void ask(void)
{
	assert_int_equal(dfu_target_stream_init(&init), 0);
	dev->offset = position();
}

static size_t next_position(void)
{
	assert_int_equal(reset_run(ask), 0);
	return dev->offset;
}

static void finish_at(size_t end)
{
	ask();
	assert_int_equal(write_to(end), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(dev->memory + init.offset, new_file.bytes, end);
}

static void finish(void)
{
	finish_at(SIZE);
}

static void finish_within_the_buffer(void)
{
	finish_at(50);
}

static void finish_from_the_pause(void)
{
	ask();
	assert_int_equal(dev->offset, at);
	assert_int_equal(dfu_target_stream_done(false), 0);
	finish();
}

static void an_orderly_pause_is_exact_to_the_byte(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		const struct reset_case *what = &reset_cases[c];

		for (at = 0; at <= SIZE; at += at < 70 ? 1 : 53) {
			open_device(what);
			assert_int_equal(reset_run(pause_stream), 0);
			assert_int_equal(reset_run(finish_from_the_pause), 0);
			reset_close();
		}
		for (size_t page = what->page; page < SIZE; page += what->page) {
			for (at = page - 1; at <= page + 1; at++) {
				open_device(what);
				assert_int_equal(reset_run(pause_stream), 0);
				assert_int_equal(reset_run(finish_from_the_pause), 0);
				reset_close();
			}
		}
	}
}

static void the_chunks_make_no_difference(void **state)
{
	static const size_t chunks[] = {1, 20, 31, 244, 4096};

	(void)state;
	at = 1234;
	for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
		open_device(&reset_plain);
		chunk = chunks[i];
		assert_int_equal(reset_run(pause_stream), 0);
		assert_int_equal(reset_run(finish_from_the_pause), 0);
		reset_close();
	}
}

static void another_id_area_or_size_begins_at_0_and_costs_the_stream_nothing(void **state)
{
	(void)state;
	at = 1001;
	open_device(&reset_plain);
	assert_int_equal(reset_run(pause_stream), 0);
	const struct dfu_target_stream_init same = init;
	reset_forget_ops();
	init.id = "STREAM2";
	assert_int_equal(next_position(), 0);
	init.id = "STREA";
	assert_int_equal(next_position(), 0);
	init = same;
	init.offset += dev->what.page;
	assert_int_equal(next_position(), 0);
	init = same;
	init.size -= dev->what.page;
	assert_int_equal(next_position(), 0);
	assert_int_equal(dev->op_count, 0);
	init = same;
	assert_int_equal(reset_run(finish_from_the_pause), 0);
	reset_close();
}

/* What flash holds moves along, so that the area alone differs. */
static void the_area_counts_itself(void **state)
{
	(void)state;
	at = 1001;
	open_device(&reset_plain);
	assert_int_equal(reset_run(pause_stream), 0);
	memmove(reset_slot(1) + 512, reset_slot(1), 4096);
	init.offset += 512;
	assert_int_equal(next_position(), 0);
	init.size -= 512;
	assert_int_equal(next_position(), 0);
	reset_close();
}

static void name_the_file(void)
{
	assert_int_equal(dfu_target_identity_set("name", 4), 0);
	ask();
}

/* Of an unknown size, and with first bytes that look like none. */
static void pause_a_download_of_the_target(void)
{
	static const uint8_t zeros[500];

	assert_int_equal(reset_init(0), 0);
	assert_int_equal(dfu_target_write(zeros, sizeof(zeros)), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void the_type_counts_where_the_target_has_the_same_id_and_area(void **state)
{
	(void)state;
	open_device(&reset_plain);
	assert_int_equal(reset_run(pause_a_download_of_the_target), 0);
	init.id = "MCUBOOT0";
	init.offset += 32;
	init.size -= 32;
	assert_int_equal(next_position(), 0);
	reset_close();
}

/* Whoever has a stream alone has one file for its id. */
static void the_name_of_a_file_does_not_join(void **state)
{
	(void)state;
	at = 1001;
	open_device(&reset_plain);
	assert_int_equal(reset_run(pause_stream), 0);
	assert_int_equal(reset_run(name_the_file), 0);
	assert_int_equal(dev->offset, at);
	reset_close();
}

static void another_buffer_goes_on(void **state)
{
	(void)state;
	for (at = 500; at < 530; at++) {
		open_device(&reset_plain);
		assert_int_equal(reset_run(pause_stream), 0);
		init.len = 512;
		assert_int_equal(reset_run(finish_from_the_pause), 0);
		reset_close();
	}
}

static void a_stream_that_is_done_or_reset_is_forgotten(void **state)
{
	size_t len;

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		at = 1001;
		open_device(&reset_cases[c]);
		assert_int_equal(reset_run(pause_stream), 0);
		assert_non_null(reset_setting("dfu/STREAM", &len));
		assert_int_equal(len, 32);
		assert_int_equal(reset_run(finish), 0);
		assert_null(reset_setting("dfu/STREAM", &len));
		assert_null(reset_setting("dfu/STREAM/t", &len));
		assert_int_equal(next_position(), 0);
		reset_close();
	}
}

static void reset_stream(void)
{
	ask();
	assert_int_equal(dfu_target_stream_reset(), 0);
	ask();
	assert_int_equal(dev->offset, 0);
}

static void reset_takes_the_records_with_it(void **state)
{
	size_t len;

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		at = 1001;
		open_device(&reset_cases[c]);
		assert_int_equal(reset_run(pause_stream), 0);
		assert_int_equal(reset_run(reset_stream), 0);
		assert_null(reset_setting("dfu/STREAM", &len));
		assert_null(reset_setting("dfu/STREAM/t", &len));
		reset_close();
	}
}

static bool cut_and_go_on(unsigned long k, enum sim_cut when, uint32_t seed)
{
	const size_t lost = dev->what.page + dev->what.buffer;

	reset_restore();
	dev->offset = at;
	if (reset_run_cut(finish, k, when, seed) == 0) {
		return false;
	}
	const size_t received = dev->offset;
	const size_t offset = next_position();
	if (offset + lost < received || offset > received + chunk) {
		/* The last operations forget the stream, which is whole. */
		assert_int_equal(received, SIZE);
		assert_int_equal(offset, 0);
		assert_memory_equal(dev->memory + init.offset, new_file.bytes, SIZE);
	}
	assert_int_equal(reset_run(finish), 0);
	return true;
}

static void a_cut_loses_a_page_at_most(void **state)
{
	static const size_t pauses[] = {0, 333, 1001};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		at = pauses[c % ARRAY_LEN(pauses)];
		open_device(&reset_cases[c]);
		assert_int_equal(reset_run(pause_stream), 0);
		reset_snapshot();
		bool has_fired = true;
		for (unsigned long k = 0; has_fired; k++) {
			has_fired = cut_and_go_on(k, SIM_CUT_BEFORE, 0) &&
				    cut_and_go_on(k, SIM_CUT_AFTER, 0);
			for (uint32_t seed = 0; has_fired && seed < 2; seed++) {
				assert_true(
					cut_and_go_on(k, SIM_CUT_INSIDE, 3 * seed + (uint32_t)k));
			}
		}
		reset_close();
	}
}

static void a_byte_changed_below_the_position_is_seen(void **state)
{
	(void)state;
	at = 1001;
	open_device(&reset_plain);
	assert_int_equal(reset_run(pause_stream), 0);
	reset_snapshot();
	for (size_t off = 0; off < 1000; off += 7) {
		reset_restore();
		dev->memory[init.offset + off] ^= (uint8_t)(1u << off % 8);
		assert_int_equal(next_position(), 0);
	}
	assert_int_equal(reset_run(finish), 0);
	reset_close();
}

/* It would count again if the bytes it speaks of came to lie there once more. */
static void a_stream_that_begins_again_deletes_its_record_first(void **state)
{
	void (*const bodies[])(void) = {finish, finish_within_the_buffer};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		at = 1001;
		open_device(&reset_plain);
		assert_int_equal(reset_run(pause_stream), 0);
		dev->memory[init.offset] ^= 1;
		reset_forget_ops();
		assert_int_equal(next_position(), 0);
		assert_int_equal(dev->op_count, 0);
		assert_int_equal(reset_run(bodies[i]), 0);
		assert_int_equal(dev->ops[0].kind, SIM_SAVE);
		assert_int_equal(dev->ops[0].len, 0);
		assert_int_equal(dev->ops[1].kind, SIM_ERASE);
		reset_close();
	}
}

static void a_record_with_any_byte_changed_counts_for_nothing(void **state)
{
	static const char *const names[] = {"dfu/STREAM", "dfu/STREAM/t"};
	size_t len;

	(void)state;
	at = 1001;
	open_device(&reset_plain);
	assert_int_equal(reset_run(pause_stream), 0);
	reset_snapshot();
	for (size_t n = 0; n < ARRAY_LEN(names); n++) {
		assert_non_null(reset_setting(names[n], &len));
		for (size_t i = 0; i < len; i++) {
			reset_restore();
			reset_setting(names[n], &len)[i] ^= 0x10;
			assert_int_equal(next_position(), 0);
		}
	}
	assert_int_equal(reset_run(finish), 0);
	reset_close();
}

static void each_call_of_settings_may_fail(void **state)
{
	(void)state;
	for (long k = -1;; k++) {
		open_device(&reset_plain);
		dev->sick_calls = RESET_LOAD | RESET_SAVE | RESET_DELETE;
		dev->sick_at = k;
		dev->sick_rc = -EIO;
		at = 700;
		assert_int_equal(reset_run(pause_stream), 0);
		at = 1401;
		assert_int_equal(reset_run(pause_stream), 0);
		assert_int_equal(reset_run(finish), 0);
		const bool has_failed = k < dev->settings_calls;
		assert_true(!has_failed || dev->warnings > 0);
		reset_close();
		if (!has_failed) {
			break;
		}
	}
}

static int on_program(uint8_t *read_back, size_t len, size_t offset)
{
	assert_memory_equal(read_back, dev->memory + offset, len);
	memset(read_back, 0xee, len); /* what it does with it is its own */
	return 0;
}

static void a_callback_that_uses_the_buffer_costs_nothing(void **state)
{
	(void)state;
	for (at = 960; at < 1100; at += 13) {
		open_device(&reset_plain);
		init.cb = on_program;
		assert_int_equal(reset_run(pause_stream), 0);
		assert_int_equal(reset_run(finish_from_the_pause), 0);
		reset_close();
	}
}

static void find_the_first_page_not_erased(void)
{
	ask();
	assert_int_equal(dev->offset, 0);
	assert_int_equal(write_to(SIZE), -EEXIST);
}

/* It is never erased for the stream, so only an exact position is one there. */
static void a_first_page_that_is_shared_is_gone_on_with_after_a_pause_only(void **state)
{
	(void)state;
	for (at = 100; at < 130; at += 9) {
		open_device(&reset_plain);
		init.offset += 128;
		init.size -= 512;
		memset(dev->memory + init.offset, 0xff, 384);
		assert_int_equal(reset_run(pause_stream), 0);
		reset_snapshot();
		assert_int_equal(reset_run(finish_from_the_pause), 0);
		for (size_t i = 0; i < 128; i++) {
			assert_int_equal(reset_slot(1)[i], 0x33);
		}
		reset_restore();
		assert_int_equal(reset_run_cut(finish, 3, SIM_CUT_BEFORE, 0), RESET_CUT);
		assert_int_equal(reset_run(find_the_first_page_not_erased), 0);
		reset_close();
	}
}

/* A flash of more than 4 GiB, of which the last pages are there. */
#define FAR ((off_t)1 << 32)

static struct flash_driver_api far_api;
static struct device far_device;
static struct flash_pages_layout far_layout;

static int far_read(const struct device *flash, off_t off, void *data, size_t len)
{
	(void)flash;
	return flash_read(&dev->nor.device, off - FAR, data, len);
}

static int far_write(const struct device *flash, off_t off, const void *data, size_t len)
{
	(void)flash;
	return flash_write(&dev->nor.device, off - FAR, data, len);
}

static int far_erase(const struct device *flash, off_t off, size_t len)
{
	(void)flash;
	return flash_erase(&dev->nor.device, off - FAR, len);
}

static const struct flash_parameters *far_parameters(const struct device *flash)
{
	(void)flash;
	return flash_get_parameters(&dev->nor.device);
}

static void far_page_layout(const struct device *flash, const struct flash_pages_layout **layout,
			    size_t *count)
{
	(void)flash;
	*layout = &far_layout;
	*count = 1;
}

static void pause_far_up_and_go_on(void)
{
	pause_stream();
	ask();
	assert_int_equal(dev->offset, at);
	assert_int_equal(write_to(SIZE), 0);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(reset_slot(1), new_file.bytes, SIZE);
}

static void above_4_gib_a_stream_goes_on_in_its_run_alone(void **state)
{
	(void)state;
	if (SIZE_MAX <= UINT32_MAX) {
		skip(); /* there are no such offsets */
	}
	far_api = (struct flash_driver_api){.read = far_read,
					    .write = far_write,
					    .erase = far_erase,
					    .get_parameters = far_parameters,
					    .page_layout = far_page_layout};
	far_device = (struct device){.name = "far", .api = &far_api};
	at = 1001;
	open_device(&reset_plain);
	const size_t page = dev->what.page;
	far_layout = (struct flash_pages_layout){
		.pages_count = (size_t)FAR / page + dev->size / page, .pages_size = page};
	init.fdev = &far_device;
	init.offset += (size_t)FAR;
	assert_int_equal(reset_run(pause_stream), 0);
	assert_true(dev->warnings > 0);
	assert_int_equal(next_position(), 0);
	assert_int_equal(reset_run(pause_far_up_and_go_on), 0);
	reset_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_orderly_pause_is_exact_to_the_byte),
		cmocka_unit_test(the_chunks_make_no_difference),
		cmocka_unit_test(another_id_area_or_size_begins_at_0_and_costs_the_stream_nothing),
		cmocka_unit_test(the_area_counts_itself),
		cmocka_unit_test(the_type_counts_where_the_target_has_the_same_id_and_area),
		cmocka_unit_test(the_name_of_a_file_does_not_join),
		cmocka_unit_test(another_buffer_goes_on),
		cmocka_unit_test(a_stream_that_is_done_or_reset_is_forgotten),
		cmocka_unit_test(reset_takes_the_records_with_it),
		cmocka_unit_test(a_cut_loses_a_page_at_most),
		cmocka_unit_test(a_byte_changed_below_the_position_is_seen),
		cmocka_unit_test(a_stream_that_begins_again_deletes_its_record_first),
		cmocka_unit_test(a_record_with_any_byte_changed_counts_for_nothing),
		cmocka_unit_test(each_call_of_settings_may_fail),
		cmocka_unit_test(a_callback_that_uses_the_buffer_costs_nothing),
		cmocka_unit_test(a_first_page_that_is_shared_is_gone_on_with_after_a_pause_only),
		cmocka_unit_test(above_4_gib_a_stream_goes_on_in_its_run_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
