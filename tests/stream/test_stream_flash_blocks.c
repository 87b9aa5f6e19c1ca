/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erases of several pages in one call: where a block lies as parts erase blocks, and all of it is
 * to be erased; the calls are recorded in front of the strict device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "stream/stream_position.h"
#include "stream/stream_ready.h"

#define CALLS_MAX 64

static struct rig rig;
static struct {
	struct device device;
	struct flash_driver_api api;
	struct {
		size_t off;
		size_t len;
	} calls[CALLS_MAX];
	size_t count;
} spy;

static int spy_erase(const struct device *dev, off_t offset, size_t size)
{
	(void)dev;
	assert_true(spy.count < CALLS_MAX);
	spy.calls[spy.count].off = (size_t)offset;
	spy.calls[spy.count++].len = size;
	return flash_erase(rig.flash.dev, offset, size);
}

static void begin(const struct test_geometry *geometry, size_t offset, size_t size)
{
	rig_init(&rig, geometry, offset, size, 64);
	spy.api = *(const struct flash_driver_api *)rig.flash.dev->api;
	spy.device = *rig.flash.dev;
	spy.api.erase = spy_erase;
	spy.device.api = &spy.api;
	rig.ctx.fdev = &spy.device;
	spy.count = 0;
}

static void assert_call(size_t i, size_t off, size_t len)
{
	assert_true(i < spy.count);
	assert_int_equal(spy.calls[i].off, off);
	assert_int_equal(spy.calls[i].len, len);
}

static const struct test_geometry small = {
	.runs = {{40, 512}}, .write_block_size = 4, .erase_value = 0xff};

static void a_block_is_erased_at_once_where_it_may_begin(void **state)
{
	(void)state;
	begin(&small, 1536, 12288);
	assert_int_equal(rig_feed(&rig, 12288, 100), 0);
	/* Up to the next multiple of 4096 in the largest that fit, a whole one, and what is left.
	 */
	assert_call(0, 1536, 512);
	assert_call(1, 2048, 2048);
	assert_call(2, 4096, 4096);
	assert_call(3, 8192, 4096);
	assert_call(4, 12288, 1024);
	assert_call(5, 13312, 512);
	assert_int_equal(spy.count, 6);
	rig_check(&rig, 12288);
	rig_free(&rig);
}

static void no_block_passes_what_is_to_be_erased(void **state)
{
	(void)state;
	begin(&small, 4096, 12288);
	/* The file ends in the third page; the last pages are erased already. */
	stream_set_end(&rig.ctx, 1100);
	assert_int_equal(rig_feed(&rig, 1100, 100), 0);
	assert_call(0, 4096, 1024);
	assert_call(1, 5120, 512);
	assert_int_equal(spy.count, 2);
	rig_check(&rig, 1100);
	rig_free(&rig);

	begin(&small, 4096, 4096);
	memset(rig.flash.memory + 4096 + 2048, 0xff, 2048);
	stream_set_erased(&rig.ctx, 0, 2048);
	assert_int_equal(rig_feed(&rig, 4096, 100), 0);
	assert_call(0, 4096, 2048);
	assert_int_equal(spy.count, 1);
	rig_free(&rig);
}

static void pages_of_several_sizes_are_whole(void **state)
{
	static const struct test_geometry mixed = {.runs = {{2, 1024}, {1, 6144}, {2, 4096}},
						   .write_block_size = 4,
						   .erase_value = 0xff};

	(void)state;
	begin(&mixed, 0, 16384);
	assert_int_equal(rig_feed(&rig, 16384, 1000), 0);
	assert_call(0, 0, 2048);
	assert_call(1, 2048, 6144);
	assert_call(2, 8192, 4096);
	assert_call(3, 12288, 4096);
	assert_int_equal(spy.count, 4);
	rig_check(&rig, 16384);
	rig_free(&rig);
}

static void what_a_record_knows_is_read_and_not_erased(void **state)
{
	(void)state;
	begin(&small, 4096, 4096);
	memset(rig.flash.memory + 4096 + 1024, 0xff, 1024);
	stream_set_known(&rig.ctx, 1024, 2048);
	assert_int_equal(rig_feed(&rig, 4096, 100), 0);
	assert_call(0, 4096, 1024);
	assert_call(1, 6144, 2048);
	assert_int_equal(spy.count, 2);
	rig_free(&rig);

	/* It lies. */
	begin(&small, 4096, 4096);
	memset(rig.flash.memory + 4096 + 1024, 0xff, 1024);
	rig.flash.memory[4096 + 1024 + 1023] = 0;
	stream_set_known(&rig.ctx, 1024, 2048);
	assert_int_equal(rig_feed(&rig, 4096, 100), 0);
	assert_call(0, 4096, 1024);
	assert_call(1, 5632, 512);
	assert_call(2, 6144, 2048);
	rig_check(&rig, 4096);
	rig_free(&rig);
}

static void ahead_is_one_erase_a_call(void **state)
{
	(void)state;
	begin(&small, 1536, 8192);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(stream_erase_ahead(&rig.ctx, 5000), i < 2);
		assert_int_equal(spy.count, i + 1);
	}
	assert_true(rig.ctx.erased_up_to >= 5000);
	assert_int_equal(stream_erase_ahead(&rig.ctx, 5000), 0);
	assert_int_equal(spy.count, 3);
	rig.flash.nor.fail_after = 0;
	rig.flash.nor.fail_rc = -EIO;
	assert_int_equal(stream_erase_ahead(&rig.ctx, 8192), -EIO);
	rig_free(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_is_erased_at_once_where_it_may_begin),
		cmocka_unit_test(no_block_passes_what_is_to_be_erased),
		cmocka_unit_test(pages_of_several_sizes_are_whole),
		cmocka_unit_test(what_a_record_knows_is_read_and_not_erased),
		cmocka_unit_test(ahead_is_one_erase_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
