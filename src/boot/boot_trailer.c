/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trailers as regions of a slot: how many bytes, which pages, and what is left for the image.
 *
 * Wiping begins with the page of the magic, because the magic makes all else count: after a cut
 * anywhere the trailer is as before or has no magic. Pages are never skipped for reading blank; an
 * interrupted erase can read blank, too.
 */
#include "boot/boot_slot.h"
#include "flash/flash_caps.h"

/* The bootloader writes status in the primary slot, and lays the secondary's trailer out alike. */
static size_t status_block(const struct flash_area *fa)
{
	const struct flash_area *primary = fa;

	if (fa->fa_id < 2 * BOOT_IMAGES_MAX && flash_area_open(fa->fa_id & 0xfe, &primary) != 0) {
		primary = fa;
	}
	return flash_area_align(primary);
}

/* Start of the page that holds a byte of the slot. */
static int page_start(const struct flash_area *fa, size_t off, size_t *start)
{
	struct flash_pages_info page;
	const int rc = flash_get_page_info_by_offs(fa->fa_dev, fa->fa_off + (off_t)off, &page);

	if (rc != 0) {
		return rc;
	}
	if (page.start_offset < fa->fa_off ||
	    !range_fits((size_t)(page.start_offset - fa->fa_off), page.size, fa->fa_size)) {
		return -EINVAL;
	}
	*start = (size_t)(page.start_offset - fa->fa_off);
	return 0;
}

int boot_slot_trailer_start(const struct flash_area *fa, size_t *start)
{
	const ssize_t len = boot_trailer_size(fa);

	if (len < 0) {
		return (int)len;
	}
	const size_t first = fa->fa_size - (size_t)len;
	if (!flash_needs_erase(fa->fa_dev)) {
		*start = round_down(first, flash_area_align(fa));
		return 0;
	}
	/* The pages above the first one must be the slot's, too. */
	const int rc = page_start(fa, fa->fa_size - 1, start);
	return rc == 0 ? page_start(fa, first, start) : rc;
}

ssize_t boot_trailer_size(const struct flash_area *fa)
{
	const struct boot_arrangement *arrangement = boot_arrangement_get();
	const size_t len = trailer_length(arrangement, status_block(fa));

	if (!trailer_fits(arrangement->max_align, flash_area_align(fa), fa->fa_size) ||
	    len > fa->fa_size) {
		return -ENOTSUP;
	}
	return (ssize_t)len;
}

int boot_trailer_wipe(const struct flash_area *fa, size_t *first)
{
	size_t lowest;
	size_t start;
	int rc = boot_slot_trailer_start(fa, &lowest);

	for (size_t end = fa->fa_size; rc == 0 && end > lowest; end = start) {
		start = lowest;
		if (flash_needs_erase(fa->fa_dev)) {
			rc = page_start(fa, end - 1, &start);
		} else if (end == fa->fa_size) {
			start = end - trailer_magic_room(boot_arrangement_get()->max_align);
		}
		if (rc == 0) {
			rc = flash_area_flatten(fa, (off_t)start, end - start);
		}
	}
	if (rc == 0 && first != NULL) {
		*first = lowest;
	}
	return rc;
}

/* The one size of the slot's pages. -EINVAL: one is not the slot's alone; -ENOTSUP: unequal ones.
 */
static int uniform_page(const struct flash_area *fa, size_t *size)
{
	struct flash_pages_info page = {0};
	size_t first = 0;

	for (size_t off = 0; off < fa->fa_size; off += page.size) {
		const off_t start = fa->fa_off + (off_t)off;
		const int rc = flash_get_page_info_by_offs(fa->fa_dev, start, &page);

		if (rc != 0) {
			return rc;
		}
		if (page.start_offset != start || page.size > fa->fa_size - off) {
			return -EINVAL;
		}
		if (off > 0 && page.size != first) {
			return -ENOTSUP;
		}
		first = page.size;
	}
	*size = first;
	return 0;
}

/* What a slot has left for an image beside whole pages of trailer, and what it must keep free. */
static ssize_t room(const struct flash_area *fa, size_t page_size, size_t keep)
{
	const ssize_t trailer = boot_trailer_size(fa);

	if (trailer < 0) {
		return trailer;
	}
	const size_t taken = round_up((size_t)trailer, page_size) + keep;
	return taken < fa->fa_size ? (ssize_t)(fa->fa_size - taken) : -ENOTSUP;
}

/*
 * swap-move swaps page by page: the pages of both slots must be of one size, and as many, or one
 * more in the primary. It first moves the primary up by one page, so the page below its trailer
 * stays free.
 */
static ssize_t room_to_move(const struct flash_area *primary, const struct flash_area *secondary)
{
	size_t page_size;
	size_t other_size;
	int rc = uniform_page(primary, &page_size);

	if (rc == 0) {
		rc = uniform_page(secondary, &other_size);
	}
	if (rc != 0) {
		return rc;
	}
	const size_t pages = primary->fa_size / page_size;
	const size_t others = secondary->fa_size / page_size;
	if (page_size != other_size || (pages != others && pages != others + 1) ||
	    pages > boot_arrangement_get()->max_sectors) {
		return -ENOTSUP;
	}
	const ssize_t here = room(primary, page_size, page_size);
	const ssize_t there = room(secondary, page_size, 0);
	return here < there ? here : there;
}

ssize_t boot_get_max_image_size(int image_index)
{
	const struct flash_area *primary;
	const struct flash_area *secondary;
	int rc = boot_slot_open(image_index, BOOT_PRIMARY, &primary);

	if (rc == 0) {
		rc = boot_slot_open_secondary(image_index, &secondary);
	}
	if (rc == 0 && boot_arrangement_get()->mode != BOOT_MODE_SWAP_MOVE) {
		rc = -ENOTSUP;
	}
	return rc == 0 ? room_to_move(primary, secondary) : rc;
}
