/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the maker of a device may ask of its images beyond what the bootloader asks:
 *
 *     build number   the version with its build number is not below that of the image that runs;
 *                    MCUboot compares none, unless it was built to
 *     link address   the reset vector lies where the image will run from: in the primary slot, in
 *                    direct-xip in the upload slot, in ram-load in the image itself, once loaded.
 *                    MCUboot would start it, and it would crash, or run what another slot holds
 *     signature      boot_judge.c, for it is a part of verification
 *
 * A loader compares no versions: what runs is itself, and what it replaces is gone. Addresses are
 * told only of slots on the flash device of slot 0, whose place on the bus is known.
 */
#include <dfu/bootloader.h>
#include <dfu/mcuboot.h>

#include "boot/arrangement.h"
#include "boot/boot_judge.h"
#include "boot/rules.h"
#include "common/bytes.h"
#include "image/image_internal.h"

static bool is_below(const struct dfu_image_version *a, const struct dfu_image_version *b)
{
	const int above = dfu_image_version_compare(a, b);

	return above < 0 || (above == 0 && a->build < b->build);
}

static int judge_build(const struct boot_candidate *candidate)
{
	const int slot = boot_running_slot(candidate->image_index);
	struct boot_found running;
	const int rc = slot < 0 ? slot
				: boot_find_image(2 * candidate->image_index + slot, 0, &running);

	if (rc <= 0) {
		return rc;
	}
	return is_below(&candidate->image->header.version, &running.header.version)
		       ? image_refuse(candidate->fault, DFU_IMAGE_OLDER_BUILD)
		       : 0;
}

/* The slot that the image will run from. */
static int open_place(int image_index, const struct flash_area **fa)
{
	const int area = boot_mode_in(BOOT_MODES_XIP) ? boot_upload_area(image_index)
						      : 2 * image_index;

	return area < 0 ? area : flash_area_open((uint8_t)area, fa);
}

static bool is_in_slot(const struct boot_candidate *candidate, uint32_t address,
		       const struct flash_area *fa)
{
	const struct dfu_image_header *header = &candidate->image->header;
	const uint64_t start = (uint64_t)boot_rules()->flash_base + (uint64_t)fa->fa_off;
	/* As bootloaders compare it, on the device; on the bus where none does. */
	const bool is_named = (header->flags & DFU_IMAGE_F_ROM_FIXED) == 0 ||
			      header->load_addr == (uint64_t)fa->fa_off ||
			      header->load_addr == start;

	return is_named && address >= start && address - start < fa->fa_size;
}

static int judge_link(const struct boot_candidate *candidate)
{
	const struct flash_area *fa;
	const struct flash_area *base;
	struct dfu_image image = *candidate->image;
	uint32_t address;

	/* Of one for a fixed place, too, the code itself has to lie there. */
	image.header.flags &= ~(uint32_t)DFU_IMAGE_F_ROM_FIXED;
	int rc = boot_link_address(&image, &address);
	if (rc == -ENODATA) {
		return image_refuse(candidate->fault, DFU_IMAGE_LINK_ADDRESS);
	}
	if (rc == 0 && boot_mode_in(BOOT_MODES_RAM)) {
		return address >= image.header.load_addr &&
				       address - image.header.load_addr < image.total_size
			       ? 0
			       : image_refuse(candidate->fault, DFU_IMAGE_LINK_ADDRESS);
	}
	rc = rc == 0 ? open_place(candidate->image_index, &fa) : rc;
	rc = rc == 0 ? flash_area_open(0, &base) : rc;
	if (rc != 0) {
		return rc;
	}
	return fa->fa_dev != base->fa_dev || is_in_slot(candidate, address, fa)
		       ? 0
		       : image_refuse(candidate->fault, DFU_IMAGE_LINK_ADDRESS);
}

int boot_judge_strict(const struct boot_candidate *candidate)
{
	int rc = 0;

	if (boot_rules()->check_build_number && boot_takes_requests()) {
		rc = judge_build(candidate);
	}
	if (rc == 0 && boot_rules()->check_link_address) {
		rc = judge_link(candidate);
	}
	return rc;
}
