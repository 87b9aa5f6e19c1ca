/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Bootloader images among the files of `update`. */
#ifndef CLI_UPDATE_BOOTLOADER_H
#define CLI_UPDATE_BOOTLOADER_H

#include <dfu/bootloader.h>

#include <storage/flash_map.h>

#include "update.h"

/** @return "S0" or "S1". */
const char *update_slot_name(int area_id);

/** The slot of the bootloader that does not run, or why there is none. */
DFU_MUST_CHECK enum cli_status update_find_bootloader(struct cli *cli, int *idle_area);

/** The same without an error said: 0, or -errno, of which update_why_no_bootloader() has words. */
DFU_MUST_CHECK int update_idle_bootloader(int *idle_area);
const char *update_why_no_bootloader(int rc);

/** @return Area of the bootloader slot that an image is linked for; negative: none. */
int update_linked_slot(const struct cli_file *file);

/** @return The same of the image in an upload slot, as flash has it. */
int update_linked_slot_in(const struct flash_area *fa);

/** Refuse an image that is not linked for this slot. @p what: words before, for the error. */
DFU_MUST_CHECK enum cli_status update_check_link(struct cli *cli, const char *what,
						 const struct cli_file *file, int area_id);

#endif
