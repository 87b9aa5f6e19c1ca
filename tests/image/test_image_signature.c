/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "image/image_maker.h"
#include "image/subject.h"
#include "support/test_files.h"

#define SIG_MAX 160

struct keys {
	struct test_key a;
	struct test_key b;
	struct test_key p384;
};

static struct keys keys;

static void key_hash(struct image_maker *maker, const struct test_key *key, uint16_t hash_type)
{
	maker_key_hash(maker, hash_type, key->key.hashed, key->key.hashed_len);
}

static void sign(struct image_maker *maker, const char *key)
{
	uint8_t sig[SIG_MAX];
	uint16_t len = maker_ecdsa(maker, 0x10, key, sig);

	maker_tlv(maker, 0x22, sig, len);
}

static void sign_wrong(struct image_maker *maker, const char *key)
{
	uint8_t sig[SIG_MAX];
	uint16_t len = maker_ecdsa(maker, 0x10, key, sig);

	sig[len - 1] ^= 1;
	maker_tlv(maker, 0x22, sig, len);
}

static void begin(struct image_maker *maker)
{
	maker_begin(maker, 64, 500, 0);
	maker_hash(maker, 0x10);
}

static struct dfu_image_report expect(const struct image_maker *maker,
				      const struct dfu_image_key *key, enum dfu_image_fault fault)
{
	struct dfu_image_source source = dfu_image_source_memory(maker->bytes, maker->len);
	struct subject_verdict verdict = subject_verify(&source, key);

	if (verdict.report.fault != fault) {
		fail_msg("%s instead of %s", dfu_image_fault_str(verdict.report.fault),
			 dfu_image_fault_str(fault));
	}
	assert_int_equal(verdict.rc, dfu_image_fault_errno(fault));
	return verdict.report;
}

static void a_signature_counts_if_the_key_hash_before_it_names_the_key(void **state)
{
	struct image_maker maker;

	(void)state;
	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	sign(&maker, "ec256-a");
	struct dfu_image_report report = expect(&maker, &keys.a.key, DFU_IMAGE_OK);

	assert_int_equal(report.signature_type, 0x22);
	assert_int_equal(report.signature_finding, DFU_IMAGE_VALID);
	report = expect(&maker, &keys.b.key, DFU_IMAGE_NO_SIGNATURE);
	assert_int_equal(report.signature_type, 0x22);
	assert_int_equal(report.signature_finding, DFU_IMAGE_UNKNOWN);
}

static void a_key_hash_speaks_for_one_signature(void **state)
{
	struct image_maker maker;

	(void)state;
	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	sign(&maker, "ec256-a");
	sign_wrong(&maker, "ec256-a"); /* by nobody */
	expect(&maker, &keys.a.key, DFU_IMAGE_OK);

	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	key_hash(&maker, &keys.b, 0x10);
	sign(&maker, "ec256-a");
	expect(&maker, &keys.a.key, DFU_IMAGE_NO_SIGNATURE);
	expect(&maker, &keys.b.key, DFU_IMAGE_SIGNATURE_MISMATCH);
}

static void the_last_signature_by_the_key_decides(void **state)
{
	struct image_maker maker;

	(void)state;
	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	sign_wrong(&maker, "ec256-a");
	key_hash(&maker, &keys.a, 0x10);
	sign(&maker, "ec256-a");
	expect(&maker, &keys.a.key, DFU_IMAGE_OK);

	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	sign(&maker, "ec256-a");
	key_hash(&maker, &keys.a, 0x10);
	sign_wrong(&maker, "ec256-a");
	expect(&maker, &keys.a.key, DFU_IMAGE_SIGNATURE_MISMATCH);

	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	sign(&maker, "ec256-a");
	key_hash(&maker, &keys.b, 0x10);
	sign_wrong(&maker, "ec256-a");
	expect(&maker, &keys.a.key, DFU_IMAGE_OK);
}

static void signatures_of_other_types_do_not_use_the_key_hash_up(void **state)
{
	static const uint8_t noise[64] = {1};
	struct image_maker maker;

	(void)state;
	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	maker_tlv(&maker, 0x24, noise, sizeof(noise));
	sign(&maker, "ec256-a");
	struct dfu_image_report report = expect(&maker, &keys.a.key, DFU_IMAGE_OK);

	/* The one that was judged, not the first one. */
	assert_int_equal(report.signature_type, 0x22);
	assert_int_equal(expect(&maker, NULL, DFU_IMAGE_OK).signature_type, 0x24);
}

static void a_signature_of_impossible_length_ends_the_search(void **state)
{
	static const uint8_t noise[400] = {0x30};
	struct image_maker maker;

	(void)state;
	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	maker_tlv(&maker, 0x22, noise, 129);
	key_hash(&maker, &keys.a, 0x10);
	sign(&maker, "ec256-a");
	expect(&maker, &keys.a.key, DFU_IMAGE_SIGNATURE_MISMATCH);

	/* longer than any buffer for it */
	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	maker_tlv(&maker, 0x22, noise, sizeof(noise));
	expect(&maker, &keys.a.key, DFU_IMAGE_SIGNATURE_MISMATCH);
	/* by another key it is nobody's business */
	expect(&maker, &keys.b.key, DFU_IMAGE_NO_SIGNATURE);
}

static void a_key_hash_of_another_length_ends_the_search(void **state)
{
	static const uint16_t lens[] = {0, 31, 33, 48, 65};
	static const uint8_t noise[65];
	struct image_maker maker;

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		begin(&maker);
		maker_tlv(&maker, 0x01, noise, lens[i]);
		key_hash(&maker, &keys.a, 0x10);
		sign(&maker, "ec256-a");
		expect(&maker, &keys.a.key, DFU_IMAGE_HASH_LENGTH);
		expect(&maker, NULL, DFU_IMAGE_OK);
	}
}

static void padding_behind_an_ecdsa_signature_must_be_zero(void **state)
{
	struct image_maker maker;
	uint8_t sig[SIG_MAX];

	(void)state;
	for (uint8_t last = 0; last < 2; last++) {
		begin(&maker);
		memset(sig, 0, sizeof(sig));
		maker_ecdsa(&maker, 0x10, "ec256-a", sig);
		sig[79] = last;
		key_hash(&maker, &keys.a, 0x10);
		maker_tlv(&maker, 0x22, sig, 80);
		expect(&maker, &keys.a.key,
		       last == 0 ? DFU_IMAGE_OK : DFU_IMAGE_SIGNATURE_MISMATCH);
	}
}

/*
 * Bootloaders go by pairs of key and hash; SHA-384 with P-256 is none of them, however right the
 * signature.
 */
static void a_key_does_not_go_with_every_hash(void **state)
{
	static const struct {
		uint16_t hash_type;
		const char *name;
		enum dfu_image_fault fault;
	} rows[] = {
		{0x10, "ec256-a", DFU_IMAGE_OK},
		{0x11, "ec256-a", DFU_IMAGE_NO_SIGNATURE},
		{0x12, "ec256-a", DFU_IMAGE_NO_SIGNATURE},
		{0x10, "ec384-a", DFU_IMAGE_NO_SIGNATURE},
		{0x11, "ec384-a", DFU_IMAGE_OK},
		{0x12, "ec384-a", DFU_IMAGE_NO_SIGNATURE},
	};
	struct image_maker maker;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct test_key *key = rows[i].name[2] == '2' ? &keys.a : &keys.p384;
		uint8_t sig[SIG_MAX];

		maker_begin(&maker, 64, 500, 0);
		maker_hash(&maker, rows[i].hash_type);
		key_hash(&maker, key, rows[i].hash_type);
		uint16_t len = maker_ecdsa(&maker, rows[i].hash_type, rows[i].name, sig);

		maker_tlv(&maker, 0x22, sig, len);
		expect(&maker, &key->key, rows[i].fault);
	}
}

static void the_signature_is_judged_before_what_nobody_runs(void **state)
{
	static const uint32_t flags[] = {DFU_IMAGE_F_ENCRYPTED_AES128, DFU_IMAGE_F_COMPRESSED_LZMA2,
					 DFU_IMAGE_F_NON_BOOTABLE};
	static const enum dfu_image_fault faults[] = {DFU_IMAGE_ENCRYPTED, DFU_IMAGE_COMPRESSED,
						      DFU_IMAGE_NOT_BOOTABLE};
	struct image_maker maker;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		maker_begin(&maker, 64, 500, flags[i]);
		maker_hash(&maker, 0x10);
		key_hash(&maker, &keys.a, 0x10);
		sign(&maker, "ec256-a");
		assert_int_equal(expect(&maker, &keys.a.key, faults[i]).signature_finding,
				 DFU_IMAGE_VALID);
		maker.bytes[maker.len - 1] ^= 1;
		assert_int_equal(
			expect(&maker, &keys.a.key, DFU_IMAGE_SIGNATURE_MISMATCH).signature_finding,
			DFU_IMAGE_INVALID);
	}
}

static void no_signature_is_judged_where_the_hash_is_wrong(void **state)
{
	struct image_maker maker;

	(void)state;
	begin(&maker);
	key_hash(&maker, &keys.a, 0x10);
	sign(&maker, "ec256-a");
	maker.bytes[300] ^= 1;
	struct dfu_image_report report = expect(&maker, &keys.a.key, DFU_IMAGE_HASH_MISMATCH);

	assert_int_equal(report.signature_type, 0x22);
	assert_int_equal(report.signature_finding, DFU_IMAGE_UNKNOWN);
}

/* A key pair from a fixed seed; the public key as SubjectPublicKeyInfo. */
struct ed25519_pair {
	uint8_t der[44];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	struct dfu_image_key key;
};

static void make_ed25519(struct ed25519_pair *pair, uint8_t number)
{
	static const uint8_t prefix[12] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
					   0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
	const uint8_t seed[crypto_sign_SEEDBYTES] = {7, number};

	assert_true(sodium_init() >= 0);
	memcpy(pair->der, prefix, sizeof(prefix));
	assert_int_equal(crypto_sign_seed_keypair(pair->der + sizeof(prefix), pair->secret, seed),
			 0);
	assert_int_equal(dfu_image_key_parse(&pair->key, pair->der, sizeof(pair->der)), 0);
}

/* The order of imgtool: hash, mark, key hash, signature. The message is all that is hashed. */
static void make_pure(struct image_maker *maker, const struct ed25519_pair *pair)
{
	static const uint8_t mark = 1;
	uint8_t sig[crypto_sign_BYTES];

	maker_begin(maker, 64, 500, 0);
	maker_protected(maker, 0x50, "\7\0\0\0", 4);
	assert_int_equal(crypto_sign_detached(sig, NULL, maker->bytes, maker->len, pair->secret),
			 0);
	maker_hash(maker, 0x12);
	maker_tlv(maker, 0x25, &mark, 1);
	maker_key_hash(maker, 0x12, pair->der, sizeof(pair->der));
	maker_tlv(maker, 0x24, sig, sizeof(sig));
}

static void a_pure_signature_is_over_the_bytes_themselves(void **state)
{
	struct ed25519_pair pair;
	struct image_maker maker;

	(void)state;
	make_ed25519(&pair, 77);
	make_pure(&maker, &pair);
	expect(&maker, &pair.key, DFU_IMAGE_OK);
	maker.bytes[maker.len - 1] ^= 1;
	expect(&maker, &pair.key, DFU_IMAGE_SIGNATURE_MISMATCH);
}

/* Changed bytes of an image that is read from flash, some of it held back. */
static void a_pure_signature_is_judged_piece_by_piece_where_the_bytes_are_not_mapped(void **state)
{
	struct ed25519_pair pair, other;
	struct image_maker maker;
	struct subject subject;

	(void)state;
	make_ed25519(&pair, 77);
	make_ed25519(&other, 78);
	make_pure(&maker, &pair);
	for (int kind = SUBJECT_FLASH; kind <= SUBJECT_HELD; kind++) {
		subject_init(&subject, (enum subject_kind)kind, maker.bytes, maker.len);
		struct subject_verdict verdict = subject_verify(&subject.source, &pair.key);

		assert_int_equal(verdict.rc, 0);
		assert_int_equal(verdict.report.signature_finding, DFU_IMAGE_VALID);
		assert_int_equal(subject_verify(&subject.source, &other.key).report.fault,
				 DFU_IMAGE_NO_SIGNATURE);
		subject.source.mapped =
			subject.flash.memory + subject.area.fa_off + subject.source.base;
		assert_int_equal(subject_verify(&subject.source, &pair.key).rc, 0);
		subject_free(&subject);
	}
}

static void a_wrong_pure_signature_is_found_out_piece_by_piece(void **state)
{
	struct ed25519_pair pair;
	struct image_maker maker;
	struct subject subject;

	(void)state;
	make_ed25519(&pair, 77);
	for (size_t bit = 0; bit < 512; bit++) {
		make_pure(&maker, &pair);
		maker.bytes[maker.len - 1 - bit / 8] ^= (uint8_t)(1u << bit % 8);
		subject_init(&subject, SUBJECT_FLASH, maker.bytes, maker.len);
		struct subject_verdict verdict = subject_verify(&subject.source, &pair.key);

		assert_int_equal(verdict.report.fault, DFU_IMAGE_SIGNATURE_MISMATCH);
		assert_int_equal(verdict.report.signature_finding, DFU_IMAGE_INVALID);
		subject_free(&subject);
	}
}

static const uint8_t *readable;
static unsigned int reads;
static unsigned int failing_read; /* counted from 1 */
static int read_error;

static int read_or_fail(const struct dfu_image_source *source, size_t off, void *dst, size_t len)
{
	(void)source;
	if (++reads == failing_read) {
		return read_error;
	}
	memcpy(dst, readable + off, len);
	return 0;
}

/* Codes that say something about signatures elsewhere say nothing here when the device gives them.
 */
static void a_read_error_is_passed_through_wherever_it_falls(void **state)
{
	static const int codes[] = {-EIO, -EACCES, -ENOTSUP, -ENOENT};
	struct ed25519_pair pair;
	struct image_maker maker;
	struct dfu_image_source source = {.read = read_or_fail};

	(void)state;
	make_ed25519(&pair, 77);
	make_pure(&maker, &pair);
	readable = maker.bytes;
	source.size = maker.len;
	failing_read = 0;
	reads = 0;
	assert_int_equal(subject_verify(&source, &pair.key).rc, 0);
	const unsigned int all = reads;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		read_error = codes[i];
		for (failing_read = 1; failing_read <= all; failing_read++) {
			reads = 0;
			struct subject_verdict verdict = subject_verify(&source, &pair.key);

			assert_int_equal(verdict.rc, codes[i]);
			assert_int_equal(verdict.report.fault, DFU_IMAGE_OK);
			assert_int_equal(verdict.report.signature_finding, DFU_IMAGE_UNKNOWN);
		}
	}
}

static void only_ed25519_signs_purely(void **state)
{
	static const uint8_t mark = 1;
	struct image_maker maker;

	(void)state;
	begin(&maker);
	maker_tlv(&maker, 0x25, &mark, 1);
	key_hash(&maker, &keys.a, 0x10);
	sign(&maker, "ec256-a");
	struct dfu_image_source source = dfu_image_source_memory(maker.bytes, maker.len);
	struct subject_verdict verdict = subject_verify(&source, &keys.a.key);

	assert_int_equal(verdict.rc, -ENOTSUP);
	assert_int_equal(verdict.report.fault, DFU_IMAGE_UNSUPPORTED);
}

/* A point that is not on the curve parses; the engine finds out, and the image is not at fault. */
static void a_key_the_engine_refuses_is_an_argument_error(void **state)
{
	struct image_maker maker;
	size_t len;
	uint8_t *der = test_key_der("ec256-a", &len);
	struct dfu_image_key key;

	(void)state;
	der[len - 1] ^= 1;
	assert_int_equal(dfu_image_key_parse(&key, der, len), 0);
	begin(&maker);
	maker_key_hash(&maker, 0x10, der, len);
	sign(&maker, "ec256-a");
	struct dfu_image_source source = dfu_image_source_memory(maker.bytes, maker.len);
	struct subject_verdict verdict = subject_verify(&source, &key);

	assert_int_equal(verdict.rc, -EINVAL);
	assert_int_equal(verdict.report.fault, DFU_IMAGE_OK);
	assert_int_equal(verdict.report.signature_finding, DFU_IMAGE_UNKNOWN);
	free(der);
}

static int setup(void **state)
{
	(void)state;
	test_key_load(&keys.a, "ec256-a");
	test_key_load(&keys.b, "ec256-b");
	test_key_load(&keys.p384, "ec384-a");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_key_free(&keys.a);
	test_key_free(&keys.b);
	test_key_free(&keys.p384);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_counts_if_the_key_hash_before_it_names_the_key),
		cmocka_unit_test(a_key_hash_speaks_for_one_signature),
		cmocka_unit_test(the_last_signature_by_the_key_decides),
		cmocka_unit_test(signatures_of_other_types_do_not_use_the_key_hash_up),
		cmocka_unit_test(a_signature_of_impossible_length_ends_the_search),
		cmocka_unit_test(a_key_hash_of_another_length_ends_the_search),
		cmocka_unit_test(padding_behind_an_ecdsa_signature_must_be_zero),
		cmocka_unit_test(a_key_does_not_go_with_every_hash),
		cmocka_unit_test(the_signature_is_judged_before_what_nobody_runs),
		cmocka_unit_test(no_signature_is_judged_where_the_hash_is_wrong),
		cmocka_unit_test(a_pure_signature_is_over_the_bytes_themselves),
		cmocka_unit_test(
			a_pure_signature_is_judged_piece_by_piece_where_the_bytes_are_not_mapped),
		cmocka_unit_test(a_wrong_pure_signature_is_found_out_piece_by_piece),
		cmocka_unit_test(a_read_error_is_passed_through_wherever_it_falls),
		cmocka_unit_test(only_ed25519_signs_purely),
		cmocka_unit_test(a_key_the_engine_refuses_is_an_argument_error),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
