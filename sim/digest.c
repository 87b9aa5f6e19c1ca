/* SPDX-License-Identifier: Apache-2.0 */
#include "digest.h"

#include <string.h>

#include <dfu/crypto.h>

int sim_digest(const struct sim_piece *pieces, size_t count, uint8_t digest[SIM_DIGEST_LEN])
{
	uint8_t made[SIM_DIGEST_LEN];
	struct dfu_hash hash;
	int rc = dfu_hash_begin(&hash, DFU_HASH_SHA256);

	if (rc != 0) {
		return rc;
	}
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = dfu_hash_update(&hash, pieces[i].bytes, pieces[i].len);
	}
	if (rc != 0) {
		dfu_hash_abort(&hash);
		return rc;
	}
	rc = dfu_hash_end(&hash, made);
	if (rc == 0) {
		memcpy(digest, made, sizeof(made));
	}
	return rc;
}
