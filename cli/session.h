/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file @brief The device of a verb: opening it, and what has to be known of it before it is
 * changed.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <storage/flash_map.h>

#include "cli.h"

/** Open the device that the first operand names. */
DFU_MUST_CHECK enum cli_status cli_open_device(struct cli *cli);

/**
 * Refuse where the file that remembers the running slots is damaged, and say what to do. Where
 * images only run from primary slots there is nothing to be remembered: a warning, once.
 */
DFU_MUST_CHECK enum cli_status cli_check_memory(struct cli *cli);

/** Warn, once, of settings that cannot be read: what needs them says so. @return Whether they can.
 */
bool cli_check_settings(struct cli *cli);

/** @return As sim_device_active(); a damaged file that cli_check_memory() lets pass is none. */
int cli_remembered_slot(struct cli *cli, unsigned int image);

/** Remember the slot that an image runs from, or with a negative one that there is none. */
DFU_MUST_CHECK enum cli_status cli_remember_slot(struct cli *cli, unsigned int image, int slot);

/** Say that this file could not be read or written. @return CLI_FAILED. */
enum cli_status cli_fail_memory(struct cli *cli, int rc);

/**
 * @brief Find out which slot each image runs from: as remembered, else as a boot would start it
 * now.
 *
 * The library knows it then; nothing is saved. Refused as cli_check_memory(), and where the boot
 * model cannot tell.
 */
DFU_MUST_CHECK enum cli_status cli_find_active(struct cli *cli);

/** Before boot state changes for the first time: remember what cli_find_active() found. */
DFU_MUST_CHECK enum cli_status cli_remember_active(struct cli *cli);

/** @return Slot that an image runs from, 0 or 1; -1: none. */
int cli_active_slot(struct cli *cli, unsigned int image);

/** @return Slot that a reset at this moment would start an image from; -1: none. */
int cli_next_slot(struct cli *cli, unsigned int image);

/**
 * After a request: warn if what flash holds now makes the bootloader do something else. The request
 * stands: what is in the way may still go. @return Whether it did.
 */
bool cli_warn_of_next_boot(struct cli *cli, unsigned int image, bool permanent);

/** @return Why no slot takes an update of an image. */
const char *cli_no_upload_slot(unsigned int image);

/** The slot that an update of an image goes to, or why there is none. After cli_find_active(). */
DFU_MUST_CHECK enum cli_status cli_upload_slot(struct cli *cli, unsigned int image,
					       unsigned int *slot);

/** Refuse while the running image of a pair is unconfirmed. */
DFU_MUST_CHECK enum cli_status cli_need_confirmed(struct cli *cli, unsigned int image);

/** Whether an option can be an image pair at all; before the device is opened. */
DFU_MUST_CHECK enum cli_status cli_image_syntax(const struct cli *cli, int option);

/** Read an option that is an image pair of the device. */
DFU_MUST_CHECK enum cli_status cli_image_number(struct cli *cli, int option, unsigned int *image);

/**
 * Area of a slot: @p image's primary (0) or secondary (1). NULL, and no error said, if the board
 * has none.
 */
const struct flash_area *cli_slot_area(unsigned int image, unsigned int slot);

/** @return Bytes from the start of a slot to where an upload goes: a page in swap-offset, else 0.
 */
size_t cli_upload_start(const struct flash_area *fa);

/** @return Name of a slot's partition; NULL if the board has none. */
const char *cli_slot_name(const struct cli *cli, unsigned int image, unsigned int slot);

/** @return Why a call of the library on an image pair failed, in words. */
const char *cli_why(int rc);

#endif
