/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief What MCUboot does at a reset, as one atomic step over the flash map. Not a bootloader:
 * nothing is resumed.
 */
#ifndef SIM_BOOT_MODEL_H
#define SIM_BOOT_MODEL_H

#include <dfu/boot.h>
#include <dfu/boot_rules.h>
#include <dfu/bootloader.h>
#include <dfu/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Outcome of a reset. */
struct sim_boot_result {
	uint8_t images;
	int swap_type[BOOT_IMAGES_MAX];   /**< BOOT_SWAP_TYPE_* that was carried out, an image each.
					   */
	int active[BOOT_IMAGES_MAX];      /**< Slot 0 or 1; -1: nothing runs, as always of a pair
					     that only takes bootloaders. */
	int booted;                       /**< Image that is jumped to, 0; -1: none. */
	struct dfu_image_version version; /**< Of that image. */
	int bootloader; /**< BOOT_S0_AREA_ID or BOOT_S1_AREA_ID: where the bootloader of this reset
			   was started; -1: the board has no such slots, or neither holds one. */
	uint32_t bootloader_version; /**< By its fw_info. */
	char error[160]; /**< Why nothing runs, or why this reset is not modelled; else "". */
};

/**
 * @brief Let the bootloader run once.
 *
 * @param arrangement  Its build.
 * @param rules        What it takes.
 * @param dry_run      true: only find out what would start; nothing is written.
 * @param result       Filled in every case.
 *
 * @retval 0         The reset took place; @p result tells whether anything runs.
 * @retval -ENOTSUP  Flash is in the middle of a swap, or a slot that would be written shares a page
 *                   with a neighbour: not modelled; error tells. Flash unchanged.
 * @retval -errno    From the flash, or -ENOMEM.
 */
DFU_MUST_CHECK int sim_boot(const struct boot_arrangement *arrangement,
			    const struct boot_rules *rules, bool dry_run,
			    struct sim_boot_result *result);

#ifdef __cplusplus
}
#endif

#endif
