/* SPDX-License-Identifier: Apache-2.0 */
/* A strict DER reader, as much of it as public keys and ECDSA signatures need. */
#ifndef IMAGE_DER_H
#define IMAGE_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_SEQUENCE 0x30

/* Bytes that have not been read yet, or the content of an element. */
struct der {
	const uint8_t *p;
	size_t len;
};

/*
 * Take the element that *in begins with, which must have this tag; *in moves behind it. False, and
 * both unchanged, if it has another tag, a length that is not in its shortest form, or passes *in.
 */
bool der_take(struct der *in, uint8_t tag, struct der *content);

/* Take an INTEGER that is not negative; *magnitude is without leading zeros, empty for 0. */
bool der_take_unsigned(struct der *in, struct der *magnitude);

/*
 * ECDSA-Sig-Value {r, s} to r || s of half bytes each. Zero bytes may follow the sequence: signing
 * tools for old bootloaders pad to a fixed length. False, rs undefined, for anything else.
 */
bool der_ecdsa_signature(const uint8_t *sig, size_t len, uint8_t *rs, size_t half);

#endif
