/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swap-offset: the candidate lies one sector up in the secondary slot, so that each sector of the
 * old image finds the one below the candidate's free. After the swap the old image lies at the
 * slot's beginning; reverting goes the other way, and puts the refused image one sector up again.
 *
 * Reverting always begins at the slot's beginning, also where it was found that the image lies one
 * sector up (a download while the running image was not confirmed): that ends in a device that does
 * not boot.
 */
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
	return sim_boot_sectors_pair(&image->secondary, &image->primary);
}

/* The secondary has one sector free below the image. */
static size_t limit(const struct sim_boot_run *run, const struct sim_boot_image *image,
		    bool is_compatible_with)
{
	const size_t sector = sector_size(&image->primary);
	const size_t trailer = round_up(image->trailer_len, sector);
	const size_t largest = sim_boot_slot_room(&image->primary, trailer);

	(void)run;
	return is_compatible_with
		       ? min_size(largest, sim_boot_slot_room(&image->secondary, trailer + sector))
		       : largest;
}

static bool install(struct sim_boot_run *run, struct sim_boot_image *image)
{
	struct sim_boot_slot *primary = &image->primary;
	struct sim_boot_slot *secondary = &image->secondary;
	const size_t sector = sector_size(primary);
	const size_t old_off = image->type == BOOT_SWAP_TYPE_REVERT ? sector : 0;
	size_t old_size;
	size_t new_size;
	uint8_t *old;

	if (!sim_boot_swap_has_equal_sectors(run, primary) ||
	    !sim_boot_swap_sizes(run, image, &old_size, &new_size)) {
		return false;
	}
	if (old_size > image->limit) {
		return sim_boot_stop(run, "assertion: the running image is too large to be moved");
	}
	old = malloc(primary->fa->fa_size);
	if (old == NULL) {
		return sim_boot_stop(run, "out of memory");
	}
	memcpy(old, primary->bytes, primary->fa->fa_size);
	sim_boot_swap_begin(run, image, old_size > new_size ? old_size : new_size);
	sim_boot_slot_erase_end(secondary, image->trailer_len);
	memcpy(primary->bytes, &secondary->bytes[sector - old_off], round_up(new_size, sector));
	memset(secondary->bytes, secondary->erased, old_off);
	memcpy(&secondary->bytes[old_off], old, round_up(old_size, sector));
	free(old);
	sim_boot_swap_finish(image);
	return true;
}

const struct sim_boot_install sim_boot_swap_offset = {
	.is_compatible = is_compatible,
	.limit = limit,
	.is_begun = sim_boot_swap_is_begun,
	.install = install,
	.needs_running = true,
	.is_offset = true,
};
