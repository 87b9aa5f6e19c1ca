/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Bootloader images among the files of `update`. */
#ifndef CLI_UPDATE_BOOTLOADER_H
#define CLI_UPDATE_BOOTLOADER_H

#include <dfu/bootloader.h>

#include "update.h"

/** @return "S0" or "S1". */
const char *update_slot_name(int area_id);

/** The slot of the bootloader that does not run, or why there is none. */
DFU_MUST_CHECK enum cli_status update_find_bootloader(struct cli *cli, int *idle_area);

/** @return Area of the bootloader slot that an image is linked for; negative: none. */
int update_linked_slot(const struct cli_file *file);

/** Refuse an image that is not linked for this slot. @p what: words before, for the error. */
DFU_MUST_CHECK enum cli_status update_check_link(struct cli *cli, const char *what,
						 const struct cli_file *file, int area_id);

#endif
