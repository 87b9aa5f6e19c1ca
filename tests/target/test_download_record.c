/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a record, and what its checksum binds it to. Checksums here come from zlib. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "support/test_flash.h"
#include "target/download_record.h"

static uint8_t first[DOWNLOAD_FIRST_LEN];
static uint8_t tail[512];

static const struct download_record sample = {
	.state = DOWNLOAD_PAUSED,
	.type = 1,
	.image = 3,
	.file_size = 0x04030201,
	.offset = 0x14131211,
	.size = 0x24232221,
	.written = 0x34333231,
	.sum = 0x44434241,
	.tail_len = 0x0102,
	.left = 5,
};

static int setup(void **state)
{
	(void)state;
	test_pattern(first, sizeof(first), 17);
	test_pattern(tail, sizeof(tail), 91);
	return 0;
}

static void put_checksum(uint8_t raw[DOWNLOAD_RECORD_LEN], uint32_t id, const uint8_t *first_bytes,
			 size_t tail_len)
{
	const uint8_t id_bytes[4] = {(uint8_t)id, (uint8_t)(id >> 8), (uint8_t)(id >> 16),
				     (uint8_t)(id >> 24)};
	uLong crc = crc32(0, id_bytes, sizeof(id_bytes));

	crc = crc32(crc, first_bytes, DOWNLOAD_FIRST_LEN);
	crc = crc32(crc, tail, (uInt)tail_len);
	crc = crc32(crc, raw, 28);
	for (size_t i = 0; i < 4; i++) {
		raw[28 + i] = (uint8_t)(crc >> (8 * i));
	}
}

static void assert_is_sample(const struct download_record *record)
{
	assert_int_equal(record->state, sample.state);
	assert_int_equal(record->type, sample.type);
	assert_int_equal(record->image, sample.image);
	assert_int_equal(record->file_size, sample.file_size);
	assert_int_equal(record->offset, sample.offset);
	assert_int_equal(record->size, sample.size);
	assert_int_equal(record->written, sample.written);
	assert_int_equal(record->sum, sample.sum);
	assert_int_equal(record->tail_len, sample.tail_len);
	assert_int_equal(record->left, sample.left);
}

static void the_record_has_the_documented_bytes(void **state)
{
	static const uint8_t none[DOWNLOAD_FIRST_LEN];
	const struct download_binding bindings[] = {{0x55667788, first, tail}, {0, NULL, tail}};
	uint8_t expected[DOWNLOAD_RECORD_LEN] = {
		1,    2,    1,    3,    0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22,
		0x23, 0x24, 0x31, 0x32, 0x33, 0x34, 0x41, 0x42, 0x43, 0x44, 0x02, 0x01, 5,    0,
	};
	uint8_t raw[DOWNLOAD_RECORD_LEN];
	struct download_record decoded;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		memset(raw, 0xee, sizeof(raw));
		download_record_encode(raw, &sample, &bindings[i]);
		put_checksum(expected, bindings[i].id, i == 0 ? first : none, sample.tail_len);
		assert_memory_equal(raw, expected, sizeof(raw));
		assert_int_equal(download_record_decode(&decoded, expected, sizeof(expected)), 0);
		assert_is_sample(&decoded);
		assert_int_equal(download_record_check(expected, &decoded, &bindings[i]), 0);
	}
}

/* The one in FORMATS.md, made from the image there by a script. */
static void the_example_of_the_documentation_is_made_so(void **state)
{
	static const uint8_t header[DOWNLOAD_FIRST_LEN] = {
		0x3d, 0xb8, 0xf3, 0x96, 0, 0, 0, 0, 0, 2, 0x0c, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1,
	};
	static const uint8_t expected[DOWNLOAD_RECORD_LEN] = {
		0x01, 0x02, 0x01, 0x00, 0xa2, 0x0b, 0x00, 0x00, 0x20, 0x80, 0x00,
		0x00, 0xe0, 0x7f, 0x00, 0x00, 0xc8, 0x03, 0x00, 0x00, 0x0b, 0x6e,
		0xac, 0x37, 0x01, 0x00, 0x00, 0x00, 0x4a, 0x6b, 0x2f, 0x4b,
	};
	static const uint8_t last[] = {0x65};
	const struct download_record record = {
		.state = DOWNLOAD_PAUSED,
		.type = 1,
		.file_size = 2978,
		.offset = 0x8020,
		.size = 0x7fe0,
		.written = 968,
		.sum = 0x37ac6e0b,
		.tail_len = 1,
	};
	const struct download_binding binding = {0, header, last};
	uint8_t raw[DOWNLOAD_RECORD_LEN];

	(void)state;
	download_record_encode(raw, &record, &binding);
	assert_memory_equal(raw, expected, sizeof(raw));
}

static void any_bit_of_record_name_first_bytes_and_tail_counts(void **state)
{
	const struct download_binding binding = {0x55667788, first, tail};
	struct download_binding other = binding;
	uint8_t raw[DOWNLOAD_RECORD_LEN];
	struct download_record decoded;

	(void)state;
	download_record_encode(raw, &sample, &binding);
	for (size_t bit = 0; bit < 8 * sizeof(raw); bit++) {
		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
		decoded = sample;
		const int rc = download_record_decode(&decoded, raw, sizeof(raw));
		if (rc != 0) {
			assert_int_equal(rc, -EBADMSG);
			assert_is_sample(&decoded);
		} else if (decoded.tail_len <= sizeof(tail)) {
			assert_int_equal(download_record_check(raw, &decoded, &binding), -EBADMSG);
		}
		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (unsigned int bit = 0; bit < 32; bit++) {
		other.id = binding.id ^ (uint32_t)1 << bit;
		assert_int_equal(download_record_check(raw, &sample, &other), -EBADMSG);
	}
	for (size_t bit = 0; bit < 8 * sizeof(first); bit++) {
		first[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(download_record_check(raw, &sample, &binding), -EBADMSG);
		first[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * (size_t)sample.tail_len; bit++) {
		tail[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(download_record_check(raw, &sample, &binding), -EBADMSG);
		tail[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	tail[sample.tail_len] ^= 1;
	assert_int_equal(download_record_check(raw, &sample, &binding), 0);
	other = (struct download_binding){binding.id, NULL, tail};
	assert_int_equal(download_record_check(raw, &sample, &other), -EBADMSG);
}

static void what_no_record_has_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		int rc;
	} bytes[] = {
		{0, 0, -EBADMSG},  {0, 2, -EBADMSG},    {0, 0xff, -EBADMSG}, {1, 0, -EBADMSG},
		{1, 1, 0},         {1, 2, 0},           {1, 3, -EBADMSG},    {1, 4, -EBADMSG},
		{1, 5, -EBADMSG},  {1, 0xff, -EBADMSG}, {26, 5, 0},          {26, 2, -EBADMSG},
		{26, 8, -EBADMSG}, {27, 1, -EBADMSG},
	};
	const struct download_binding binding = {1, first, tail};
	uint8_t raw[DOWNLOAD_RECORD_LEN];
	struct download_record decoded;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		download_record_encode(raw, &sample, &binding);
		raw[bytes[i].at] = bytes[i].value;
		put_checksum(raw, binding.id, first, sample.tail_len);
		assert_int_equal(download_record_decode(&decoded, raw, sizeof(raw)), bytes[i].rc);
	}
}

/* Nothing is left of a slot whose download is complete, nor known of one that is being cleared. */
static void states_that_leave_nothing_are_records_without_it(void **state)
{
	const struct download_binding binding = {1, first, tail};
	uint8_t raw[DOWNLOAD_RECORD_LEN];
	struct download_record record = sample;

	(void)state;
	record.left = 0;
	for (uint8_t i = DOWNLOAD_COMPLETE; i <= DOWNLOAD_CLEARING; i++) {
		record.state = i;
		download_record_encode(raw, &record, &binding);
		assert_int_equal(download_record_decode(&record, raw, sizeof(raw)), 0);
		assert_int_equal(record.state, i);
	}
}

static void another_length_is_refused(void **state)
{
	const struct download_binding binding = {1, first, tail};
	uint8_t raw[2 * DOWNLOAD_RECORD_LEN] = {0};
	struct download_record decoded = sample;

	(void)state;
	download_record_encode(raw, &sample, &binding);
	for (size_t len = 0; len <= sizeof(raw); len++) {
		assert_int_equal(download_record_decode(&decoded, raw, len),
				 len == DOWNLOAD_RECORD_LEN ? 0 : -EBADMSG);
	}
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup(test, setup)
	const struct CMUnitTest tests[] = {
		TEST(the_record_has_the_documented_bytes),
		TEST(the_example_of_the_documentation_is_made_so),
		TEST(any_bit_of_record_name_first_bytes_and_tail_counts),
		TEST(what_no_record_has_is_refused),
		TEST(states_that_leave_nothing_are_records_without_it),
		TEST(another_length_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
