/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief The flash map, drawn. */
#ifndef CLI_MAP_H
#define CLI_MAP_H

#include "board.h"

/**
 * @brief Draw every partition of the open device on stdout, to scale within its flash device.
 *
 * Written, erased and trailer parts are told apart by character, on a terminal by colour, too.
 */
void cli_draw_map(const struct sim_board *board);

#endif
