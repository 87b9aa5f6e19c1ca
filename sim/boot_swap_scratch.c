/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swap-scratch: groups of sectors change places by way of the scratch area, the last one first. The
 * group with the beginning of the trailer takes the trailer through the scratch area, too, so there
 * must be room for both.
 *
 * A primary without magic also counts as a swap under way, so its swap_info decides, too.
 */
#include <stdlib.h>
#include <string.h>

#include "boot_swap.h"

#define STATUS_STEPS 3

static bool is_compatible(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	size_t largest;

	return sim_boot_sectors_match(image, true, &largest) && run->scratch.fa != NULL &&
	       largest <= run->scratch.fa->fa_size;
}

/*
 * What the sector in which the trailer begins has too little of it. Where the slots' sectors
 * differ, the one that ends later counts: both go through the scratch area together.
 */
static size_t padding(const struct sim_boot_slot *slot, size_t trailer_len, size_t write)
{
	const size_t scratch_trailer =
		STATUS_STEPS * write + trailer_distance(slot->align, TRAILER_SWAP_SIZE);
	const size_t start = slot->fa->fa_size - trailer_len;
	size_t end = 0;

	for (uint32_t i = 0; end <= start; i++) {
		end = (size_t)slot->sectors[i].fs_off + slot->sectors[i].fs_size;
	}
	return scratch_trailer > end - start ? scratch_trailer - (end - start) : 0;
}

static size_t limit(const struct sim_boot_run *run, const struct sim_boot_image *image,
		    bool is_compatible_with)
{
	const size_t len = image->trailer_len;
	const size_t write = sim_boot_write_size(run, &image->primary);
	const size_t room = image->primary.fa->fa_size - len;
	size_t spare = padding(&image->primary, len, write);

	if (is_compatible_with) {
		const size_t other = padding(&image->secondary, len, write);

		spare = other < spare ? other : spare;
	}
	return room > spare ? room - spare : 0;
}

static bool is_begun(const struct sim_boot_image *image)
{
	const struct boot_swap_state primary = sim_boot_slot_state(&image->primary);

	return primary.magic != BOOT_MAGIC_BAD && primary.copy_done == BOOT_FLAG_UNSET;
}

/* Bytes of the sectors that change places for an image of this size. */
static size_t swapped_len(const struct sim_boot_image *image, size_t size)
{
	const struct sim_boot_slot *slots[2] = {&image->primary, &image->secondary};
	uint32_t next[2] = {0, 0};
	size_t len[2] = {0, 0};

	while (len[0] < size || len[1] < size || len[0] != len[1]) {
		const unsigned int behind = len[0] <= len[1] ? 0 : 1;

		len[behind] += slots[behind]->sectors[next[behind]].fs_size;
		next[behind]++;
	}
	return len[0];
}

static bool install(struct sim_boot_run *run, struct sim_boot_image *image)
{
	struct sim_boot_slot *primary = &image->primary;
	struct sim_boot_slot *secondary = &image->secondary;
	const size_t room = primary->fa->fa_size - image->trailer_len;
	size_t old_size;
	size_t new_size;
	size_t len;
	uint8_t *old;

	if (!sim_boot_swap_sizes(run, image, &old_size, &new_size)) {
		return false;
	}
	len = swapped_len(image, old_size > new_size ? old_size : new_size);
	old = malloc(len);
	if (old == NULL) {
		return sim_boot_stop(run, "out of memory");
	}
	len = min_size(len, room);
	memcpy(old, primary->bytes, len);
	sim_boot_swap_begin(run, image, old_size > new_size ? old_size : new_size);
	memcpy(primary->bytes, secondary->bytes, len);
	sim_boot_slot_erase_end(secondary, image->trailer_len);
	memcpy(secondary->bytes, old, len);
	free(old);
	sim_boot_swap_finish(image);
	return true;
}

const struct sim_boot_install sim_boot_swap_scratch = {
	.is_compatible = is_compatible,
	.limit = limit,
	.is_begun = is_begun,
	.install = install,
};
