/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Ask the bootloader for a mode at the next reset. Source compatible with Zephyr.
 *
 * A byte in the region that a port names with bootmode_region_set().
 */
#ifndef RETENTION_BOOTMODE_H
#define RETENTION_BOOTMODE_H

#include <stdint.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

enum BOOT_MODE_TYPES {
	BOOT_MODE_TYPE_NORMAL = 0x00,    /**< Start the application. */
	BOOT_MODE_TYPE_BOOTLOADER = 0x01 /**< Stay in the bootloader: recovery, firmware loader. */
};

/**
 * @return 1 if @p boot_mode is asked for; 0 if another one is, or none, as after
 *         bootmode_clear(): the application starts then, but nobody asked for
 *         BOOT_MODE_TYPE_NORMAL; -ENODEV there is no region.
 */
int bootmode_check(uint8_t boot_mode);

/**
 * @brief Ask for a mode.
 *
 * A reset during the call leaves the old request, the new one, or none.
 *
 * @retval 0        Set.
 * @retval -ENODEV  There is no region.
 */
DFU_MUST_CHECK int bootmode_set(uint8_t boot_mode);

/**
 * @brief Forget what was asked for: the whole region becomes zeros.
 * @retval 0        Cleared.
 * @retval -ENODEV  There is no region.
 */
DFU_MUST_CHECK int bootmode_clear(void);

#ifdef __cplusplus
}
#endif

#endif
