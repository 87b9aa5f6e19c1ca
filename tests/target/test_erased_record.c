/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a record of erased pages. Checksums here come from zlib. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "target/erased_record.h"

static const struct erased_record sample = {
	.state = ERASED_BEHIND,
	.left = 5,
	.offset = 0x14131211,
	.size = 0x24232221,
	.up_to = 0x04030201,
	.tail = 0x34333231,
};

static void put_checksum(uint8_t raw[ERASED_RECORD_LEN])
{
	const uLong crc = crc32(0, raw, 20);

	for (size_t i = 0; i < 4; i++) {
		raw[20 + i] = (uint8_t)(crc >> (8 * i));
	}
}

static void assert_is_sample(const struct erased_record *record)
{
	assert_int_equal(record->state, sample.state);
	assert_int_equal(record->offset, sample.offset);
	assert_int_equal(record->size, sample.size);
	assert_int_equal(record->up_to, sample.up_to);
	assert_int_equal(record->left, sample.left);
	assert_int_equal(record->tail, sample.tail);
}

static void the_record_has_the_documented_bytes(void **state)
{
	uint8_t expected[ERASED_RECORD_LEN] = {1,    2,    5,    0,    0x11, 0x12, 0x13,
					       0x14, 0x21, 0x22, 0x23, 0x24, 0x01, 0x02,
					       0x03, 0x04, 0x31, 0x32, 0x33, 0x34};
	uint8_t raw[ERASED_RECORD_LEN];
	struct erased_record decoded;

	(void)state;
	put_checksum(expected);
	memset(raw, 0xee, sizeof(raw));
	erased_record_encode(raw, &sample);
	assert_memory_equal(raw, expected, sizeof(raw));
	assert_int_equal(erased_record_decode(&decoded, expected, sizeof(expected)), 0);
	assert_is_sample(&decoded);
}

static void any_bit_counts(void **state)
{
	uint8_t raw[ERASED_RECORD_LEN];

	(void)state;
	erased_record_encode(raw, &sample);
	for (size_t bit = 0; bit < 8 * sizeof(raw); bit++) {
		struct erased_record decoded = sample;

		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(erased_record_decode(&decoded, raw, sizeof(raw)), -EBADMSG);
		assert_is_sample(&decoded);
		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void what_no_record_has_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		int rc;
	} bytes[] = {{0, 0, -EBADMSG}, {0, 2, -EBADMSG}, {1, 0, -EBADMSG},
		     {1, 1, 0},        {1, 2, 0},        {1, 3, -EBADMSG},
		     {2, 7, 0},        {2, 8, -EBADMSG}, {3, 1, -EBADMSG}};
	uint8_t raw[ERASED_RECORD_LEN];
	struct erased_record decoded;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		erased_record_encode(raw, &sample);
		raw[bytes[i].at] = bytes[i].value;
		put_checksum(raw);
		assert_int_equal(erased_record_decode(&decoded, raw, sizeof(raw)), bytes[i].rc);
	}
}

static void another_length_is_refused(void **state)
{
	uint8_t raw[2 * ERASED_RECORD_LEN] = {0};
	struct erased_record decoded;

	(void)state;
	erased_record_encode(raw, &sample);
	for (size_t len = 0; len <= sizeof(raw); len++) {
		assert_int_equal(erased_record_decode(&decoded, raw, len),
				 len == ERASED_RECORD_LEN ? 0 : -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_has_the_documented_bytes),
		cmocka_unit_test(any_bit_counts),
		cmocka_unit_test(what_no_record_has_is_refused),
		cmocka_unit_test(another_length_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
