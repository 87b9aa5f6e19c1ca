/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What the verbs lend the targets. */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <dfu/image.h>

#include "cli.h"
#include "image.h"

/**
 * Lend the target a buffer that suits a slot of a pair, which there is, and a key or NULL. Once in
 * a run.
 */
DFU_MUST_CHECK enum cli_status cli_target_ready(struct cli *cli, unsigned int image,
						unsigned int slot, const struct dfu_image_key *key);

/** The same with a buffer that suits the slots of all pairs, for what concerns several images. */
DFU_MUST_CHECK enum cli_status cli_target_ready_for_all(struct cli *cli,
							const struct dfu_image_key *key);

/** Lend the target of whole modem firmwares a buffer and its store. Once in a run. */
DFU_MUST_CHECK enum cli_status cli_target_store_ready(struct cli *cli,
						      const struct sim_partition *store);

/**
 * Name the file of the next download by its SHA-256: only what is the same to the last byte is gone
 * on with.
 */
DFU_MUST_CHECK enum cli_status cli_target_name_file(struct cli *cli, const struct cli_file *file);

/** @return Whether settings know of bytes that a download to flash with this id has left there. */
bool cli_target_has_progress(const char *id);

/** The same of the download to an image pair. */
bool cli_target_has_image_progress(unsigned int image);

/** @return What the next boot does with an image that is scheduled: "tests", "installs", "starts".
 */
const char *cli_schedule_word(bool permanent);

#endif
