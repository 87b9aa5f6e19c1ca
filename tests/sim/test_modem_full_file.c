/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Full files against bytes that the test encodes itself, from the grammar: tag 18, a list of four,
 * and so on, each number in the fewest bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <modem_files.h> /* sim/ */

#include "patch_bytes.h"

#define FILE_ROOM (3u << 20)
#define SIGNATURE 256

/* A file that the test makes; segments in the order in which they shall stand there. */
struct expected {
	uint32_t version, compat;
	size_t count;
	struct sim_modem_segment segment[130];
	uint8_t signature[SIGNATURE];
	uint8_t *bytes; /* of FILE_ROOM, as far as len */
	size_t len;
	size_t wrapper_len;
};

static uint8_t pattern[FILE_ROOM]; /* what segments are made of */
static struct expected expected;

static uint8_t *put(uint8_t *to, const void *bytes, size_t len)
{
	memcpy(to, bytes, len);
	return to + len;
}

/* A number of a major type of CBOR. */
static uint8_t *put_number(uint8_t *to, unsigned int type, uint32_t n)
{
	const uint8_t first = (uint8_t)(type << 5);
	const uint8_t raw[] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
			       (uint8_t)n};

	if (n < 24) {
		*to = (uint8_t)(first | n);
		return to + 1;
	}
	const size_t len = n < 256 ? 1 : n < 65536 ? 2 : 4;

	*to = (uint8_t)(first | (len == 1 ? 24 : len == 2 ? 25 : 26));
	return put(to + 1, &raw[4 - len], len);
}

static uint8_t *put_bytes(uint8_t *to, const uint8_t *bytes, size_t len)
{
	return put(put_number(to, 2, (uint32_t)len), bytes, len);
}

static size_t encode_manifest(const struct expected *e, const uint8_t hash[32], uint8_t *raw)
{
	uint8_t segments[1400];
	uint8_t *to = put_number(segments, 4, (uint32_t)(2 * e->count));
	uint8_t *end;

	for (size_t i = 0; i < e->count; i++) {
		to = put_number(to, 0, e->segment[i].addr);
		to = put_number(to, 0, e->segment[i].len);
	}
	end = put_number(put_number(put_number(raw, 4, 4), 0, e->version), 0, e->compat);
	end = put_bytes(end, hash, 32);
	return (size_t)(put_bytes(end, segments, (size_t)(to - segments)) - raw);
}

static void encode(struct expected *e)
{
	static uint8_t blob[FILE_ROOM];
	uint8_t hash[32], manifest[1500];
	uint8_t *to = blob;
	size_t manifest_len;

	for (size_t i = 0; i < e->count; i++) {
		to = put(to, e->segment[i].bytes, e->segment[i].len);
	}
	digest_of(blob, (size_t)(to - blob), hash);
	manifest_len = encode_manifest(e, hash, manifest);
	e->bytes = e->bytes != NULL ? e->bytes : malloc(FILE_ROOM);
	assert_non_null(e->bytes);
	uint8_t *end = put(e->bytes, "\xd2\x84\x44\xa1\x01\x38\x24\xa0", 8);

	end = put_bytes(put_bytes(end, manifest, manifest_len), e->signature, SIGNATURE);
	e->wrapper_len = (size_t)(end - e->bytes);
	e->len = (size_t)(put(end, blob, (size_t)(to - blob)) - e->bytes);
}

static void add(uint32_t addr, uint32_t len)
{
	size_t used = 0;

	for (size_t i = 0; i < expected.count; i++) {
		used += expected.segment[i].len;
	}
	expected.segment[expected.count++] = (struct sim_modem_segment){addr, len, &pattern[used]};
}

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pattern); i++) {
		pattern[i] = (uint8_t)(i % 251 + i / 251);
	}
	expected = (struct expected){.version = 1, .bytes = expected.bytes};
	memset(expected.signature, 0xff, SIGNATURE);
	return 0;
}

static int free_bytes(void **state)
{
	(void)state;
	free(expected.bytes);
	expected.bytes = NULL;
	return 0;
}

/* What the test made the file of, for the tool. */
static struct sim_modem_full full_of(struct sim_modem_firmware *firmware)
{
	firmware->count = expected.count - 1;
	for (size_t i = 1; i < expected.count && i <= SIM_MODEM_SEGMENTS_MAX; i++) {
		firmware->segment[i - 1] = expected.segment[i];
	}
	return (struct sim_modem_full){
		.bootloader = expected.segment[0], .firmware = firmware, .compat = expected.compat};
}

static void assert_made_as_expected(void)
{
	struct sim_modem_firmware firmware;
	const struct sim_modem_full full = full_of(&firmware);
	struct sim_error error;
	uint8_t *file;
	size_t len;

	encode(&expected);
	assert_int_equal(sim_modem_make_full(&full, &file, &len, &error), 0);
	assert_int_equal(len, expected.len);
	assert_memory_equal(file, expected.bytes, len);
	free(file);
}

static int read_bytes(const uint8_t *bytes, size_t len, struct sim_modem_firmware *firmware)
{
	struct sim_modem_segment bootloader;
	struct sim_error error = {""};
	uint8_t *file = malloc(len > 0 ? len : 1); /* without slack */
	int rc;

	assert_non_null(file);
	memcpy(file, bytes, len);
	rc = sim_modem_read_full(file, len, &bootloader, firmware, &error);
	assert_int_equal(rc == 0, error.text[0] == '\0');
	free(file);
	return rc;
}

static int read_expected(void)
{
	struct sim_modem_firmware firmware;

	encode(&expected);
	return read_bytes(expected.bytes, expected.len, &firmware);
}

static void a_small_file_is_made_byte_by_byte(void **state)
{
	(void)state;
	add(0x20000000, 10);
	add(0x10, 20);
	add(0x400, 300);
	expected.compat = 77777;
	assert_made_as_expected();
}

/* Segments as of mfw_nrf91x1 2.0.4, with addresses that take as many bytes. */
static void a_file_of_a_real_ones_segments_is_as_long_as_that(void **state)
{
	static const uint8_t begin[] = {0xd2, 0x84, 0x44, 0xa1, 0x01, 0x38, 0x24, 0xa0,
					0x58, 0x50, 0x84, 0x01, 0x00, 0x58, 0x20};

	(void)state;
	add(0x20000000, 6608);
	add(0x6000, 40960);
	add(0x38000, 0x1fc000);
	add(0x27c000, 16384);
	add(0x1000000, 2460);
	assert_made_as_expected();
	assert_int_equal(expected.wrapper_len, 349);
	assert_int_equal(expected.len, 2147529);
	assert_memory_equal(expected.bytes, begin, sizeof(begin));
	assert_memory_equal(&expected.bytes[sizeof(begin) + 32], "\x58\x29\x8a", 3);
}

static void the_largest_wrapper_is_made_and_read(void **state)
{
	struct sim_modem_firmware firmware;

	(void)state;
	add(0x1000, 70000);
	for (uint32_t i = 0; i < 127; i++) {
		add(0x80000000 + 0x10000 * i, i == 126 ? 65536 : 300);
	}
	expected.compat = UINT32_MAX;
	assert_made_as_expected();
	assert_int_equal(read_bytes(expected.bytes, expected.len, &firmware), 0);
	assert_int_equal(firmware.count, 127);
}

/* In files segments have any order; a firmware has that of the addresses. */
static void a_file_is_read_into_the_order_of_addresses(void **state)
{
	struct sim_modem_segment bootloader;
	struct sim_modem_firmware firmware;
	struct sim_error error;

	(void)state;
	add(0x500000, 100);
	add(0x3000, 30);
	add(0x1000, 10);
	add(0xffffff00, 256);
	add(0x2000, 20);
	encode(&expected);
	assert_int_equal(
		sim_modem_read_full(expected.bytes, expected.len, &bootloader, &firmware, &error),
		0);
	assert_int_equal(bootloader.addr, 0x500000);
	assert_int_equal(bootloader.len, 100);
	assert_ptr_equal(bootloader.bytes, &expected.bytes[expected.wrapper_len]);
	assert_int_equal(firmware.count, 4);
	static const struct {
		uint32_t addr, len, at;
	} wanted[] = {
		{0x1000, 10, 130}, {0x2000, 20, 396}, {0x3000, 30, 100}, {0xffffff00, 256, 140}};

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(firmware.segment[i].addr, wanted[i].addr);
		assert_int_equal(firmware.segment[i].len, wanted[i].len);
		assert_ptr_equal(firmware.segment[i].bytes,
				 &expected.bytes[expected.wrapper_len + wanted[i].at]);
	}
	assert_int_equal(sim_modem_read_full(expected.bytes, expected.len, NULL, &firmware, &error),
			 0);
}

/* Files with a damage each, whose hash is right. */
static void damaged_files_are_refused_as_a_device_would(void **state)
{
	struct sim_modem_firmware firmware;

	(void)state;
	add(0x100, 10);
	add(0x1000, 10);
	assert_int_equal(read_expected(), 0);
	expected.version = 2;
	assert_int_equal(read_expected(), -ENOTSUP);
	expected.version = 1;
	expected.segment[1].addr = 0x105;
	assert_int_equal(read_expected(), -EADDRINUSE);
	expected.segment[1].addr = 0;
	assert_int_equal(read_expected(), -EADDRNOTAVAIL);
	expected.segment[1].addr = 0xfffffffa;
	assert_int_equal(read_expected(), -EADDRNOTAVAIL);
	expected.segment[1] = (struct sim_modem_segment){0x1000, 0, pattern};
	assert_int_equal(read_expected(), -EADDRNOTAVAIL);
	expected.count = 0;
	assert_int_equal(read_expected(), -ERANGE);
	for (uint32_t i = 0; i < 129; i++) {
		add(0x100 * (i + 1), 1);
	}
	assert_int_equal(read_expected(), -ERANGE);
	expected.count = 128;
	encode(&expected);
	expected.bytes[expected.len - 1] ^= 1;
	assert_int_equal(read_bytes(expected.bytes, expected.len, &firmware), -EILSEQ);
	expected.bytes[3]++;
	assert_int_equal(read_bytes(expected.bytes, expected.len, &firmware), -EBADMSG);
	expected.bytes[0]++;
	assert_int_equal(read_bytes(expected.bytes, expected.len, &firmware), -ENOENT);
}

static void a_file_of_any_other_length_is_refused(void **state)
{
	struct sim_modem_firmware firmware;

	(void)state;
	add(0x100, 10);
	add(0x1000, 10);
	encode(&expected);
	for (size_t len = 0; len < expected.len + 3; len++) {
		const int wanted = len < 2                      ? -ENOENT
				   : len < expected.wrapper_len ? -EBADMSG
				   : len == expected.len        ? 0
								: -EMSGSIZE;

		assert_int_equal(read_bytes(expected.bytes, len, &firmware), wanted);
	}
}

static void files_that_no_device_would_take_are_not_made(void **state)
{
	static const struct {
		struct sim_modem_segment bootloader, first, second;
	} files[] = {
		{{0x100, 0, pattern}, {0x1000, 1, pattern}, {0x2000, 1, pattern}},
		{{0x100, 1, pattern}, {0x1000, 0, pattern}, {0x2000, 1, pattern}},
		{{0x100, 1, pattern}, {0x1000, 1, pattern}, {0x2000, 0, pattern}},
		{{0x100, 1, pattern}, {0, 1, pattern}, {0x2000, 1, pattern}},
		{{0x100, 1, pattern}, {0x1000, 0x1001, pattern}, {0x2000, 1, pattern}},
		{{0x100, 1, pattern}, {0x2000, 1, pattern}, {0x1000, 1, pattern}},
		{{0x100, 1, pattern}, {0x1000, 1, pattern}, {0x1000, 1, pattern}},
		{{0x1000, 1, pattern}, {0x1000, 1, pattern}, {0x2000, 1, pattern}},
		{{0x100, 0xf01, pattern}, {0x1000, 1, pattern}, {0x2000, 1, pattern}},
		{{0x2000, 2, pattern}, {0x1000, 1, pattern}, {0x2001, 1, pattern}},
		{{0x100, 1, pattern}, {0x1000, 1, pattern}, {0xffffffff, 2, pattern}},
		{{0xffffffff, 2, pattern}, {0x1000, 1, pattern}, {0x2000, 1, pattern}},
	};
	uint8_t *file = pattern;
	size_t len = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const struct sim_modem_firmware firmware = {
			.count = 2, .segment = {files[i].first, files[i].second}};
		const struct sim_modem_full full = {.bootloader = files[i].bootloader,
						    .firmware = &firmware};
		struct sim_error error = {""};

		assert_int_equal(sim_modem_make_full(&full, &file, &len, &error), -EINVAL);
		assert_true(strlen(error.text) > 10);
		assert_ptr_equal(file, pattern);
		assert_int_equal(len, 5);
	}
}

static void a_file_has_one_to_127_segments_beside_the_bootloader(void **state)
{
	struct sim_modem_firmware firmware = {.count = 0};
	const struct sim_modem_full full = {.bootloader = {0x10, 1, pattern},
					    .firmware = &firmware};
	struct sim_error error = {""};
	uint8_t *file;
	size_t len;

	(void)state;
	assert_int_equal(sim_modem_make_full(&full, &file, &len, &error), -EINVAL);
	firmware.count = 128;
	assert_int_equal(sim_modem_make_full(&full, &file, &len, &error), -EINVAL);
	assert_string_equal(error.text, "128 segments; a file has 1 to 127 beside the bootloader");
}

static void what_lies_side_by_side_does_not_overlap(void **state)
{
	(void)state;
	add(0x100, 0xf00);
	add(0x1000, 0x1000);
	add(0x2000, 1);
	add(0xfffffffe, 2);
	assert_made_as_expected();
	assert_int_equal(read_expected(), 0);
}

/* What a signature covers, put together by hand. */
static void digest_to_sign(uint8_t digest[32])
{
	uint8_t bytes[2048];
	const uint8_t *payload = &expected.bytes[8];
	const size_t payload_len = expected.wrapper_len - 8 - 3 - SIGNATURE;
	uint8_t *to = put(bytes, "\x84\x6aSignature1\x44\xa1\x01\x38\x24\x40", 18);

	to = put(to, payload, payload_len);
	digest_of(bytes, (size_t)(to - bytes), digest);
}

static int refuse_to_sign(void *arg, const uint8_t digest[32], uint8_t signature[SIGNATURE])
{
	(void)digest;
	(void)signature;
	return *(int *)arg;
}

/* A signature that is the digest, eight times. */
static int sign(void *arg, const uint8_t digest[32], uint8_t signature[SIGNATURE])
{
	assert_null(arg);
	for (size_t i = 0; i < SIGNATURE; i += 32) {
		memcpy(&signature[i], digest, 32);
	}
	return 0;
}

static void the_manifest_is_what_is_signed(void **state)
{
	struct sim_modem_firmware firmware;
	struct sim_modem_full full;
	uint8_t digest[32], found[32];
	struct sim_error error;
	uint8_t *file;
	size_t len;

	(void)state;
	add(0x100, 10);
	add(0x10000, 1000);
	encode(&expected);
	digest_to_sign(digest);
	for (size_t i = 0; i < SIGNATURE; i += 32) {
		memcpy(&expected.signature[i], digest, 32);
	}
	encode(&expected);
	full = full_of(&firmware);
	full.sign = sign;
	assert_int_equal(sim_modem_make_full(&full, &file, &len, &error), 0);
	assert_int_equal(len, expected.len);
	assert_memory_equal(file, expected.bytes, len);
	/* It is found again, whatever follows. */
	assert_int_equal(sim_modem_signed_digest(file, expected.wrapper_len, found), 0);
	assert_memory_equal(found, digest, 32);
	assert_int_equal(sim_modem_signed_digest(file, len, found), 0);
	assert_memory_equal(found, digest, 32);
	free(file);
}

static void who_cannot_sign_makes_no_file(void **state)
{
	int why = -EACCES;
	struct sim_modem_firmware firmware;
	struct sim_modem_full full;
	struct sim_error error = {""};
	uint8_t *file = NULL;
	size_t len;

	(void)state;
	add(0x100, 10);
	add(0x10000, 1000);
	full = full_of(&firmware);
	full.sign = refuse_to_sign;
	full.arg = &why;
	assert_int_equal(sim_modem_make_full(&full, &file, &len, &error), -EACCES);
	assert_null(file);
	assert_true(error.text[0] != '\0');
}

static void no_digest_is_of_what_is_no_wrapper(void **state)
{
	uint8_t digest[32] = {7};

	(void)state;
	add(0x100, 10);
	add(0x10000, 1000);
	encode(&expected);
	for (size_t len = 0; len < expected.wrapper_len; len++) {
		uint8_t *part = malloc(len > 0 ? len : 1);

		assert_non_null(part);
		memcpy(part, expected.bytes, len);
		assert_int_equal(sim_modem_signed_digest(part, len, digest), -EBADMSG);
		free(part);
	}
	expected.bytes[2]++;
	assert_int_equal(sim_modem_signed_digest(expected.bytes, expected.len, digest), -EBADMSG);
	assert_int_equal(digest[0], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_small_file_is_made_byte_by_byte, setup),
		cmocka_unit_test_setup(a_file_of_a_real_ones_segments_is_as_long_as_that, setup),
		cmocka_unit_test_setup(the_largest_wrapper_is_made_and_read, setup),
		cmocka_unit_test_setup(a_file_is_read_into_the_order_of_addresses, setup),
		cmocka_unit_test_setup(damaged_files_are_refused_as_a_device_would, setup),
		cmocka_unit_test_setup(a_file_of_any_other_length_is_refused, setup),
		cmocka_unit_test_setup(files_that_no_device_would_take_are_not_made, setup),
		cmocka_unit_test_setup(a_file_has_one_to_127_segments_beside_the_bootloader, setup),
		cmocka_unit_test_setup(what_lies_side_by_side_does_not_overlap, setup),
		cmocka_unit_test_setup(the_manifest_is_what_is_signed, setup),
		cmocka_unit_test_setup(who_cannot_sign_makes_no_file, setup),
		cmocka_unit_test_setup(no_digest_is_of_what_is_no_wrapper, setup),
	};

	return cmocka_run_group_tests(tests, NULL, free_bytes);
}
