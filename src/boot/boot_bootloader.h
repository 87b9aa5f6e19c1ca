/* SPDX-License-Identifier: Apache-2.0 */
/* Images that are bootloaders themselves, for the rest of this layer. */
#ifndef BOOT_BOOT_BOOTLOADER_H
#define BOOT_BOOT_BOOTLOADER_H

#include <dfu/bootloader.h>
#include <dfu/config.h>

/* boot_is_bootloader_only(); no code where there is no first stage. */
static inline bool boot_pair_is_bootloaders(int image_index)
{
	return IS_ENABLED(CONFIG_SECURE_BOOT) && boot_is_bootloader_only(image_index);
}

/*
 * The fw_infos of both slots. 1: both are set; 0: S0's alone; -ENOENT, -EFAULT and others as
 * boot_s0_active_get().
 */
int boot_bootloader_versions(struct fw_info_fields *s0, struct fw_info_fields *s1);

/* Which of them the first stage starts; found: what boot_bootloader_versions() gave, 1 or 0. */
static inline bool boot_s0_wins(int found, const struct fw_info_fields *s0,
				const struct fw_info_fields *s1)
{
	return found == 0 || s0->version >= s1->version;
}

/*
 * The slot that an image of a pair is a bootloader for: BOOT_S0_AREA_ID, BOOT_S1_AREA_ID; -ENOENT:
 * for none, it is an application's; else from the device.
 */
int boot_bootloader_slot_of(int image_index, const struct dfu_image *image);

#endif
