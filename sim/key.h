/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Public keys in PEM: the bootloader's own, and those that a person names. */
#ifndef SIM_KEY_H
#define SIM_KEY_H

#include <dfu/boot_rules.h>
#include <dfu/image.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_KEY_TEXT_MAX 16384 /**< Bytes of the longest PEM file that is taken. */

/** A public key and the DER it points into: not copyable. */
struct sim_key {
	struct dfu_image_key key;
	uint8_t der[1024];
};

/**
 * @brief Read a public key in PEM, PUBLIC KEY or RSA PUBLIC KEY.
 *
 * @retval 0         @p key is set.
 * @retval -EINVAL   No public key in PEM, or no regular file.
 * @retval -ENOTSUP  A key of a kind or size that no bootloader uses.
 * @retval -errno    From the file system. @p key is undefined on error; @p error says why, without
 *                   the path.
 */
DFU_MUST_CHECK int sim_key_read(struct sim_key *key, const char *path, struct sim_error *error);

/** @return Whether a bootloader that demands @p signature can have this key; none: any. */
bool sim_key_is_for(const struct sim_key *key, enum boot_signature signature);

#ifdef __cplusplus
}
#endif

#endif
