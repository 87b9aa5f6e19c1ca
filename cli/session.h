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
 * Open it for a verb that writes a slot or boots: refused, by name, in modes that have no such
 * support yet.
 */
DFU_MUST_CHECK enum cli_status cli_open_device_to_change(struct cli *cli);

/** Refuse where the file that remembers the running slots is damaged, and say what to do. */
DFU_MUST_CHECK enum cli_status cli_check_memory(struct cli *cli);

/** Say that this file could not be read or written. @return CLI_FAILED. */
enum cli_status cli_fail_memory(struct cli *cli, int rc);

/**
 * @brief Before boot state changes for the first time: remember what would run at this moment.
 *
 * Afterwards cli_active_slot() tells it.
 */
DFU_MUST_CHECK enum cli_status cli_remember_active(struct cli *cli);

/**
 * @return Slot that an image runs from, 0 or 1: as remembered, else as a boot would start it now;
 * -1: none.
 */
int cli_active_slot(struct cli *cli, unsigned int image);

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

/** @return Why a call of the library on an image pair failed, in words. */
const char *cli_why(int rc);

#endif
