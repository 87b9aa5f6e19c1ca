/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a settings log, typed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <settings/settings.h>

#include "common/bytes.h"
#include "settings/log_codec.h"

static const uint8_t header_bytes[LOG_HEADER_VALUE_LEN] = {
	0x00,                   /* nothing */
	0x01,                   /* version */
	0x00, 0x02,             /* write block 512 */
	0x00, 0x10, 0x02, 0x00, /* room 0x21000 */
	0xfe, 0xff, 0xff, 0xff, /* sequence */
	0x80, 0x06, 0x00, 0x00, /* snapshot 0x680 */
};

static void header_has_its_bytes(void **state)
{
	const struct log_header header = {
		.sequence = 0xfffffffe, .snapshot = 0x680, .room = 0x21000, .write_block = 512};
	uint8_t raw[LOG_HEADER_VALUE_LEN];

	(void)state;
	memset(raw, 0xa5, sizeof(raw));
	log_header_encode(raw, &header);
	assert_memory_equal(raw, header_bytes, sizeof(raw));
	assert_int_equal(LOG_HEADER_LEN, 27);
	assert_string_equal(LOG_HEADER_NAME, "=SLOG");
}

/* Whatever the first byte is: the reader has put the end of the name there. */
static void header_is_read(void **state)
{
	uint8_t raw[LOG_HEADER_VALUE_LEN];

	(void)state;
	memcpy(raw, header_bytes, sizeof(raw));
	for (unsigned int first = 0; first < 2; first++) {
		struct log_header header = {0};

		raw[0] = (uint8_t)first;
		assert_true(log_header_decode(&header, raw));
		assert_int_equal(header.sequence, 0xfffffffe);
		assert_int_equal(header.snapshot, 0x680);
		assert_int_equal(header.room, 0x21000);
		assert_int_equal(header.write_block, 512);
	}
}

static void header_of_another_version_is_none(void **state)
{
	uint8_t raw[LOG_HEADER_VALUE_LEN];
	struct log_header header = {.sequence = 7};

	(void)state;
	memcpy(raw, header_bytes, sizeof(raw));
	for (unsigned int version = 0; version < 256; version++) {
		raw[1] = (uint8_t)version;
		if (version != 1) {
			assert_false(log_header_decode(&header, raw));
			assert_int_equal(header.sequence, 7);
		}
	}
}

static void both_lengths_are_in_two_bytes(void **state)
{
	static const struct {
		struct log_lens lens;
		uint8_t raw[LOG_LENS_LEN];
	} known[] = {
		{{.name = 1, .value = 0}, {0x00, 0x04}},
		{{.name = 12, .value = 32}, {0x20, 0x30}},
		{{.name = 63, .value = 520}, {0x08, 0xfe}},
		{{.name = 1, .value = 255}, {0xff, 0x04}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint8_t raw[LOG_LENS_LEN];
		struct log_lens lens;

		log_lens_encode(raw, &known[i].lens);
		assert_memory_equal(raw, known[i].raw, sizeof(raw));
		assert_true(log_lens_decode(&lens, raw));
		assert_int_equal(lens.name, known[i].lens.name);
		assert_int_equal(lens.value, known[i].lens.value);
	}
}

/* All that two bytes can be: erased ones of either kind are no record. */
static void lengths_that_no_record_has_are_refused(void **state)
{
	unsigned int valid = 0;

	(void)state;
	for (unsigned int both = 0; both <= UINT16_MAX; both++) {
		const uint8_t raw[LOG_LENS_LEN] = {(uint8_t)both, (uint8_t)(both >> 8)};
		const unsigned int name = both / 1024;
		const unsigned int value = both % 1024;
		struct log_lens lens;

		assert_int_equal(log_lens_decode(&lens, raw), name != 0 && value <= 520);
		valid += log_lens_decode(&lens, raw) ? 1 : 0;
	}
	assert_int_equal(valid, 63 * 521);
}

static void a_record_is_six_bytes_longer_than_its_texts(void **state)
{
	const struct log_lens lens = {.name = 12, .value = 32};

	(void)state;
	assert_int_equal(log_record_len(&lens), 50);
}

/* From the definition of the checksum: appending it leaves a constant. */
static void the_residue_is_that_of_any_bytes(void **state)
{
	uint8_t bytes[40];

	(void)state;
	for (uint8_t len = 0; len < sizeof(bytes) - 4; len++) {
		bytes[len] = 0;
		put_le32(bytes + len, crc32_ieee(0, bytes, len));
		assert_int_equal(crc32_ieee(0, bytes, len + 4U), LOG_CRC_RESIDUE);
		bytes[len] = (uint8_t)(len * 37 + 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_has_its_bytes),
		cmocka_unit_test(header_is_read),
		cmocka_unit_test(header_of_another_version_is_none),
		cmocka_unit_test(both_lengths_are_in_two_bytes),
		cmocka_unit_test(lengths_that_no_record_has_are_refused),
		cmocka_unit_test(a_record_is_six_bytes_longer_than_its_texts),
		cmocka_unit_test(the_residue_is_that_of_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
