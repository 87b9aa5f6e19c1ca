/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trailers as regions of a slot: how many bytes, which pages, and what is left for the image.
 *
 * Wiping begins with the page of the magic, because the magic makes all else count: after a cut
 * anywhere the trailer is as before or has no magic. Pages are never skipped for reading blank; an
 * interrupted erase can read blank, too.
 */
#include "boot/boot_slot.h"

static bool has_erase(const struct flash_area *fa)
{
	return flash_params_get_erase_cap(flash_get_parameters(fa->fa_dev)) != 0;
}

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

/* Start of the first page that holds trailer; the pages above it are the slot's, too. */
static int first_page(const struct flash_area *fa, size_t *start)
{
	const ssize_t len = boot_trailer_size(fa);

	if (len < 0) {
		return (int)len;
	}
	const int rc = page_start(fa, fa->fa_size - 1, start);
	return rc == 0 ? page_start(fa, fa->fa_size - (size_t)len, start) : rc;
}

int boot_slot_trailer_start(const struct flash_area *fa, size_t *start)
{
	if (has_erase(fa)) {
		return first_page(fa, start);
	}
	const ssize_t len = boot_trailer_size(fa);
	if (len < 0) {
		return (int)len;
	}
	*start = round_down(fa->fa_size - (size_t)len, flash_area_align(fa));
	return 0;
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
		if (has_erase(fa)) {
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

/*
 * swap-move moves the primary up by one page before it swaps: the page below its trailer stays
 * free.
 */
ssize_t boot_get_max_image_size(int image_index)
{
	const struct flash_area *primary;
	const struct flash_area *secondary;
	size_t primary_end;
	size_t secondary_end;
	int rc = boot_slot_open(image_index, BOOT_PRIMARY, &primary);

	if (rc == 0) {
		rc = boot_slot_open_secondary(image_index, &secondary);
	}
	if (rc == 0 && boot_arrangement_get()->mode != BOOT_MODE_SWAP_MOVE) {
		rc = -ENOTSUP;
	}
	if (rc == 0) {
		rc = first_page(secondary, &secondary_end);
	}
	if (rc == 0) {
		rc = first_page(primary, &primary_end);
	}
	if (rc == 0) {
		rc = primary_end == 0 ? -ENOTSUP
				      : page_start(primary, primary_end - 1, &primary_end);
	}
	return rc == 0 ? (ssize_t)min_size(primary_end, secondary_end) : rc;
}
