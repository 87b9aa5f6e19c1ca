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

struct erase {
	size_t off;
	size_t len;
};

static struct rig rig;
static struct {
	struct device device;
	struct flash_driver_api api;
	struct erase calls[CALLS_MAX];
	size_t count;
} spy;

static int spy_erase(const struct device *dev, off_t offset, size_t size)
{
	(void)dev;
	assert_true(spy.count < CALLS_MAX);
	spy.calls[spy.count++] = (struct erase){(size_t)offset, size};
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

/* A file of this length comes; these erases, the last one of length 0, are what that costs. */
static void feed(size_t len, size_t chunk, const struct erase *expected)
{
	assert_int_equal(rig_feed(&rig, len, chunk), 0);
	for (size_t i = 0; i < spy.count; i++) {
		assert_int_equal(spy.calls[i].off, expected[i].off);
		assert_int_equal(spy.calls[i].len, expected[i].len);
	}
	assert_int_equal(expected[spy.count].len, 0);
	rig_check(&rig, len);
	rig_free(&rig);
}

static const struct test_geometry small = {
	.runs = {{40, 512}}, .write_block_size = 4, .erase_value = 0xff};

static void a_block_is_erased_at_once_where_it_may_begin(void **state)
{
	/* Up to the next multiple of 4096 in the largest that fit, whole ones, and the rest. */
	static const struct erase erases[] = {{1536, 512},  {2048, 2048},  {4096, 4096},
					      {8192, 4096}, {12288, 1024}, {13312, 512},
					      {0, 0}};

	(void)state;
	begin(&small, 1536, 12288);
	feed(12288, 100, erases);
}

static void no_block_passes_what_is_to_be_erased(void **state)
{
	static const struct erase up_to_end[] = {{4096, 1024}, {5120, 512}, {0, 0}};
	static const struct erase up_to_erased[] = {{4096, 2048}, {0, 0}};

	(void)state;
	begin(&small, 4096, 12288);
	/* The file ends in the third page. */
	stream_set_end(&rig.ctx, 1100);
	feed(1100, 100, up_to_end);

	begin(&small, 4096, 4096);
	memset(rig.flash.memory + 4096 + 2048, 0xff, 2048);
	stream_set_erased(&rig.ctx, 0, 2048);
	feed(4096, 100, up_to_erased);
}

static void pages_of_several_sizes_are_whole(void **state)
{
	static const struct test_geometry mixed = {.runs = {{2, 1024}, {1, 6144}, {2, 4096}},
						   .write_block_size = 4,
						   .erase_value = 0xff};
	static const struct erase erases[] = {
		{0, 2048}, {2048, 6144}, {8192, 4096}, {12288, 4096}, {0, 0}};

	(void)state;
	begin(&mixed, 0, 16384);
	feed(16384, 1000, erases);
}

static void what_a_record_knows_is_read_and_not_erased(void **state)
{
	static const struct erase around[] = {{4096, 1024}, {6144, 2048}, {0, 0}};
	static const struct erase without_the_lie[] = {
		{4096, 1024}, {5632, 512}, {6144, 2048}, {0, 0}};

	(void)state;
	for (int lies = 0; lies < 2; lies++) {
		begin(&small, 4096, 4096);
		memset(rig.flash.memory + 4096 + 1024, 0xff, 1024);
		rig.flash.memory[4096 + 1024 + 1023] = lies ? 0 : 0xff;
		stream_set_known(&rig.ctx, 1024, 2048);
		feed(4096, 100, lies ? without_the_lie : around);
	}
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
