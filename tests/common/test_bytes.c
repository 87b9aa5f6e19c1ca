/* SPDX-License-Identifier: Apache-2.0 */
/* Check values of CRC-32 are those that zlib and the catalogues of CRCs give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/bytes.h"

static void numbers_lie_least_significant_byte_first(void **state)
{
	const uint8_t raw[] = {0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8};

	(void)state;
	assert_int_equal(get_le16(raw), 0x9281);
	assert_int_equal(get_le32(raw), 0xb4a39281);
	assert_int_equal(get_le64(raw), 0xf8e7d6c5b4a39281);
	assert_int_equal(get_le32(raw + 1), 0xc5b4a392); /* at any alignment */
}

static void numbers_are_put_as_they_are_got(void **state)
{
	const uint8_t expected[] = {0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8};
	uint8_t raw[9];

	(void)state;
	memset(raw, 0x55, sizeof(raw));
	put_le16(raw, 0x9281);
	assert_memory_equal(raw, expected, 2);
	assert_int_equal(raw[2], 0x55);
	put_le32(raw, 0xb4a39281);
	assert_memory_equal(raw, expected, 4);
	assert_int_equal(raw[4], 0x55);
	put_le64(raw, 0xf8e7d6c5b4a39281);
	assert_memory_equal(raw, expected, 8);
	assert_int_equal(raw[8], 0x55);
}

static void rounds_to_any_step(void **state)
{
	(void)state;
	assert_int_equal(round_down(0, 12), 0);
	assert_int_equal(round_down(11, 12), 0);
	assert_int_equal(round_down(12, 12), 12);
	assert_int_equal(round_down(SIZE_MAX, 1), SIZE_MAX);
	assert_int_equal(round_up(0, 12), 0);
	assert_int_equal(round_up(1, 12), 12);
	assert_int_equal(round_up(12, 12), 12);
	assert_int_equal(round_up(13, 512), 512);
	assert_int_equal(min_size(3, 5), 3);
	assert_int_equal(min_size(5, 3), 3);
}

/* Every range of small sizes, against the sum; then those whose sum wraps. */
static void range_fits_only_inside(void **state)
{
	(void)state;
	for (size_t size = 0; size < 5; size++) {
		for (size_t off = 0; off < 7; off++) {
			for (size_t len = 0; len < 7; len++) {
				assert_int_equal(range_fits(off, len, size), off + len <= size);
			}
		}
	}
	assert_false(range_fits(SIZE_MAX, 1, 16));
	assert_false(range_fits(1, SIZE_MAX, 16));
	assert_false(range_fits(SIZE_MAX, SIZE_MAX, 16));
	assert_false(range_fits(8, SIZE_MAX - 7, 16));
	assert_true(range_fits(0, SIZE_MAX, SIZE_MAX));
	assert_false(range_fits(1, SIZE_MAX, SIZE_MAX));
}

static void bytes_are_looks_at_each_byte_and_no_further(void **state)
{
	uint8_t bytes[65];

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	bytes[64] = 0;
	assert_true(bytes_are(bytes, 64, 0xff));
	assert_false(bytes_are(bytes, 65, 0xff));
	assert_false(bytes_are(bytes, 64, 0x00));
	assert_true(bytes_are(bytes, 0, 0x00));
	for (size_t i = 0; i < 64; i++) {
		bytes[i] ^= 0x01;
		assert_false(bytes_are(bytes, 64, 0xff));
		bytes[i] ^= 0x01;
	}
}

static void crc_has_the_published_check_values(void **state)
{
	uint8_t all[256];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++) {
		all[i] = (uint8_t)i;
	}
	assert_int_equal(crc32_ieee(0, NULL, 0), 0);
	assert_int_equal(crc32_ieee(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_ieee(0, (const uint8_t *)"a", 1), 0xe8b7be43);
	assert_int_equal(crc32_ieee(0, all, sizeof(all)), 0x29058c73);
}

static void crc_goes_on_where_it_stopped(void **state)
{
	static const uint8_t text[] = "123456789";

	(void)state;
	for (size_t part = 0; part <= 9; part++) {
		assert_int_equal(crc32_ieee(crc32_ieee(0, text, part), text + part, 9 - part),
				 0xcbf43926);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_lie_least_significant_byte_first),
		cmocka_unit_test(numbers_are_put_as_they_are_got),
		cmocka_unit_test(rounds_to_any_step),
		cmocka_unit_test(range_fits_only_inside),
		cmocka_unit_test(bytes_are_looks_at_each_byte_and_no_further),
		cmocka_unit_test(crc_has_the_published_check_values),
		cmocka_unit_test(crc_goes_on_where_it_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
