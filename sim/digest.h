/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief SHA-256 of bytes that do not lie in one piece. */
#ifndef SIM_DIGEST_H
#define SIM_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_DIGEST_LEN 32

struct sim_piece {
	const uint8_t *bytes;
	size_t len;
};

/** Hash all pieces, one behind the other. 0, or an errno of the engine and @p digest unchanged. */
DFU_MUST_CHECK int sim_digest(const struct sim_piece *pieces, size_t count,
			      uint8_t digest[SIM_DIGEST_LEN]);

#ifdef __cplusplus
}
#endif

#endif
