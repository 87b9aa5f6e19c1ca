/* SPDX-License-Identifier: Apache-2.0 */
/* The codec against bytes typed by hand. Regions are allocations of the very size, so that a
 * sanitizer sees any access beyond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "retention/shared_data.h"

#define MODE SHARED_DATA_TYPE(SHARED_DATA_BLINFO, 0)
#define VERSION SHARED_DATA_TYPE(SHARED_DATA_BLINFO, 4)
#define RECORD SHARED_DATA_TYPE(SHARED_DATA_IAS, 0x3f)

/* clang-format off */
static const uint8_t dump[] = {
	0x16, 0x20, 0x25, 0x00,                                   /* 37 bytes in all */
	0x3f, 0x10, 0x03, 0x00, 0xa1, 0xa2, 0xa3,                 /* a boot record, not aligned */
	0x00, 0x20, 0x01, 0x00, 0x09,                             /* mode: swap-offset */
	0x04, 0x20, 0x08, 0x00, 0x01, 0x02, 0x03, 0x00, 0x04, 0x00, 0x00, 0x00,
	0x05, 0x20, 0x00, 0x00,                                   /* without data */
	0x00, 0x20, 0x01, 0x00, 0x04,                             /* mode once more */
};
/* clang-format on */
#define RECORD_AT 8
#define MODE_AT 15
#define VERSION_AT 20
#define EMPTY_AT 32

_Static_assert(sizeof(dump) == 0x25, "the total in the dump");

static uint8_t *copy_of(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	return copy;
}

/* The lookup's result in a region that ends with the allocation; nothing is given on error. */
static int find_in(const uint8_t *bytes, size_t len, uint16_t type)
{
	static const uint8_t other[1];
	uint8_t *region = copy_of(bytes, len);
	const uint8_t *data = other;
	size_t data_len = 4711;
	int rc = shared_data_find(region, len, type, &data, &data_len);

	if (rc != 0) {
		assert_ptr_equal(data, other);
		assert_int_equal(data_len, 4711);
	} else {
		assert_true(data >= region && data + data_len <= region + len);
	}
	free(region);
	return rc;
}

static void assert_found(uint16_t type, size_t at, size_t expected_len)
{
	uint8_t *region = copy_of(dump, sizeof(dump));
	const uint8_t *data;
	size_t len;

	assert_int_equal(shared_data_find(region, sizeof(dump), type, &data, &len), 0);
	assert_ptr_equal(data, region + at);
	assert_int_equal(len, expected_len);
	free(region);
}

static void every_entry_is_found_where_it_lies(void **state)
{
	(void)state;
	assert_found(RECORD, RECORD_AT, 3);
	assert_found(VERSION, VERSION_AT, 8);
	assert_found(SHARED_DATA_TYPE(SHARED_DATA_BLINFO, 5), EMPTY_AT, 0);
}

static void of_two_entries_of_a_type_the_first_counts(void **state)
{
	(void)state;
	assert_found(MODE, MODE_AT, 1);
}

static void a_type_that_is_not_there_is_enoent(void **state)
{
	(void)state;
	assert_int_equal(find_in(dump, sizeof(dump), 0x2001), -ENOENT);
	/* The minor of one major is not that of another. */
	assert_int_equal(find_in(dump, sizeof(dump), 0x1000), -ENOENT);
	assert_int_equal(find_in(dump, sizeof(dump), 0x203f), -ENOENT);
	/* A header alone has no entry. */
	assert_int_equal(find_in((const uint8_t[]){0x16, 0x20, 0x04, 0x00}, 4, MODE), -ENOENT);
}

static void a_region_cut_at_any_byte_is_damaged(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(dump); len++) {
		assert_int_equal(find_in(dump, len, RECORD), -EBADMSG);
	}
}

/* The total says where the entries end, so only totals at the end of one are sound. */
static void every_total_is_judged_by_the_entries_below_it(void **state)
{
	uint8_t bytes[sizeof(dump)];
	static const size_t ends[] = {4, 11, 16, 28, 32, 37};
	size_t next = 0;

	(void)state;
	memcpy(bytes, dump, sizeof(dump));
	for (unsigned int total = 0; total <= 0xffff; total++) {
		bytes[2] = (uint8_t)total;
		bytes[3] = (uint8_t)(total >> 8);
		if (next < sizeof(ends) / sizeof(ends[0]) && total == ends[next]) {
			assert_int_equal(find_in(bytes, sizeof(bytes), 0x2001), -ENOENT);
			assert_int_equal(find_in(bytes, sizeof(bytes), RECORD),
					 total == 4 ? -ENOENT : 0);
			next++;
		} else {
			assert_int_equal(find_in(bytes, sizeof(bytes), RECORD), -EBADMSG);
		}
	}
	assert_int_equal(next, sizeof(ends) / sizeof(ends[0]));
}

/* Bytes behind the total are not looked at. */
static void a_region_may_be_larger_than_its_content(void **state)
{
	uint8_t bytes[sizeof(dump) + 5];

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	memcpy(bytes, dump, sizeof(dump));
	assert_int_equal(find_in(bytes, sizeof(bytes), VERSION), 0);
	assert_int_equal(find_in(bytes, sizeof(bytes), 0xffff), -ENOENT);
}

/* Any length of the entry at 16, of which 12 bytes are in front of what follows. */
static void an_entry_that_passes_the_total_damages_all(void **state)
{
	uint8_t bytes[sizeof(dump)];

	(void)state;
	memcpy(bytes, dump, sizeof(dump));
	for (unsigned int len = 0; len <= 0xffff; len++) {
		int expected;

		bytes[18] = (uint8_t)len;
		bytes[19] = (uint8_t)(len >> 8);
		if (len > sizeof(dump) - VERSION_AT) {
			expected = -EBADMSG;
			/* Also for an entry in front of it. */
			assert_int_equal(find_in(bytes, sizeof(bytes), RECORD), expected);
		} else if (len == sizeof(dump) - VERSION_AT || len == 8 || len == 12) {
			expected = 0;
			assert_int_equal(find_in(bytes, sizeof(bytes), VERSION), expected);
		}
	}
}

static void another_magic_is_no_shared_data(void **state)
{
	uint8_t bytes[sizeof(dump)];

	(void)state;
	for (size_t i = 0; i < 16; i++) {
		memcpy(bytes, dump, sizeof(dump));
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(find_in(bytes, sizeof(bytes), RECORD), -EBADMSG);
	}
}

static void memory_of_one_value_is_no_shared_data(void **state)
{
	uint8_t bytes[64];

	(void)state;
	for (unsigned int value = 0; value <= 0xff; value++) {
		memset(bytes, (int)value, sizeof(bytes));
		assert_int_equal(find_in(bytes, sizeof(bytes), MODE), -EBADMSG);
	}
}

/* The encoder's bytes are those of the dump. */
static void appended_entries_give_the_dump(void **state)
{
	uint8_t *region = malloc(sizeof(dump));

	(void)state;
	assert_non_null(region);
	memset(region, 0x5a, sizeof(dump));
	assert_int_equal(shared_data_begin(region, sizeof(dump)), 0);
	assert_int_equal(shared_data_append(region, sizeof(dump), RECORD, dump + RECORD_AT, 3), 0);
	assert_int_equal(shared_data_append(region, sizeof(dump), MODE, dump + MODE_AT, 1), 0);
	assert_int_equal(shared_data_append(region, sizeof(dump), VERSION, dump + VERSION_AT, 8),
			 0);
	assert_int_equal(shared_data_append(region, sizeof(dump), 0x2005, NULL, 0), 0);
	assert_int_equal(shared_data_append(region, sizeof(dump), MODE, dump + sizeof(dump) - 1, 1),
			 0);
	assert_memory_equal(region, dump, sizeof(dump));

	/* Full: not even an entry without data has room. */
	assert_int_equal(shared_data_append(region, sizeof(dump), MODE, NULL, 0), -ENOSPC);
	assert_memory_equal(region, dump, sizeof(dump));
	free(region);
}

static void an_entry_without_room_changes_nothing(void **state)
{
	static const uint8_t head[] = {0x16, 0x20, 0x04, 0x00};

	(void)state;
	for (size_t size = 4; size < 4 + 4 + 3; size++) {
		uint8_t *region = malloc(size);
		uint8_t *before;

		assert_non_null(region);
		memset(region, 0x5a, size);
		assert_int_equal(shared_data_begin(region, size), 0);
		assert_memory_equal(region, head, sizeof(head));
		before = copy_of(region, size);
		assert_int_equal(shared_data_append(region, size, RECORD, dump + RECORD_AT, 3),
				 -ENOSPC);
		assert_int_equal(shared_data_append(region, size, RECORD, dump, SIZE_MAX), -ENOSPC);
		assert_memory_equal(region, before, size);
		free(before);
		free(region);
	}
}

static void a_region_without_room_for_the_header_is_left_alone(void **state)
{
	(void)state;
	for (size_t size = 0; size < 4; size++) {
		uint8_t *region = copy_of(dump, size);

		assert_int_equal(shared_data_begin(region, size), -ENOSPC);
		assert_memory_equal(region, dump, size);
		assert_int_equal(shared_data_append(region, size, MODE, NULL, 0), -EBADMSG);
		assert_memory_equal(region, dump, size);
		free(region);
	}
}

static void nothing_is_appended_to_a_damaged_region(void **state)
{
	static const uint8_t wrong[][8] = {
		{0x16, 0x21, 0x04, 0x00}, /* magic */
		{0x16, 0x20, 0x03, 0x00}, /* less than the header */
		{0x16, 0x20, 0x09, 0x00}, /* more than the region */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t *region = copy_of(wrong[i], sizeof(wrong[i]));

		assert_int_equal(shared_data_append(region, sizeof(wrong[i]), MODE, NULL, 0),
				 -EBADMSG);
		assert_memory_equal(region, wrong[i], sizeof(wrong[i]));
		free(region);
	}
}

/* The total has 16 bits, whatever the region has. */
static void a_region_holds_what_its_total_can_count(void **state)
{
	const size_t size = 0x10010;
	uint8_t *region = calloc(1, size);
	const uint8_t *data;
	size_t len;

	(void)state;
	assert_non_null(region);
	assert_int_equal(shared_data_begin(region, size), 0);
	assert_int_equal(shared_data_append(region, size, MODE, region + 8, 0xfff8), -ENOSPC);
	assert_int_equal(shared_data_append(region, size, MODE, dump, 1), 0);
	assert_int_equal(shared_data_append(region, size, RECORD, region + 13, 0xfff2), 0);
	assert_memory_equal(region, ((uint8_t[]){0x16, 0x20, 0xff, 0xff}), 4);
	assert_int_equal(shared_data_find(region, size, RECORD, &data, &len), 0);
	assert_ptr_equal(data, region + 13);
	assert_int_equal(len, 0xfff2);
	assert_int_equal(shared_data_append(region, size, MODE, NULL, 0), -ENOSPC);
	free(region);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_is_found_where_it_lies),
		cmocka_unit_test(of_two_entries_of_a_type_the_first_counts),
		cmocka_unit_test(a_type_that_is_not_there_is_enoent),
		cmocka_unit_test(a_region_cut_at_any_byte_is_damaged),
		cmocka_unit_test(every_total_is_judged_by_the_entries_below_it),
		cmocka_unit_test(a_region_may_be_larger_than_its_content),
		cmocka_unit_test(an_entry_that_passes_the_total_damages_all),
		cmocka_unit_test(another_magic_is_no_shared_data),
		cmocka_unit_test(memory_of_one_value_is_no_shared_data),
		cmocka_unit_test(appended_entries_give_the_dump),
		cmocka_unit_test(an_entry_without_room_changes_nothing),
		cmocka_unit_test(a_region_without_room_for_the_header_is_left_alone),
		cmocka_unit_test(nothing_is_appended_to_a_damaged_region),
		cmocka_unit_test(a_region_holds_what_its_total_can_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
