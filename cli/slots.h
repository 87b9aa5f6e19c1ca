/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Whether the bootloader can work with the slots of a board, in words. */
#ifndef CLI_SLOTS_H
#define CLI_SLOTS_H

#include "board.h"
#include "cli.h"

/** Refuse a partition that cannot be erased without its neighbours. */
DFU_MUST_CHECK enum cli_status cli_need_whole_pages(struct cli *cli,
						    const struct sim_partition *partition);

/** boot_get_max_image_size(), and why there is none. */
DFU_MUST_CHECK enum cli_status cli_largest_image(struct cli *cli, unsigned int image, size_t *most);

/** Refuse a board with a slot, scratch area or store of modem files that is not whole pages. */
DFU_MUST_CHECK enum cli_status cli_need_whole_slots(struct cli *cli, const struct sim_board *board);

/** Warn of every pair of the open device that never swaps. */
void cli_warn_of_slots(struct cli *cli);

#endif
