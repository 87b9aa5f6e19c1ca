/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which slot an image runs from, and where an upload goes.
 *
 * Swap and overwrite-only run everything from the primary slot. In the direct modes nothing on
 * flash says it: the code in either slot may be the same. An application linked for a slot knows it
 * (CONFIG_BOOT_CODE_SLOT); one loaded into RAM is told by the bootloader's shared data. Where
 * neither is there the slot is unknown, and unknown is never taken for slot 0: an upload would
 * erase what runs.
 */
#include <dfu/mcuboot.h>
#include <retention/blinfo.h>

#include "boot/boot_bootloader.h"
#include "boot/boot_slot.h"

#if IS_ENABLED(CONFIG_BOOT_ARRANGEMENT_RUNTIME)
#define IMAGES BOOT_IMAGES_MAX
#else
#define IMAGES CONFIG_UPDATEABLE_IMAGE_NUMBER
#endif
#define TOLD 2 /* + slot; 0: not told */
#define TOLD_UNKNOWN 1

static uint8_t told[IMAGES];

static int slot_by_shared_data(int image_index)
{
	char slot;

	/* There is one value, that of the image that is started. The option is asked first, so that
	 * no compiler links the rest without it. */
	if (!IS_ENABLED(CONFIG_RETENTION_BOOTLOADER_INFO) || image_index != 0 ||
	    blinfo_lookup(BLINFO_RUNNING_SLOT, &slot, sizeof(slot)) != sizeof(slot) ||
	    (uint8_t)slot > 1) {
		return -ENODEV;
	}
	return slot;
}

static int untold_slot(int image_index)
{
	switch (boot_arrangement()->mode) {
	case BOOT_MODE_DIRECT_XIP:
	case BOOT_MODE_DIRECT_XIP_REVERT:
	case BOOT_MODE_FIRMWARE_LOADER:
		return CONFIG_BOOT_CODE_SLOT;
	case BOOT_MODE_RAM_LOAD:
	case BOOT_MODE_RAM_LOAD_REVERT:
		return slot_by_shared_data(image_index);
	default:
		return 0;
	}
}

int boot_running_slot_set(int image_index, int slot)
{
	if (!boot_image_exists(image_index) || slot < -1 || slot > 1) {
		return -EINVAL;
	}
	told[image_index] = slot < 0 ? TOLD_UNKNOWN : (uint8_t)(TOLD + slot);
	return 0;
}

void boot_running_slot_forget(void)
{
	for (unsigned int i = 0; i < IMAGES; i++) {
		told[i] = 0;
	}
}

int boot_running_slot(int image_index)
{
	if (!boot_image_exists(image_index)) {
		return -EINVAL;
	}
	if (!boot_is_direct()) {
		return 0;
	}
	switch (told[image_index]) {
	case 0:
		return untold_slot(image_index);
	case TOLD_UNKNOWN:
		return -ENODEV;
	default:
		return told[image_index] - TOLD;
	}
}

int boot_upload_area(int image_index)
{
	const enum boot_mode mode = boot_arrangement()->mode;
	const int running = boot_running_slot(image_index);
	const struct flash_area *fa;

	if (running < 0) {
		return running;
	}
	/* The loader lives in slot 1 and is never the one that is updated. */
	if (mode == BOOT_MODE_SINGLE_SLOT || (mode == BOOT_MODE_FIRMWARE_LOADER && running == 0)) {
		return -ENODEV;
	}
	const int area = 2 * image_index + 1 - running;
	const int rc = flash_area_open((uint8_t)area, &fa);
	/* A device that is not ready now is a matter of whoever opens the area. */
	return rc == -ENOENT || rc == -EACCES ? -ENODEV : area;
}

uint8_t boot_fetch_active_slot_multi(int image_index)
{
	const int slot = boot_running_slot(image_index);

	return slot < 0 || boot_pair_is_bootloaders(image_index)
		       ? BOOT_INVALID_SLOT_ID
		       : (uint8_t)(2 * image_index + slot);
}

uint8_t boot_fetch_active_slot(void)
{
	return boot_fetch_active_slot_multi(0);
}
