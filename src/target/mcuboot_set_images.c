/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which images a pair has, and how one is known again wherever it has gone.
 *
 * A swap moves images from slot to slot, a revert moves them back, and a bootloader copies its
 * successor to where no pair has a slot. So an image of a set is known by the first bytes of its
 * hash, and looked for where it would run, or where it would wait. One that cannot be followed to
 * its hash is none: no bootloader would start it.
 */
#include "target/mcuboot_set_images.h"

#include <string.h>

#include <dfu/boot.h>

#include "boot/arrangement.h"
#include "boot/boot_bootloader.h"
#include "boot/boot_slot.h"
#include "image/image_internal.h"

static bool has_slot(int area_id)
{
	const struct flash_area *fa;
	const int rc = flash_area_open((uint8_t)area_id, &fa);

	/* One whose device is not ready is there all the same. */
	return rc == 0 ? !boot_needs_trailer() || boot_slot_can_have_trailer(fa) : rc != -ENOENT;
}

bool mcuboot_pair_is_there(int img_num)
{
	return boot_running_slot(img_num) >= 0 && has_slot(2 * img_num + 1) &&
	       (boot_pair_is_bootloaders(img_num) || has_slot(2 * img_num));
}

/* As mcuboot_image_new(); whatever is wrong with the image, it is none that counts. */
static int open_source(const struct dfu_image_source *source, struct dfu_image *image)
{
	enum dfu_image_fault fault = DFU_IMAGE_OK;
	const int rc = dfu_image_open(image, source, &fault);

	if (rc == 0) {
		return 1;
	}
	return fault != DFU_IMAGE_OK ? 0 : rc;
}

static int open_area(int area_id, struct dfu_image *image)
{
	const struct flash_area *fa;
	const int rc = flash_area_open((uint8_t)area_id, &fa);

	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	const struct dfu_image_source source = dfu_image_source_flash(fa, 0, fa->fa_size);
	return open_source(&source, image);
}

int mcuboot_image_new(int img_num, bool is_torn, struct mcuboot_candidate *candidate,
		      struct dfu_image *image)
{
	const int rc = mcuboot_candidate_find(img_num, is_torn, candidate);

	if (rc != 0) {
		return candidate->is_none ? 0 : rc;
	}
	const struct dfu_image_source source = mcuboot_slot_source(
		&candidate->slot, candidate->slot.area->fa_size - candidate->slot.start,
		candidate->head);
	return open_source(&source, image);
}

int mcuboot_image_running(int img_num, struct dfu_image *image)
{
	const int slot = boot_running_slot(img_num);

	return slot < 0 ? slot : open_area(2 * img_num + slot, image);
}

int mcuboot_image_fallback(int img_num, struct dfu_image *image)
{
	const int slot = boot_running_slot(img_num);

	return slot < 0 ? slot : open_area(2 * img_num + 1 - slot, image);
}

static bool is_hash(const struct dfu_image_tlv *tlv)
{
	return !tlv->is_protected && tlv->type >= DFU_IMAGE_TLV_SHA256 &&
	       tlv->type <= DFU_IMAGE_TLV_SHA512 && tlv->len >= MCUBOOT_INTENT_ID_LEN;
}

int mcuboot_image_id(int opened, const struct dfu_image *image, uint8_t id[MCUBOOT_INTENT_ID_LEN])
{
	struct dfu_image_tlv tlv = {0};
	int rc;

	if (opened != 1) {
		return opened;
	}
	while ((rc = image_tlv_step(image, &tlv)) > 0) {
		if (is_hash(&tlv)) {
			rc = image_read(&image->source, tlv.off, id, MCUBOOT_INTENT_ID_LEN);
			return rc == 0 ? 1 : rc;
		}
	}
	return rc;
}

/* 1, 0 or negative; opened as above. */
static int has_id(int opened, const struct dfu_image *image,
		  const uint8_t id[MCUBOOT_INTENT_ID_LEN])
{
	uint8_t found[MCUBOOT_INTENT_ID_LEN];
	const int rc = mcuboot_image_id(opened, image, found);

	return rc == 1 ? memcmp(found, id, sizeof(found)) == 0 : rc;
}

int mcuboot_image_runs(int img_num, const uint8_t id[MCUBOOT_INTENT_ID_LEN])
{
	struct dfu_image image;
	int rc = 0;

	if (!boot_pair_is_bootloaders(img_num)) {
		rc = has_id(mcuboot_image_running(img_num, &image), &image, id);
	}
	if (rc != 0 || !IS_ENABLED(CONFIG_SECURE_BOOT) || img_num != boot_bootloader_image()) {
		return rc;
	}
	rc = has_id(open_area(BOOT_S0_AREA_ID, &image), &image, id);
	return rc != 0 ? rc : has_id(open_area(BOOT_S1_AREA_ID, &image), &image, id);
}

int mcuboot_image_is(int img_num, bool is_torn, const uint8_t id[MCUBOOT_INTENT_ID_LEN])
{
	struct mcuboot_candidate candidate;
	struct dfu_image image;

	return has_id(mcuboot_image_new(img_num, is_torn, &candidate, &image), &image, id);
}

int mcuboot_image_came_by_revert(int img_num)
{
	struct boot_swap_state state;

	if (!boot_mode_in(BOOT_MODES_SWAP) || boot_pair_is_bootloaders(img_num)) {
		return 0;
	}
	const int rc = boot_read_swap_state_by_id(2 * img_num, &state);
	return rc == 0 ? state.magic == BOOT_MAGIC_GOOD && state.swap_type == BOOT_SWAP_TYPE_REVERT
		       : rc;
}

int mcuboot_image_is_bootloader(int img_num, const struct dfu_image *image)
{
	if (!IS_ENABLED(CONFIG_SECURE_BOOT)) {
		return 0;
	}
	if (boot_is_bootloader_only(img_num)) {
		return 1;
	}
	const int rc = boot_bootloader_slot_of(img_num, image);

	return rc >= 0 ? 1 : rc == -ENOENT ? 0 : rc;
}
