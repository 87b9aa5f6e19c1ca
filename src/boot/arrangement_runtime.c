/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bootloader at a time, as on a device; a program that handles several devices sets it for
 * each.
 */
#include "boot/arrangement.h"
#include "boot/boot_slot.h"

static struct boot_arrangement current = BOOT_ARRANGEMENT_KCONFIG;

const struct boot_arrangement *boot_arrangement_get(void)
{
	return &current;
}

int boot_arrangement_set(const struct boot_arrangement *arrangement)
{
	const uint8_t align = arrangement->max_align;

	if ((unsigned int)arrangement->mode >= BOOT_MODE_COUNT ||
	    (align != 8 && align != 16 && align != 32) || arrangement->images < 1 ||
	    arrangement->images > BOOT_IMAGES_MAX) {
		return -EINVAL;
	}
	current = *arrangement;
	if (current.max_sectors == 0) {
		current.max_sectors = CONFIG_BOOT_MAX_IMG_SECTORS;
	}
	boot_running_slot_forget();
	return 0;
}
