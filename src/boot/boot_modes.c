/* SPDX-License-Identifier: Apache-2.0 */
/* What sets the modes apart, as far as more than one file asks. */
#include "boot/boot_slot.h"

static const struct {
	const char *name;
	bool is_direct;      /* starts what it finds */
	bool needs_trailer;  /* cannot update without one */
	bool takes_requests; /* an application can ask for the image in another slot */
} modes[] = {
	[BOOT_MODE_SWAP_SCRATCH] = {"swap-scratch", false, true, true},
	[BOOT_MODE_SWAP_MOVE] = {"swap-move", false, true, true},
	[BOOT_MODE_SWAP_OFFSET] = {"swap-offset", false, true, true},
	[BOOT_MODE_OVERWRITE_ONLY] = {"overwrite-only", false, true, true},
	[BOOT_MODE_DIRECT_XIP] = {"direct-xip", true, false, true},
	[BOOT_MODE_DIRECT_XIP_REVERT] = {"direct-xip-revert", true, true, true},
	[BOOT_MODE_RAM_LOAD] = {"ram-load", true, false, true},
	[BOOT_MODE_RAM_LOAD_REVERT] = {"ram-load-revert", true, true, true},
	[BOOT_MODE_SINGLE_SLOT] = {"single-slot", false, false, false},
	[BOOT_MODE_FIRMWARE_LOADER] = {"firmware-loader", true, false, false},
};
_Static_assert(sizeof(modes) / sizeof(modes[0]) == BOOT_MODE_COUNT, "a mode without a row");

const char *boot_mode_name(enum boot_mode mode)
{
	return (unsigned int)mode < BOOT_MODE_COUNT ? modes[mode].name : NULL;
}

bool boot_mode_is_direct(enum boot_mode mode)
{
	return modes[mode].is_direct;
}

bool boot_mode_needs_trailer(enum boot_mode mode)
{
	return modes[mode].needs_trailer;
}

bool boot_mode_takes_requests(enum boot_mode mode)
{
	return modes[mode].takes_requests;
}
