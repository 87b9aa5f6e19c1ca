/* SPDX-License-Identifier: Apache-2.0 */
/* The modes by number, for whoever looks at a device from outside. */
#include "boot/arrangement.h"

static const char *const names[] = {
	[BOOT_MODE_SWAP_SCRATCH] = "swap-scratch",
	[BOOT_MODE_SWAP_MOVE] = "swap-move",
	[BOOT_MODE_SWAP_OFFSET] = "swap-offset",
	[BOOT_MODE_OVERWRITE_ONLY] = "overwrite-only",
	[BOOT_MODE_DIRECT_XIP] = "direct-xip",
	[BOOT_MODE_DIRECT_XIP_REVERT] = "direct-xip-revert",
	[BOOT_MODE_RAM_LOAD] = "ram-load",
	[BOOT_MODE_RAM_LOAD_REVERT] = "ram-load-revert",
	[BOOT_MODE_SINGLE_SLOT] = "single-slot",
	[BOOT_MODE_FIRMWARE_LOADER] = "firmware-loader",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == BOOT_MODE_COUNT, "a mode without a name");

const char *boot_mode_name(enum boot_mode mode)
{
	return (unsigned int)mode < BOOT_MODE_COUNT ? names[mode] : NULL;
}

bool boot_mode_is_direct(enum boot_mode mode)
{
	return (BOOT_MODES_DIRECT >> mode & 1) != 0;
}

bool boot_mode_needs_trailer(enum boot_mode mode)
{
	return (BOOT_MODES_TRAILER >> mode & 1) != 0;
}
