/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots that do not begin or end with a page: no download begins there, in any mode, and flash
 * stays as it was. Neither does one begin beside a primary slot like that, which an update would
 * swap or overwrite; where the other slot is only run from, its bounds are nobody's business.
 */
#include <errno.h>
#include <stdio.h>

#include <dfu/dfu_target.h>

#include "life.h"

#define TINY 600
#define PAGE 4096

static const struct rig_layout layout = {"16x4K", "16x4K", "16x4K", "2x4K"};
static const size_t blocks[] = {1, 4, 8};

/* From the slot's own bounds, in 32nds of a page. */
static const struct {
	const char *name;
	size_t start;
	long more; /* bytes of slot */
} bounds[] = {
	{"begins inside a page", 16, -16},
	{"ends inside a page", 0, -16},
	{"ends inside the next page", 0, 1},
	{"begins and ends inside a page", 1, 0},
	{"begins a little before the second page", 31, -31},
};

static unsigned int refusals;

static void try_bounds(const struct rig_case *what, size_t which, int moved)
{
	const struct mode_rules *rules = &mode_rules[what->mode];

	CHECK(rig_open(what));
	life_factory(TINY);
	rig_move_slot(moved, bounds[which].start * PAGE / 32,
		      (size_t)(16 * PAGE + bounds[which].more * PAGE / 32));
	if (what->mode == BOOT_MODE_SINGLE_SLOT) {
		life_refuse(TINY, -ENODEV);
	} else if (rules->is_direct && moved != life_upload_slot()) {
		CHECK_RC(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, TINY, NULL), 0);
		CHECK_RC(dfu_target_done(false), 0);
	} else {
		life_refuse(TINY, -EINVAL);
		life_refuse(0, -EINVAL);
		refusals++;
	}
	CHECK(rig.shared->violation[0] == '\0');
}

int main(void)
{
	for (int mode = 0; mode < BOOT_MODE_COUNT; mode++) {
		for (size_t i = 0; i < ARRAY_LEN(blocks) * ARRAY_LEN(bounds) * 8; i++) {
			const struct rig_case what = {
				.mode = (enum boot_mode)mode,
				.layout = &layout,
				.place = i % 2 == 0 ? RIG_SAME_FLASH : RIG_SECOND_FLASH,
				.block = blocks[i / 8 / ARRAY_LEN(bounds)],
				.align = 8,
				.erased = 0xff,
				.no_erase = i / 2 % 2 != 0,
			};

			try_bounds(&what, i / 8 % ARRAY_LEN(bounds), i / 4 % 2 != 0);
		}
	}
	printf("%u refusals\n", refusals);
	CHECK(refusals == 4 * 120 + 5 * 60);
	return 0;
}
