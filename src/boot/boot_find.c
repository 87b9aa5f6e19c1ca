/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which image a pair will run after the next reset.
 *
 * A bootloader with a primary slot runs that one, unless the trailers ask for an exchange: then it
 * is the secondary's. A new image lies where uploads go; one that is to be reverted lies at the
 * start, where the exchange has put it. The direct modes compare what both slots hold: the higher
 * version is started, of equal ones the primary's; with revert only what has a magic and is not
 * about to be given up.
 *
 * A bootloader on its way to S0 or S1 is not what a pair will run: it does not change that.
 *
 * That the images are whole was judged when they were made pending.
 */
#include "boot/boot_bootloader.h"
#include "boot/boot_judge.h"
#include "boot/boot_slot.h"
#include "common/bytes.h"

int boot_find_image(int area_id, size_t base, struct boot_found *found)
{
	uint8_t raw[DFU_IMAGE_HEADER_LEN];
	int rc = flash_area_open((uint8_t)area_id, &found->fa);

	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	if (!range_fits(base, sizeof(raw), found->fa->fa_size)) {
		return 0;
	}
	rc = flash_area_read(found->fa, (off_t)base, raw, sizeof(raw));
	if (rc != 0) {
		return rc;
	}
	found->source = dfu_image_source_flash(found->fa, base, found->fa->fa_size);
	return dfu_image_header_decode(&found->header, raw) == 0;
}

enum dfu_image_fault boot_place_fault(const struct dfu_image_header *header,
				      const struct flash_area *fa)
{
	switch (boot_arrangement()->mode) {
	case BOOT_MODE_DIRECT_XIP:
	case BOOT_MODE_DIRECT_XIP_REVERT:
		/* The bootloader compares with the offset on the flash device, not on a bus. */
		return (header->flags & DFU_IMAGE_F_ROM_FIXED) != 0 &&
				       header->load_addr != (uint64_t)fa->fa_off
			       ? DFU_IMAGE_ADDRESS
			       : DFU_IMAGE_OK;
	case BOOT_MODE_RAM_LOAD:
	case BOOT_MODE_RAM_LOAD_REVERT:
		return (header->flags & DFU_IMAGE_F_RAM_LOAD) == 0 ? DFU_IMAGE_NOT_RAM_LOAD
								   : DFU_IMAGE_OK;
	default:
		return DFU_IMAGE_OK;
	}
}

/* 1: it may be started; 0: it will be given up; negative: from the device. */
static int is_kept(const struct flash_area *fa)
{
	struct boot_swap_state state;

	if (!boot_needs_trailer()) {
		return 1;
	}
	const int rc = boot_read_swap_state(fa, &state);
	if (rc != 0) {
		return rc;
	}
	return state.magic == BOOT_MAGIC_GOOD && !boot_is_given_up(&state);
}

int boot_find_startable(int area_id, struct boot_found *found)
{
	const int rc = boot_find_image(area_id, 0, found);

	if (rc <= 0 || boot_place_fault(&found->header, found->fa) != DFU_IMAGE_OK) {
		return rc < 0 ? rc : 0;
	}
	return is_kept(found->fa);
}

static int find_best(int image_index, struct boot_found *found)
{
	struct boot_found other;
	const int first = boot_find_startable(2 * image_index, found);
	const int second = first < 0 ? first : boot_find_startable(2 * image_index + 1, &other);

	if (second <= 0) {
		return second < 0 ? second : first;
	}
	if (first == 0 ||
	    dfu_image_version_compare(&other.header.version, &found->header.version) > 0) {
		*found = other;
	}
	return 1;
}

/* Where uploads go, whatever lies there now. */
static int find_upload(int area_id, struct boot_found *found)
{
	const struct flash_area *fa;
	size_t start;
	int rc = flash_area_open((uint8_t)area_id, &fa);

	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	rc = boot_slot_upload_start(fa, &start);
	return rc == 0 ? boot_find_image(area_id, start, found) : rc;
}

/* An image that cannot be read to its end is none; whoever reads on finds that, too. */
static DFU_NOINLINE bool is_bootloader(int image_index, const struct boot_found *found)
{
	struct dfu_image image;

	return IS_ENABLED(CONFIG_SECURE_BOOT) && image_index == boot_bootloader_image() &&
	       dfu_image_open(&image, &found->source, NULL) == 0 &&
	       boot_bootloader_slot_of(image_index, &image) >= 0;
}

static int find_by_trailers(int image_index, struct boot_found *found)
{
	const int secondary = 2 * image_index + 1;
	const struct flash_area *primary;
	int type = flash_area_open((uint8_t)(secondary - 1), &primary);

	/* A device may lack the pair, though no bootloader starts it then. */
	if (type != 0) {
		return type == -ENOENT ? 0 : type;
	}
	type = mcuboot_swap_type_multi(image_index);
	switch (type) {
	case BOOT_SWAP_TYPE_NONE:
		return boot_find_image(secondary - 1, 0, found);
	case BOOT_SWAP_TYPE_REVERT:
		return boot_find_image(secondary, 0, found);
	default:
		type = type < 0 ? type : find_upload(secondary, found);
		if (type == 1 && is_bootloader(image_index, found)) {
			return boot_find_image(secondary - 1, 0, found);
		}
		return type;
	}
}

/* An upload whose header is not in flash; results as boot_find_image(). */
static int find_held(int image_index, boot_held_header held, int area_id, struct boot_found *found)
{
	size_t start;
	int rc = held != NULL ? held(image_index, found->held) : -ENOENT;

	if (rc != 0 || dfu_image_header_decode(&found->header, found->held) != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	rc = flash_area_open((uint8_t)area_id, &found->fa);
	if (rc == 0) {
		rc = boot_slot_upload_start(found->fa, &start);
	}
	if (rc != 0) {
		return rc;
	}
	found->source = dfu_image_source_flash(found->fa, start, found->fa->fa_size);
	found->source.head = found->held;
	found->source.head_len = sizeof(found->held);
	return 1;
}

static int find_together(int image_index, boot_held_header held, struct boot_found *found)
{
	const int area = boot_upload_area(image_index);
	const int rc = area < 0 ? area : find_held(image_index, held, area, found);

	return rc == 0 ? find_upload(area, found) : rc;
}

/* An upload that is still a file; results as boot_find_image(). */
static int find_file(const struct dfu_image_source *file, struct boot_found *found)
{
	struct dfu_image image;
	enum dfu_image_fault fault = DFU_IMAGE_OK;
	const int rc = dfu_image_open(&image, file, &fault);

	if (rc != 0) {
		return fault != DFU_IMAGE_OK ? 0 : rc;
	}
	found->source = image.source;
	found->header = image.header;
	return 1;
}

int boot_find_next(int image_index, const struct boot_candidate *candidate,
		   struct boot_found *found)
{
	if ((candidate->together >> image_index & 1) != 0) {
		const int rc = candidate->files != NULL
				       ? find_file(&candidate->files[image_index], found)
				       : find_together(image_index, candidate->held, found);

		if (rc < 0 || (rc == 1 && !is_bootloader(image_index, found))) {
			return rc;
		}
	}
	return boot_is_direct() ? find_best(image_index, found)
				: find_by_trailers(image_index, found);
}
