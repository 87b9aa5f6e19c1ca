/* SPDX-License-Identifier: Apache-2.0 */
#include "image/image_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#define AREA_HEADER_LEN 4

static void le16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v & 0xff);
	p[1] = (uint8_t)((v >> 8) & 0xff);
}

static void le32(uint8_t *p, uint32_t v)
{
	le16(p, v & 0xffff);
	le16(p + 2, v >> 16);
}

static void append(struct image_maker *maker, const void *bytes, size_t len)
{
	assert_true(len <= sizeof(maker->bytes) - maker->len);
	if (len > 0) {
		memcpy(maker->bytes + maker->len, bytes, len);
	}
	maker->len += len;
}

static void append_pair(struct image_maker *maker, uint16_t first, uint16_t second)
{
	uint8_t raw[4];

	le16(raw, first);
	le16(raw + 2, second);
	append(maker, raw, sizeof(raw));
}

void maker_begin(struct image_maker *maker, uint16_t hdr_size, uint32_t img_size, uint32_t flags)
{
	memset(maker, 0, sizeof(*maker));
	le32(&maker->bytes[0], 0x96f3b83d);
	le16(&maker->bytes[8], hdr_size);
	le32(&maker->bytes[12], img_size);
	le32(&maker->bytes[16], flags);
	maker->bytes[20] = 1;
	maker->len = hdr_size + img_size;
	assert_true(maker->len <= sizeof(maker->bytes));
	for (size_t i = hdr_size; i < maker->len; i++) {
		maker->bytes[i] = (uint8_t)(i % 251);
	}
	maker->payload_end = maker->len;
}

void maker_open_protected(struct image_maker *maker)
{
	assert_true(maker->area == 0);
	if (maker->len == maker->payload_end) {
		append_pair(maker, 0x6908, AREA_HEADER_LEN);
		le16(&maker->bytes[10], AREA_HEADER_LEN);
	}
}

void maker_protected(struct image_maker *maker, uint16_t type, const void *value, uint16_t len)
{
	maker_open_protected(maker);
	append_pair(maker, type, len);
	append(maker, value, len);
	size_t size = maker->len - maker->payload_end;

	le16(&maker->bytes[10], (uint32_t)size);
	le16(&maker->bytes[maker->payload_end + 2], (uint32_t)size);
}

void maker_open_area(struct image_maker *maker)
{
	if (maker->area == 0) {
		maker->area = maker->len;
		append_pair(maker, 0x6907, AREA_HEADER_LEN);
	}
}

void maker_tlv(struct image_maker *maker, uint16_t type, const void *value, uint16_t len)
{
	maker_open_area(maker);
	append_pair(maker, type, len);
	append(maker, value, len);
	le16(&maker->bytes[maker->area + 2], (uint32_t)(maker->len - maker->area));
}

static mbedtls_md_type_t md_type(uint16_t hash_type)
{
	switch (hash_type) {
	case 0x10:
		return MBEDTLS_MD_SHA256;
	case 0x11:
		return MBEDTLS_MD_SHA384;
	default:
		assert_int_equal(hash_type, 0x12);
		return MBEDTLS_MD_SHA512;
	}
}

static uint16_t digest_of(uint16_t hash_type, const uint8_t *bytes, size_t len, uint8_t *digest)
{
	const mbedtls_md_info_t *md = mbedtls_md_info_from_type(md_type(hash_type));

	assert_int_equal(mbedtls_md(md, bytes, len, digest), 0);
	return mbedtls_md_get_size(md);
}

uint16_t maker_digest(const struct image_maker *maker, uint16_t hash_type, uint8_t *digest)
{
	size_t len = maker->area != 0 ? maker->area : maker->len;

	return digest_of(hash_type, maker->bytes, len, digest);
}

void maker_hash(struct image_maker *maker, uint16_t hash_type)
{
	uint8_t digest[MBEDTLS_MD_MAX_SIZE];
	uint16_t len = maker_digest(maker, hash_type, digest);

	maker_tlv(maker, hash_type, digest, len);
}

void maker_key_hash(struct image_maker *maker, uint16_t hash_type, const uint8_t *der, size_t len)
{
	uint8_t digest[MBEDTLS_MD_MAX_SIZE];
	uint16_t digest_len = digest_of(hash_type, der, len, digest);

	maker_tlv(maker, 0x01, digest, digest_len);
}

uint16_t maker_ecdsa(const struct image_maker *maker, uint16_t hash_type, const char *key,
		     uint8_t *sig)
{
	char path[256];
	uint8_t digest[MBEDTLS_MD_MAX_SIZE];
	uint16_t digest_len = maker_digest(maker, hash_type, digest);
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_pk_context pk;
	size_t len;

	snprintf(path, sizeof(path), "%s/images/keys/%s.pem", VECTORS, key);
	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&random);
	mbedtls_pk_init(&pk);
	assert_int_equal(mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL, 0),
			 0);
	assert_int_equal(mbedtls_pk_parse_keyfile(&pk, path, NULL), 0);
	assert_int_equal(mbedtls_pk_sign(&pk, md_type(hash_type), digest, digest_len, sig, &len,
					 mbedtls_ctr_drbg_random, &random),
			 0);
	mbedtls_pk_free(&pk);
	mbedtls_ctr_drbg_free(&random);
	mbedtls_entropy_free(&entropy);
	return (uint16_t)len;
}
