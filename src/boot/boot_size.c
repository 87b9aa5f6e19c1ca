/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large an image may be. The bootloader takes a larger one for invalid and erases it, and a
 * request in slots that do not go together stays pending for ever, or ends every boot: all that is
 * said here before anything is written.
 *
 *     swap-scratch     below the trailer, and below what the scratch area's own trailer needs in
 *                      the first page that holds trailer
 *     swap-move        below the trailer's pages; in the primary a page less, to move by
 *     swap-offset      below the trailer's pages; in the secondary a page less, to begin behind
 *     all others       below the fields: nothing is swapped, so there is no status
 *
 * A pair for bootloaders alone has one slot: below its trailer, and not above the larger one of S0
 * and S1; whether an image fits the one that it is for, is seen when it is there.
 *
 * Swapping goes page by page. Where a scratch area helps, and where the secondary is only copied,
 * one page of a slot may lie against several of the other.
 */
#include "boot/boot_bootloader.h"
#include "boot/boot_slot.h"

/* The pages of a slot from its start up to and including the one looked at last. */
struct pages {
	const struct flash_area *fa;
	size_t end;  /* offset in the slot */
	size_t last; /* bytes of the last one */
	size_t count;
	bool is_mixed; /* they are of several sizes */
};

/* -EINVAL: the page is not the slot's alone. */
static int next_page(struct pages *pages)
{
	const struct flash_area *fa = pages->fa;
	struct flash_pages_info page;
	const int rc = boot_slot_page(fa, pages->end, &page);

	if (rc != 0) {
		return rc;
	}
	if (page.start_offset != (off_t)pages->end || page.size > fa->fa_size - pages->end) {
		return -EINVAL;
	}
	if (pages->count > 0 && page.size != pages->last) {
		pages->is_mixed = true;
	}
	pages->end += page.size;
	pages->last = page.size;
	pages->count++;
	return 0;
}

static bool has_more(const struct pages *pages)
{
	return pages->end < pages->fa->fa_size;
}

static int walk(struct pages *pages)
{
	int rc = 0;

	while (rc == 0 && has_more(pages)) {
		rc = next_page(pages);
	}
	return rc;
}

/*
 * Take pages of both slots up to the next offset at which both have a boundary: several of one
 * against one of the other. -ENOTSUP: there is none, or both sides would be several.
 */
static int next_group(struct pages *a, struct pages *b, size_t *size)
{
	const size_t start = a->end;
	const size_t a_count = a->count;
	const size_t b_count = b->count;
	int rc = next_page(a);

	rc = rc == 0 ? next_page(b) : rc;
	while (rc == 0 && a->end != b->end) {
		struct pages *behind = a->end < b->end ? a : b;

		rc = has_more(behind) ? next_page(behind) : -ENOTSUP;
	}
	if (rc == 0 && a->count - a_count > 1 && b->count - b_count > 1) {
		rc = -ENOTSUP;
	}
	if (rc == 0) {
		*size = a->end - start;
	}
	return rc;
}

/* Whether two slots go together page by page; the largest piece that is exchanged at once. */
static int match_pages(const struct flash_area *primary, const struct flash_area *secondary,
		       size_t *largest)
{
	const size_t max_sectors = boot_arrangement()->max_sectors;
	struct pages here = {.fa = primary};
	struct pages there = {.fa = secondary};
	size_t size;

	*largest = 0;
	while (has_more(&here) && has_more(&there)) {
		const int rc = next_group(&here, &there, &size);

		if (rc != 0) {
			return rc;
		}
		*largest = size > *largest ? size : *largest;
	}
	if (primary->fa_size != secondary->fa_size || here.count > max_sectors ||
	    there.count > max_sectors) {
		return -ENOTSUP;
	}
	return 0;
}

/* End of the page that holds a byte of the slot. */
static int page_end(const struct flash_area *fa, size_t off, size_t *end)
{
	struct flash_pages_info page;
	const int rc = boot_slot_page(fa, off, &page);

	if (rc == 0) {
		*end = (size_t)page.start_offset + page.size;
	}
	return rc;
}

/*
 * The piece with the trailer's first page goes through the scratch area, whose end its own trailer
 * takes: at least that much of the piece must be no image.
 */
static ssize_t room_below_trailer(const struct flash_area *primary,
				  const struct flash_area *secondary)
{
	const ssize_t trailer = boot_trailer_size(primary);
	size_t end;
	size_t other_end;

	if (trailer < 0) {
		return trailer;
	}
	const size_t first = primary->fa_size - (size_t)trailer;
	int rc = page_end(primary, first, &end);
	rc = rc == 0 ? page_end(secondary, first, &other_end) : rc;
	if (rc != 0) {
		return rc;
	}
	end = other_end > end ? other_end : end;
	const size_t in_scratch =
		trailer_length_in_scratch(boot_arrangement(), boot_slot_status_block(primary));
	const size_t taken = end - first < in_scratch ? in_scratch : end - first;
	return taken < end ? (ssize_t)(end - taken) : -ENOTSUP;
}

static ssize_t room_by_scratch(const struct flash_area *primary, const struct flash_area *secondary)
{
	const struct flash_area *scratch;
	size_t largest;
	int rc = match_pages(primary, secondary, &largest);

	if (rc != 0) {
		return rc;
	}
	rc = flash_area_open(BOOT_SCRATCH_AREA_ID, &scratch);
	if (rc == 0 && largest > scratch->fa_size) {
		return -ENOTSUP;
	}
	return rc == 0 || rc == -ENOENT ? room_below_trailer(primary, secondary) : rc;
}

static ssize_t room_below_fields(const struct flash_area *fa)
{
	const struct boot_arrangement *arrangement = boot_arrangement();
	const size_t size = round_down(fa->fa_size, arrangement->max_align);
	const size_t taken = trailer_length(arrangement, flash_area_align(fa));

	return taken < size ? (ssize_t)(size - taken) : -ENOTSUP;
}

static ssize_t room_by_overwriting(const struct flash_area *primary,
				   const struct flash_area *secondary)
{
	size_t largest;
	const int rc = match_pages(primary, secondary, &largest);

	return rc == 0 ? room_below_fields(primary) : rc;
}

/* What a slot has left for an image beside whole pages of trailer, and what it must keep free. */
static ssize_t room_in_pages(const struct flash_area *fa, size_t page, size_t keep)
{
	const ssize_t trailer = boot_trailer_size(fa);

	if (trailer < 0) {
		return trailer;
	}
	const size_t taken = round_up((size_t)trailer, page) + keep;
	return taken < fa->fa_size ? (ssize_t)(fa->fa_size - taken) : -ENOTSUP;
}

/*
 * All pages of one size, and as many, or one more in the slot that needs a page to spare: the
 * primary to move by, the secondary to begin behind.
 */
static ssize_t room_by_pages(const struct flash_area *primary, const struct flash_area *secondary)
{
	const bool is_offset = boot_arrangement()->mode == BOOT_MODE_SWAP_OFFSET;
	struct pages here = {.fa = primary};
	struct pages there = {.fa = secondary};
	int rc = walk(&here);

	rc = rc == 0 ? walk(&there) : rc;
	if (rc != 0) {
		return rc;
	}
	const size_t fewer = is_offset ? here.count : there.count;
	const size_t more = is_offset ? there.count : here.count;
	if (here.is_mixed || there.is_mixed || here.last != there.last ||
	    (more != fewer && more != fewer + 1) || more > boot_arrangement()->max_sectors) {
		return -ENOTSUP;
	}
	const ssize_t in_primary = room_in_pages(primary, here.last, is_offset ? 0 : here.last);
	const ssize_t in_secondary = room_in_pages(secondary, here.last, is_offset ? here.last : 0);
	return in_primary < in_secondary ? in_primary : in_secondary;
}

/* Where nothing is swapped or copied there is one slot to look at. */
static ssize_t room_alone(int area)
{
	const struct flash_area *fa;
	int rc = flash_area_open((uint8_t)area, &fa);

	if (rc != 0) {
		return rc;
	}
	struct pages pages = {.fa = fa};
	rc = walk(&pages);
	if (rc == 0 && boot_needs_trailer()) {
		rc = boot_slot_can_have_trailer(fa) ? 0 : -ENOTSUP;
	}
	return rc == 0 ? room_below_fields(fa) : rc;
}

/* Bytes of S0 or S1; 0 if there is none. */
static ssize_t room_for_copy(uint8_t area)
{
	const struct flash_area *fa;
	int rc = flash_area_open(area, &fa);

	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	struct pages pages = {.fa = fa};
	rc = walk(&pages);
	return rc == 0 ? (ssize_t)fa->fa_size : rc;
}

static ssize_t room_for_bootloader(int image_index)
{
	const ssize_t s0 = room_for_copy(BOOT_S0_AREA_ID);
	const ssize_t s1 = room_for_copy(BOOT_S1_AREA_ID);
	const struct flash_area *fa;
	size_t start;
	int rc = boot_slot_open_secondary(image_index, &fa);

	if (s0 < 0 || s1 < 0) {
		return s0 < 0 ? s0 : s1;
	}
	if (rc != 0) {
		return rc;
	}
	struct pages pages = {.fa = fa};
	rc = walk(&pages);
	rc = rc == 0 ? boot_slot_upload_start(fa, &start) : rc;
	if (rc != 0) {
		return rc;
	}
	const ssize_t copy = s0 > s1 ? s0 : s1;
	const ssize_t trailer = boot_trailer_size(fa);
	if (trailer < 0 || pages.count > boot_arrangement()->max_sectors ||
	    start >= fa->fa_size - (size_t)trailer) {
		return -ENOTSUP;
	}
	const ssize_t room = (ssize_t)(fa->fa_size - (size_t)trailer - start);
	return room < copy ? room : copy;
}

static ssize_t room_in_pair(int image_index)
{
	const struct flash_area *primary;
	const struct flash_area *secondary;
	int rc = boot_slot_open(image_index, BOOT_PRIMARY, &primary);

	if (rc == 0) {
		rc = boot_slot_open_secondary(image_index, &secondary);
	}
	if (rc != 0) {
		return rc;
	}
	if (!boot_slot_can_have_trailer(primary) || !boot_slot_can_have_trailer(secondary)) {
		return -ENOTSUP;
	}
	switch (boot_arrangement()->mode) {
	case BOOT_MODE_SWAP_SCRATCH:
		return room_by_scratch(primary, secondary);
	case BOOT_MODE_OVERWRITE_ONLY:
		return room_by_overwriting(primary, secondary);
	default:
		return room_by_pages(primary, secondary);
	}
}

ssize_t boot_get_max_image_size(int image_index)
{
	int area;

	if (boot_pair_is_bootloaders(image_index)) {
		return boot_mode_in(BOOT_MODES_SWAP) ? room_for_bootloader(image_index) : -ENOTSUP;
	}
	switch (boot_arrangement()->mode) {
	case BOOT_MODE_DIRECT_XIP:
	case BOOT_MODE_DIRECT_XIP_REVERT:
	case BOOT_MODE_RAM_LOAD:
	case BOOT_MODE_RAM_LOAD_REVERT:
		area = boot_upload_area(image_index);
		return area < 0 ? area : room_alone(area);
	case BOOT_MODE_SINGLE_SLOT:
	case BOOT_MODE_FIRMWARE_LOADER:
		return boot_image_exists(image_index) ? room_alone(2 * image_index) : -EINVAL;
	default:
		return room_in_pair(image_index);
	}
}
