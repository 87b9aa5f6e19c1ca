/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/subject.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	enum dfu_sig_alg alg;
	size_t raw_len;
} keys[] = {
	{"ec256-a", DFU_SIG_ECDSA_P256, 65},     {"ec256-b", DFU_SIG_ECDSA_P256, 65},
	{"ec384-a", DFU_SIG_ECDSA_P384, 97},     {"rsa2048-a", DFU_SIG_RSA2048_PSS, 270},
	{"rsa3072-a", DFU_SIG_RSA3072_PSS, 398}, {"ed25519-a", DFU_SIG_ED25519, 32},
};

/*
 * As dfu_image_key_parse(), on a block without slack; a refused key must leave the out-parameter
 * alone.
 */
static int parse(const uint8_t *der, size_t len)
{
	struct dfu_image_key key = {.raw_len = 4711, .hashed_len = 42};
	uint8_t *block = malloc(len > 0 ? len : 1);

	assert_non_null(block);
	memcpy(block, der, len);
	int rc = dfu_image_key_parse(&key, block, len);

	if (rc != 0) {
		assert_int_equal(key.raw_len, 4711);
		assert_int_equal(key.hashed_len, 42);
		assert_null(key.raw);
		assert_null(key.hashed);
	}
	free(block);
	return rc;
}

static void keys_of_all_kinds_are_found_in_their_der(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct dfu_image_key key;
		size_t len;
		uint8_t *der = test_key_der(keys[i].name, &len);

		assert_int_equal(dfu_image_key_parse(&key, der, len), 0);
		assert_int_equal(key.alg, keys[i].alg);
		assert_int_equal(key.raw_len, keys[i].raw_len);
		/* The bare key ends the file, whatever its kind. */
		assert_ptr_equal(key.raw + key.raw_len, der + len);
		free(der);
	}
}

static void key_hash_covers_the_whole_der_but_for_rsa_the_bare_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct dfu_image_key key;
		size_t len;
		uint8_t *der = test_key_der(keys[i].name, &len);
		bool is_rsa = strncmp(keys[i].name, "rsa", 3) == 0;

		assert_int_equal(dfu_image_key_parse(&key, der, len), 0);
		assert_ptr_equal(key.hashed, is_rsa ? key.raw : der);
		assert_int_equal(key.hashed_len, is_rsa ? key.raw_len : len);
		free(der);
	}
}

static void pkcs1_is_the_same_key(void **state)
{
	static const char *const names[] = {"rsa2048-a", "rsa3072-a"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct test_key spki;
		struct dfu_image_key key;

		test_key_load(&spki, names[i]);
		assert_int_equal(dfu_image_key_parse(&key, spki.key.raw, spki.key.raw_len), 0);
		assert_int_equal(key.alg, spki.key.alg);
		assert_ptr_equal(key.raw, spki.key.raw);
		assert_int_equal(key.raw_len, spki.key.raw_len);
		assert_ptr_equal(key.hashed, spki.key.hashed);
		assert_int_equal(key.hashed_len, spki.key.hashed_len);
		test_key_free(&spki);
	}
}

static void a_key_cut_anywhere_is_no_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		size_t len;
		uint8_t *der = test_key_der(keys[i].name, &len);

		for (size_t cut = 0; cut < len; cut++) {
			assert_int_equal(parse(der, cut), -EINVAL);
		}
		free(der);
	}
}

static void bytes_behind_a_key_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		size_t len;
		uint8_t *der = test_key_der(keys[i].name, &len);
		uint8_t longer[512] = {0};

		memcpy(longer, der, len);
		assert_int_equal(parse(longer, len), 0);
		assert_int_equal(parse(longer, len + 1), -EINVAL);
		free(der);
	}
}

/* Whatever bit of the structure around the bare key changes, it is no longer a key of that kind. */
static void a_flipped_bit_in_the_wrapping_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		size_t len;
		uint8_t *der = test_key_der(keys[i].name, &len);

		for (size_t bit = 0; bit < 8 * (len - keys[i].raw_len); bit++) {
			der[bit / 8] ^= (uint8_t)(1u << bit % 8);
			int rc = parse(der, len);

			assert_true(rc == -EINVAL || rc == -ENOTSUP);
			der[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		free(der);
	}
}

/*
 * SubjectPublicKeyInfo around a bare key, for one of the kinds; lengths of two bytes only where DER
 * wants them.
 */
static size_t wrap(uint8_t *der, const uint8_t *algorithm, size_t algorithm_len,
		   const uint8_t *bare, size_t bare_len)
{
	const bool is_long = bare_len > 200;
	const size_t head = is_long ? 4 : 2;
	const size_t bits = bare_len + 1;
	const size_t content = algorithm_len + head + bits;
	uint8_t *at = der;

	for (int part = 0; part < 2; part++) {
		size_t len = part == 0 ? content : bits;

		*at++ = part == 0 ? 0x30 : 0x03;
		if (is_long) {
			*at++ = 0x82;
			*at++ = (uint8_t)(len >> 8);
		}
		*at++ = (uint8_t)len;
		if (part == 0) {
			memcpy(at, algorithm, algorithm_len);
			at += algorithm_len;
		}
	}
	*at++ = 0;
	memcpy(at, bare, bare_len);
	return (size_t)(at - der) + bare_len;
}

static void a_bare_key_of_another_length_is_refused(void **state)
{
	static const uint8_t p256[] = {0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
				       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
				       0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
	static const uint8_t ed25519[] = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
	static const uint8_t bare[70] = {0x04};
	uint8_t der[128];

	(void)state;
	for (size_t len = 0; len < 70; len++) {
		assert_int_equal(parse(der, wrap(der, p256, sizeof(p256), bare, len)),
				 len == 65 ? 0 : -EINVAL);
		assert_int_equal(parse(der, wrap(der, ed25519, sizeof(ed25519), bare, len)),
				 len == 32 ? 0 : -EINVAL);
	}
}

static void keys_of_other_kinds_are_named_as_such(void **state)
{
	/* secp256k1 */
	static const uint8_t k1[] = {0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
				     0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a};
	static const uint8_t point[65] = {0x04};
	uint8_t spki[128];
	size_t len;
	uint8_t *der = test_key_der("enc-x25519", &len);

	(void)state;
	assert_int_equal(parse(der, len), -ENOTSUP);
	free(der);
	assert_int_equal(parse(spki, wrap(spki, k1, sizeof(k1), point, sizeof(point))), -ENOTSUP);
}

/*
 * SEQUENCE { INTEGER of so many bytes that begins with top, INTEGER 65537 }, sizes as DER wants
 * them.
 */
static size_t make_rsa(uint8_t *der, size_t modulus_len, uint8_t top)
{
	size_t sign = top >= 0x80 ? 1 : 0;
	size_t number = modulus_len + sign;
	size_t content = 4 + number + 5;
	size_t at = 0;
	const uint8_t head[] = {0x30, 0x82, (uint8_t)(content >> 8), (uint8_t)content,
				0x02, 0x82, (uint8_t)(number >> 8),  (uint8_t)number};
	const uint8_t exponent[] = {0x02, 0x03, 0x01, 0x00, 0x01};

	memcpy(der, head, sizeof(head));
	at = sizeof(head);
	der[at] = 0;
	at += sign;
	memset(der + at, 0x5b, modulus_len);
	der[at] = top;
	at += modulus_len;
	memcpy(der + at, exponent, sizeof(exponent));
	return at + sizeof(exponent);
}

static void rsa_keys_of_other_sizes_are_not_supported(void **state)
{
	uint8_t der[600];

	(void)state;
	assert_int_equal(parse(der, make_rsa(der, 256, 0x80)), 0);
	assert_int_equal(parse(der, make_rsa(der, 384, 0xff)), 0);
	assert_int_equal(parse(der, make_rsa(der, 256, 0x7f)), -ENOTSUP); /* 2047 bits */
	assert_int_equal(parse(der, make_rsa(der, 257, 0x01)), -ENOTSUP); /* 2049 bits */
	assert_int_equal(parse(der, make_rsa(der, 512, 0xc0)), -ENOTSUP);
}

static void bytes_behind_the_rsa_key_inside_its_wrapping_are_refused(void **state)
{
	static const uint8_t rsa[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
				      0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
	uint8_t bare[600] = {0};
	uint8_t der[700];
	size_t len = make_rsa(bare, 256, 0x80);

	(void)state;
	assert_int_equal(parse(der, wrap(der, rsa, sizeof(rsa), bare, len)), 0);
	assert_int_equal(parse(der, wrap(der, rsa, sizeof(rsa), bare, len + 1)), -EINVAL);
}

static void rsa_numbers_must_be_positive_and_shortest(void **state)
{
	uint8_t der[600];
	size_t len = make_rsa(der, 256, 0x80);

	(void)state;
	der[8] = 0x80; /* the sign byte */
	assert_int_equal(parse(der, len), -EINVAL);
	der[8] = 0x00;
	der[9] = 0x7f; /* now the sign byte is one too many */
	assert_int_equal(parse(der, len), -EINVAL);
	der[9] = 0x80;
	der[len - 3] = 0x00; /* exponent 00 00 01 */
	assert_int_equal(parse(der, len), -EINVAL);
	/* SEQUENCE { INTEGER 0, INTEGER 0 }: no modulus, no exponent */
	static const uint8_t zeros[] = {0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00};

	assert_int_equal(parse(zeros, sizeof(zeros)), -EINVAL);
}

static void private_keys_and_garbage_are_no_public_keys(void **state)
{
	/*
	 * The beginnings of PKCS#8, SEC1 and PKCS#1 private keys, each closed after its first
	 * members.
	 */
	static const uint8_t pkcs8[] = {0x30, 0x0d, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
					0x03, 0x2b, 0x65, 0x70, 0x04, 0x01, 0x00};
	static const uint8_t sec1[] = {0x30, 0x06, 0x02, 0x01, 0x01, 0x04, 0x01, 0x55};
	static const uint8_t pkcs1[] = {0x30, 0x09, 0x02, 0x01, 0x00, 0x02,
					0x01, 0x0b, 0x02, 0x01, 0x03};
	uint8_t garbage[300];

	(void)state;
	assert_int_equal(parse(pkcs8, sizeof(pkcs8)), -EINVAL);
	assert_int_equal(parse(sec1, sizeof(sec1)), -EINVAL);
	assert_int_equal(parse(pkcs1, sizeof(pkcs1)), -EINVAL);
	assert_int_equal(parse((const uint8_t *)"-----BEGIN PUBLIC KEY-----", 26), -EINVAL);
	for (unsigned int seed = 0; seed < 251; seed++) {
		test_pattern(garbage, sizeof(garbage), seed);
		assert_true(parse(garbage, sizeof(garbage)) != 0);
		garbage[0] = 0x30;
		assert_true(parse(garbage, sizeof(garbage)) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_all_kinds_are_found_in_their_der),
		cmocka_unit_test(key_hash_covers_the_whole_der_but_for_rsa_the_bare_key),
		cmocka_unit_test(pkcs1_is_the_same_key),
		cmocka_unit_test(a_key_cut_anywhere_is_no_key),
		cmocka_unit_test(bytes_behind_a_key_are_refused),
		cmocka_unit_test(a_flipped_bit_in_the_wrapping_is_refused),
		cmocka_unit_test(a_bare_key_of_another_length_is_refused),
		cmocka_unit_test(keys_of_other_kinds_are_named_as_such),
		cmocka_unit_test(rsa_keys_of_other_sizes_are_not_supported),
		cmocka_unit_test(bytes_behind_the_rsa_key_inside_its_wrapping_are_refused),
		cmocka_unit_test(rsa_numbers_must_be_positive_and_shortest),
		cmocka_unit_test(private_keys_and_garbage_are_no_public_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
