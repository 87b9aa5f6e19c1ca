/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief What the simulator keeps between commands, as records of the device's settings. */
#ifndef SIM_DEVICE_MEMORY_H
#define SIM_DEVICE_MEMORY_H

#include "device_retained.h"

/*
 * All calls: the settings are those of the file at this path, which is looked at first, because a
 * FIFO or a directory in its place is told as such. -errno as sim_device_active().
 */

/** Slot that an image was last started from; -ENOENT: nothing is remembered. */
DFU_MUST_CHECK int sim_memory_active(const char *settings, unsigned int image);

/** Remember it; a negative @p slot forgets. */
DFU_MUST_CHECK int sim_memory_set_active(const char *settings, unsigned int image, int slot);

/** What was kept; zeros, as after a cold start, if nothing was or it cannot be read. */
void sim_memory_boot_mode(const char *settings, uint8_t bytes[SIM_BOOT_MODE_SIZE]);

/** Keep it; zeros are kept by forgetting. */
DFU_MUST_CHECK int sim_memory_set_boot_mode(const char *settings,
					    const uint8_t bytes[SIM_BOOT_MODE_SIZE]);

#endif
