/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasing trailers that are torn.
 *
 * An erase takes whole pages, and an image may end in the page in which the trailer begins: then
 * nothing is erased.
 *
 * In a slot that does not run the magic goes first, because it makes all else count. In the primary
 * slot a swap has left its status and its swap_info behind, which are worse than a bad flag: with a
 * good magic and copy_done unset the bootloader takes them for a swap to go on with, swap-scratch
 * also with no magic at all. So there the order is
 *
 *     status, swap_size, swap_info    while magic and copy_done say that the swap is over
 *     magic                           without it nothing is to be reverted
 *     image_ok, then copy_done        the last thing that keeps swap-scratch from looking for
 * status
 *
 * With explicit erase, pages from the lowest up; magic and flags go together with the last one. An
 * erase of that page that is cut short may leave some status and no magic, so in swap-scratch there
 * must be no status in it.
 */
#include "boot/boot_repair.h"

#include <dfu/image.h>

#include "flash/flash_caps.h"

/* -EUCLEAN: the image that begins at base reaches behind limit, or its end cannot be found. */
static int look_for_image(const struct flash_area *fa, size_t base, size_t limit)
{
	const struct dfu_image_source source = dfu_image_source_flash(fa, base, fa->fa_size);
	enum dfu_image_fault fault = DFU_IMAGE_OK;
	struct dfu_image image;
	const int rc = dfu_image_open(&image, &source, &fault);

	if (rc != 0 && fault == DFU_IMAGE_OK) {
		return rc;
	}
	if (fault == DFU_IMAGE_NOT_AN_IMAGE) {
		return 0;
	}
	return rc != 0 || base > limit || image.total_size > limit - base ? -EUCLEAN : 0;
}

/* No image of the slot reaches behind limit. swap-offset has two places where one may begin. */
static int spare_images(const struct flash_area *fa, size_t limit)
{
	size_t upload;
	int rc = boot_slot_upload_start(fa, &upload);

	if (rc == 0) {
		rc = look_for_image(fa, 0, limit);
	}
	return rc == 0 && upload != 0 ? look_for_image(fa, upload, limit) : rc;
}

static int find_start(const struct flash_area *fa, size_t image_end, size_t *start)
{
	const int rc = boot_slot_trailer_start(fa, start);

	if (rc != 0) {
		return rc;
	}
	if (image_end != 0) {
		return image_end > *start ? -EUCLEAN : 0;
	}
	return spare_images(fa, *start);
}

int boot_repair_check(const struct flash_area *fa, size_t image_end)
{
	size_t start;

	return find_start(fa, image_end, &start);
}

static int flatten(const struct flash_area *fa, size_t start, size_t end)
{
	return end > start ? flash_area_flatten(fa, (off_t)start, end - start) : 0;
}

static int forget_blocks(const struct flash_area *fa, size_t start)
{
	const uint8_t align = boot_arrangement()->max_align;
	const size_t copy_done = fa->fa_size - trailer_distance(align, TRAILER_COPY_DONE);
	const size_t image_ok = fa->fa_size - trailer_distance(align, TRAILER_IMAGE_OK);
	const size_t magic = fa->fa_size - trailer_distance(align, TRAILER_MAGIC);
	int rc = flatten(fa, start, copy_done);

	rc = rc == 0 ? flatten(fa, magic, fa->fa_size) : rc;
	rc = rc == 0 ? flatten(fa, image_ok, magic) : rc;
	return rc == 0 ? flatten(fa, copy_done, image_ok) : rc;
}

/* The page with the flags may go at once: it has all of them, and none of what must go before. */
static int check_last_page(const struct flash_area *fa, size_t start, size_t last)
{
	const struct boot_arrangement *arrangement = boot_arrangement();
	const size_t fields =
		fa->fa_size - trailer_distance(arrangement->max_align, TRAILER_SWAP_INFO);

	if (last > fields) {
		return -EUCLEAN;
	}
	if (arrangement->mode != BOOT_MODE_SWAP_SCRATCH) {
		return 0;
	}
	const int rc = boot_slot_is_erased(fa, start > last ? start : last, fields);
	return rc == 0 ? -EUCLEAN : rc < 0 ? rc : 0;
}

static int forget_pages(const struct flash_area *fa, size_t start)
{
	size_t last;
	int rc = boot_slot_page_start(fa, fa->fa_size - 1, &last);

	if (rc == 0) {
		rc = check_last_page(fa, start, last);
	}
	rc = rc == 0 ? flatten(fa, start, last) : rc;
	return rc == 0 ? flatten(fa, last, fa->fa_size) : rc;
}

int boot_repair_forget(const struct flash_area *fa)
{
	size_t start;
	const int rc = find_start(fa, 0, &start);

	if (rc != 0) {
		return rc;
	}
	return flash_needs_erase(fa->fa_dev) ? forget_pages(fa, start) : forget_blocks(fa, start);
}
