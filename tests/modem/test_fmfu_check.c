/* SPDX-License-Identifier: Apache-2.0 */
/* What fmfu_fdev_check() makes of files: good ones, and all that are not of the format. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/fmfu_fdev.h>

#include "file_flash.h"
#include "fmfu_maker.h"

static struct maker maker;
static uint8_t buf[4096];

/* A file that ends with its flash. */
static int check_bytes(const uint8_t *bytes, size_t len)
{
	struct file_flash flash;
	struct fmfu_fdev_info info;
	struct fmfu_fdev_info untouched;
	int rc;

	file_flash_open(&flash, bytes, len);
	memset(&info, 0xa5, sizeof(info));
	memcpy(&untouched, &info, sizeof(info));
	rc = fmfu_fdev_check(buf, sizeof(buf), &(struct fmfu_fdev_file){.fdev = &flash.dev}, &info);
	if (rc != 0) {
		assert_memory_equal(&info, &untouched, sizeof(info));
	}
	return rc;
}

static int check_made(void)
{
	int rc;

	maker_make(&maker);
	rc = check_bytes(maker.file, maker.file_len);
	maker_free(&maker);
	return rc;
}

static void a_whole_file_is_told_what_it_is(void **state)
{
	static const size_t counts[] = {1, 2, 3, 11, 12, 127, 128};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct fmfu_fdev_info info;
		struct file_flash flash;

		maker_begin(&maker, counts[i]);
		maker.compat = 0x12345678;
		maker_make(&maker);
		file_flash_open(&flash, maker.file, maker.file_len);
		const struct fmfu_fdev_file file = {.fdev = &flash.dev};

		assert_int_equal(fmfu_fdev_check(buf, sizeof(buf), &file, &info), 0);
		assert_int_equal(info.wrapper_len, maker.wrapper_len);
		assert_int_equal(info.blob_len, maker.file_len - maker.wrapper_len);
		assert_int_equal(info.segments, counts[i]);
		assert_int_equal(info.compat, 0x12345678);
		assert_memory_equal(info.blob_hash, maker.blob_hash, 32);
		assert_int_equal(fmfu_fdev_check(buf, sizeof(buf), &file, NULL), 0);
		maker_free(&maker);
	}
}

/* Lengths and first bytes that are published of a release for nRF91x1. */
static void the_wrapper_of_a_release_is_read(void **state)
{
	static const struct maker_segment release[] = {
		{0x20000000, 6608},  {0x20002000, 2460}, {0x6000, 40960},
		{0x38000, 0x1fc000}, {0x27c000, 16384},
	};
	static const uint8_t begin[] = {0xd2, 0x84, 0x44, 0xa1, 0x01, 0x38, 0x24, 0xa0,
					0x58, 0x50, 0x84, 0x01, 0x00, 0x58, 0x20};

	(void)state;
	maker_begin(&maker, 5);
	memcpy(maker.segments, release, sizeof(release));
	maker_make(&maker);
	assert_int_equal(maker.wrapper_len, 349);
	assert_int_equal(maker.file_len, 2147529);
	assert_memory_equal(maker.file, begin, sizeof(begin));
	assert_memory_equal(&maker.file[maker.list_at - 2], "\x58\x29\x8a", 3);
	assert_int_equal(check_bytes(maker.file, maker.file_len), 0);
	maker_free(&maker);
}

static void a_file_that_ends_with_its_flash_too_early_is_refused(void **state)
{
	(void)state;
	maker_begin(&maker, 5);
	maker_make(&maker);
	for (size_t len = 0; len < maker.file_len; len++) {
		const int expected = len < 2                   ? -ENOENT
				     : len < maker.wrapper_len ? -EBADMSG
							       : -EFBIG;

		assert_int_equal(check_bytes(maker.file, len), expected);
	}
	maker_free(&maker);
}

static void a_file_that_was_stored_in_part_is_refused(void **state)
{
	uint8_t *stored;

	(void)state;
	maker_begin(&maker, 5);
	maker_make(&maker);
	stored = malloc(maker.file_len + 5000);
	assert_non_null(stored);
	for (size_t len = 0; len < maker.file_len; len++) {
		memset(stored, 0xff, maker.file_len + 5000);
		memcpy(stored, maker.file, len);
		/* The signature is of the erased value itself. */
		const int expected = len < 2                    ? -ENOENT
				     : len < maker.signature_at ? -EBADMSG
								: -EILSEQ;

		assert_int_equal(check_bytes(stored, maker.file_len + 5000), expected);
	}
	free(stored);
	maker_free(&maker);
}

/* What the numbers of the list say, by the rules as a person would write them down. */
static int judge(const struct maker_segment *segments, size_t count, size_t room, size_t blob_len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		const uint64_t begin = segments[i].addr;
		const uint64_t end = begin + segments[i].len;

		if (begin == end || end > UINT64_C(0x100000000) || (i > 0 && begin == 0)) {
			return -EADDRNOTAVAIL;
		}
		for (size_t j = 0; j < i; j++) {
			if (begin < (uint64_t)segments[j].addr + segments[j].len &&
			    segments[j].addr < end) {
				return -EADDRINUSE;
			}
		}
		sum += segments[i].len;
	}
	return sum > room ? -EFBIG : sum != blob_len ? -EILSEQ : 0;
}

static uint32_t number_at(const uint8_t *p)
{
	return (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
}

/* The list has one byte of head, and numbers of five and three bytes for each segment. */
static int expected_of_list(size_t at, size_t blob_len)
{
	struct maker_segment segments[MAKER_SEGMENTS_MAX];
	const uint8_t *list = &maker.file[maker.list_at];

	if (at == 0 || (at - 1) % 8 == 0 || (at - 1) % 8 == 5) {
		return -EBADMSG;
	}
	for (size_t i = 0; i < maker.count; i++) {
		segments[i].addr = number_at(&list[1 + 8 * i]);
		segments[i].len = (uint32_t)list[7 + 8 * i] << 8 | list[8 + 8 * i];
		if (segments[i].addr < 0x10000 || segments[i].len < 0x100) {
			return -EBADMSG;
		}
	}
	return judge(segments, maker.count, maker.file_len - maker.wrapper_len, blob_len);
}

/* Of the byte that was changed. */
static int expected_of(size_t at, size_t blob_len)
{
	if (at < 2) {
		return -ENOENT;
	}
	if (at == maker.version_at) {
		return maker.file[at] < 24 ? -ENOTSUP : -EBADMSG;
	}
	if (at > maker.compat_at && at < maker.compat_at + 5) {
		return number_at(&maker.file[maker.compat_at]) < 0x10000 ? -EBADMSG : 0;
	}
	if (at >= maker.hash_at && at < maker.hash_at + 32) {
		return -EILSEQ;
	}
	if (at >= maker.list_at && at < maker.signature_at - 3) {
		return expected_of_list(at - maker.list_at, blob_len);
	}
	return at >= maker.signature_at ? 0 : -EBADMSG;
}

static void every_bit_of_a_wrapper_counts_but_for_compat_and_signature(void **state)
{
	size_t seen[2] = {0};

	(void)state;
	maker_begin(&maker, 3);
	maker.compat = 0x12345678;
	for (size_t i = 0; i < 3; i++) {
		maker.segments[i].addr = (uint32_t)(0x10210000 + 0x300 * i);
		maker.segments[i].len = (uint32_t)(0x180 + 0x11 * i);
	}
	maker_make(&maker);
	for (size_t bit = 0; bit < 8 * maker.wrapper_len; bit++) {
		int expected;

		maker.file[bit / 8] ^= (uint8_t)(1U << bit % 8);
		expected = expected_of(bit / 8, maker.file_len - maker.wrapper_len);
		if (check_bytes(maker.file, maker.file_len) != expected) {
			fail_msg("bit %zu: %d, not %d", bit,
				 check_bytes(maker.file, maker.file_len), expected);
		}
		seen[expected != 0]++;
		maker.file[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	/* Signature, compat, and the bits of addresses that lead to other free ones. */
	assert_in_range(seen[0], 8 * 256 + 30, 8 * 256 + 32 + 3 * 32);
	assert_in_range(seen[1], 8 * (maker.wrapper_len - 256) - 32 - 3 * 32,
			8 * (maker.wrapper_len - 256) - 30);
	maker_free(&maker);
}

static void every_bit_of_a_blob_counts(void **state)
{
	(void)state;
	maker_begin(&maker, 3);
	maker_make(&maker);
	for (size_t at = maker.wrapper_len; at < maker.file_len; at++) {
		maker.file[at] ^= (uint8_t)(1U << at % 8);
		assert_int_equal(check_bytes(maker.file, maker.file_len), -EILSEQ);
		maker.file[at] ^= (uint8_t)(1U << at % 8);
	}
	maker_free(&maker);
}

/* Make the file anew with each of its heads odd, those of tag and outer array being the magic. */
static void assert_no_head_may_be(struct maker_oddity odd, unsigned int of_each)
{
	const struct maker good = maker;
	unsigned int magic = 0;

	maker_make(&maker);
	const unsigned int heads = maker.heads;

	assert_int_equal(heads, HEAD_AFTER(2, HEAD_SIGNATURE));
	maker_free(&maker);
	for (odd.head = 1; odd.head <= heads; odd.head++) {
		int rc;

		maker = good;
		maker.odd = odd;
		rc = check_made();
		if (rc == -ENOENT) {
			magic++;
		} else if (rc != -EBADMSG) {
			fail_msg("head %u: %d", odd.head, rc);
		}
	}
	assert_int_equal(magic, of_each);
}

static void numbers_longer_than_need_be_are_refused_everywhere(void **state)
{
	(void)state;
	maker_begin(&maker, 2);
	/* In every good file some numbers have one and two bytes: those of strings. */
	for (unsigned int width = 4; width <= 8; width *= 2) {
		maker.segments[0].addr = 0x2000;
		assert_no_head_may_be((struct maker_oddity){.width = width}, 2);
	}
}

static void short_numbers_longer_than_need_be_are_refused(void **state)
{
	/* Those below 24. */
	static const unsigned int small[] = {
		HEAD_ALGORITHM,
		HEAD_ALGORITHM_KEY,
		HEAD_LIST,
		HEAD_NUMBERS + 1,
		HEAD_NUMBERS + 3,
		HEAD_AFTER(2, HEAD_MANIFEST),
		HEAD_AFTER(2, HEAD_VERSION),
		HEAD_AFTER(2, HEAD_COMPAT),
		HEAD_AFTER(2, HEAD_ALGORITHM_STRING),
		HEAD_AFTER(2, HEAD_UNPROTECTED),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
		for (unsigned int width = 1; width <= 2; width++) {
			maker_begin(&maker, 2);
			maker.segments[0].len = 20;
			maker.segments[1].len = 20;
			maker.odd = (struct maker_oddity){.head = small[i], .width = width};
			assert_int_equal(check_made(), -EBADMSG);
		}
	}
}

static void what_is_indefinite_is_refused_everywhere(void **state)
{
	(void)state;
	maker_begin(&maker, 2);
	assert_no_head_may_be((struct maker_oddity){.is_indefinite = true}, 2);
}

static void other_types_are_refused_everywhere(void **state)
{
	(void)state;
	for (uint8_t types = 1; types < 8; types++) {
		maker_begin(&maker, 2);
		assert_no_head_may_be((struct maker_oddity){.types = types}, 2);
	}
}

static void lengths_and_counts_that_lie_are_refused(void **state)
{
	static const unsigned int counts[] = {
		HEAD_ALGORITHM,
		HEAD_LIST,
		HEAD_AFTER(3, HEAD_MANIFEST),
		HEAD_AFTER(3, HEAD_HASH),
		HEAD_AFTER(3, HEAD_LIST_STRING),
		HEAD_AFTER(3, HEAD_ALGORITHM_STRING),
		HEAD_AFTER(3, HEAD_UNPROTECTED),
		HEAD_AFTER(3, HEAD_PAYLOAD),
		HEAD_AFTER(3, HEAD_SIGNATURE),
	};
	static const int lies[] = {-2, -1, 1, 2, 100};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (size_t j = 0; j < sizeof(lies) / sizeof(lies[0]); j++) {
			int rc;

			maker_begin(&maker, 3);
			maker.odd = (struct maker_oddity){.head = counts[i], .more = lies[j]};
			rc = check_made();
			if (rc != -EBADMSG) {
				fail_msg("head %u, lie %zu: %d", counts[i], j, rc);
			}
		}
	}
}

static void bytes_too_many_in_a_string_are_refused(void **state)
{
	(void)state;
	for (size_t more = 1; more < 400; more += 7) {
		maker_begin(&maker, 3);
		maker.algorithm_extra = more;
		assert_int_equal(check_made(), -EBADMSG);
		maker_begin(&maker, 3);
		maker.manifest_extra = more;
		assert_int_equal(check_made(), -EBADMSG);
		maker_begin(&maker, 3);
		maker.list_extra = more;
		assert_int_equal(check_made(), -EBADMSG);
	}
}

static void hash_and_signature_have_one_length(void **state)
{
	(void)state;
	for (size_t len = 0; len < 64; len++) {
		maker_begin(&maker, 3);
		maker.hash_len = len;
		assert_int_equal(check_made(), len == 32 ? 0 : -EBADMSG);
	}
	for (size_t len = 0; len < 300; len++) {
		maker_begin(&maker, 3);
		maker.signature_len = len;
		assert_int_equal(check_made(), len == 256 ? 0 : -EBADMSG);
	}
}

static void only_version_1_is_taken(void **state)
{
	static const uint32_t others[] = {0, 2, 23, 24, 255, 256, 0x10001, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		maker_begin(&maker, 3);
		maker.version = others[i];
		assert_int_equal(check_made(), -ENOTSUP);
		/* Before the list is looked at, which another version may have otherwise. */
		maker.count = 0;
		assert_int_equal(check_made(), -ENOTSUP);
		maker.list_extra = 1;
		assert_int_equal(check_made(), -ENOTSUP);
	}
}

static void no_segment_and_more_than_128_are_refused(void **state)
{
	(void)state;
	maker_begin(&maker, 0);
	assert_int_equal(check_made(), -ERANGE);
	maker_begin(&maker, 129);
	assert_int_equal(check_made(), -ERANGE);
	maker_begin(&maker, 130);
	assert_int_equal(check_made(), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_file_is_told_what_it_is),
		cmocka_unit_test(the_wrapper_of_a_release_is_read),
		cmocka_unit_test(a_file_that_ends_with_its_flash_too_early_is_refused),
		cmocka_unit_test(a_file_that_was_stored_in_part_is_refused),
		cmocka_unit_test(every_bit_of_a_wrapper_counts_but_for_compat_and_signature),
		cmocka_unit_test(every_bit_of_a_blob_counts),
		cmocka_unit_test(numbers_longer_than_need_be_are_refused_everywhere),
		cmocka_unit_test(short_numbers_longer_than_need_be_are_refused),
		cmocka_unit_test(what_is_indefinite_is_refused_everywhere),
		cmocka_unit_test(other_types_are_refused_everywhere),
		cmocka_unit_test(lengths_and_counts_that_lie_are_refused),
		cmocka_unit_test(bytes_too_many_in_a_string_are_refused),
		cmocka_unit_test(hash_and_signature_have_one_length),
		cmocka_unit_test(only_version_1_is_taken),
		cmocka_unit_test(no_segment_and_more_than_128_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
