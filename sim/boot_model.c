/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot model. A reset is: read all slots, let the mode's family decide and change the copies,
 * validate what would run, write the copies back. So a reset is atomic, and a dry run is one that
 * is not written.
 *
 * It uses the library's codec for trailers, and looks at images with eyes of its own. Boots of the
 * real MCUboot are what judges it.
 */
#include "boot_model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <retention/bootmode.h>

#include "boot_mode.h"

/* By mode. */
static bool (*const families[BOOT_MODE_COUNT])(struct sim_boot_run *run) = {
	[BOOT_MODE_SWAP_SCRATCH] = sim_boot_swap,
	[BOOT_MODE_SWAP_MOVE] = sim_boot_swap,
	[BOOT_MODE_SWAP_OFFSET] = sim_boot_swap,
	[BOOT_MODE_OVERWRITE_ONLY] = sim_boot_swap,
	[BOOT_MODE_DIRECT_XIP] = sim_boot_direct,
	[BOOT_MODE_DIRECT_XIP_REVERT] = sim_boot_direct,
	[BOOT_MODE_RAM_LOAD] = sim_boot_direct,
	[BOOT_MODE_RAM_LOAD_REVERT] = sim_boot_direct,
	[BOOT_MODE_SINGLE_SLOT] = sim_boot_single,
	[BOOT_MODE_FIRMWARE_LOADER] = sim_boot_firmware_loader,
};

bool sim_boot_stop(struct sim_boot_run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(run->result->error, sizeof(run->result->error), format, args);
	va_end(args);
	return false;
}

static void unload(struct sim_boot_run *run)
{
	for (unsigned int i = 0; i < run->arrangement->images; i++) {
		sim_boot_slot_free(&run->images[i].primary);
		sim_boot_slot_free(&run->images[i].secondary);
	}
	sim_boot_slot_free(&run->scratch);
	for (unsigned int i = 0; i < SIM_BOOT_STAGES; i++) {
		sim_boot_slot_free(&run->stage[i]);
	}
}

/* A slot that the board lacks stays all zero. */
static int load_slot(const struct sim_boot_run *run, unsigned int id, struct sim_boot_slot *slot)
{
	const struct flash_area *fa;
	int rc = flash_area_open((uint8_t)id, &fa);

	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	return sim_boot_slot_load(slot, fa, run->arrangement->max_align);
}

size_t sim_boot_write_size(const struct sim_boot_run *run, const struct sim_boot_slot *slot)
{
	const size_t own = flash_area_align(slot->fa);
	const size_t scratch = run->scratch.fa != NULL ? flash_area_align(run->scratch.fa) : 0;

	return run->arrangement->mode == BOOT_MODE_SWAP_SCRATCH && scratch > own ? scratch : own;
}

/* What counts the status of a swap: of a pair without a primary the other slot. */
static void measure_trailer(const struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_slot *slot = image->primary.fa != NULL ? &image->primary
								     : &image->secondary;

	if (slot->fa != NULL) {
		image->trailer_len =
			trailer_length(run->arrangement, sim_boot_write_size(run, slot));
	}
}

static int load(struct sim_boot_run *run)
{
	int rc = run->arrangement->mode == BOOT_MODE_SWAP_SCRATCH
			 ? load_slot(run, BOOT_SCRATCH_AREA_ID, &run->scratch)
			 : 0;

	for (unsigned int i = 0; rc == 0 && i < SIM_BOOT_STAGES; i++) {
		rc = load_slot(run, BOOT_S0_AREA_ID + i, &run->stage[i]);
	}
	for (unsigned int i = 0; rc == 0 && i < run->arrangement->images; i++) {
		struct sim_boot_image *image = &run->images[i];

		rc = load_slot(run, 2 * i, &image->primary);
		image->type = BOOT_SWAP_TYPE_NONE;
		image->active = -1;
		image->copy_to = -1;
		rc = rc != 0 ? rc : load_slot(run, 2 * i + 1, &image->secondary);
		if (rc == 0) {
			measure_trailer(run, image);
		}
	}
	return rc;
}

static int store(const struct sim_boot_run *run)
{
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && i < run->arrangement->images; i++) {
		rc = sim_boot_slot_store(&run->images[i].primary);
		rc = rc != 0 ? rc : sim_boot_slot_store(&run->images[i].secondary);
	}
	for (unsigned int i = 0; rc == 0 && i < SIM_BOOT_STAGES; i++) {
		rc = sim_boot_slot_store(&run->stage[i]);
	}
	return rc;
}

static bool installs(const struct sim_boot_run *run)
{
	return families[run->arrangement->mode] == sim_boot_swap;
}

/* It opens every slot before it looks at any. */
static bool has_primary(struct sim_boot_run *run, struct sim_boot_image *image)
{
	const unsigned int number = (unsigned int)(image - run->images);

	return image->primary.fa != NULL ||
	       (installs(run) && sim_boot_has_no_primary(run, image)) ||
	       sim_boot_stop(run,
			     "image %u has no slot%u_partition: the bootloader starts nothing "
			     "without it",
			     number, 2 * number);
}

bool sim_boot_all_images(struct sim_boot_run *run,
			 bool (*step)(struct sim_boot_run *run, struct sim_boot_image *image))
{
	for (unsigned int i = 0; i < run->arrangement->images; i++) {
		if (!step(run, &run->images[i])) {
			return false;
		}
	}
	return true;
}

static bool slot_is_writable(struct sim_boot_run *run, const struct sim_boot_slot *slot)
{
	if (!sim_boot_slot_is_changed(slot) || sim_boot_slot_has_whole_pages(slot)) {
		return true;
	}
	run->rc = -ENOTSUP;
	return sim_boot_stop(run,
			     "%s does not begin and end on page boundaries, so writing it is not "
			     "modelled",
			     flash_area_label(slot->fa));
}

static bool is_writable(struct sim_boot_run *run, struct sim_boot_image *image)
{
	return slot_is_writable(run, &image->primary) && slot_is_writable(run, &image->secondary) &&
	       (image->copy_to < 0 || slot_is_writable(run, &run->stage[image->copy_to]));
}

/* What is jumped to: image 0, from the slot that was chosen. */
static void report_start(struct sim_boot_run *run)
{
	const struct sim_boot_image *image = &run->images[0];
	const struct sim_boot_slot *slot = image->active == 0 ? &image->primary : &image->secondary;
	const struct sim_boot_view view = sim_boot_slot_view(slot, 0);

	run->result->booted = 0;
	run->result->version = sim_boot_view_version(&view);
}

static void reset(struct sim_boot_run *run)
{
	struct sim_boot_result *result = run->result;
	bool runs = sim_boot_first_stage(run) && sim_boot_all_images(run, has_primary) &&
		    families[run->arrangement->mode](run);

	/* What was refused may have been erased: that is written, too. */
	runs = sim_boot_all_images(run, is_writable) && runs;
	for (unsigned int i = 0; i < result->images; i++) {
		result->swap_type[i] = run->images[i].copy_to < 0 ? run->images[i].type
								  : run->images[i].copy_type;
		result->active[i] = runs ? run->images[i].active : -1;
	}
	if (runs) {
		report_start(run);
	}
}

static void begin_result(struct sim_boot_result *result, const struct boot_arrangement *arrangement)
{
	*result = (struct sim_boot_result){
		.images = arrangement->images, .booted = -1, .bootloader = -1};
	for (unsigned int i = 0; i < result->images; i++) {
		result->swap_type[i] = BOOT_SWAP_TYPE_NONE;
		result->active[i] = -1;
	}
}

int sim_boot(const struct boot_arrangement *arrangement, const struct boot_rules *rules,
	     bool dry_run, struct sim_boot_result *result)
{
	struct sim_boot_run *run;
	int rc;

	begin_result(result, arrangement);
	run = calloc(1, sizeof(*run));
	if (run == NULL) {
		return -ENOMEM;
	}
	run->arrangement = arrangement;
	run->rules = rules;
	run->result = result;
	rc = load(run);
	if (rc == 0) {
		reset(run);
		rc = dry_run || run->rc != 0 ? run->rc : store(run);
		if (rc == 0 && !dry_run && run->clears_boot_mode) {
			rc = bootmode_clear();
		}
	}
	unload(run);
	free(run);
	return rc;
}
