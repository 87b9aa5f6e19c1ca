/* SPDX-License-Identifier: Apache-2.0 */
/* Where a stream may go on, and a flush of whole write blocks. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "stream/stream_position.h"

static const struct test_geometry pages_of_1k = {
	.runs = {{8, 1024}},
	.write_block_size = 8,
	.erase_value = 0xff,
};
static const struct test_geometry no_erase = {
	.runs = {{8, 1024}},
	.write_block_size = 8,
	.erase_value = 0xff,
	.no_explicit_erase = true,
};
static const struct test_geometry unequal = {
	.runs = {{4, 512}, {2, 1024}, {1, 4096}},
	.write_block_size = 4,
	.erase_value = 0x00,
};

static struct rig rig;

static void assert_page(size_t off, size_t start, size_t end)
{
	size_t found_start = SIZE_MAX;
	size_t found_end = SIZE_MAX;

	assert_int_equal(stream_page_at(&rig.ctx, off, &found_start, &found_end), 0);
	assert_int_equal(found_start, start);
	assert_int_equal(found_end, end);
}

static void pages_are_told_as_the_region_sees_them(void **state)
{
	size_t start = 1;
	size_t end = 2;

	(void)state;
	rig_init(&rig, &pages_of_1k, 1024, 3072, 64);
	assert_page(0, 0, 1024);
	assert_page(1023, 0, 1024);
	assert_page(1024, 1024, 2048);
	assert_page(3071, 2048, 3072);
	assert_false(stream_shares_first_page(&rig.ctx));
	rig_free(&rig);
	rig_init(&rig, &pages_of_1k, 1024 + 32, 2048, 64);
	assert_page(0, 0, 1024 - 32);
	assert_page(991, 0, 1024 - 32);
	assert_page(992, 992, 2016);
	assert_page(2047, 2016, 2048);
	assert_true(stream_shares_first_page(&rig.ctx));
	assert_int_equal(stream_page_at(&rig.ctx, 8 * 1024, &start, &end), -EINVAL);
	assert_int_equal(start, 1);
	assert_int_equal(end, 2);
	rig_free(&rig);
	rig_init(&rig, &unequal, 1536, 3000, 64);
	assert_page(511, 0, 512);
	assert_page(512, 512, 1536);
	assert_page(2559, 1536, 2560);
	assert_page(2999, 2560, 3000);
	rig_free(&rig);
}

static void assert_position(size_t written, size_t at, size_t erased_up_to)
{
	struct stream_position position = {SIZE_MAX, SIZE_MAX};

	assert_int_equal(stream_find_position(&rig.ctx, written, &position), 0);
	assert_int_equal(position.written, at);
	assert_int_equal(position.erased_up_to, erased_up_to);
}

static void a_page_start_is_taken_as_it_is_and_erased_again(void **state)
{
	(void)state;
	rig_init(&rig, &pages_of_1k, 1024, 3072, 64);
	assert_position(0, 0, 0);
	assert_position(1024, 1024, 1024);
	memset(rig.flash.memory, 0xff, rig.flash.size);
	assert_position(1024, 1024, 1024);
	assert_position(3072, 3072, 3072);
	rig_free(&rig);
}

static void inside_a_page_all_behind_has_to_read_erased(void **state)
{
	(void)state;
	rig_init(&rig, &pages_of_1k, 1024, 3072, 64);
	uint8_t *page = rig.flash.memory + 2048;
	memset(page, 0xff, 1024);
	for (size_t written = 1032; written < 2048; written += 8) {
		assert_position(written, written, 2048);
	}
	for (size_t at = 8; at < 1024; at += 8) {
		page[at + 3] = 0xfe;
		assert_position(1024 + at, 1024, 1024);
		assert_position(1024 + at + 8, at + 8 == 1024 ? 2048 : 1024 + at + 8, 2048);
		page[at + 3] = 0xff;
	}
	/* What lies in the next page is erased with it. */
	page[1024] = 0;
	assert_position(2040, 2040, 2048);
	rig_free(&rig);
}

static void inside_a_write_block_the_page_is_lost(void **state)
{
	(void)state;
	rig_init(&rig, &pages_of_1k, 1024, 3072, 64);
	memset(rig.flash.memory, 0xff, rig.flash.size);
	for (size_t written = 1025; written < 1032; written++) {
		assert_position(written, 1024, 1024);
	}
	rig_free(&rig);
	rig_init(&rig, &no_erase, 1024, 3072, 64);
	assert_position(1040, 1040, 2048);
	assert_position(1041, 1024, 1024);
	rig_free(&rig);
}

/* It cannot have the page erased: where nothing is programmed in it, it has to read erased. */
static void the_start_of_a_shared_page_is_no_page_start(void **state)
{
	(void)state;
	rig_init(&rig, &pages_of_1k, 1024 + 32, 2048, 64);
	assert_position(0, 0, 992);
	rig.flash.memory[2000] = 0;
	assert_position(0, 0, 0);
	assert_position(992, 992, 992);
	rig_free(&rig);
}

static void errors_of_the_device_are_told(void **state)
{
	struct stream_position position = {1, 2};

	(void)state;
	rig_init(&rig, &pages_of_1k, 1024, 3072, 64);
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_after = 0;
	rig.flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(stream_find_position(&rig.ctx, 1032, &position), -ETIMEDOUT);
	assert_int_equal(stream_find_position(&rig.ctx, 16 * 1024, &position), -EINVAL);
	assert_int_equal(position.written, 1);
	assert_int_equal(position.erased_up_to, 2);
	rig_free(&rig);
}

/* Wherever a stream is put, the rest of it arrives, in programs that end as they would have. */
static void a_stream_goes_on_from_any_position(void **state)
{
	static const size_t buffers[] = {8, 64, 96, 1024};

	(void)state;
	for (size_t b = 0; b < sizeof(buffers) / sizeof(buffers[0]); b++) {
		rig_init(&rig, &pages_of_1k, 1024, 3072, buffers[b]);
		for (size_t at = 0; at < 2500; at += 72) {
			rig_restart(&rig);
			assert_int_equal(rig_feed(&rig, at, 72), 0);
			const struct stream_position position = {at, (at + 1023) / 1024 * 1024};

			rig.ctx.buf_bytes = 5 % buffers[b];
			rig.ctx.suspect = true;
			rig.ctx.spent = true;
			stream_set_position(&rig.ctx, &position);
			assert_int_equal(rig_position(&rig), at);
			assert_int_equal((rig.ctx.offset + at + rig.ctx.buf_fill) % buffers[b], 0);
			assert_int_equal(rig_feed(&rig, 3000, 50), 0);
			rig_check(&rig, 3000);
		}
		rig_free(&rig);
	}
}

static void whole_blocks_are_programmed_and_the_rest_stays(void **state)
{
	(void)state;
	for (size_t len = 0; len < 200; len++) {
		rig_init(&rig, &pages_of_1k, 1024, 3072, 64);
		assert_int_equal(stream_flash_buffered_write(&rig.ctx, rig.data, len, false), 0);
		assert_int_equal(stream_flush_blocks(&rig.ctx), 0);
		assert_int_equal(rig.ctx.bytes_written, len / 8 * 8);
		assert_int_equal(rig.ctx.buf_bytes, len % 8);
		assert_memory_equal(rig.flash.memory + 1024, rig.data, len / 8 * 8);
		const unsigned long programs = rig.flash.nor.stats.programs;
		assert_int_equal(stream_flush_blocks(&rig.ctx), 0);
		assert_int_equal(rig.flash.nor.stats.programs, programs);
		assert_int_equal(rig_feed(&rig, 2000, 33), 0);
		rig_check(&rig, 2000);
		rig_free(&rig);
	}
}

static void a_flush_that_fails_leaves_the_buffer(void **state)
{
	(void)state;
	for (long k = 0; k < 2; k++) {
		rig_init(&rig, &pages_of_1k, 1024, 3072, 64);
		assert_int_equal(stream_flash_buffered_write(&rig.ctx, rig.data, 43, false), 0);
		rig.flash.nor.fail_after = k; /* the erase, or the program */
		rig.flash.nor.fail_rc = -EROFS;
		assert_int_equal(stream_flush_blocks(&rig.ctx), -EROFS);
		assert_int_equal(rig.ctx.bytes_written, 0);
		assert_int_equal(rig.ctx.buf_bytes, 43);
		assert_int_equal(stream_flush_blocks(&rig.ctx), 0);
		assert_int_equal(rig_feed(&rig, 500, 33), 0);
		rig_check(&rig, 500);
		rig_free(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_told_as_the_region_sees_them),
		cmocka_unit_test(a_page_start_is_taken_as_it_is_and_erased_again),
		cmocka_unit_test(inside_a_page_all_behind_has_to_read_erased),
		cmocka_unit_test(inside_a_write_block_the_page_is_lost),
		cmocka_unit_test(the_start_of_a_shared_page_is_no_page_start),
		cmocka_unit_test(errors_of_the_device_are_told),
		cmocka_unit_test(a_stream_goes_on_from_any_position),
		cmocka_unit_test(whole_blocks_are_programmed_and_the_rest_stays),
		cmocka_unit_test(a_flush_that_fails_leaves_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
