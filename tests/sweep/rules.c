/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <errno.h>

#include "images.h"

#define SECTORS_MAX 128

#define SWAPS .has_trailer = true, .reverts = true, .confirms = true
#define DIRECT .is_direct = true, .alternates = true
#define DIRECT_REVERT SWAPS, DIRECT

const struct mode_rules mode_rules[BOOT_MODE_COUNT] = {
	[BOOT_MODE_SWAP_SCRATCH] = {SWAPS},
	[BOOT_MODE_SWAP_MOVE] = {SWAPS},
	[BOOT_MODE_SWAP_OFFSET] = {SWAPS},
	[BOOT_MODE_OVERWRITE_ONLY] = {.has_trailer = true, .confirms = true},
	[BOOT_MODE_DIRECT_XIP] = {DIRECT},
	[BOOT_MODE_DIRECT_XIP_REVERT] = {DIRECT_REVERT},
	[BOOT_MODE_RAM_LOAD] = {DIRECT, .flags = IMAGE_RAM_LOAD},
	[BOOT_MODE_RAM_LOAD_REVERT] = {DIRECT_REVERT, .flags = IMAGE_RAM_LOAD},
	[BOOT_MODE_FIRMWARE_LOADER] = {.is_direct = true, .by_loader = true},
};

static size_t up(size_t n, size_t unit)
{
	return (n + unit - 1) / unit * unit;
}

static size_t less(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Flags, magic: at alignments 8, 16, 32 these are 40, 64 and 128 bytes. */
static size_t from_swap_info(void)
{
	return rig.what.align == 8 ? 40 : rig.what.align == 16 ? 64 : 128;
}

/*
 * Status records, in write blocks of the primary slot: three a sector, in swap-offset two. Where
 * nothing is swapped there are none, and in most of these modes no swap_size.
 */
static size_t trailer(void)
{
	const size_t records = SECTORS_MAX * rig.slots[0].block;

	switch (rig.what.mode) {
	case BOOT_MODE_SWAP_SCRATCH:
	case BOOT_MODE_SWAP_MOVE:
		return 3 * records + rig.what.align + from_swap_info();
	case BOOT_MODE_SWAP_OFFSET:
		return 2 * records + 2 * (size_t)rig.what.align + from_swap_info();
	case BOOT_MODE_FIRMWARE_LOADER:
		return rig.what.align + from_swap_info();
	default:
		return from_swap_info();
	}
}

static bool pages_are_equal(const struct rig_slot *slot)
{
	return slot->page_min == slot->page_max;
}

/* Sector by sector: all of one size, and in the slot that keeps one free perhaps one more. */
static const char *no_pairs(const struct rig_slot *roomy, const struct rig_slot *other)
{
	if (!pages_are_equal(roomy) || !pages_are_equal(other) ||
	    roomy->page_min != other->page_min) {
		return "sectors change places with the next one, so all are of one size";
	}
	if (roomy->pages != other->pages && roomy->pages != other->pages + 1) {
		return "one slot has as many sectors as the other, or one more";
	}
	return roomy->pages > SECTORS_MAX ? "more sectors than the bootloader counts" : NULL;
}

/* Wherever pages of both slots end together, one of them has come a single page. */
static const char *no_groups(void)
{
	const struct rig_slot *a = &rig.slots[0];
	const struct rig_slot *b = &rig.slots[1];
	size_t end;

	if (a->size != b->size) {
		return "slots of different size";
	}
	for (size_t off = 0; off < a->size; off = end) {
		const struct rig_page here = rig_page_at(a, off);
		const struct rig_page there = rig_page_at(b, off);
		const size_t larger = here.size > there.size ? here.size : there.size;

		end = off + larger;
		if (here.start != off || there.start != off ||
		    (end < a->size &&
		     (rig_page_at(a, end).start != end || rig_page_at(b, end).start != end))) {
			return "pages that are no multiples of each other";
		}
		if (rig.what.mode == BOOT_MODE_SWAP_SCRATCH && larger > rig.scratch_size) {
			return "a page larger than the scratch area";
		}
	}
	return NULL;
}

/* Whole pages of trailer, and what the mode keeps free besides. */
static size_t below_pages(const struct rig_slot *slot, bool keeps_one)
{
	return less(slot->size, up(trailer(), slot->page_max) + (keeps_one ? slot->page_max : 0));
}

static size_t below_trailer(void)
{
	return less(rig.slots[0].size, trailer());
}

/*
 * While the sector in which the trailer begins is in the scratch area, the trailer of that area
 * lies at its end: three records, four fields, the magic.
 */
static size_t below_scratch_trailer(void)
{
	const size_t own = 3 * rig.slots[0].block + rig.what.align + from_swap_info();
	const size_t first = below_trailer();
	const struct rig_page here = rig_page_at(&rig.slots[0], first);
	const struct rig_page there = rig_page_at(&rig.slots[1], first);
	const size_t end = here.start + here.size > there.start + there.size
				   ? here.start + here.size
				   : there.start + there.size;

	return smaller(first, less(end, own));
}

static struct expectation refused(int rc, const char *why)
{
	return (struct expectation){.rc = rc, .why = why};
}

/* Where an image may end so that the first page that holds trailer is not also its. */
static size_t end_of_room(const struct rig_slot *slot)
{
	const size_t end = less(slot->size, trailer());

	return slot->no_erase ? end / slot->block * slot->block : rig_page_at(slot, end).start;
}

static size_t largest(const struct rig_slot *slot, const char **why)
{
	const struct rig_slot *primary = &rig.slots[0];
	const struct rig_slot *secondary = &rig.slots[1];

	switch (rig.what.mode) {
	case BOOT_MODE_SWAP_MOVE:
		*why = no_pairs(primary, secondary);
		return smaller(below_pages(primary, true), below_pages(secondary, false));
	case BOOT_MODE_SWAP_OFFSET:
		*why = no_pairs(secondary, primary);
		return smaller(below_pages(primary, false), below_pages(secondary, true));
	case BOOT_MODE_SWAP_SCRATCH:
		*why = no_groups();
		return *why == NULL && below_trailer() > 0 ? below_scratch_trailer() : 0;
	case BOOT_MODE_OVERWRITE_ONLY:
		*why = no_groups();
		return below_trailer();
	default:
		return less(slot->size, trailer());
	}
}

struct expectation expect(int slot_index)
{
	const struct rig_slot *slot = &rig.slots[slot_index];
	const struct mode_rules *rules = &mode_rules[rig.what.mode];
	const bool can_have_trailers = rig.slots[0].block <= rig.what.align &&
				       rig.slots[1].block <= rig.what.align;
	struct expectation hope = {0};

	if (rig.what.mode == BOOT_MODE_SINGLE_SLOT) {
		return refused(-ENODEV, "there is no slot to upload to");
	}
	if (rules->has_trailer && !can_have_trailers) {
		return refused(-ENOTSUP, "two fields of a trailer would share a write block");
	}
	hope.largest = largest(slot, &hope.why);
	if (hope.why == NULL && hope.largest == 0) {
		hope.why = "no byte is left for an image";
	}
	if (hope.why != NULL) {
		return refused(-ENOTSUP, hope.why);
	}
	hope.start = rig.what.mode == BOOT_MODE_SWAP_OFFSET ? slot->page_max : 0;
	hope.cancellable = rules->is_direct ? hope.largest : less(end_of_room(slot), hope.start);
	return hope;
}
