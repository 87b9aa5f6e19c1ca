/* SPDX-License-Identifier: Apache-2.0 */
#include "image/der.h"

#include <string.h>

#include "common/bytes.h"

/* Lengths of up to two bytes: a key of 3072 bits has 422. */
static bool take_length(struct der *in, size_t *len)
{
	if (in->len < 1) {
		return false;
	}
	uint8_t first = in->p[0];
	size_t more = first < 0x80 ? 0 : first - 0x80u;
	size_t value = first;

	/* 0x80 alone is the indefinite form, which DER does not have. */
	if (first == 0x80 || more > 2 || in->len - 1 < more) {
		return false;
	}
	if (more == 1) {
		value = in->p[1];
	} else if (more == 2) {
		value = ((size_t)in->p[1] << 8) | in->p[2];
	}
	if ((more == 1 && value < 0x80) || (more == 2 && value < 0x100)) {
		return false;
	}
	in->p += 1 + more;
	in->len -= 1 + more;
	*len = value;
	return true;
}

bool der_take(struct der *in, uint8_t tag, struct der *content)
{
	struct der rest = *in;
	size_t len;

	if (rest.len < 1 || rest.p[0] != tag) {
		return false;
	}
	rest.p++;
	rest.len--;
	if (!take_length(&rest, &len) || len > rest.len) {
		return false;
	}
	*content = (struct der){.p = rest.p, .len = len};
	*in = (struct der){.p = rest.p + len, .len = rest.len - len};
	return true;
}

bool der_take_unsigned(struct der *in, struct der *magnitude)
{
	struct der rest = *in;
	struct der value;

	if (!der_take(&rest, DER_INTEGER, &value) || value.len == 0 || value.p[0] >= 0x80) {
		return false;
	}
	if (value.p[0] == 0) {
		/* A leading zero keeps the sign bit clear, or is the number 0. */
		if (value.len > 1 && value.p[1] < 0x80) {
			return false;
		}
		value.p++;
		value.len--;
	}
	*magnitude = value;
	*in = rest;
	return true;
}

static bool take_half(struct der *in, uint8_t *dst, size_t half)
{
	struct der number;

	if (!der_take_unsigned(in, &number) || number.len > half) {
		return false;
	}
	memset(dst, 0, half - number.len);
	memcpy(dst + half - number.len, number.p, number.len);
	return true;
}

bool der_ecdsa_signature(const uint8_t *sig, size_t len, uint8_t *rs, size_t half)
{
	struct der in = {.p = sig, .len = len};
	struct der pair;

	return der_take(&in, DER_SEQUENCE, &pair) && take_half(&pair, rs, half) &&
	       take_half(&pair, rs + half, half) && pair.len == 0 && bytes_are(in.p, in.len, 0);
}
