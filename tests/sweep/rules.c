/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <errno.h>

#include "images.h"

#define SECTORS_MAX 128

const struct mode_rules mode_rules[BOOT_MODE_COUNT] = {
	[BOOT_MODE_SWAP_SCRATCH] = {.has_trailer = true, .reverts = true},
	[BOOT_MODE_SWAP_MOVE] = {.has_trailer = true, .reverts = true},
	[BOOT_MODE_SWAP_OFFSET] = {.has_trailer = true, .reverts = true},
	[BOOT_MODE_OVERWRITE_ONLY] = {.has_trailer = true},
	[BOOT_MODE_DIRECT_XIP] = {.is_direct = true, .alternates = true},
	[BOOT_MODE_DIRECT_XIP_REVERT] = {.has_trailer = true,
					 .reverts = true,
					 .is_direct = true,
					 .alternates = true},
	[BOOT_MODE_RAM_LOAD] = {.is_direct = true, .alternates = true, .flags = IMAGE_RAM_LOAD},
	[BOOT_MODE_RAM_LOAD_REVERT] = {.has_trailer = true,
				       .reverts = true,
				       .is_direct = true,
				       .alternates = true,
				       .flags = IMAGE_RAM_LOAD},
	[BOOT_MODE_FIRMWARE_LOADER] = {.is_direct = true, .first = 1},
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

/* Status records are in write blocks of the primary slot, three a sector, two in swap-offset. */
static size_t trailer(void)
{
	const size_t block = rig.slots[0].block;

	if (rig.what.mode == BOOT_MODE_SWAP_OFFSET) {
		return 2 * SECTORS_MAX * block + from_swap_info() + 2 * (size_t)rig.what.align;
	}
	return 3 * SECTORS_MAX * block + from_swap_info() + rig.what.align;
}

static bool pages_are_equal(const struct rig_slot *slot)
{
	return slot->page_min == slot->page_max;
}

static const char *no_move(void)
{
	const struct rig_slot *a = &rig.slots[0];
	const struct rig_slot *b = &rig.slots[1];

	if (!pages_are_equal(a) || !pages_are_equal(b) || a->page_min != b->page_min) {
		return "sectors move by one, so all are of one size";
	}
	if (a->pages != b->pages && a->pages != b->pages + 1) {
		return "the primary has as many sectors as the secondary, or one more";
	}
	return a->pages > SECTORS_MAX ? "more sectors than the bootloader counts" : NULL;
}

/* What pages a slot's trailer takes, from its end. */
static size_t trailer_pages(const struct rig_slot *slot)
{
	return up(trailer(), slot->page_max);
}

static size_t largest_to_move(void)
{
	const size_t primary = less(rig.slots[0].size, trailer_pages(&rig.slots[0]));

	return smaller(less(primary, rig.slots[0].page_max),
		       less(rig.slots[1].size, trailer_pages(&rig.slots[1])));
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

struct expectation expect(int slot_index)
{
	const struct rig_slot *slot = &rig.slots[slot_index];
	const struct mode_rules *rules = &mode_rules[rig.what.mode];
	const char *why = NULL;
	size_t largest = 0;

	if (rules->has_trailer &&
	    (rig.slots[0].block > rig.what.align || rig.slots[1].block > rig.what.align)) {
		return refused(-ENOTSUP, "two fields of a trailer would share a write block");
	}
	switch (rig.what.mode) {
	case BOOT_MODE_SWAP_MOVE:
		why = no_move();
		largest = largest_to_move();
		break;
	default:
		return refused(-ENODEV, "there is no slot to upload to");
	}
	if (why == NULL && largest == 0) {
		why = "no byte is left for an image";
	}
	if (why != NULL) {
		return refused(-ENOTSUP, why);
	}
	return (struct expectation){.largest = largest, .cancellable = end_of_room(slot)};
}
