/* SPDX-License-Identifier: Apache-2.0 */
/*
 * single-slot and firmware-loader: what is valid is started where it lies, and nothing is written.
 *
 * The loader in slot 1 runs when slot 0 holds nothing valid, or when the application asked for the
 * bootloader's mode; that request is taken back, so the next reset starts the application again.
 * With the loader asked for, and not valid, nothing starts. There is one image.
 */
#include "boot_mode.h"

#include <retention/bootmode.h>

#include "boot_check.h"

/* Why the slot does not start. */
static const char *look_at(const struct sim_boot_run *run, const struct sim_boot_slot *slot)
{
	struct sim_boot_view view;
	const char *why;
	size_t fields;

	if (slot->fa == NULL) {
		return "there is none";
	}
	view = sim_boot_slot_view(slot, 0);
	fields = trailer_length(run->arrangement, flash_area_align(slot->fa));
	if (view.len < fields) { /* which are more than a header */
		return "it is too small";
	}
	why = sim_boot_check_header(&view);
	if (why != NULL) {
		return why;
	}
	if (sim_boot_view_is_empty(&view)) {
		return "it is not bootable";
	}
	return sim_boot_check_image(&view, run->rules, view.len - fields);
}

bool sim_boot_single(struct sim_boot_run *run)
{
	struct sim_boot_image *image = &run->images[0];
	const char *why = look_at(run, &image->primary);

	if (why != NULL) {
		return sim_boot_stop(run, "nothing to start: in slot 0, %s", why);
	}
	image->active = 0;
	return true;
}

bool sim_boot_firmware_loader(struct sim_boot_run *run)
{
	struct sim_boot_image *image = &run->images[0];
	const char *why[2] = {"the loader was asked for", NULL};

	run->clears_boot_mode = bootmode_check(BOOT_MODE_TYPE_BOOTLOADER) == 1;
	if (!run->clears_boot_mode) {
		why[0] = look_at(run, &image->primary);
	}
	image->active = 0;
	if (why[0] != NULL) {
		image->active = 1;
		why[1] = look_at(run, &image->secondary);
	}
	return why[1] == NULL ||
	       sim_boot_stop(run, "nothing to start: in slot 0, %s; in slot 1, %s", why[0], why[1]);
}
