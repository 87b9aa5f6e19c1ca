/* SPDX-License-Identifier: Apache-2.0 */
/* Every function of <drivers/flash.h> on every geometry. The expected pages come from the runs,
 * expanded one by one. */
#include "geometries.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/config.h>

#define COPY_BLOCKS 3

static size_t block_of(const struct test_flash *flash)
{
	return flash->ram_config->parameters.write_block_size;
}

static bool has_erase(const struct test_flash *flash)
{
	return !flash->ram_config->parameters.caps.no_explicit_erase;
}

static uint8_t *pattern_of(size_t size, unsigned int seed)
{
	uint8_t *p = malloc(size);

	assert_non_null(p);
	test_pattern(p, size, seed);
	return p;
}

/* Not through the code under test. */
static void fill_with_pattern(struct test_flash *flash, unsigned int seed)
{
	test_pattern(flash->memory, flash->size, seed);
}

static void assert_holds_pattern(const struct test_flash *flash, unsigned int seed)
{
	uint8_t *expected = pattern_of(flash->size, seed);

	assert_memory_equal(flash->memory, expected, flash->size);
	free(expected);
}

static void assert_all(const uint8_t *p, size_t len, uint8_t value)
{
	for (size_t i = 0; i < len; i++) {
		assert_int_equal(p[i], value);
	}
}

static void assert_no_operation(const struct test_flash *flash)
{
	assert_int_equal(flash->nor.stats.reads, 0);
	assert_int_equal(flash->nor.stats.programs, 0);
	assert_int_equal(flash->nor.stats.erases, 0);
}

/* The page with this index, found the slow way. False past the last. */
static bool expected_page(const struct test_flash *flash, size_t index,
			  struct flash_pages_info *page)
{
	size_t seen = 0;
	off_t start = 0;

	for (size_t run = 0; run < TEST_FLASH_RUNS_MAX; run++) {
		for (size_t i = 0; i < flash->runs[run].pages_count; i++) {
			if (seen == index) {
				*page = (struct flash_pages_info){
					.start_offset = start,
					.size = flash->runs[run].pages_size,
					.index = (uint32_t)seen};
				return true;
			}
			start += (off_t)flash->runs[run].pages_size;
			seen++;
		}
	}
	return false;
}

static bool is_page_boundary(const struct test_flash *flash, off_t offset)
{
	struct flash_pages_info page = {0};

	for (size_t i = 0; expected_page(flash, i, &page); i++) {
		if (page.start_offset == offset) {
			return true;
		}
	}
	return (size_t)offset == flash->size;
}

static void assert_page(const struct flash_pages_info *page,
			const struct flash_pages_info *expected)
{
	assert_int_equal(page->start_offset, expected->start_offset);
	assert_int_equal(page->size, expected->size);
	assert_int_equal(page->index, expected->index);
}

static void programs_whole_blocks_where_they_belong(void **state)
{
	struct test_flash *flash = *state;
	size_t block = block_of(flash);
	uint8_t *data = pattern_of(flash->size, 7);

	for (size_t off = 0; off < flash->size; off += 5 * block) {
		size_t len = flash->size - off < 5 * block ? flash->size - off : 5 * block;

		assert_int_equal(flash_write(flash->dev, (off_t)off, data + off, len), 0);
	}
	assert_holds_pattern(flash, 7);
	free(data);
}

static void reads_any_bytes(void **state)
{
	struct test_flash *flash = *state;
	uint8_t data[103];

	fill_with_pattern(flash, 1);
	for (size_t off = 0; off < flash->size; off += 97) {
		size_t len = (off * 7) % sizeof(data);

		if (len > flash->size - off) {
			len = flash->size - off;
		}
		memset(data, 0xa5, sizeof(data));
		assert_int_equal(flash_read(flash->dev, (off_t)off, data, len), 0);
		assert_memory_equal(data, flash->memory + off, len);
		assert_all(data + len, sizeof(data) - len, 0xa5);
	}
}

static void refuses_ranges_outside_the_device(void **state)
{
	struct test_flash *flash = *state;
	struct range ranges[OUTSIDE_COUNT];
	uint8_t *data = calloc(1, flash->size + 2 * block_of(flash));

	assert_non_null(data);
	ranges_outside(ranges, flash->size, block_of(flash));
	fill_with_pattern(flash, 2);
	for (size_t i = 0; i < OUTSIDE_COUNT; i++) {
		off_t off = ranges[i].off;
		size_t len = ranges[i].len;

		assert_int_equal(flash_read(flash->dev, off, data, len), -EINVAL);
		assert_int_equal(flash_write(flash->dev, off, data, len), -EINVAL);
		assert_int_equal(flash_erase(flash->dev, off, len), -EINVAL);
		assert_int_equal(flash_fill(flash->dev, 0x5a, off, len), -EINVAL);
		assert_int_equal(flash_flatten(flash->dev, off, len), -EINVAL);
	}
	assert_no_operation(flash);
	assert_holds_pattern(flash, 2);
	free(data);
}

static void length_zero_reaches_no_driver(void **state)
{
	struct test_flash *flash = *state;
	const off_t ends[] = {0, (off_t)flash->size};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		assert_int_equal(flash_read(flash->dev, ends[i], NULL, 0), 0);
		assert_int_equal(flash_write(flash->dev, ends[i], NULL, 0), 0);
		assert_int_equal(flash_erase(flash->dev, ends[i], 0), 0);
		assert_int_equal(flash_fill(flash->dev, 0, ends[i], 0), 0);
		assert_int_equal(flash_flatten(flash->dev, ends[i], 0), 0);
	}
	assert_no_operation(flash);
}

static void refuses_null_data(void **state)
{
	struct test_flash *flash = *state;

	assert_int_equal(flash_read(flash->dev, 0, NULL, 1), -EINVAL);
	assert_int_equal(flash_write(flash->dev, 0, NULL, block_of(flash)), -EINVAL);
	assert_no_operation(flash);
}

static void refuses_parts_of_write_blocks(void **state)
{
	struct test_flash *flash = *state;
	const size_t block = block_of(flash);
	uint8_t data[3 * 512] = {0};

	for (size_t off = 0; off <= 2 * block; off++) {
		for (size_t len = 1; len <= 2 * block; len += 1 + block / 16) {
			bool whole = off % block == 0 && len % block == 0;

			test_flash_blank(flash);
			assert_int_equal(flash_write(flash->dev, (off_t)off, data, len),
					 whole ? 0 : -EINVAL);
			if (!whole) {
				assert_int_equal(flash_fill(flash->dev, 0, (off_t)off, len),
						 -EINVAL);
			}
		}
	}
}

static void erases_the_pages_it_is_told_and_no_byte_besides(void **state)
{
	struct test_flash *flash = *state;
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	struct flash_pages_info page = {0};
	uint8_t *expected = pattern_of(flash->size, 3);

	fill_with_pattern(flash, 3);
	for (size_t i = 0; expected_page(flash, i, &page); i += 2) {
		assert_int_equal(flash_erase(flash->dev, page.start_offset, page.size), 0);
		memset(expected + page.start_offset, erased, page.size);
		assert_memory_equal(flash->memory, expected, flash->size);
	}
	assert_int_equal(flash_erase(flash->dev, 0, flash->size), 0);
	assert_all(flash->memory, flash->size, erased);
	free(expected);
}

static void refuses_parts_of_pages(void **state)
{
	struct test_flash *flash = *state;
	struct flash_pages_info page = {0};

	fill_with_pattern(flash, 4);
	for (size_t i = 0; expected_page(flash, i, &page); i++) {
		const off_t start = page.start_offset;
		const off_t end = start + (off_t)page.size;

		assert_int_equal(flash_erase(flash->dev, start, page.size - 1), -EINVAL);
		assert_int_equal(flash_erase(flash->dev, start + 1, page.size - 1), -EINVAL);
		assert_int_equal(flash_erase(flash->dev, start, page.size / 2), -EINVAL);
		assert_int_equal(flash_erase(flash->dev, start + (off_t)page.size / 2,
					     (size_t)(end - start) / 2),
				 -EINVAL);
	}
	assert_holds_pattern(flash, 4);
}

/* With pages of unequal size a range of one page's size need not be a page. */
static void erases_exactly_from_page_start_to_page_start(void **state)
{
	struct test_flash *flash = *state;
	const size_t step = 256;

	for (size_t off = 0; off < flash->size; off += flash->size / 8) {
		for (size_t len = step; len <= flash->size - off; len += step * 3) {
			bool whole = is_page_boundary(flash, (off_t)off) &&
				     is_page_boundary(flash, (off_t)(off + len));

			assert_int_equal(flash_erase(flash->dev, (off_t)off, len),
					 whole ? 0 : -EINVAL);
		}
	}
}

static void flattens_the_way_of_the_device(void **state)
{
	struct test_flash *flash = *state;
	const size_t block = block_of(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	struct flash_pages_info page = {0};
	uint8_t *expected = pattern_of(flash->size, 5);

	fill_with_pattern(flash, 5);
	assert_true(expected_page(flash, 0, &page));
	if (has_erase(flash)) {
		assert_int_equal(flash_flatten(flash->dev, 0, page.size / 2), -EINVAL);
		assert_int_equal(flash_flatten(flash->dev, 0, page.size), 0);
		assert_int_equal(flash->nor.stats.erases, 1);
		assert_int_equal(flash->nor.stats.programs, 0);
		memset(expected, erased, page.size);
	} else {
		assert_int_equal(flash_flatten(flash->dev, (off_t)block, 3 * block), 0);
		assert_int_equal(flash->nor.stats.erases, 0);
		assert_int_equal(flash->nor.stats.bytes_programmed, 3 * block);
		memset(expected + block, erased, 3 * block);
	}
	assert_memory_equal(flash->memory, expected, flash->size);
	free(expected);
}

static void fills_whole_blocks_and_no_byte_besides(void **state)
{
	struct test_flash *flash = *state;
	const size_t block = block_of(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	const size_t lengths[] = {block, 2 * block, flash->size - 2 * block};

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		test_flash_blank(flash);
		assert_int_equal(flash_fill(flash->dev, 0x3c, (off_t)block, lengths[i]), 0);
		assert_all(flash->memory, block, erased);
		assert_all(flash->memory + block, lengths[i], 0x3c);
		assert_all(flash->memory + block + lengths[i], flash->size - block - lengths[i],
			   erased);
	}
}

static void finds_the_page_of_every_offset(void **state)
{
	struct test_flash *flash = *state;
	struct flash_pages_info expected;
	struct flash_pages_info page = {0};

	for (size_t i = 0; expected_page(flash, i, &expected); i++) {
		const size_t size = expected.size;
		const size_t inside[] = {0, 1, size / 2, size - 1};

		for (size_t k = 0; k < ARRAY_SIZE(inside); k++) {
			off_t off = expected.start_offset + (off_t)inside[k];

			assert_int_equal(flash_get_page_info_by_offs(flash->dev, off, &page), 0);
			assert_page(&page, &expected);
		}
		assert_int_equal(flash_get_page_info_by_idx(flash->dev, (uint32_t)i, &page), 0);
		assert_page(&page, &expected);
	}
}

static void finds_no_page_outside_the_device(void **state)
{
	struct test_flash *flash = *state;
	const off_t offsets[] = {-1, OFF_MIN, (off_t)flash->size, (off_t)flash->size + 1, OFF_MAX};
	const uint32_t count = (uint32_t)flash_get_page_count(flash->dev);
	const uint32_t indexes[] = {count, count + 1, UINT32_MAX};
	const struct flash_pages_info untouched = {.start_offset = 11, .size = 13, .index = 17};
	struct flash_pages_info page = untouched;

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		assert_int_equal(flash_get_page_info_by_offs(flash->dev, offsets[i], &page),
				 -EINVAL);
		assert_page(&page, &untouched);
	}
	for (size_t i = 0; i < ARRAY_SIZE(indexes); i++) {
		assert_int_equal(flash_get_page_info_by_idx(flash->dev, indexes[i], &page),
				 -EINVAL);
		assert_page(&page, &untouched);
	}
}

struct walk {
	const struct test_flash *flash;
	size_t seen;
	size_t stop_after;
};

static bool walk_page(const struct flash_pages_info *page, void *data)
{
	struct walk *walk = data;
	struct flash_pages_info expected;

	assert_true(expected_page(walk->flash, walk->seen, &expected));
	assert_page(page, &expected);
	walk->seen++;
	return walk->seen < walk->stop_after;
}

static void walks_every_page_in_order_until_told_to_stop(void **state)
{
	struct test_flash *flash = *state;
	struct flash_pages_info page = {0};
	size_t count = flash_get_page_count(flash->dev);
	struct walk all = {.flash = flash, .stop_after = SIZE_MAX};
	struct walk first = {.flash = flash, .stop_after = 1};

	assert_true(expected_page(flash, count - 1, &page));
	assert_false(expected_page(flash, count, &page));
	flash_page_foreach(flash->dev, walk_page, &all);
	assert_int_equal(all.seen, count);
	flash_page_foreach(flash->dev, walk_page, &first);
	assert_int_equal(first.seen, 1);
}

static void tells_what_the_device_is(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_parameters *parameters = flash_get_parameters(flash->dev);
	uint64_t size = 0;

	assert_int_equal(flash_get_size(flash->dev, &size), 0);
	assert_int_equal(size, flash->size);
	assert_int_equal(flash_get_write_block_size(flash->dev), block_of(flash));
	assert_int_equal(parameters->erase_value, flash->ram_config->parameters.erase_value);
	assert_int_equal(flash_params_get_erase_cap(parameters),
			 has_erase(flash) ? FLASH_ERASE_C_EXPLICIT : 0);
}

static void copies_between_devices(void **state)
{
	struct test_flash *flash = *state;
	const size_t block = block_of(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	uint8_t source[16384];
	struct flash_pages_layout run = {.pages_count = 1, .pages_size = sizeof(source)};
	struct flash_ram_config config = {.memory = source,
					  .parameters = {.write_block_size = 1},
					  .layout = &run,
					  .layout_size = 1};
	struct device src = {.name = "source", .config = &config, .api = &flash_ram_api};
	uint8_t buf[2 * 512];
	size_t size = COPY_BLOCKS * block;

	test_pattern(source, sizeof(source), 6);
	assert_int_equal(flash_copy(&src, 1, flash->dev, (off_t)block, (off_t)size, buf, 2 * block),
			 0);
	assert_all(flash->memory, block, erased);
	assert_memory_equal(flash->memory + block, source + 1, size);
	assert_all(flash->memory + block + size, flash->size - block - size, erased);
}

static void copies_within_a_device(void **state)
{
	struct test_flash *flash = *state;
	const size_t block = block_of(flash);
	const off_t size = (off_t)block;
	uint8_t buf[512];

	test_pattern(flash->memory, block, 8);
	/* Neighbours touch and do not overlap, in either direction. */
	assert_int_equal(flash_copy(flash->dev, 0, flash->dev, size, size, buf, block), 0);
	assert_memory_equal(flash->memory + block, flash->memory, block);
	test_pattern(flash->memory + 3 * block, block, 9);
	assert_int_equal(flash_copy(flash->dev, 3 * size, flash->dev, 2 * size, size, buf, block),
			 0);
	assert_memory_equal(flash->memory + 2 * block, flash->memory + 3 * block, block);
}

static void copying_a_range_to_itself_does_nothing(void **state)
{
	struct test_flash *flash = *state;
	const off_t block = (off_t)block_of(flash);
	uint8_t buf[512];

	fill_with_pattern(flash, 10);
	assert_int_equal(
		flash_copy(flash->dev, block, flash->dev, block, 2 * block, buf, (size_t)block), 0);
	assert_int_equal(flash_copy(flash->dev, 0, flash->dev, block, 0, buf, (size_t)block), 0);
	assert_no_operation(flash);
	assert_holds_pattern(flash, 10);
}

static void refuses_copies_that_cannot_be_whole(void **state)
{
	struct test_flash *flash = *state;
	const struct device *dev = flash->dev;
	const off_t block = (off_t)block_of(flash);
	const off_t end = (off_t)flash->size;
	const size_t room = (size_t)block;
	struct device dead = {.name = "not ready"};
	uint8_t buf[2 * 512];

	fill_with_pattern(flash, 11);
	assert_int_equal(flash_copy(&dead, 0, dev, 0, block, buf, room), -ENODEV);
	assert_int_equal(flash_copy(dev, 0, &dead, 0, block, buf, room), -ENODEV);
	assert_int_equal(flash_copy(NULL, 0, dev, 0, block, buf, room), -ENODEV);
	assert_int_equal(flash_copy(dev, 0, NULL, 0, block, buf, room), -ENODEV);
	assert_int_equal(flash_copy(dev, 0, dev, 2 * block, block, NULL, room), -EINVAL);
	assert_int_equal(flash_copy(dev, 0, dev, 2 * block, 0, NULL, room), -EINVAL);
	assert_int_equal(flash_copy(dev, 0, dev, 0, block, NULL, room), -EINVAL);
	assert_int_equal(flash_copy(dev, 0, dev, 2 * block, block, buf, 0), -EINVAL);
	if (block > 1) {
		assert_int_equal(flash_copy(dev, 0, dev, 2 * block, block, buf, room + 1), -EINVAL);
		assert_int_equal(flash_copy(dev, 0, dev, 2 * block, block - 1, buf, room), -EINVAL);
		assert_int_equal(flash_copy(dev, 0, dev, 2 * block + 1, block, buf, room), -EINVAL);
	}
	assert_int_equal(flash_copy(dev, 0, dev, 2 * block, -block, buf, room), -EINVAL);
	assert_int_equal(flash_copy(dev, 0, dev, 0, OFF_MIN, buf, room), -EINVAL);
	assert_int_equal(flash_copy(dev, -block, dev, 2 * block, block, buf, room), -EINVAL);
	assert_int_equal(flash_copy(dev, 2 * block, dev, -block, block, buf, room), -EINVAL);
	assert_int_equal(flash_copy(dev, end, dev, 0, block, buf, room), -EINVAL);
	assert_int_equal(flash_copy(dev, 0, dev, end, block, buf, room), -EINVAL);
	assert_int_equal(flash_copy(dev, 0, dev, block, OFF_MAX - OFF_MAX % block, buf, room),
			 -EINVAL);
	assert_int_equal(flash_copy(dev, 0, dev, block, 2 * block, buf, room), -EINVAL);
	assert_int_equal(flash_copy(dev, block, dev, 0, 2 * block, buf, room), -EINVAL);
	assert_no_operation(flash);
	assert_holds_pattern(flash, 11);
}

/* A failure of the driver's n-th operation is what the call returns, whatever n is. */
static void codes_of_the_driver_pass_through(void **state)
{
	struct test_flash *flash = *state;
	const size_t block = block_of(flash);
	const off_t far = (off_t)(flash->size - 2 * block);
	uint8_t buf[2 * 512] = {0};

	flash->nor.fail_rc = -ETIMEDOUT;
	flash->nor.fail_reads = true;
	flash->nor.fail_after = 0;
	assert_int_equal(flash_read(flash->dev, 0, buf, 1), -ETIMEDOUT);
	for (long n = 0; n < 2; n++) {
		flash->nor.fail_after = n;
		test_flash_blank(flash);
		assert_int_equal(
			flash_copy(flash->dev, 0, flash->dev, far, 2 * (off_t)block, buf, block),
			-ETIMEDOUT);
	}
	flash->nor.fail_reads = false;
	for (long n = 0; n < 2; n++) {
		flash->nor.fail_after = n;
		test_flash_blank(flash);
		assert_int_equal(
			flash_copy(flash->dev, 0, flash->dev, far, 2 * (off_t)block, buf, block),
			-ETIMEDOUT);
		flash->nor.fail_after = n;
		test_flash_blank(flash);
		assert_int_equal(flash_fill(flash->dev, 1, 0,
					    CONFIG_FLASH_FILL_BUFFER_SIZE / block * block + block),
				 -ETIMEDOUT);
	}
	test_flash_blank(flash);
	flash->nor.fail_after = 0;
	assert_int_equal(flash_write(flash->dev, 0, buf, block), -ETIMEDOUT);
	flash->nor.fail_after = 0;
	assert_int_equal(flash_erase(flash->dev, 0, flash->size), -ETIMEDOUT);
	flash->nor.fail_after = 0;
	assert_int_equal(flash_flatten(flash->dev, 0, flash->size), -ETIMEDOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_whole_blocks_where_they_belong),
		cmocka_unit_test(reads_any_bytes),
		cmocka_unit_test(refuses_ranges_outside_the_device),
		cmocka_unit_test(length_zero_reaches_no_driver),
		cmocka_unit_test(refuses_null_data),
		cmocka_unit_test(refuses_parts_of_write_blocks),
		cmocka_unit_test(erases_the_pages_it_is_told_and_no_byte_besides),
		cmocka_unit_test(refuses_parts_of_pages),
		cmocka_unit_test(erases_exactly_from_page_start_to_page_start),
		cmocka_unit_test(flattens_the_way_of_the_device),
		cmocka_unit_test(fills_whole_blocks_and_no_byte_besides),
		cmocka_unit_test(finds_the_page_of_every_offset),
		cmocka_unit_test(finds_no_page_outside_the_device),
		cmocka_unit_test(walks_every_page_in_order_until_told_to_stop),
		cmocka_unit_test(tells_what_the_device_is),
		cmocka_unit_test(copies_between_devices),
		cmocka_unit_test(copies_within_a_device),
		cmocka_unit_test(copying_a_range_to_itself_does_nothing),
		cmocka_unit_test(refuses_copies_that_cannot_be_whole),
		cmocka_unit_test(codes_of_the_driver_pass_through),
	};

	return run_on_geometries("flash", tests, ARRAY_SIZE(tests));
}
