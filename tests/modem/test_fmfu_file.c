/* SPDX-License-Identifier: Apache-2.0 */
/* Files where they lie: offsets, sizes, buffers; flash and a hash's engine that fail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <crypto/crypto_backends.h>
#include <dfu/fmfu_fdev.h>

#include "file_flash.h"
#include "fmfu_maker.h"
#include "modem/fmfu_wrapper.h"

#define OFFSET 777

/* PSA Crypto with a call, counted from 1, that fails. */
static struct {
	unsigned int calls;
	unsigned int fails;
	int code;
	int open; /* hashes begun and neither ended nor given up */
} engine;

static int step(void)
{
	return ++engine.calls == engine.fails ? engine.code : 0;
}

static int hash_begin(struct dfu_hash *hash)
{
	const int rc = step();

	if (rc != 0) {
		return rc;
	}
	engine.open++;
	return dfu_crypto_psa.hash_begin(hash);
}

static int hash_update(struct dfu_hash *hash, const uint8_t *data, size_t len)
{
	const int rc = step();

	return rc != 0 ? rc : dfu_crypto_psa.hash_update(hash, data, len);
}

static void hash_abort(struct dfu_hash *hash)
{
	engine.open--;
	dfu_crypto_psa.hash_abort(hash);
}

static int hash_end(struct dfu_hash *hash, uint8_t *digest)
{
	const int rc = step();

	if (rc != 0) {
		hash_abort(hash);
		return rc;
	}
	engine.open--;
	return dfu_crypto_psa.hash_end(hash, digest);
}

static const struct dfu_crypto_backend counting = {
	.hash_begin = hash_begin,
	.hash_update = hash_update,
	.hash_end = hash_end,
	.hash_abort = hash_abort,
};
const struct dfu_crypto_backend *const dfu_crypto_backends[] = {&counting, NULL};

static struct maker maker;
static uint8_t *memory; /* the file at OFFSET, and as much behind it */
static struct file_flash flash;
static struct fmfu_fdev_file place;
static uint8_t buf[4096];

static int set_up(void **state)
{
	const size_t size = 2 * OFFSET;

	(void)state;
	maker_begin(&maker, 7);
	maker.segments[3].len = 1500;
	maker_make(&maker);
	memory = malloc(size + maker.file_len);
	assert_non_null(memory);
	memset(memory, 0xff, size + maker.file_len);
	memcpy(&memory[OFFSET], maker.file, maker.file_len);
	file_flash_open(&flash, memory, size + maker.file_len);
	place = (struct fmfu_fdev_file){.fdev = &flash.dev, .offset = OFFSET};
	memset(&engine, 0, sizeof(engine));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(engine.open, 0);
	free(memory);
	maker_free(&maker);
	return 0;
}

static int check(void)
{
	return fmfu_fdev_check(buf, sizeof(buf), &place, NULL);
}

static void a_file_may_lie_anywhere(void **state)
{
	(void)state;
	assert_int_equal(check(), 0);
	place.offset = OFFSET - 1;
	assert_int_equal(check(), -ENOENT);
	place.offset = OFFSET + 1;
	assert_int_equal(check(), -ENOENT);
}

static void a_file_may_take_what_it_was_given_and_what_the_device_has(void **state)
{
	(void)state;
	place.size = maker.file_len;
	assert_int_equal(check(), 0);
	place.size = maker.file_len - 1;
	assert_int_equal(check(), -EFBIG);
	place.size = maker.wrapper_len;
	assert_int_equal(check(), -EFBIG);
	place.size = maker.wrapper_len - 1;
	assert_int_equal(check(), -EBADMSG);
	place.size = 11;
	assert_int_equal(check(), -EBADMSG);
	place.size = 10;
	assert_int_equal(check(), -EBADMSG);
	place.size = 2;
	assert_int_equal(check(), -EBADMSG);
	place.size = 1;
	assert_int_equal(check(), -ENOENT);
	/* More than the device has is as much as it has. */
	place.size = SIZE_MAX;
	assert_int_equal(check(), 0);
	flash.pages.pages_size = OFFSET + maker.file_len;
	assert_int_equal(check(), 0);
	flash.pages.pages_size--;
	assert_int_equal(check(), -EFBIG);
	place.size = maker.file_len;
	assert_int_equal(check(), -EFBIG);
}

static void behind_the_end_of_a_device_is_no_file(void **state)
{
	(void)state;
	place.offset = flash.pages.pages_size - 1;
	assert_int_equal(check(), -ENOENT);
	place.offset = flash.pages.pages_size;
	assert_int_equal(check(), -ENOENT);
	place.offset = flash.pages.pages_size + 1;
	assert_int_equal(check(), -EINVAL);
	place.offset = SIZE_MAX;
	assert_int_equal(check(), -EINVAL);
}

static void what_is_missing_is_told_before_anything_is_read(void **state)
{
	(void)state;
	assert_int_equal(fmfu_fdev_check(NULL, sizeof(buf), &place, NULL), -ENOMEM);
	assert_int_equal(fmfu_fdev_check(NULL, 0, &place, NULL), -ENOMEM);
	assert_int_equal(fmfu_fdev_check(buf, sizeof(buf), NULL, NULL), -ENOMEM);
	assert_int_equal(fmfu_fdev_check(buf, 0, &place, NULL), -ENOBUFS);
	place.fdev = NULL;
	assert_int_equal(fmfu_fdev_check(buf, sizeof(buf), &place, NULL), -ENOMEM);
	assert_int_equal(flash.reads, 0);
}

static void a_buffer_of_the_wrapper_is_large_enough(void **state)
{
	(void)state;
	for (size_t len = 1; len < maker.wrapper_len + 40; len++) {
		uint8_t *exact = malloc(len);

		assert_non_null(exact);
		assert_int_equal(fmfu_fdev_check(exact, len, &place, NULL),
				 len < maker.wrapper_len ? -ENOBUFS : 0);
		free(exact);
	}
}

static void a_damaged_file_is_not_taken_for_a_buffer_that_is_too_small(void **state)
{
	/* Of the string around the manifest, and of the signature. */
	const size_t heads[] = {maker.payload_at - 2, maker.payload_at - 1, maker.signature_at - 3,
				maker.signature_at - 2, maker.signature_at - 1};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			memory[OFFSET + heads[i]] ^= (uint8_t)(1U << bit);
			assert_int_equal(fmfu_fdev_check(buf, 100, &place, NULL), -EBADMSG);
			memory[OFFSET + heads[i]] ^= (uint8_t)(1U << bit);
		}
	}
	memory[OFFSET] ^= 1;
	assert_int_equal(fmfu_fdev_check(buf, 1, &place, NULL), -ENOENT);
}

/* What stands behind the bytes that may be looked at leads to a signature. */
static void the_signature_is_found_from_no_more_bytes_than_there_are(void **state)
{
	(void)state;
	for (size_t len = 0; len <= FMFU_HEAD_LEN; len++) {
		const int expected = len < 2 ? -ENOENT : len < FMFU_HEAD_LEN ? -EBADMSG : 0;
		size_t at = SIZE_MAX;

		assert_int_equal(fmfu_signature_find(maker.wrapper, len, maker.file_len, &at),
				 expected);
		assert_int_equal(at, expected == 0 ? maker.signature_at - 3 : SIZE_MAX);
	}
}

static void lengths_beyond_any_memory_are_refused(void **state)
{
	static const uint8_t long_strings[][9] = {
		{0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		{0x5b, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00},
		{0x5a, 0xff, 0xff, 0xff, 0xff},
		{0x5a, 0x7f, 0xff, 0xff, 0xff},
		{0x5a, 0x00, 0x01, 0x00, 0x00},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(long_strings) / sizeof(long_strings[0]); i++) {
		memcpy(&memory[OFFSET + 8], long_strings[i], sizeof(long_strings[i]));
		assert_int_equal(check(), -EBADMSG);
	}
}

static void every_read_may_fail(void **state)
{
	static const int codes[] = {-EIO, -EACCES, -ETIMEDOUT};

	(void)state;
	assert_int_equal(fmfu_fdev_check(buf, maker.wrapper_len, &place, NULL), 0);

	const unsigned long reads = flash.reads;

	assert_true(reads > 4);
	for (unsigned long fails = 1; fails <= reads; fails++) {
		flash.reads = 0;
		flash.fails = fails;
		flash.rc = codes[fails % 3];
		assert_int_equal(fmfu_fdev_check(buf, maker.wrapper_len, &place, NULL), flash.rc);
		assert_int_equal(flash.reads, fails);
		assert_int_equal(engine.open, 0);
	}
	flash.fails = 0;
	flash.size_rc = -EIO;
	assert_int_equal(check(), -EIO);
}

static void no_read_that_fails_speaks_of_the_file(void **state)
{
	static const int codes[] = {-ENOENT,        -EBADMSG,    -ENOTSUP, -ERANGE,
				    -EADDRNOTAVAIL, -EADDRINUSE, -EFBIG,   -EILSEQ};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		for (unsigned long fails = 1; fails <= 4; fails++) {
			flash.reads = 0;
			flash.fails = fails;
			flash.rc = codes[i];
			assert_int_equal(check(), -EIO);
		}
	}
}

static void a_file_is_read_once(void **state)
{
	(void)state;
	assert_int_equal(check(), 0);
	assert_in_range(flash.bytes, maker.file_len, maker.file_len + 16);
}

static void every_call_of_the_hash_may_fail(void **state)
{
	(void)state;
	assert_int_equal(fmfu_fdev_check(buf, maker.wrapper_len, &place, NULL), 0);

	const unsigned int calls = engine.calls;

	assert_true(calls > 3);
	engine.code = -ESRCH;
	for (engine.fails = 1; engine.fails <= calls; engine.fails++) {
		engine.calls = 0;
		assert_int_equal(fmfu_fdev_check(buf, maker.wrapper_len, &place, NULL), -ESRCH);
		assert_int_equal(engine.open, 0);
	}
}

/* -ENOTSUP would speak of the file. */
static void without_sha_256_no_file_can_be_checked(void **state)
{
	(void)state;
	engine.fails = 1;
	engine.code = -ENOTSUP;
	assert_int_equal(check(), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_file_may_lie_anywhere),
		TEST(a_file_may_take_what_it_was_given_and_what_the_device_has),
		TEST(behind_the_end_of_a_device_is_no_file),
		TEST(what_is_missing_is_told_before_anything_is_read),
		TEST(a_buffer_of_the_wrapper_is_large_enough),
		TEST(a_damaged_file_is_not_taken_for_a_buffer_that_is_too_small),
		TEST(the_signature_is_found_from_no_more_bytes_than_there_are),
		TEST(lengths_beyond_any_memory_are_refused),
		TEST(every_read_may_fail),
		TEST(no_read_that_fails_speaks_of_the_file),
		TEST(a_file_is_read_once),
		TEST(every_call_of_the_hash_may_fail),
		TEST(without_sha_256_no_file_can_be_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
