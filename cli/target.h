/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What the verbs lend the MCUboot target. */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <dfu/image.h>

#include "cli.h"

/**
 * Lend the target a buffer that suits the secondary slot of a pair, and a key or NULL. Once in a
 * run.
 */
DFU_MUST_CHECK enum cli_status cli_target_ready(struct cli *cli, unsigned int image,
						const struct dfu_image_key *key);

#endif
