/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bootloader asks of an image that is whole and well signed, by its mode:
 *
 *     swap, overwrite-only   downgrade prevention, if the bootloader was built with it
 *     direct-xip             ROM_FIXED for the slot it will run from; not lower than what runs
 *     ram-load               RAM_LOAD, and RAM for it beside other images; not lower than what runs
 *
 * A lower version is not wrong in the last two, it is only never started: the bootloader prefers
 * the other slot. Whoever schedules it would wait for it in vain. Nothing is compared with a
 * running image that is not there.
 */
#include <dfu/mcuboot.h>

#include "boot/arrangement.h"
#include "boot/boot_judge.h"
#include "boot/rules.h"
#include "common/bytes.h"
#include "image/image_internal.h"

#define SEC_CNT_LEN 4

/* The first one decides. 1: there is one; 0: none, or of the wrong length; negative: from the
 * device. */
static int security_counter(const struct dfu_image *image, uint32_t *counter)
{
	struct dfu_image_tlv tlv = {0};
	uint8_t raw[SEC_CNT_LEN];
	int rc;

	while ((rc = image_tlv_step(image, &tlv)) > 0) {
		if (!tlv.is_protected || tlv.type != DFU_IMAGE_TLV_SEC_CNT) {
			continue;
		}
		if (tlv.len != sizeof(raw)) {
			return 0;
		}
		rc = dfu_image_tlv_read(image, &tlv, raw, sizeof(raw));
		if (rc == 0) {
			*counter = get_le32(raw);
		}
		return rc == 0 ? 1 : rc;
	}
	return rc;
}

static int judge_counter(const struct boot_candidate *candidate, const struct boot_found *running)
{
	enum dfu_image_fault fault = DFU_IMAGE_OK;
	struct dfu_image image;
	uint32_t floor;
	uint32_t counter;
	int rc = dfu_image_open(&image, &running->source, &fault);

	if (rc == 0) {
		rc = security_counter(&image, &floor);
	}
	if (rc <= 0) {
		return fault != DFU_IMAGE_OK ? 0 : rc;
	}
	rc = security_counter(candidate->image, &counter);
	if (rc < 0) {
		return rc;
	}
	return rc == 0 || counter < floor
		       ? image_refuse(candidate->fault, DFU_IMAGE_SECURITY_COUNTER)
		       : 0;
}

static int judge_downgrade(const struct boot_candidate *candidate)
{
	const enum boot_downgrade prevention = boot_rules()->downgrade;
	struct boot_found running;

	if (prevention == BOOT_DOWNGRADE_ALLOWED) {
		return 0;
	}
	const int rc = boot_find_image(2 * candidate->image_index, 0, &running);
	if (rc <= 0) {
		return rc;
	}
	if (prevention == BOOT_DOWNGRADE_BY_SECURITY_COUNTER) {
		return judge_counter(candidate, &running);
	}
	return dfu_image_version_compare(&candidate->image->header.version,
					 &running.header.version) < 0
		       ? image_refuse(candidate->fault, DFU_IMAGE_OLDER)
		       : 0;
}

static int judge_place(const struct boot_candidate *candidate)
{
	const int area = boot_upload_area(candidate->image_index);
	const struct flash_area *fa;
	const int rc = area < 0 ? area : flash_area_open((uint8_t)area, &fa);

	if (rc != 0) {
		return rc;
	}
	const enum dfu_image_fault fault = boot_place_fault(&candidate->image->header, fa);
	return fault != DFU_IMAGE_OK ? image_refuse(candidate->fault, fault) : 0;
}

/* All of it, header to last TLV, is copied to the load address. */
static bool overlaps(const struct dfu_image *a, const struct dfu_image *b)
{
	const uint64_t start_a = a->header.load_addr;
	const uint64_t start_b = b->header.load_addr;

	return start_a < start_b + b->total_size && start_b < start_a + a->total_size;
}

/*
 * Whatever is loaded last of two images in the same RAM is refused, and its slot erased. One that
 * is not whole is not loaded; that is looked at only where it matters, for it takes a pass over it.
 */
static int judge_neighbour(const struct boot_candidate *candidate, int other)
{
	static const struct image_demand nothing = {0};
	struct dfu_image_report report = {.fault = DFU_IMAGE_OK};
	struct boot_found found;
	struct dfu_image image;
	int rc = boot_find_next(other, candidate, &found);

	if (rc <= 0) {
		return rc;
	}
	/* What is held back and scheduled together is judged by itself. */
	const bool is_held = found.source.head != NULL;
	rc = dfu_image_open(&image, &found.source, &report.fault);
	if (rc == 0 && !overlaps(candidate->image, &image)) {
		return 0;
	}
	if (rc == 0 && !is_held) {
		rc = image_verify(&image, &nothing, candidate->buf, candidate->len, &report);
	}
	if (rc != 0) {
		return report.fault != DFU_IMAGE_OK ? 0 : rc;
	}
	return image_refuse(candidate->fault, DFU_IMAGE_LOAD_RANGE);
}

static int judge_ram(const struct boot_candidate *candidate)
{
	const struct boot_rules *rules = boot_rules();
	const uint32_t start = candidate->image->header.load_addr;
	int rc = 0;

	if (start < rules->ram_start ||
	    !range_fits(start - rules->ram_start, candidate->image->total_size, rules->ram_size)) {
		return image_refuse(candidate->fault, DFU_IMAGE_LOAD_RANGE);
	}
	for (int other = 0; rc == 0 && other < boot_arrangement()->images; other++) {
		if (other != candidate->image_index) {
			rc = judge_neighbour(candidate, other);
		}
	}
	return rc;
}

/* Of equal ones the bootloader prefers the primary's. */
static int judge_preference(const struct boot_candidate *candidate)
{
	const int slot = boot_running_slot(candidate->image_index);
	struct boot_found running;
	const int rc = slot < 0 ? slot
				: boot_find_image(2 * candidate->image_index + slot, 0, &running);

	if (rc <= 0) {
		return rc;
	}
	const int above = dfu_image_version_compare(&candidate->image->header.version,
						    &running.header.version);
	return above < 0 || (above == 0 && slot == 0)
		       ? image_refuse(candidate->fault, DFU_IMAGE_OLDER)
		       : 0;
}

int boot_judge_device(const struct boot_candidate *candidate)
{
	int rc = IS_ENABLED(CONFIG_SECURE_BOOT) ? boot_judge_bootloader(candidate) : 0;

	if (rc != 0) {
		return rc < 0 ? rc : 0;
	}
	if (boot_mode_in(BOOT_MODES_XIP | BOOT_MODES_RAM)) {
		rc = judge_place(candidate);
	}
	if (rc == 0 && boot_mode_in(BOOT_MODES_RAM)) {
		rc = judge_ram(candidate);
	}
	if (rc == 0 && boot_mode_in(BOOT_MODES_SWAP)) {
		rc = judge_downgrade(candidate);
	}
	if (rc == 0 && boot_mode_in(BOOT_MODES_XIP | BOOT_MODES_RAM)) {
		rc = judge_preference(candidate);
	}
	if (rc == 0 && (boot_rules()->check_build_number || boot_rules()->check_link_address)) {
		rc = boot_judge_strict(candidate);
	}
	if (rc == 0 && boot_takes_requests()) {
		rc = boot_judge_dependencies(candidate);
	}
	return rc;
}
