/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a progress record. The checksums here come from zlib. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "stream/progress.h"

static void the_record_has_the_documented_bytes(void **state)
{
	static const uint8_t expected[PROGRESS_LEN] = {
		0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x07, 0x06, 0x05,
		0x04, 0x03, 0x02, 0x01, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,
		0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21, 0xbb, 0x6a, 0x47, 0x07,
	};
	const struct progress progress = {0x0102030405060708, 0x1112131415161718,
					  0x2122232425262728};
	struct progress decoded;
	uint8_t raw[PROGRESS_LEN];

	(void)state;
	memset(raw, 0xee, sizeof(raw));
	progress_encode(raw, &progress);
	assert_memory_equal(raw, expected, sizeof(raw));
	assert_int_equal(progress_decode(&decoded, expected, sizeof(expected)), 0);
	assert_memory_equal(&decoded, &progress, sizeof(progress));
}

static void a_record_with_any_bit_changed_is_refused(void **state)
{
	struct progress progress = {1, 2, 3};
	struct progress decoded = {4, 5, 6};
	uint8_t raw[PROGRESS_LEN + 1] = {0};

	(void)state;
	progress_encode(raw, &progress);
	for (size_t bit = 0; bit < 8 * PROGRESS_LEN; bit++) {
		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(progress_decode(&decoded, raw, PROGRESS_LEN), -EBADMSG);
		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(progress_decode(&decoded, raw, PROGRESS_LEN - 1), -EBADMSG);
	assert_int_equal(progress_decode(&decoded, raw, PROGRESS_LEN + 1), -EBADMSG);
	assert_int_equal(decoded.offset, 4);
	assert_int_equal(progress_decode(&decoded, raw, PROGRESS_LEN), 0);
}

/* With a checksum that is right: these bytes are looked at themselves. */
static void another_version_and_reserved_bytes_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		uint8_t crc[4];
	} records[] = {
		{0, 2, {0xb8, 0x58, 0xcf, 0x21}},
		{7, 1, {0x09, 0xc0, 0x5b, 0x4d}},
	};
	struct progress decoded;

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		uint8_t raw[PROGRESS_LEN] = {1};

		raw[records[i].at] = records[i].value;
		memcpy(&raw[PROGRESS_LEN - 4], records[i].crc, 4);
		assert_int_equal(progress_decode(&decoded, raw, PROGRESS_LEN), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_has_the_documented_bytes),
		cmocka_unit_test(a_record_with_any_bit_changed_is_refused),
		cmocka_unit_test(another_version_and_reserved_bytes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
