/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots as areas of flash: where they are, their pages, what may be a header in them.
 *
 * A page that a slot shares with a neighbour is never erased, so whoever looks for one to erase
 * asks for a page that is the slot's alone.
 */
#include <dfu/image.h>

#include "boot/boot_slot.h"
#include "flash/flash_caps.h"

#define CHUNK 32

bool boot_image_exists(int image_index)
{
	return image_index >= 0 && image_index < boot_arrangement()->images;
}

int boot_slot_open(int image_index, enum boot_slot slot, const struct flash_area **fa)
{
	if (!boot_image_exists(image_index)) {
		return -EINVAL;
	}
	return flash_area_open((uint8_t)(2 * image_index + (int)slot), fa);
}

int boot_slot_open_secondary(int image_index, const struct flash_area **fa)
{
	const int rc = boot_slot_open(image_index, BOOT_SECONDARY, fa);

	return rc == -ENOENT ? -ENODEV : rc;
}

int boot_slot_open_running(int image_index, const struct flash_area **fa)
{
	const int slot = boot_slot_running(image_index);

	return slot < 0 ? slot : boot_slot_open(image_index, (enum boot_slot)slot, fa);
}

int boot_slot_page(const struct flash_area *fa, size_t off, struct flash_pages_info *page)
{
	const int rc = flash_get_page_info_by_offs(fa->fa_dev, fa->fa_off + (off_t)off, page);

	if (rc == 0) {
		page->start_offset -= fa->fa_off;
	}
	return rc;
}

int boot_slot_page_start(const struct flash_area *fa, size_t off, size_t *start)
{
	struct flash_pages_info page;
	const int rc = boot_slot_page(fa, off, &page);

	if (rc != 0) {
		return rc;
	}
	if (page.start_offset < 0 ||
	    !range_fits((size_t)page.start_offset, page.size, fa->fa_size)) {
		return -EINVAL;
	}
	*start = (size_t)page.start_offset;
	return 0;
}

int boot_slot_upload_start(const struct flash_area *fa, size_t *start)
{
	const struct boot_arrangement *arrangement = boot_arrangement();
	struct flash_pages_info page;
	int rc = 0;

	page.size = 0;
	if (arrangement->mode == BOOT_MODE_SWAP_OFFSET && fa->fa_id < 2 * arrangement->images &&
	    fa->fa_id % 2 == BOOT_SECONDARY) {
		rc = boot_slot_page(fa, 0, &page);
	}
	if (rc == 0) {
		*start = page.size;
	}
	return rc;
}

int boot_slot_is_erased(const struct flash_area *fa, size_t start, size_t end)
{
	uint8_t bytes[CHUNK];

	for (size_t len; start < end; start += len) {
		len = min_size(end - start, sizeof(bytes));
		const int rc = flash_area_read(fa, (off_t)start, bytes, len);

		if (rc != 0) {
			return rc;
		}
		if (!bytes_are(bytes, len, flash_area_erased_val(fa))) {
			return 0;
		}
	}
	return 1;
}

int boot_slot_clear_header(const struct flash_area *fa, size_t off, size_t erased_from, size_t *end)
{
	struct flash_pages_info page = {
		.size = round_up(DFU_IMAGE_HEADER_LEN, flash_area_align(fa)),
	};
	int rc = 0;

	if (flash_needs_erase(fa->fa_dev)) {
		rc = boot_slot_page(fa, off, &page);
	}
	if (rc != 0) {
		return rc;
	}
	const size_t to = off + page.size > *end ? off + page.size : *end;
	rc = off < erased_from ? flash_area_flatten(fa, (off_t)off, to - off) : 0;
	if (rc == 0) {
		*end = to;
	}
	return rc;
}
