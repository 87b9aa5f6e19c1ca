/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief The parts of reading a board; only board.c calls them. */
#ifndef SIM_BOARD_PARTS_H
#define SIM_BOARD_PARTS_H

#include "board.h"
#include "tree.h"

/** Whether a node is a flash device of a kind that is understood. */
bool sim_board_is_flash(const void *fdt, int offset);

/** Read every enabled flash device, in the order of the blob. @p offsets gets their nodes. */
DFU_MUST_CHECK int sim_board_load_flashes(struct sim_board *board, const void *fdt,
					  int offsets[SIM_FLASHES_MAX], struct sim_error *error);

/** Read every partition of those devices, and check that they fit and do not overlap. */
DFU_MUST_CHECK int sim_board_load_partitions(struct sim_board *board, const void *fdt,
					     const int offsets[SIM_FLASHES_MAX],
					     struct sim_error *error);

/** Find the one node of the bootloader. */
DFU_MUST_CHECK int sim_board_find_bootloader(struct sim_node *node, const void *fdt,
					     struct sim_error *error);

/** Read how the bootloader is arranged and what it takes; after the partitions. */
DFU_MUST_CHECK int sim_board_load_bootloader(struct sim_board *board, const void *fdt,
					     struct sim_error *error);

/** Read which modem there is; after the partitions. */
DFU_MUST_CHECK int sim_board_load_modem(struct sim_board *board, const void *fdt,
					struct sim_error *error);

#endif
