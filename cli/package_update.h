/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Whether a device takes a package, as far as that can be known before a write. */
#ifndef CLI_PACKAGE_UPDATE_H
#define CLI_PACKAGE_UPDATE_H

#include <dfu/boot.h>

#include "package.h"

/** What an image of a package is on this device. */
struct package_part {
	char name[CLI_PACKAGE_NAME_LEN];
	unsigned int pair;
	unsigned int slot;
	bool is_skipped;    /**< Bootloader for the slot that runs. */
	bool is_bootloader; /**< By its id, or by its address in the bootloader's pair. */
	struct cli_image image;
};

/** A package, and what it means to a device. */
struct package_update {
	const struct cli_file *file;
	const struct dfu_image_key *key; /**< Further one, or NULL. */
	struct cli_package package;
	struct package_part part[CLI_PACKAGE_MAX];
	unsigned int pairs; /**< Bit n: pair n gets an image. */
};

/** Judge all of it; `file` and `key` are set. After cli_find_active(). */
DFU_MUST_CHECK enum cli_status package_update_judge(struct cli *cli, struct package_update *all);

#endif
