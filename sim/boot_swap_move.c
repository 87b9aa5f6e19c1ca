/* SPDX-License-Identifier: Apache-2.0 */
/* swap-move: the old image moves up by a sector, then the sectors change places one by one. */
#include <stdlib.h>
#include <string.h>

#include "boot_swap.h"

static size_t sector_size(const struct sim_boot_slot *slot)
{
	return slot->sectors[0].fs_size;
}

static bool is_compatible(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	(void)run;
	return sim_boot_sectors_pair(&image->primary, &image->secondary);
}

/* The primary keeps one sector free to move by. */
static size_t limit(const struct sim_boot_run *run, const struct sim_boot_image *image,
		    bool is_compatible_with)
{
	const size_t sector = sector_size(&image->primary);
	const size_t trailer = round_up(image->trailer_len, sector);
	const size_t largest = sim_boot_slot_room(&image->primary, trailer + sector);

	(void)run;
	return is_compatible_with
		       ? min_size(largest, sim_boot_slot_room(&image->secondary, trailer))
		       : largest;
}

/*
 * Whole sectors change places; the one above them keeps the end of the old image, from where it was
 * moved.
 */
static bool swap_sectors(struct sim_boot_run *run, struct sim_boot_image *image, size_t len)
{
	struct sim_boot_slot *primary = &image->primary;
	struct sim_boot_slot *secondary = &image->secondary;
	const size_t sector = sector_size(primary);
	uint8_t *old = malloc(len);

	if (old == NULL) {
		return sim_boot_stop(run, "out of memory");
	}
	memcpy(old, primary->bytes, len);
	memcpy(primary->bytes, secondary->bytes, len);
	memcpy(&primary->bytes[len], &old[len - sector], sector);
	memcpy(secondary->bytes, old, len);
	free(old);
	return true;
}

static bool install(struct sim_boot_run *run, struct sim_boot_image *image)
{
	size_t old_size;
	size_t new_size;
	size_t size;

	if (!sim_boot_swap_has_equal_sectors(run, &image->primary) ||
	    !sim_boot_swap_sizes(run, image, &old_size, &new_size)) {
		return false;
	}
	if (old_size > image->limit) {
		return sim_boot_stop(run, "the running image is too large to be moved");
	}
	size = old_size > new_size ? old_size : new_size;
	/* One that was begun goes on with the trailer that is there. */
	if (!image->is_begun) {
		sim_boot_swap_begin(run, image, size);
	}
	sim_boot_slot_erase_end(&image->secondary, image->trailer_len);
	if (!swap_sectors(run, image, round_up(size, sector_size(&image->primary)))) {
		return false;
	}
	sim_boot_swap_finish(image);
	return true;
}

const struct sim_boot_install sim_boot_swap_move = {
	.is_compatible = is_compatible,
	.limit = limit,
	.is_begun = sim_boot_swap_is_begun,
	.install = install,
	.needs_running = true,
};
