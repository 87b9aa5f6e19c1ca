/* SPDX-License-Identifier: Apache-2.0 */
/* The stream on every geometry, against the model: bytes, neighbours, erases, programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rig.h"

#define RANDOM_CHUNKS 0

static const size_t chunks[] = {1, 3, 7, 20, 244, 512, 4096, RANDOM_CHUNKS};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* xorshift; the seed is in the call, so a failure repeats. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static int feed(struct rig *rig, size_t len, size_t chunk)
{
	uint32_t state = 2463534242u;

	if (chunk != RANDOM_CHUNKS) {
		return rig_feed(rig, len, chunk);
	}
	while (rig_position(rig) < len) {
		size_t at = rig_position(rig);
		size_t n = next_random(&state) % (3 * rig->ctx.buf_len) + 1;
		int rc;

		n = n > len - at ? len - at : n;
		rc = stream_flash_buffered_write(&rig->ctx, rig->data + at, n, at + n == len);
		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}

static void check_stream(struct rig *rig, size_t len, size_t chunk)
{
	const struct flash_parameters *parameters = &rig->flash.ram_config->parameters;
	size_t block = parameters->write_block_size;
	size_t buf_len = rig->ctx.buf_len;
	/* Programs end at multiples of the buffer's length on the device. */
	size_t lead = rig->ctx.offset % buf_len;

	rig_restart(rig);
	assert_int_equal(feed(rig, len, chunk), 0);
	assert_int_equal(stream_flash_bytes_written(&rig->ctx), len);
	assert_int_equal(stream_flash_bytes_buffered(&rig->ctx), 0);
	rig_check(rig, len);
	assert_int_equal(rig->flash.nor.stats.erases,
			 parameters->caps.no_explicit_erase ? 0 : rig_pages(rig, len));
	assert_int_equal(rig->flash.nor.stats.programs, (lead + len + buf_len - 1) / buf_len);
	assert_int_equal(rig->flash.nor.stats.bytes_programmed, (len + block - 1) / block * block);
}

static void sweep_region(const struct test_geometry *geometry, size_t offset, size_t size,
			 size_t buf_len)
{
	struct rig rig;

	rig_init(&rig, geometry, offset, size, buf_len);
	for (size_t i = 0; i < COUNT(chunks); i++) {
		/* One byte at a time through large pages only costs time. */
		if (chunks[i] != RANDOM_CHUNKS && size / chunks[i] > 40000) {
			continue;
		}
		check_stream(&rig, size, chunks[i]);
		check_stream(&rig, size - size / 3 - 1, chunks[i]);
		check_stream(&rig, 1, chunks[i]);
	}
	rig_free(&rig);
}

/* Regions that begin and end at page ends, inside pages, in one page. */
static void sweep_regions(const struct test_geometry *geometry, size_t first_page, size_t device)
{
	size_t block = geometry->write_block_size;
	size_t buf_len = block > 256 ? block : first_page < 512 ? first_page : 512;
	size_t shift = first_page > block ? block : 0;

	buf_len -= buf_len % block;
	sweep_region(geometry, 0, device, buf_len);
	sweep_region(geometry, first_page, device - first_page, block);
	sweep_region(geometry, first_page + shift, device - first_page - shift, buf_len);
	sweep_region(geometry, shift, device - 2 * shift, buf_len);
	sweep_region(geometry, first_page - shift, first_page + 2 * shift, buf_len);
	if (first_page >= 3 * block) {
		sweep_region(geometry, first_page + block, block, block);
	}
}

static void sweep_write_blocks(size_t page, const size_t *blocks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct test_geometry geometry = {
			.runs = {{.pages_count = 4, .pages_size = page}},
			.write_block_size = blocks[i],
			.erase_value = 0xff,
		};

		sweep_regions(&geometry, page, 4 * page);
		geometry.erase_value = 0x00;
		sweep_regions(&geometry, page, 4 * page);
		geometry.no_explicit_erase = true;
		sweep_regions(&geometry, page, 4 * page);
	}
}

static void any_write_block_and_chunk_gives_the_stream_and_nothing_else(void **state)
{
	static const size_t blocks[] = {1, 2, 4, 8, 16, 32, 512};

	(void)state;
	sweep_write_blocks(4096, blocks, COUNT(blocks));
	sweep_write_blocks(512, blocks, COUNT(blocks));
}

static void write_blocks_need_not_be_powers_of_two(void **state)
{
	static const size_t blocks[] = {6, 24};

	(void)state;
	sweep_write_blocks(240, blocks, COUNT(blocks));
}

static void the_smallest_and_the_largest_pages_work(void **state)
{
	static const size_t small[] = {1, 32};
	static const size_t large[] = {8, 512};

	(void)state;
	sweep_write_blocks(256, small, COUNT(small));
	sweep_write_blocks(128 * 1024, large, COUNT(large));
}

static void pages_of_unequal_size_are_each_erased_once(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{2, 4096}, {1, 16384}, {2, 1024}, {1, 32768}},
		.write_block_size = 4,
		.erase_value = 0xff,
	};
	const size_t device = 2 * 4096 + 16384 + 2 * 1024 + 32768;

	(void)state;
	sweep_regions(&geometry, 4096, device);
	sweep_region(&geometry, 8192, 16384 + 2048, 1024);
	sweep_region(&geometry, 8192 + 16384 - 4, 4 + 2048 + 100, 64);
}

/* A buffer of one page from an unaligned start reaches two pages with every program. */
static void a_buffer_may_span_pages(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{8, 256}}, .write_block_size = 4, .erase_value = 0xff};

	(void)state;
	sweep_region(&geometry, 252, 5 * 256, 256);
	sweep_region(&geometry, 100, 1900, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_write_block_and_chunk_gives_the_stream_and_nothing_else),
		cmocka_unit_test(write_blocks_need_not_be_powers_of_two),
		cmocka_unit_test(the_smallest_and_the_largest_pages_work),
		cmocka_unit_test(pages_of_unequal_size_are_each_erased_once),
		cmocka_unit_test(a_buffer_may_span_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
