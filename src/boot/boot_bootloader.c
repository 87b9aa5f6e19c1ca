/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S0 and S1, the two slots of a bootloader that is itself updated: which one runs, which image pair
 * brings a new one, and for which of them an image is linked.
 *
 * Nothing is remembered: the first stage decides by what lies in the slots, so that is looked at.
 */
#include <dfu/bootloader.h>

#include "boot/arrangement.h"
#include "boot/boot_bootloader.h"
#include "boot/rules.h"
#include "common/bytes.h"
#include "image/image_internal.h"

#define VECTORS_LEN 8 /* stack pointer, reset vector */
#define OFF_RESET 4
#define THUMB 1u

/* 1: there is a fw_info; 0: none, or no such area; negative: from the device. */
static int find_info(uint8_t area_id, struct fw_info_fields *info)
{
	const struct flash_area *fa;
	int rc = flash_area_open(area_id, &fa);

	if (rc == 0) {
		const struct dfu_image_source source = dfu_image_source_flash(fa, 0, fa->fa_size);

		rc = fw_info_find(&source, info);
	}
	return rc == 0 ? 1 : rc == -ENOENT ? 0 : rc;
}

static bool has_area(uint8_t area_id)
{
	const struct flash_area *fa;

	/* One whose device is not ready is there all the same. */
	return flash_area_open(area_id, &fa) != -ENOENT;
}

int boot_bootloader_versions(struct fw_info_fields *s0, struct fw_info_fields *s1)
{
	int rc;

	if (!has_area(BOOT_S1_AREA_ID)) {
		return -ENOENT;
	}
	rc = find_info(BOOT_S0_AREA_ID, s0);
	if (rc <= 0) {
		return rc == 0 ? -EFAULT : rc;
	}
	return find_info(BOOT_S1_AREA_ID, s1);
}

int boot_s0_active_get(bool *s0_active)
{
	struct fw_info_fields s0;
	struct fw_info_fields s1;
	const int rc = boot_bootloader_versions(&s0, &s1);

	if (rc < 0) {
		return rc;
	}
	*s0_active = boot_s0_wins(rc, &s0, &s1);
	return 0;
}

int boot_bootloader_image(void)
{
	const int image_index = boot_rules()->bootloader_image;

	return image_index < boot_arrangement()->images && has_area(BOOT_S1_AREA_ID) ? image_index
										     : -ENOENT;
}

bool boot_is_bootloader_only(int image_index)
{
	return image_index >= 0 && image_index == boot_bootloader_image() &&
	       !has_area((uint8_t)(2 * image_index)) && has_area((uint8_t)(2 * image_index + 1));
}

int boot_link_address(const struct dfu_image *image, uint32_t *address)
{
	uint8_t vectors[VECTORS_LEN];
	int rc;

	if ((image->header.flags & DFU_IMAGE_F_ROM_FIXED) != 0) {
		*address = image->header.load_addr;
		return 0;
	}
	if (image->header.img_size < sizeof(vectors)) {
		return -ENODATA;
	}
	rc = image_read(&image->source, image->header.hdr_size, vectors, sizeof(vectors));
	if (rc == 0) {
		*address = get_le32(&vectors[OFF_RESET]) & ~THUMB;
	}
	return rc;
}

int boot_link_slot(uint32_t address)
{
	static const uint8_t slots[] = {BOOT_S0_AREA_ID, BOOT_S1_AREA_ID};
	/* One below the base wraps, and is then beyond any slot. */
	const uint32_t off = address - boot_rules()->flash_base;

	for (size_t i = 0; i < sizeof(slots); i++) {
		const struct flash_area *fa;

		if (flash_area_open(slots[i], &fa) == 0 && off >= (uint64_t)fa->fa_off &&
		    off - (uint64_t)fa->fa_off < fa->fa_size) {
			return slots[i];
		}
	}
	return -ENOENT;
}
