/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bootloader's build as Kconfig tells it, and what sets the modes apart.
 *
 * The questions are inline: where the build is a constant the answers are, too, and what only other
 * modes need is not compiled.
 */
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

/* clang-format off */
#if IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_SCRATCH)
#define BOOT_MODE_KCONFIG BOOT_MODE_SWAP_SCRATCH
#elif IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_USING_OFFSET)
#define BOOT_MODE_KCONFIG BOOT_MODE_SWAP_OFFSET
#elif IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_MODE_OVERWRITE_ONLY)
#define BOOT_MODE_KCONFIG BOOT_MODE_OVERWRITE_ONLY
#elif IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_MODE_DIRECT_XIP)
#define BOOT_MODE_KCONFIG BOOT_MODE_DIRECT_XIP
#elif IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_MODE_DIRECT_XIP_WITH_REVERT)
#define BOOT_MODE_KCONFIG BOOT_MODE_DIRECT_XIP_REVERT
#elif IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_MODE_RAM_LOAD)
#define BOOT_MODE_KCONFIG BOOT_MODE_RAM_LOAD
#elif IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_MODE_RAM_LOAD_WITH_REVERT)
#define BOOT_MODE_KCONFIG BOOT_MODE_RAM_LOAD_REVERT
#elif IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_MODE_SINGLE_APP)
#define BOOT_MODE_KCONFIG BOOT_MODE_SINGLE_SLOT
#elif IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_MODE_FIRMWARE_UPDATER)
#define BOOT_MODE_KCONFIG BOOT_MODE_FIRMWARE_LOADER
#else
#define BOOT_MODE_KCONFIG BOOT_MODE_SWAP_MOVE
#endif
/* clang-format on */

#define BOOT_ARRANGEMENT_KCONFIG                                                                   \
	{                                                                                          \
		.mode = BOOT_MODE_KCONFIG,                                                         \
		.max_align = CONFIG_BOOT_MAX_ALIGN,                                                \
		.images = CONFIG_UPDATEABLE_IMAGE_NUMBER,                                          \
		.max_sectors = CONFIG_BOOT_MAX_IMG_SECTORS,                                        \
	}

#define BOOT_MODE_BIT(name) (1u << BOOT_MODE_##name)
#define BOOT_MODES_SWAP                                                                            \
	(BOOT_MODE_BIT(SWAP_SCRATCH) | BOOT_MODE_BIT(SWAP_MOVE) | BOOT_MODE_BIT(SWAP_OFFSET) |     \
	 BOOT_MODE_BIT(OVERWRITE_ONLY))
#define BOOT_MODES_XIP (BOOT_MODE_BIT(DIRECT_XIP) | BOOT_MODE_BIT(DIRECT_XIP_REVERT))
#define BOOT_MODES_RAM (BOOT_MODE_BIT(RAM_LOAD) | BOOT_MODE_BIT(RAM_LOAD_REVERT))
#define BOOT_MODES_REVERT (BOOT_MODE_BIT(DIRECT_XIP_REVERT) | BOOT_MODE_BIT(RAM_LOAD_REVERT))

/* Start what they find. */
#define BOOT_MODES_DIRECT (BOOT_MODES_XIP | BOOT_MODES_RAM | BOOT_MODE_BIT(FIRMWARE_LOADER))
/* Cannot update without a trailer. */
#define BOOT_MODES_TRAILER (BOOT_MODES_SWAP | BOOT_MODES_REVERT)
/* An application can ask for the image in another slot. */
#define BOOT_MODES_REQUEST (BOOT_MODES_SWAP | BOOT_MODES_XIP | BOOT_MODES_RAM)

/* boot_arrangement_get() */
static inline const struct boot_arrangement *boot_arrangement(void)
{
	static const struct boot_arrangement kconfig = BOOT_ARRANGEMENT_KCONFIG;

	return IS_ENABLED(CONFIG_BOOT_ARRANGEMENT_RUNTIME) ? boot_arrangement_get() : &kconfig;
}

/* Whether the mode is one of these. */
static inline bool boot_mode_in(unsigned int modes)
{
	return (modes >> boot_arrangement()->mode & 1) != 0;
}

static inline bool boot_is_direct(void)
{
	return boot_mode_in(BOOT_MODES_DIRECT);
}

static inline bool boot_needs_trailer(void)
{
	return boot_mode_in(BOOT_MODES_TRAILER);
}

static inline bool boot_takes_requests(void)
{
	return boot_mode_in(BOOT_MODES_REQUEST);
}

#endif
