/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this image a bootloader, and would it ever run?
 *
 * The running bootloader tells by the address alone: what is linked for the slot that does not run
 * is copied there; what is linked for its own slot is erased, or by older ones kept pending for
 * ever. The first stage starts the copy only if its fw_info tells a version that wins, so one that
 * would lie there in vain is refused, too. The version in the image's header is not looked at by
 * either of them, nor are dependencies.
 */
#include "boot/boot_bootloader.h"
#include "boot/boot_judge.h"
#include "boot/boot_slot.h"
#include "common/bytes.h"
#include "image/image_internal.h"

int boot_bootloader_slot_of(int image_index, const struct dfu_image *image)
{
	uint32_t address;

	if (image_index != boot_bootloader_image()) {
		return -ENOENT;
	}
	const int rc = boot_link_address(image, &address);
	if (rc != 0) {
		return rc == -ENODATA ? -ENOENT : rc;
	}
	return boot_link_slot(address);
}

/* What lies behind the image in its slot is not its own. */
static struct dfu_image_source payload_source(const struct dfu_image *image)
{
	struct dfu_image_source source = image->source;

	source.size = min_size(source.size, image->header.hdr_size + image->header.img_size);
	return source;
}

static int judge_version(const struct boot_candidate *candidate, uint32_t running, bool is_s0)
{
	const struct dfu_image_source source = payload_source(candidate->image);
	struct fw_info_fields info;
	const int rc = fw_info_find(&source, &info);

	if (rc != 0) {
		return rc == -ENOENT ? image_refuse(candidate->fault, DFU_IMAGE_NO_FW_INFO) : rc;
	}
	/* Of equal ones the first stage starts S0's. */
	return info.version > running || (info.version == running && is_s0)
		       ? 0
		       : image_refuse(candidate->fault, DFU_IMAGE_OLDER);
}

static int judge_size(const struct boot_candidate *candidate, int slot)
{
	const struct flash_area *fa;
	const int rc = flash_area_open((uint8_t)slot, &fa);

	if (rc != 0) {
		return rc;
	}
	return candidate->image->total_size > fa->fa_size
		       ? image_refuse(candidate->fault, DFU_IMAGE_TOO_LARGE)
		       : 0;
}

static int judge(const struct boot_candidate *candidate, int slot)
{
	const bool is_s0 = slot == BOOT_S0_AREA_ID;
	struct fw_info_fields s0;
	struct fw_info_fields s1;

	if (!boot_mode_in(BOOT_MODES_SWAP)) {
		return -ENOTSUP; /* nothing is copied */
	}
	int rc = boot_bootloader_versions(&s0, &s1);
	if (rc < 0) {
		return rc;
	}
	const bool s0_active = boot_s0_wins(rc, &s0, &s1);
	if (is_s0 == s0_active) {
		return image_refuse(candidate->fault, DFU_IMAGE_RUNNING_BOOTLOADER);
	}
	rc = judge_size(candidate, slot);
	return rc == 0 ? judge_version(candidate, s0_active ? s0.version : s1.version, is_s0) : rc;
}

int boot_judge_bootloader(const struct boot_candidate *candidate)
{
	const int slot = boot_bootloader_slot_of(candidate->image_index, candidate->image);

	if (slot == -ENOENT) {
		return boot_is_bootloader_only(candidate->image_index)
			       ? image_refuse(candidate->fault, DFU_IMAGE_LINK_ADDRESS)
			       : 0;
	}
	const int rc = slot < 0 ? slot : judge(candidate, slot);
	return rc == 0 ? 1 : rc;
}
