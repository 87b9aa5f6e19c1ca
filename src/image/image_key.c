/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys as imgtool and openssl write them. Back-ends want the bare key (a point, 32 bytes, an
 * RSAPublicKey) while the KEYHASH TLV hashes what the bootloader was built with:
 * SubjectPublicKeyInfo, but RSAPublicKey for RSA.
 *
 *     SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { algorithm }, BIT STRING { 0, key } }
 *     RSAPublicKey         ::= SEQUENCE { INTEGER modulus, INTEGER exponent }
 */
#include <string.h>

#include "image/der.h"
#include "image/image_internal.h"

#define RSA2048_MODULUS_LEN 256
#define RSA3072_MODULUS_LEN 384

/* The content of the algorithm's SEQUENCE: the object identifier and its parameters. */
static const uint8_t id_p256[] = {0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
				  0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
static const uint8_t id_p384[] = {0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
				  0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};
static const uint8_t id_ed25519[] = {0x06, 0x03, 0x2b, 0x65, 0x70};
static const uint8_t id_rsa[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
				 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};

static bool is_id(const struct der *algorithm, const uint8_t *id, size_t len)
{
	return algorithm->len == len && memcmp(algorithm->p, id, len) == 0;
}

/* All of an RSAPublicKey. */
static int rsa_parse(struct dfu_image_key *key, const uint8_t *der, size_t len)
{
	struct der in = {.p = der, .len = len};
	struct der pair;
	struct der modulus;
	struct der exponent;

	if (!der_take(&in, DER_SEQUENCE, &pair) || in.len != 0 ||
	    !der_take_unsigned(&pair, &modulus) || !der_take_unsigned(&pair, &exponent) ||
	    pair.len != 0 || modulus.len == 0 || exponent.len == 0) {
		return -EINVAL;
	}
	if (modulus.p[0] < 0x80 ||
	    (modulus.len != RSA2048_MODULUS_LEN && modulus.len != RSA3072_MODULUS_LEN)) {
		return -ENOTSUP;
	}
	*key = (struct dfu_image_key){
		.alg = modulus.len == RSA2048_MODULUS_LEN ? DFU_SIG_RSA2048_PSS
							  : DFU_SIG_RSA3072_PSS,
		.raw = der,
		.raw_len = len,
		.hashed = der,
		.hashed_len = len,
	};
	return 0;
}

/* Kinds whose bare key is a string of bytes of a fixed length. */
static int fixed_parse(struct dfu_image_key *key, const struct der *algorithm,
		       const struct der *bare)
{
	static const struct {
		const uint8_t *id;
		uint8_t id_len;
		uint8_t raw_len;
		enum dfu_sig_alg alg;
	} kinds[] = {
		{id_p256, sizeof(id_p256), 65, DFU_SIG_ECDSA_P256},
		{id_p384, sizeof(id_p384), 97, DFU_SIG_ECDSA_P384},
		{id_ed25519, sizeof(id_ed25519), 32, DFU_SIG_ED25519},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!is_id(algorithm, kinds[i].id, kinds[i].id_len)) {
			continue;
		}
		if (bare->len != kinds[i].raw_len) {
			return -EINVAL;
		}
		key->alg = kinds[i].alg;
		key->raw = bare->p;
		key->raw_len = bare->len;
		return 0;
	}
	return -ENOTSUP;
}

static int spki_parse(struct dfu_image_key *key, struct der content)
{
	struct der algorithm;
	struct der bits;

	if (!der_take(&content, DER_SEQUENCE, &algorithm) ||
	    !der_take(&content, DER_BIT_STRING, &bits) || content.len != 0 || bits.len < 1 ||
	    bits.p[0] != 0) {
		return -EINVAL;
	}
	bits.p++;
	bits.len--;
	if (is_id(&algorithm, id_rsa, sizeof(id_rsa))) {
		return rsa_parse(key, bits.p, bits.len);
	}
	return fixed_parse(key, &algorithm, &bits);
}

int dfu_image_key_parse(struct dfu_image_key *key, const uint8_t *der, size_t len)
{
	struct der in = {.p = der, .len = len};
	struct der content;

	if (!der_take(&in, DER_SEQUENCE, &content) || in.len != 0 || content.len < 1) {
		return -EINVAL;
	}
	if (content.p[0] == DER_INTEGER) {
		return rsa_parse(key, der, len);
	}
	struct dfu_image_key found = {.hashed = der, .hashed_len = len};
	int rc = spki_parse(&found, content);

	if (rc == 0) {
		*key = found;
	}
	return rc;
}
