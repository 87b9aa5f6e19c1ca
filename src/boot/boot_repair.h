/* SPDX-License-Identifier: Apache-2.0 */
/* Trailers that nobody can go on from are erased, where that takes nothing from anyone. */
#ifndef BOOT_BOOT_REPAIR_H
#define BOOT_BOOT_REPAIR_H

#include "boot/boot_slot.h"

/*
 * Whether boot_trailer_wipe() may be called for a slot that does not run. image_end: offset in the
 * slot behind its image; 0: look.
 * -EUCLEAN: a byte of the image, or of one that cannot be followed to its end, would go; -EINVAL
 * and -ENOTSUP as boot_trailer_wipe(); else from the device.
 */
int boot_repair_check(const struct flash_area *fa, size_t image_end);

/*
 * Erase the trailer of the image that runs from a primary slot: without a magic it counts as
 * confirmed. -EUCLEAN also where a cut could make the bootloader do something else.
 */
int boot_repair_forget(const struct flash_area *fa);

#endif
