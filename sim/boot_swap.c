/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the modes have in common that run everything from the primary slot: prepare and update each
 * image, then validate what would run.
 */
#include "boot_mode.h"

static bool validate(struct sim_boot_run *run, struct sim_boot_image *image)
{
	if (sim_boot_slot_is_valid(&image->primary, image->limit)) {
		image->active = 0;
		return true;
	}
	return sim_boot_stop(run, "%s holds no valid image", flash_area_label(image->primary.fa));
}

bool sim_boot_swap(struct sim_boot_run *run)
{
	return sim_boot_all_images(run, sim_boot_swap_move_prepare) &&
	       sim_boot_all_images(run, sim_boot_swap_move_update) &&
	       sim_boot_all_images(run, validate);
}
