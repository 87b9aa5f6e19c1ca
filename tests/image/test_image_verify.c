/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/image_maker.h"
#include "image/subject.h"
#include "support/test_files.h"

static const uint8_t zeros[64];

static struct subject_verdict verify_made(const struct image_maker *maker)
{
	struct dfu_image_source source = dfu_image_source_memory(maker->bytes, maker->len);

	return subject_verify(&source, NULL);
}

static void expect(const struct image_maker *maker, enum dfu_image_fault fault)
{
	struct subject_verdict verdict = verify_made(maker);

	assert_int_equal(verdict.report.fault, fault);
	assert_int_equal(verdict.rc, dfu_image_fault_errno(fault));
}

static void each_hash_type_is_checked_and_reported(void **state)
{
	struct image_maker maker;

	(void)state;
	for (uint16_t type = 0x10; type <= 0x12; type++) {
		uint8_t digest[64];

		maker_begin(&maker, 64, 500, 0);
		uint16_t len = maker_digest(&maker, type, digest);

		maker_hash(&maker, type);
		struct subject_verdict verdict = verify_made(&maker);

		assert_int_equal(verdict.rc, 0);
		assert_int_equal(verdict.report.hash_type, type);
		assert_int_equal(verdict.report.hash_len, len);
		assert_memory_equal(verdict.report.hash, digest, len);
		assert_int_equal(verdict.report.hash_finding, DFU_IMAGE_VALID);
		maker.bytes[300] ^= 1;
		verdict = verify_made(&maker);
		assert_int_equal(verdict.rc, -EILSEQ);
		assert_int_equal(verdict.report.fault, DFU_IMAGE_HASH_MISMATCH);
		assert_int_equal(verdict.report.hash_finding, DFU_IMAGE_INVALID);
	}
}

static void there_must_be_one_hash_and_it_must_not_be_protected(void **state)
{
	struct image_maker maker;

	(void)state;
	maker_begin(&maker, 64, 500, 0);
	maker_hash(&maker, 0x10);
	maker_hash(&maker, 0x12);
	expect(&maker, DFU_IMAGE_HASH_COUNT);

	maker_begin(&maker, 64, 500, 0);
	maker_protected(&maker, 0x10, zeros, 32);
	maker_open_area(&maker);
	expect(&maker, DFU_IMAGE_HASH_COUNT);

	maker_begin(&maker, 64, 500, 0);
	maker_protected(&maker, 0x10, zeros, 32);
	maker_hash(&maker, 0x10);
	expect(&maker, DFU_IMAGE_HASH_COUNT);

	maker_begin(&maker, 64, 500, 0);
	maker_open_area(&maker);
	expect(&maker, DFU_IMAGE_HASH_COUNT);
}

static void a_hash_of_another_length_is_refused(void **state)
{
	static const uint16_t lens[][2] = {{0x10, 0},  {0x10, 31}, {0x10, 33}, {0x11, 32},
					   {0x11, 49}, {0x12, 63}, {0x12, 48}};
	struct image_maker maker;

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		maker_begin(&maker, 64, 500, 0);
		maker_tlv(&maker, lens[i][0], zeros, lens[i][1]);
		expect(&maker, DFU_IMAGE_HASH_LENGTH);
	}
	/* longer than any buffer for it */
	static const uint8_t huge[1000];

	maker_begin(&maker, 64, 500, 0);
	maker_tlv(&maker, 0x12, huge, sizeof(huge));
	expect(&maker, DFU_IMAGE_HASH_LENGTH);
}

/* flags, the hash fits -> fault */
static void flags_are_judged_after_the_hash_but_for_those_that_exclude_each_other(void **state)
{
	static const struct {
		uint32_t flags;
		enum dfu_image_fault whole;
		enum dfu_image_fault damaged;
	} rows[] = {
		{0, DFU_IMAGE_OK, DFU_IMAGE_HASH_MISMATCH},
		{0xfffff1e1 & ~0x100u, DFU_IMAGE_OK, DFU_IMAGE_HASH_MISMATCH}, /* all others */
		{DFU_IMAGE_F_ROM_FIXED, DFU_IMAGE_OK, DFU_IMAGE_HASH_MISMATCH},
		{DFU_IMAGE_F_NON_BOOTABLE, DFU_IMAGE_NOT_BOOTABLE, DFU_IMAGE_HASH_MISMATCH},
		{DFU_IMAGE_F_COMPRESSED_LZMA1, DFU_IMAGE_COMPRESSED, DFU_IMAGE_HASH_MISMATCH},
		{DFU_IMAGE_F_COMPRESSED_LZMA2, DFU_IMAGE_COMPRESSED, DFU_IMAGE_HASH_MISMATCH},
		{DFU_IMAGE_F_COMPRESSED_ARM_THUMB, DFU_IMAGE_COMPRESSED, DFU_IMAGE_HASH_MISMATCH},
		{DFU_IMAGE_F_ENCRYPTED_AES128, DFU_IMAGE_ENCRYPTED, DFU_IMAGE_ENCRYPTED},
		{DFU_IMAGE_F_ENCRYPTED_AES256, DFU_IMAGE_ENCRYPTED, DFU_IMAGE_ENCRYPTED},
		{0xc, DFU_IMAGE_FLAGS, DFU_IMAGE_FLAGS},
		{0x600, DFU_IMAGE_FLAGS, DFU_IMAGE_FLAGS},
		{0x414, DFU_IMAGE_ENCRYPTED, DFU_IMAGE_ENCRYPTED},
		{0x410, DFU_IMAGE_COMPRESSED, DFU_IMAGE_HASH_MISMATCH},
	};
	struct image_maker maker;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		maker_begin(&maker, 64, 500, rows[i].flags);
		maker_hash(&maker, 0x10);
		expect(&maker, rows[i].whole);
		maker.bytes[300] ^= 1;
		expect(&maker, rows[i].damaged);
	}
}

static void an_encrypted_payload_leaves_the_hash_unknown_a_clear_one_does_not(void **state)
{
	struct image_maker maker;

	(void)state;
	maker_begin(&maker, 64, 500, DFU_IMAGE_F_ENCRYPTED_AES128);
	maker_hash(&maker, 0x10);
	assert_int_equal(verify_made(&maker).report.hash_finding, DFU_IMAGE_VALID);
	maker.bytes[300] ^= 1;
	assert_int_equal(verify_made(&maker).report.hash_finding, DFU_IMAGE_UNKNOWN);
}

static void a_malformed_mark_of_a_pure_signature_is_refused(void **state)
{
	static const uint8_t one[2] = {1, 0};
	struct image_maker maker;

	(void)state;
	for (uint16_t len = 0; len <= 2; len++) {
		maker_begin(&maker, 64, 500, 0);
		maker_hash(&maker, 0x10);
		maker_tlv(&maker, 0x25, one, len);
		expect(&maker, len == 1 ? DFU_IMAGE_OK : DFU_IMAGE_TLV_FORMAT);
	}
	maker_begin(&maker, 64, 500, 0);
	maker_hash(&maker, 0x10);
	maker_tlv(&maker, 0x25, zeros, 1);
	expect(&maker, DFU_IMAGE_TLV_FORMAT);
}

static void the_result_does_not_depend_on_the_work_buffer(void **state)
{
	size_t len;
	uint8_t *bytes = test_read_file("images/tiny-1.0.0-ec256-sc7.bin", &len);
	uint8_t buf[8192];
	struct subject subject;
	struct dfu_image image;

	(void)state;
	subject_init(&subject, SUBJECT_HELD, bytes, len);
	assert_int_equal(dfu_image_open(&image, &subject.source, NULL), 0);
	for (size_t size = 64; size <= sizeof(buf); size += size < 600 ? 1 : 509) {
		assert_int_equal(dfu_image_verify(&image, NULL, buf, size, NULL), 0);
	}
	size_t middle = image.header.hdr_size + image.header.img_size / 2;

	subject.flash.memory[(size_t)subject.area.fa_off + subject.source.base + middle] ^= 0x10;
	for (size_t size = 64; size <= sizeof(buf); size += size < 600 ? 1 : 509) {
		assert_int_equal(dfu_image_verify(&image, NULL, buf, size, NULL), -EILSEQ);
	}
	subject_free(&subject);
	free(bytes);
}

static void a_work_buffer_that_is_too_small_is_an_argument_error(void **state)
{
	struct image_maker maker;
	struct dfu_image image;
	struct dfu_image_report report;
	uint8_t buf[64];

	(void)state;
	maker_begin(&maker, 64, 500, 0);
	maker_hash(&maker, 0x10);
	struct dfu_image_source source = dfu_image_source_memory(maker.bytes, maker.len);

	assert_int_equal(dfu_image_open(&image, &source, NULL), 0);
	memset(&report, 0xff, sizeof(report));
	assert_int_equal(dfu_image_verify(&image, NULL, buf, 63, &report), -EINVAL);
	assert_int_equal(report.fault, DFU_IMAGE_OK);
	assert_int_equal(report.hash_finding, DFU_IMAGE_UNKNOWN);
	assert_int_equal(dfu_image_verify(&image, NULL, NULL, 64, NULL), -EINVAL);
	assert_int_equal(dfu_image_verify(&image, NULL, buf, 64, &report), 0);
}

/*
 * Without a key only bytes behind the hash TLV may change, and the hash stays what it is; with the
 * key none may, the signature being over the hash and the key hash next to it.
 */
static void a_flipped_bit_of_header_or_tlvs_never_passes_unnoticed(void **state)
{
	size_t len;
	uint8_t *bytes = test_read_file("images/tiny-1.0.0-ec256-sc7.bin", &len);
	struct dfu_image_source source = dfu_image_source_memory(bytes, len);
	struct subject_verdict whole = subject_verify(&source, NULL);
	size_t payload_end = whole.image.hashed_size - whole.image.header.protect_tlv_size;
	size_t hash_end = whole.image.hashed_size + 4 + 4 + 32;
	struct test_key key;
	size_t accepted = 0;

	(void)state;
	assert_int_equal(whole.rc, 0);
	test_key_load(&key, "ec256-a");
	for (size_t bit = 0; bit < 8 * len; bit++) {
		if (bit == 8 * DFU_IMAGE_HEADER_LEN) {
			bit = 8 * payload_end;
		}
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		struct subject_verdict verdict = subject_verify(&source, NULL);

		if (verdict.rc == 0) {
			assert_true(bit / 8 >= hash_end);
			assert_memory_equal(verdict.report.hash, whole.report.hash, 32);
			accepted++;
		}
		assert_true(subject_verify(&source, &key.key).rc != 0);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	/*
	 * All bits of the key hash and of the signature, and those of their types that give other
	 * types of the list.
	 */
	assert_true(accepted >= 8 * (32 + 70));
	assert_int_equal(subject_verify(&source, &key.key).rc, 0);
	test_key_free(&key);
	free(bytes);
}

/*
 * Damage of several bytes at once: whatever comes out, nothing is read outside the image and no
 * other hash passes.
 */
static void random_damage_is_survived(void **state)
{
	static const char *const files[] = {
		"images/tiny-1.0.0-ec256-sc7.bin",
		"images/tiny-1.1.0-none-custom.bin",
		"images/odd/two-signatures.bin",
	};
	uint32_t seed = 20251;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t len;
		uint8_t *bytes = test_read_file(files[i], &len);
		struct dfu_image_source source = dfu_image_source_memory(bytes, len);
		struct subject_verdict whole = subject_verify(&source, NULL);
		size_t payload_end = whole.image.hashed_size - whole.image.header.protect_tlv_size;

		for (int round = 0; round < 3000; round++) {
			uint8_t *copy = malloc(len);

			assert_non_null(copy);
			memcpy(copy, bytes, len);
			for (int hit = 0; hit < 3; hit++) {
				seed = seed * 1664525u + 1013904223u;
				size_t at = (seed >> 8) % (32 + len - payload_end);

				copy[at < 32 ? at : payload_end + at - 32] ^= (uint8_t)(seed >> 2);
			}
			struct dfu_image_source damaged = dfu_image_source_memory(copy, len);
			struct subject_verdict verdict = subject_verify(&damaged, NULL);

			if (verdict.rc == 0) {
				assert_memory_equal(verdict.report.hash, whole.report.hash, 32);
			}
			free(copy);
		}
		free(bytes);
	}
}

struct failing_read {
	const uint8_t *bytes;
	unsigned int left; /* reads that work */
	int code;
};

static int read_until(const struct dfu_image_source *source, size_t off, void *dst, size_t len)
{
	struct failing_read *reads = (struct failing_read *)(uintptr_t)source->context;

	assert_true(len <= source->size && off <= source->size - len);
	if (reads->left == 0) {
		return reads->code;
	}
	reads->left--;
	memcpy(dst, reads->bytes + off, len);
	return 0;
}

/*
 * -ENOENT and -EBADMSG are also answers of our own; from a device they must not be taken for these.
 */
static void an_error_of_each_read_is_passed_through(void **state)
{
	static const int codes[] = {-EIO, -ENOENT, -EBADMSG, -ETIMEDOUT};
	size_t len;
	uint8_t *bytes = test_read_file("images/odd/two-signatures.bin", &len);
	struct test_key key;

	(void)state;
	test_key_load(&key, "ec256-b");
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		unsigned int works = 0;
		struct subject_verdict verdict;

		do {
			struct failing_read reads = {bytes, works, codes[i]};
			struct dfu_image_source source = {
				.read = read_until, .context = &reads, .size = len};

			verdict = subject_verify(&source, &key.key);
			if (reads.left == 0 && verdict.rc != 0) {
				assert_int_equal(verdict.rc, codes[i]);
				assert_int_equal(verdict.report.fault, DFU_IMAGE_OK);
				/* also when the first signature was found good before */
				assert_int_equal(verdict.report.signature_finding,
						 DFU_IMAGE_UNKNOWN);
			}
			works++;
		} while (verdict.rc != 0 && works < 1000);
		/*
		 * header, info, 5 entries; 5 entries, hash; 9 chunks; 5 entries, 2 key hashes,
		 * signature
		 */
		assert_int_equal(works - 1, 7 + 6 + (len + 508) / 509 + 8);
	}
	test_key_free(&key);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_hash_type_is_checked_and_reported),
		cmocka_unit_test(there_must_be_one_hash_and_it_must_not_be_protected),
		cmocka_unit_test(a_hash_of_another_length_is_refused),
		cmocka_unit_test(
			flags_are_judged_after_the_hash_but_for_those_that_exclude_each_other),
		cmocka_unit_test(an_encrypted_payload_leaves_the_hash_unknown_a_clear_one_does_not),
		cmocka_unit_test(a_malformed_mark_of_a_pure_signature_is_refused),
		cmocka_unit_test(the_result_does_not_depend_on_the_work_buffer),
		cmocka_unit_test(a_work_buffer_that_is_too_small_is_an_argument_error),
		cmocka_unit_test(a_flipped_bit_of_header_or_tlvs_never_passes_unnoticed),
		cmocka_unit_test(random_damage_is_survived),
		cmocka_unit_test(an_error_of_each_read_is_passed_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
