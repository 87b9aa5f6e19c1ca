/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overwrite-only, the fast variant: the sectors that the candidate takes are copied, the magic is
 * written, and the secondary slot loses its first and its last sector.
 */
#include <string.h>

#include "boot_swap.h"

static bool is_compatible(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	size_t largest;

	(void)run;
	return sim_boot_sectors_match(image, false, &largest);
}

/* All below the fields of the trailer. */
static size_t limit(const struct sim_boot_run *run, const struct sim_boot_image *image,
		    bool is_compatible_with)
{
	(void)run;
	(void)is_compatible_with;
	return sim_boot_slot_field(&image->primary, TRAILER_SWAP_INFO);
}

static void erase_sector(struct sim_boot_slot *slot, uint32_t i)
{
	memset(&slot->bytes[slot->sectors[i].fs_off], slot->erased, slot->sectors[i].fs_size);
}

static bool install(struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_view candidate = sim_boot_candidate(image);
	const size_t size = sim_boot_view_size(&candidate);
	const size_t block = flash_area_align(image->primary.fa);
	struct sim_boot_slot *primary = &image->primary;
	struct sim_boot_slot *secondary = &image->secondary;

	(void)run;
	for (uint32_t i = 0; i < primary->sector_count && (size_t)primary->sectors[i].fs_off < size;
	     i++) {
		erase_sector(primary, i);
	}
	sim_boot_slot_erase_end(primary, image->trailer_len);
	/* Also of an image that ends with a write block: the next one is copied with it. */
	memcpy(primary->bytes, secondary->bytes, round_down(size, block) + block);
	sim_boot_slot_put(primary, TRAILER_MAGIC, 0);
	erase_sector(secondary, 0);
	erase_sector(secondary, secondary->sector_count - 1);
	return true;
}

const struct sim_boot_install sim_boot_overwrite = {
	.is_compatible = is_compatible,
	.limit = limit,
	.install = install,
};
