/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trailers as regions of a slot: how many bytes, which pages.
 *
 * Wiping begins with the page of the magic, because the magic makes all else count: after a cut
 * anywhere the trailer is as before or has no magic. Pages are never skipped for reading blank; an
 * interrupted erase can read blank, too.
 */
#include "boot/boot_slot.h"
#include "flash/flash_caps.h"

static size_t block_of_area(int area_id)
{
	const struct flash_area *fa;

	return flash_area_open((uint8_t)area_id, &fa) == 0 ? flash_area_align(fa) : 0;
}

/*
 * The bootloader writes status in the primary slot and, where it has one, in the scratch area, and
 * lays the secondary's trailer out alike.
 */
size_t boot_slot_status_block(const struct flash_area *fa)
{
	size_t block = fa->fa_id < 2 * BOOT_IMAGES_MAX ? block_of_area(fa->fa_id & 0xfe) : 0;

	block = block == 0 ? flash_area_align(fa) : block;
	if (boot_arrangement()->mode == BOOT_MODE_SWAP_SCRATCH) {
		const size_t other = block_of_area(BOOT_SCRATCH_AREA_ID);

		block = other > block ? other : block;
	}
	return block;
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
	const int rc = boot_slot_page_start(fa, fa->fa_size - 1, start);
	return rc == 0 ? boot_slot_page_start(fa, first, start) : rc;
}

ssize_t boot_trailer_size(const struct flash_area *fa)
{
	const size_t len = trailer_length(boot_arrangement(), boot_slot_status_block(fa));

	return boot_slot_can_have_trailer(fa) && len <= fa->fa_size ? (ssize_t)len : -ENOTSUP;
}

int boot_trailer_wipe(const struct flash_area *fa, size_t *first)
{
	size_t lowest;
	size_t start;
	int rc = boot_slot_trailer_start(fa, &lowest);

	for (size_t end = fa->fa_size; rc == 0 && end > lowest; end = start) {
		start = lowest;
		if (flash_needs_erase(fa->fa_dev)) {
			rc = boot_slot_page_start(fa, end - 1, &start);
		} else if (end == fa->fa_size) {
			start = end - trailer_magic_room(boot_arrangement()->max_align);
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
