/* SPDX-License-Identifier: Apache-2.0 */
/* Whether bytes that come again are those of the package that was begun. */
#ifndef PACKAGE_PACKAGE_LEAD_H
#define PACKAGE_PACKAGE_LEAD_H

#include "package/package.h"

/* Bytes of the package, where they are known to be. */
struct package_chunk {
	size_t offset;
	const uint8_t *bytes;
	size_t len;
};

/* What of a chunk lies from an offset on. */
static inline struct package_chunk package_chunk_from(const struct package_chunk *chunk, size_t at)
{
	const size_t n = at - chunk->offset;

	return (struct package_chunk){at, n == 0 ? chunk->bytes : chunk->bytes + n, chunk->len - n};
}

enum package_verdict {
	PACKAGE_IS_SAME,
	PACKAGE_HEADER_DIFFERS, /* at `at`; all before it is as it was */
	PACKAGE_IMAGE_DIFFERS,  /* the first that was begun; package->pass.first has its bytes,
				   up to `at` */
	PACKAGE_DIFFERS,        /* bytes before are needed that have gone by */
};

/*
 * Compare what of a chunk came before: with the header, and with the first bytes of the images that
 * were begun. *at: offset in the package.
 */
enum package_verdict package_compare(struct package *package, const struct package_chunk *chunk,
				     size_t *at);

/* The next bytes of the image under way. Whether its first bytes are whole now, and were not. */
bool package_lead_add(struct package *package, const uint8_t *bytes, size_t len);

#endif
