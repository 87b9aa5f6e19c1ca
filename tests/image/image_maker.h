/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes images that no signing tool makes. Protected TLVs first, then the others; totals and the
 * header's size of the protected area are kept right. Hashes and signatures come from Mbed TLS, not
 * from the code under test.
 */
#ifndef TESTS_IMAGE_IMAGE_MAKER_H
#define TESTS_IMAGE_IMAGE_MAKER_H

#include <stddef.h>
#include <stdint.h>

struct image_maker {
	uint8_t bytes[8192];
	size_t len;
	size_t payload_end;
	size_t area; /* where the unprotected area begins; 0: not yet */
};

/* Header and payload; the payload is a pattern. */
void maker_begin(struct image_maker *maker, uint16_t hdr_size, uint32_t img_size, uint32_t flags);

/* An empty protected area, for one without TLVs; maker_protected() does it by itself. */
void maker_open_protected(struct image_maker *maker);
void maker_protected(struct image_maker *maker, uint16_t type, const void *value, uint16_t len);

/* The same for the unprotected area. */
void maker_open_area(struct image_maker *maker);
void maker_tlv(struct image_maker *maker, uint16_t type, const void *value, uint16_t len);

/* The digest, by hash TLV type, of all before the unprotected area; returns its length. */
uint16_t maker_digest(const struct image_maker *maker, uint16_t hash_type, uint8_t *digest);
void maker_hash(struct image_maker *maker, uint16_t hash_type);
void maker_key_hash(struct image_maker *maker, uint16_t hash_type, const uint8_t *der, size_t len);

/*
 * An ECDSA signature of the digest by a private key of the vectors, such as "ec256-a", in DER;
 * returns its length.
 */
uint16_t maker_ecdsa(const struct image_maker *maker, uint16_t hash_type, const char *key,
		     uint8_t *sig);

#endif
