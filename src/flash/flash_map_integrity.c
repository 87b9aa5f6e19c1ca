/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <storage/flash_map.h>

#include <dfu/crypto.h>

#include "common/bytes.h"

#define SHA256_SIZE 32

static int hash_area(struct dfu_hash *hash, const struct flash_area *fa,
		     const struct flash_area_check *fac)
{
	size_t len;

	for (size_t pos = 0; pos < fac->clen; pos += len) {
		int rc;

		len = min_size(fac->rblen, fac->clen - pos);
		rc = flash_area_read(fa, (off_t)(fac->off + pos), fac->rbuf, len);
		if (rc == 0) {
			rc = dfu_hash_update(hash, fac->rbuf, len);
		}
		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}

int flash_area_check_int_sha256(const struct flash_area *fa, const struct flash_area_check *fac)
{
	uint8_t digest[SHA256_SIZE];
	struct dfu_hash hash;
	int rc;

	if (fa == NULL || fac == NULL || fac->match == NULL || fac->rbuf == NULL ||
	    fac->clen == 0 || fac->rblen == 0 || !range_fits(fac->off, fac->clen, fa->fa_size)) {
		return -EINVAL;
	}
	rc = dfu_hash_begin(&hash, DFU_HASH_SHA256);
	if (rc != 0) {
		return rc;
	}
	rc = hash_area(&hash, fa, fac);
	if (rc != 0) {
		dfu_hash_abort(&hash);
		return rc;
	}
	rc = dfu_hash_end(&hash, digest);
	if (rc != 0) {
		return rc;
	}
	return memcmp(digest, fac->match, SHA256_SIZE) == 0 ? 0 : -EILSEQ;
}
