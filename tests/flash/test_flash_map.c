/* SPDX-License-Identifier: Apache-2.0 */
/* Every function of <storage/flash_map.h> but the hash, on every geometry. */
#include "geometries.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <storage/flash_map.h>

#define AREA_ID 3
#define OTHER_ID 200

/* An application's table is constant; this one is filled in for each geometry. */
static struct flash_area areas[3];
const struct flash_area *flash_map = areas;
const int flash_map_entries = ARRAY_SIZE(areas);

static const struct device not_ready = {.name = "not ready"};

/* The middle of the device, whole write blocks, with a neighbour of one block on either side. */
static const struct flash_area *area_on(const struct test_flash *flash)
{
	size_t block = flash->ram_config->parameters.write_block_size;

	flash_map = areas;
	areas[0] = (struct flash_area){.fa_id = OTHER_ID,
				       .fa_off = 0,
				       .fa_size = block,
				       .fa_dev = flash->dev,
				       .fa_label = "first"};
	areas[1] = (struct flash_area){.fa_id = AREA_ID,
				       .fa_off = (off_t)block,
				       .fa_size = flash->size - 2 * block,
				       .fa_dev = flash->dev};
	areas[2] = (struct flash_area){.fa_id = 17, .fa_size = block, .fa_dev = &not_ready};
	return &areas[1];
}

static void opens_the_area_with_the_id(void **state)
{
	const struct flash_area *expected = area_on(*state);
	const struct flash_area *fa = NULL;

	assert_int_equal(flash_area_open(AREA_ID, &fa), 0);
	assert_ptr_equal(fa, expected);
	flash_area_close(fa);
	flash_area_close(NULL);
	assert_int_equal(flash_area_open(OTHER_ID, &fa), 0);
	assert_ptr_equal(fa, &areas[0]);
}

static void failed_open_leaves_the_pointer_alone(void **state)
{
	const struct flash_area *mark = area_on(*state);
	const struct flash_area *fa = mark;

	assert_int_equal(flash_area_open(0, &fa), -ENOENT);
	assert_int_equal(flash_area_open(17, &fa), -ENODEV);
	areas[2].fa_dev = NULL;
	assert_int_equal(flash_area_open(17, &fa), -ENODEV);
	flash_map = NULL;
	assert_int_equal(flash_area_open(AREA_ID, &fa), -EACCES);
	assert_ptr_equal(fa, mark);
}

static void reaches_its_own_bytes_only(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_area *fa = area_on(flash);
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	size_t block = (size_t)fa->fa_off;
	uint8_t *data = malloc(fa->fa_size);
	uint8_t *back = malloc(fa->fa_size);

	assert_non_null(data);
	assert_non_null(back);
	test_pattern(data, fa->fa_size, 12);
	assert_int_equal(flash_area_write(fa, 0, data, fa->fa_size), 0);
	assert_memory_equal(flash->memory + block, data, fa->fa_size);
	for (size_t i = 0; i < block; i++) {
		assert_int_equal(flash->memory[i], erased);
		assert_int_equal(flash->memory[flash->size - 1 - i], erased);
	}
	assert_int_equal(flash_area_read(fa, 0, back, fa->fa_size), 0);
	assert_memory_equal(back, data, fa->fa_size);
	assert_int_equal(flash_area_read(fa, 1, back, 5), 0);
	assert_memory_equal(back, data + 1, 5);
	free(data);
	free(back);
}

static void refuses_ranges_outside_the_area(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_area *fa = area_on(flash);
	size_t block = (size_t)fa->fa_off;
	struct range ranges[OUTSIDE_COUNT];
	uint8_t *data = calloc(1, flash->size + 2 * block);
	uint8_t *before = malloc(flash->size);

	assert_non_null(data);
	assert_non_null(before);
	test_pattern(flash->memory, flash->size, 13);
	memcpy(before, flash->memory, flash->size);
	ranges_outside(ranges, fa->fa_size, block);
	for (size_t i = 0; i < OUTSIDE_COUNT; i++) {
		off_t off = ranges[i].off;
		size_t len = ranges[i].len;

		assert_int_equal(flash_area_read(fa, off, data, len), -EINVAL);
		assert_int_equal(flash_area_write(fa, off, data, len), -EINVAL);
		assert_int_equal(flash_area_erase(fa, off, len), -EINVAL);
		assert_int_equal(flash_area_flatten(fa, off, len), -EINVAL);
		assert_int_equal(flash_area_copy(fa, off, &areas[0], 0, (off_t)len, data, block),
				 -EINVAL);
		assert_int_equal(flash_area_copy(&areas[0], 0, fa, off, (off_t)len, data, block),
				 -EINVAL);
	}
	assert_int_equal(flash_area_copy(fa, 0, &areas[0], 0, -(off_t)block, data, block), -EINVAL);
	assert_int_equal(
		flash->nor.stats.reads + flash->nor.stats.programs + flash->nor.stats.erases, 0);
	assert_memory_equal(flash->memory, before, flash->size);
	free(data);
	free(before);
}

/* The area begins with the second page, if there is one. */
static void erases_and_flattens_pages_of_the_device(void **state)
{
	struct test_flash *flash = *state;
	const size_t first = flash->runs[0].pages_size < flash->size ? flash->runs[0].pages_size
								     : 0;
	const uint8_t erased = flash->ram_config->parameters.erase_value;
	const struct flash_area fa = {
		.fa_off = (off_t)first, .fa_size = flash->size - first, .fa_dev = flash->dev};
	struct flash_pages_info page = {0};
	uint8_t *expected = malloc(flash->size);

	assert_non_null(expected);
	assert_int_equal(flash_get_page_info_by_offs(flash->dev, fa.fa_off, &page), 0);
	test_pattern(flash->memory, flash->size, 14);
	memcpy(expected, flash->memory, flash->size);
	assert_int_equal(flash_area_erase(&fa, 0, page.size - 1), -EINVAL);
	assert_memory_equal(flash->memory, expected, flash->size);

	memset(expected + first, erased, page.size);
	assert_int_equal(flash_area_erase(&fa, 0, page.size), 0);
	assert_memory_equal(flash->memory, expected, flash->size);

	test_pattern(flash->memory + first, page.size, 15);
	assert_int_equal(flash_area_flatten(&fa, 0, page.size), 0);
	assert_memory_equal(flash->memory, expected, flash->size);
	free(expected);
}

static void copies_between_areas(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_area *fa = area_on(flash);
	size_t block = (size_t)fa->fa_off;
	uint8_t buf[512];

	test_pattern(flash->memory, block, 16);
	assert_int_equal(flash_area_copy(&areas[0], 0, fa, (off_t)block, (off_t)block, buf, block),
			 0);
	assert_memory_equal(flash->memory + 2 * block, flash->memory, block);
	test_pattern(flash->memory + block, block, 17);
	memset(flash->memory, flash->ram_config->parameters.erase_value, block);
	assert_int_equal(flash_area_copy(fa, 0, &areas[0], 0, (off_t)block, buf, block), 0);
	assert_memory_equal(flash->memory, flash->memory + block, block);
	assert_int_equal(flash_area_copy(&areas[2], 0, fa, 0, (off_t)block, buf, block), -ENODEV);
}

static void codes_of_the_device_pass_through(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_area *fa = area_on(flash);
	size_t block = (size_t)fa->fa_off;
	uint8_t buf[512] = {0};

	flash->nor.fail_rc = -ETIMEDOUT;
	flash->nor.fail_after = 0;
	assert_int_equal(flash_area_write(fa, 0, buf, block), -ETIMEDOUT);
	flash->nor.fail_after = 0;
	flash->nor.fail_reads = true;
	assert_int_equal(flash_area_read(fa, 0, buf, block), -ETIMEDOUT);
}

static void tells_what_the_area_is(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_area *fa = area_on(flash);

	assert_int_equal(flash_area_align(fa), flash->ram_config->parameters.write_block_size);
	assert_int_equal(flash_area_erased_val(fa), flash->ram_config->parameters.erase_value);
	assert_int_equal(flash_area_has_driver(fa), 1);
	assert_int_equal(flash_area_has_driver(&areas[2]), -ENODEV);
	assert_ptr_equal(flash_area_get_device(fa), flash->dev);
	assert_string_equal(flash_area_label(&areas[0]), "first");
	assert_string_equal(flash_area_label(fa), "");
	assert_true(flash_area_device_is_ready(fa));
	assert_false(flash_area_device_is_ready(&areas[2]));
	assert_false(flash_area_device_is_ready(NULL));
}

static size_t pages_of(const struct test_flash *flash)
{
	size_t pages = 0;

	for (size_t i = 0; i < TEST_FLASH_RUNS_MAX; i++) {
		pages += flash->runs[i].pages_count;
	}
	return pages;
}

static void lists_every_page_of_the_device(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_area fa = {.fa_size = flash->size, .fa_dev = flash->dev};
	struct flash_sector sectors[32];
	uint32_t count = ARRAY_SIZE(sectors);
	uint32_t n = 0;
	off_t off = 0;

	assert_int_equal(flash_area_sectors(&fa, &count, sectors), 0);
	assert_int_equal(count, pages_of(flash));
	for (size_t run = 0; run < TEST_FLASH_RUNS_MAX; run++) {
		for (size_t i = 0; i < flash->runs[run].pages_count; i++, n++) {
			assert_int_equal(sectors[n].fs_off, off);
			assert_int_equal(sectors[n].fs_size, flash->runs[run].pages_size);
			off += (off_t)flash->runs[run].pages_size;
		}
	}
}

static void lists_the_part_of_a_shared_page_that_is_the_areas(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_area *fa = area_on(flash);
	size_t first = flash->runs[0].pages_size;
	size_t block = (size_t)fa->fa_off;
	struct flash_area inner = {.fa_off = 3, .fa_size = first - 5, .fa_dev = flash->dev};
	struct flash_sector sectors[32];
	uint32_t count = ARRAY_SIZE(sectors);
	size_t sum = 0;

	assert_int_equal(flash_area_sectors(&inner, &count, sectors), 0);
	assert_int_equal(count, 1);
	assert_int_equal(sectors[0].fs_off, 0);
	assert_int_equal(sectors[0].fs_size, first - 5);

	count = ARRAY_SIZE(sectors);
	assert_int_equal(flash_area_sectors(fa, &count, sectors), 0);
	if (first > block && count > 1) {
		assert_int_equal(sectors[0].fs_size, first - block);
	}
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(sectors[i].fs_off, sum);
		sum += sectors[i].fs_size;
	}
	assert_int_equal(sum, fa->fa_size);
}

static void lists_the_first_sectors_when_room_is_short(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_area fa = {.fa_size = flash->size, .fa_dev = flash->dev};
	struct flash_sector sectors[32];

	for (uint32_t room = 0; room < pages_of(flash); room++) {
		uint32_t count = room;

		memset(sectors, 0xa5, sizeof(sectors));
		assert_int_equal(flash_area_sectors(&fa, &count, sectors), -ENOMEM);
		assert_int_equal(count, room);
		if (room > 0) {
			assert_int_equal(sectors[0].fs_size, flash->runs[0].pages_size);
		}
		assert_int_equal(sectors[room].fs_size, SIZE_MAX / 255 * 0xa5);
	}
}

static void empty_area_has_no_sectors(void **state)
{
	struct test_flash *flash = *state;
	const struct flash_area fa = {.fa_off = 3, .fa_dev = flash->dev};
	struct flash_sector sector;
	uint32_t count = 1;

	assert_int_equal(flash_area_sectors(&fa, &count, &sector), 0);
	assert_int_equal(count, 0);
}

static void refuses_to_list_an_area_off_its_device(void **state)
{
	struct test_flash *flash = *state;
	const struct range off_device[] = {
		{-1, 2},           {0, flash->size + 1}, {1, flash->size}, {0, SIZE_MAX},
		{2, SIZE_MAX - 1}, {OFF_MAX, 1},         {OFF_MIN, 1},     {(off_t)flash->size, 1},
	};
	struct flash_sector sector = {.fs_off = 5, .fs_size = 7};

	for (size_t i = 0; i < ARRAY_SIZE(off_device); i++) {
		struct flash_area fa = {.fa_off = off_device[i].off,
					.fa_size = off_device[i].len,
					.fa_dev = flash->dev};
		uint32_t count = 1;

		assert_int_equal(flash_area_sectors(&fa, &count, &sector), -EINVAL);
		assert_int_equal(count, 1);
		assert_int_equal(sector.fs_off, 5);
		assert_int_equal(sector.fs_size, 7);
	}
}

static void lists_sectors_by_id(void **state)
{
	struct test_flash *flash = *state;
	const int no_ids[] = {-1, 0, 17, 256, 256 + AREA_ID, AREA_ID - 256, INT_MAX, INT_MIN};
	struct flash_sector by_id[32];
	struct flash_sector by_area[32];
	uint32_t count = ARRAY_SIZE(by_id);
	uint32_t expected = ARRAY_SIZE(by_area);

	memset(by_id, 0, sizeof(by_id));
	memset(by_area, 0, sizeof(by_area));
	assert_int_equal(flash_area_sectors(area_on(flash), &expected, by_area), 0);
	assert_int_equal(flash_area_get_sectors(AREA_ID, &count, by_id), 0);
	assert_int_equal(count, expected);
	assert_memory_equal(by_id, by_area, sizeof(by_id));
	for (size_t i = 0; i < ARRAY_SIZE(no_ids); i++) {
		assert_int_equal(flash_area_get_sectors(no_ids[i], &count, by_id), -EINVAL);
		assert_int_equal(count, expected);
	}
}

static void note_area(const struct flash_area *fa, void *user_data)
{
	const struct flash_area **next = user_data;

	assert_ptr_equal(fa, *next);
	(*next)++;
}

static void walks_the_map_in_order(void **state)
{
	const struct flash_area *next = areas;

	(void)area_on(*state);
	flash_area_foreach(note_area, &next);
	assert_ptr_equal(next, areas + ARRAY_SIZE(areas));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_the_area_with_the_id),
		cmocka_unit_test(failed_open_leaves_the_pointer_alone),
		cmocka_unit_test(reaches_its_own_bytes_only),
		cmocka_unit_test(refuses_ranges_outside_the_area),
		cmocka_unit_test(erases_and_flattens_pages_of_the_device),
		cmocka_unit_test(copies_between_areas),
		cmocka_unit_test(codes_of_the_device_pass_through),
		cmocka_unit_test(tells_what_the_area_is),
		cmocka_unit_test(lists_every_page_of_the_device),
		cmocka_unit_test(lists_the_part_of_a_shared_page_that_is_the_areas),
		cmocka_unit_test(lists_the_first_sectors_when_room_is_short),
		cmocka_unit_test(empty_area_has_no_sectors),
		cmocka_unit_test(refuses_to_list_an_area_off_its_device),
		cmocka_unit_test(lists_sectors_by_id),
		cmocka_unit_test(walks_the_map_in_order),
	};

	return run_on_geometries("flash map", tests, ARRAY_SIZE(tests));
}
