/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crypto back-ends of a host, called as verification calls them. Digests and signatures come
 * from elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <crypto/crypto_backends.h>
#include <sodium.h>

#include "image/subject.h"
#include "support/test_files.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "abc", FIPS 180-4 */
static const struct {
	enum dfu_hash_alg alg;
	size_t len;
	uint8_t digest[64];
} abc[] = {
	{DFU_HASH_SHA256, 32, {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
			       0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
			       0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad}},
	{DFU_HASH_SHA384, 48, {0xcb, 0x00, 0x75, 0x3f, 0x45, 0xa3, 0x5e, 0x8b, 0xb5, 0xa0,
			       0x3d, 0x69, 0x9a, 0xc6, 0x50, 0x07, 0x27, 0x2c, 0x32, 0xab,
			       0x0e, 0xde, 0xd1, 0x63, 0x1a, 0x8b, 0x60, 0x5a, 0x43, 0xff,
			       0x5b, 0xed, 0x80, 0x86, 0x07, 0x2b, 0xa1, 0xe7, 0xcc, 0x23,
			       0x58, 0xba, 0xec, 0xa1, 0x34, 0xc8, 0x25, 0xa7}},
	{DFU_HASH_SHA512, 64, {0xdd, 0xaf, 0x35, 0xa1, 0x93, 0x61, 0x7a, 0xba, 0xcc, 0x41, 0x73,
			       0x49, 0xae, 0x20, 0x41, 0x31, 0x12, 0xe6, 0xfa, 0x4e, 0x89, 0xa9,
			       0x7e, 0xa2, 0x0a, 0x9e, 0xee, 0xe6, 0x4b, 0x55, 0xd3, 0x9a, 0x21,
			       0x92, 0x99, 0x2a, 0x27, 0x4f, 0xc1, 0xa8, 0x36, 0xba, 0x3c, 0x23,
			       0xa3, 0xfe, 0xeb, 0xbd, 0x45, 0x4d, 0x44, 0x23, 0x64, 0x3c, 0xe8,
			       0x0e, 0x2a, 0x9a, 0xc9, 0x4f, 0xa5, 0x4c, 0xa4, 0x9f}},
};

static void digests_are_those_of_the_standard(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(abc); i++) {
		struct dfu_hash hash;
		uint8_t digest[DFU_HASH_MAX_SIZE];

		assert_int_equal(dfu_hash_size(abc[i].alg), abc[i].len);
		assert_int_equal(dfu_hash_begin(&hash, abc[i].alg), 0);
		assert_int_equal(dfu_hash_update(&hash, (const uint8_t *)"a", 1), 0);
		assert_int_equal(dfu_hash_update(&hash, NULL, 0), 0);
		assert_int_equal(dfu_hash_update(&hash, (const uint8_t *)"bc", 2), 0);
		assert_int_equal(dfu_hash_end(&hash, digest), 0);
		assert_memory_equal(digest, abc[i].digest, abc[i].len);
	}
}

static void two_hashes_at_once_do_not_mix(void **state)
{
	struct dfu_hash hashes[2];
	uint8_t digest[DFU_HASH_MAX_SIZE];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(dfu_hash_begin(&hashes[i], abc[i].alg), 0);
	}
	for (size_t byte = 0; byte < 3; byte++) {
		for (size_t i = 0; i < 2; i++) {
			assert_int_equal(
				dfu_hash_update(&hashes[i], (const uint8_t *)"abc" + byte, 1), 0);
		}
	}
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(dfu_hash_end(&hashes[i], digest), 0);
		assert_memory_equal(digest, abc[i].digest, abc[i].len);
	}
}

static void a_hash_given_up_is_over(void **state)
{
	struct dfu_hash hash;
	uint8_t digest[DFU_HASH_MAX_SIZE];

	(void)state;
	assert_int_equal(dfu_hash_begin(&hash, DFU_HASH_SHA256), 0);
	dfu_hash_abort(&hash);
	assert_int_equal(dfu_hash_update(&hash, (const uint8_t *)"a", 1), -ESRCH);
	assert_int_equal(dfu_hash_end(&hash, digest), -ESRCH);
}

/* One signature of each kind, out of an image; ECDSA as r || s. */
struct sample {
	const char *key_name;
	const char *file;
	size_t sig_len;
	struct test_key key;
	uint8_t digest[64];
	size_t digest_len;
	uint8_t sig[385]; /* one to spare */
};

/* r or s of the DER signature at p, which is well-formed, into the last of half bytes. */
static const uint8_t *number(const uint8_t *p, uint8_t *dst, size_t half)
{
	size_t len = p[1];
	const uint8_t *end = p + 2 + len;

	p += 2;
	if (len > half) {
		p++;
		len--;
	}
	memcpy(dst + half - len, p, len);
	return end;
}

static void sample_load(struct sample *sample)
{
	struct dfu_image image;
	struct dfu_image_tlv tlv = {0};
	uint8_t value[384];
	size_t len;
	uint8_t *bytes = test_read_file(sample->file, &len);
	struct dfu_image_source source = dfu_image_source_memory(bytes, len);

	test_key_load(&sample->key, sample->key_name);
	assert_int_equal(dfu_image_open(&image, &source, NULL), 0);
	while (dfu_image_tlv_next(&image, &tlv) == 0) {
		if (tlv.type >= 0x10 && tlv.type <= 0x12) {
			memcpy(sample->digest, bytes + tlv.off, tlv.len);
			sample->digest_len = tlv.len;
		} else if (tlv.type >= 0x20) {
			memcpy(value, bytes + tlv.off, tlv.len);
		}
	}
	if (strncmp(sample->key_name, "ec", 2) == 0) {
		size_t half = sample->sig_len / 2;

		number(number(value + 2, sample->sig, half), sample->sig + half, half);
	} else {
		memcpy(sample->sig, value, sample->sig_len);
	}
	free(bytes);
}

static struct sample samples[] = {
	{.key_name = "ec256-a", .file = "images/tiny-1.0.0-ec256.bin", .sig_len = 64},
	{.key_name = "ec384-a", .file = "images/tiny-1.0.0-ec384.bin", .sig_len = 96},
	{.key_name = "rsa2048-a", .file = "images/tiny-1.0.0-rsa2048.bin", .sig_len = 256},
	{.key_name = "rsa3072-a", .file = "images/tiny-1.0.0-rsa3072.bin", .sig_len = 384},
	{.key_name = "ed25519-a", .file = "images/tiny-1.0.0-ed25519.bin", .sig_len = 64},
};

static int check(const struct sample *sample)
{
	return dfu_signature_verify(sample->key.key.alg, sample->key.key.raw,
				    sample->key.key.raw_len, sample->digest, sample->digest_len,
				    sample->sig, sample->sig_len);
}

/* Above the modulus, outside the curve: an engine may call that an invalid argument. */
static void a_signature_out_of_range_is_wrong_and_no_error(void **state)
{
	static const uint8_t fills[] = {0x00, 0xff};

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		for (size_t k = 0; k < 2; k++) {
			struct sample changed = samples[i];

			memset(changed.sig, fills[k], changed.sig_len);
			assert_int_equal(check(&changed), -EACCES);
		}
	}
}

static void signatures_of_all_kinds_are_told_from_wrong_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct sample changed = samples[i];

		assert_int_equal(check(&samples[i]), 0);
		changed.sig[10] ^= 1;
		assert_int_equal(check(&changed), -EACCES);
		changed = samples[i];
		changed.digest[0] ^= 1;
		assert_int_equal(check(&changed), -EACCES);
		changed = samples[i];
		changed.sig_len--;
		assert_int_equal(check(&changed), -EACCES);
		changed.sig_len += 2;
		assert_int_equal(check(&changed), -EACCES);
		changed.sig_len = 0;
		assert_int_equal(check(&changed), -EACCES);
	}
}

static void a_key_of_another_kind_is_an_argument_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct sample changed = samples[i];

		changed.key.key.raw_len--;
		assert_int_equal(check(&changed), -EINVAL);
		changed.key.key.raw = samples[(i + 1) % COUNT(samples)].key.key.raw;
		changed.key.key.raw_len = samples[(i + 1) % COUNT(samples)].key.key.raw_len;
		assert_int_equal(check(&changed), -EINVAL);
	}
}

static void a_digest_of_another_length_is_an_argument_error(void **state)
{
	(void)state;
	/* But Ed25519 signs messages of any length. */
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct sample changed = samples[i];

		changed.digest_len += 16;
		assert_int_equal(check(&changed),
				 samples[i].key.key.alg == DFU_SIG_ED25519 ? -EACCES : -EINVAL);
	}
}

/* The engine has 32 key slots; one that leaked at each turn would be missed at the 33rd. */
static void keys_do_not_leak_whatever_the_verdict(void **state)
{
	(void)state;
	for (int turn = 0; turn < 50; turn++) {
		for (size_t i = 0; i < COUNT(samples); i++) {
			struct sample changed = samples[i];

			assert_int_equal(check(&samples[i]), 0);
			changed.sig[10] ^= 1;
			assert_int_equal(check(&changed), -EACCES);
			changed.sig_len--;
			assert_int_equal(check(&changed), -EACCES);
			changed.key.key.raw_len--;
			assert_int_equal(check(&changed), -EINVAL);
		}
	}
}

static void each_back_end_leaves_to_the_others_what_it_has_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		const struct dfu_image_key *key = &samples[i].key.key;
		bool is_ed25519 = key->alg == DFU_SIG_ED25519;

		assert_int_equal(dfu_crypto_psa.verify(key->alg, key->raw, key->raw_len,
						       samples[i].digest, samples[i].digest_len,
						       samples[i].sig, samples[i].sig_len),
				 is_ed25519 ? -ENOTSUP : 0);
		assert_int_equal(dfu_crypto_sodium.verify(key->alg, key->raw, key->raw_len,
							  samples[i].digest, samples[i].digest_len,
							  samples[i].sig, samples[i].sig_len),
				 is_ed25519 ? 0 : -ENOTSUP);
	}
}

/* The digest of RFC 8032 over the sample's message; SHA-512 of libsodium's own. */
static void ed25519_digest(const struct sample *sample, uint8_t digest[64])
{
	crypto_hash_sha512_state hash;

	crypto_hash_sha512_init(&hash);
	crypto_hash_sha512_update(&hash, sample->sig, 32);
	crypto_hash_sha512_update(&hash, sample->key.key.raw, 32);
	crypto_hash_sha512_update(&hash, sample->digest, sample->digest_len);
	crypto_hash_sha512_final(&hash, digest);
}

static const struct sample *ed25519_sample(void)
{
	for (size_t i = 0; i < COUNT(samples); i++) {
		if (samples[i].key.key.alg == DFU_SIG_ED25519) {
			return &samples[i];
		}
	}
	fail_msg("no Ed25519 sample");
	return NULL;
}

static void an_ed25519_signature_can_be_judged_by_a_digest_made_in_pieces(void **state)
{
	const struct sample *sample = ed25519_sample();
	const uint8_t *key = sample->key.key.raw;
	uint8_t digest[64];
	uint8_t sig[64];

	(void)state;
	ed25519_digest(sample, digest);
	assert_int_equal(dfu_ed25519_verify(key, digest, sample->sig), 0);
	for (size_t bit = 0; bit < 512; bit++) {
		memcpy(sig, sample->sig, sizeof(sig));
		sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(dfu_ed25519_verify(key, digest, sig), -EACCES);
		digest[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(dfu_ed25519_verify(key, digest, sample->sig), -EACCES);
		digest[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* The order of the group added to the second half gives the same point. */
static void an_ed25519_signature_has_one_form(void **state)
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
					  0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
					  0,    0,    0,    0,    0,    0,    0,    0,
					  0,    0,    0,    0,    0,    0,    0,    0x10};
	const struct sample *sample = ed25519_sample();
	unsigned int carry = 0;
	uint8_t digest[64];
	uint8_t sig[64];

	(void)state;
	ed25519_digest(sample, digest);
	memcpy(sig, sample->sig, sizeof(sig));
	for (size_t i = 0; i < 32; i++) {
		carry += sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(dfu_ed25519_verify(sample->key.key.raw, digest, sig), -EACCES);
}

/* With a key that is no point, or the neutral one, anything could be made to fit. */
static void an_ed25519_key_outside_the_group_verifies_nothing(void **state)
{
	const struct sample *sample = ed25519_sample();
	uint8_t key[32] = {1};
	uint8_t sig[64] = {1};
	uint8_t digest[64];

	(void)state;
	ed25519_digest(sample, digest);
	assert_int_equal(dfu_ed25519_verify(key, digest, sig), -EACCES);
	memset(key, 0xff, sizeof(key));
	assert_int_equal(dfu_ed25519_verify(key, digest, sample->sig), -EACCES);
}

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		sample_load(&samples[i]);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		test_key_free(&samples[i].key);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standard),
		cmocka_unit_test(two_hashes_at_once_do_not_mix),
		cmocka_unit_test(a_hash_given_up_is_over),
		cmocka_unit_test(a_signature_out_of_range_is_wrong_and_no_error),
		cmocka_unit_test(signatures_of_all_kinds_are_told_from_wrong_ones),
		cmocka_unit_test(a_key_of_another_kind_is_an_argument_error),
		cmocka_unit_test(a_digest_of_another_length_is_an_argument_error),
		cmocka_unit_test(keys_do_not_leak_whatever_the_verdict),
		cmocka_unit_test(each_back_end_leaves_to_the_others_what_it_has_not),
		cmocka_unit_test(an_ed25519_signature_can_be_judged_by_a_digest_made_in_pieces),
		cmocka_unit_test(an_ed25519_signature_has_one_form),
		cmocka_unit_test(an_ed25519_key_outside_the_group_verifies_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
