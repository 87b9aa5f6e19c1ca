/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief RAM of a simulated device that bootloader and application share. */
#ifndef SIM_DEVICE_RETAINED_H
#define SIM_DEVICE_RETAINED_H

#include "board.h"

#define SIM_SHARED_DATA_SIZE 128
#define SIM_BOOT_MODE_SIZE 3

/** The two regions. Must not move while the library knows them. */
struct sim_retained {
	uint8_t shared[SIM_SHARED_DATA_SIZE];
	uint8_t boot_mode[SIM_BOOT_MODE_SIZE];
};

/** Name both regions to the library, as a port does. The first one still has to be filled. */
void sim_retained_use(struct sim_retained *retained);

/** The library has no regions any more. */
void sim_retained_drop(void);

/**
 * @brief Fill the shared data as the bootloader of a board does before it starts an image.
 *
 * @param slot  That runs image 0; negative: nothing was started, and no running slot is told.
 * @retval 0        Filled.
 * @retval -errno   The codec's; not with a region of this size.
 */
DFU_MUST_CHECK int sim_retained_fill(struct sim_retained *retained, const struct sim_board *board,
				     int slot);

#endif
