/* SPDX-License-Identifier: Apache-2.0 */
/* The bootloader's build as Kconfig tells it. */
#ifndef BOOT_ARRANGEMENT_H
#define BOOT_ARRANGEMENT_H

#include <dfu/boot.h>
#include <dfu/config.h>

_Static_assert(CONFIG_BOOT_MAX_ALIGN == 8 || CONFIG_BOOT_MAX_ALIGN == 16 ||
		       CONFIG_BOOT_MAX_ALIGN == 32,
	       "CONFIG_BOOT_MAX_ALIGN: not 8, 16 or 32");
_Static_assert(CONFIG_UPDATEABLE_IMAGE_NUMBER >= 1 &&
		       CONFIG_UPDATEABLE_IMAGE_NUMBER <= BOOT_IMAGES_MAX,
	       "CONFIG_UPDATEABLE_IMAGE_NUMBER: not 1 to 8");
_Static_assert(CONFIG_BOOT_MAX_IMG_SECTORS >= 1 && CONFIG_BOOT_MAX_IMG_SECTORS <= UINT16_MAX,
	       "CONFIG_BOOT_MAX_IMG_SECTORS: not 1 to 65535");

#define BOOT_ARRANGEMENT_KCONFIG                                                                   \
	{                                                                                          \
		.mode = BOOT_MODE_SWAP_MOVE,                                                       \
		.max_align = CONFIG_BOOT_MAX_ALIGN,                                                \
		.images = CONFIG_UPDATEABLE_IMAGE_NUMBER,                                          \
		.max_sectors = CONFIG_BOOT_MAX_IMG_SECTORS,                                        \
	}

#endif
