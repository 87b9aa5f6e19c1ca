/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be done for one image: a swap under way, or what the trailers ask for, if the
 * candidate passes.
 *
 *     candidate                                                  its slot
 *     blank or not bootable                                      loses its trailer, where images
 *                                                                are swapped
 *     swap-offset, to be swapped in: an image lies at the        is erased
 *     slot's beginning
 *     overwrite-only, downgrade prevention: older                is erased
 *     refused                                                    is erased
 *
 * Where the trailers are those of a swap under way, swap_info of the primary overrules the table:
 * the bootloader takes it for a swap of which it has not begun the first sector, and goes on. If
 * its candidate does not pass the swap has failed.
 *
 * A candidate that is a bootloader (boot_bootloader.c) is nothing of all that.
 */
#include <string.h>

#include "boot_swap.h"

#define ANY 0

/* What the trailers ask for; the first row that matches. */
static const struct row {
	uint8_t magic1, ok1, done1; /* secondary */
	uint8_t magic0, ok0, done0; /* primary */
	bool only_offset;
	int type;
} rows[] = {
	{BOOT_MAGIC_GOOD, BOOT_FLAG_UNSET, BOOT_FLAG_SET, ANY, ANY, ANY, true,
	 BOOT_SWAP_TYPE_REVERT},
	{BOOT_MAGIC_GOOD, BOOT_FLAG_UNSET, ANY, ANY, ANY, ANY, false, BOOT_SWAP_TYPE_TEST},
	{BOOT_MAGIC_GOOD, BOOT_FLAG_SET, ANY, ANY, ANY, ANY, false, BOOT_SWAP_TYPE_PERM},
	{ANY, ANY, ANY, BOOT_MAGIC_GOOD, BOOT_FLAG_UNSET, BOOT_FLAG_SET, false,
	 BOOT_SWAP_TYPE_REVERT},
};

static bool is(uint8_t rule, uint8_t value)
{
	return rule == ANY || rule == value;
}

static int asked(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct boot_swap_state secondary = sim_boot_slot_state(&image->secondary);
	/* Where nothing runs, as if it were erased. */
	const struct boot_swap_state primary =
		image->primary.fa != NULL ? sim_boot_slot_state(&image->primary)
					  : (struct boot_swap_state){.magic = BOOT_MAGIC_UNSET,
								     .copy_done = BOOT_FLAG_UNSET,
								     .image_ok = BOOT_FLAG_UNSET};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		if (row->only_offset && !run->install->is_offset) {
			continue;
		}
		if (is(row->magic1, secondary.magic) && is(row->ok1, secondary.image_ok) &&
		    is(row->done1, secondary.copy_done) && is(row->magic0, primary.magic) &&
		    is(row->ok0, primary.image_ok) && is(row->done0, primary.copy_done)) {
			return row->type;
		}
	}
	return BOOT_SWAP_TYPE_NONE;
}

static bool is_older(const struct sim_boot_image *image)
{
	const struct sim_boot_view running = sim_boot_running(image);
	const struct sim_boot_view candidate = sim_boot_candidate(image);
	const struct dfu_image_version old = sim_boot_view_version(&running);
	const struct dfu_image_version new = sim_boot_view_version(&candidate);

	return sim_boot_version_compare(&new, &old) < 0;
}

static bool has_lower_counter(const struct sim_boot_image *image)
{
	const struct sim_boot_view running = sim_boot_running(image);
	const struct sim_boot_view candidate = sim_boot_candidate(image);
	uint32_t old;
	uint32_t new;

	return sim_boot_view_security_counter(&running, &old) &&
	       (!sim_boot_view_security_counter(&candidate, &new) || new < old);
}

/* overwrite-only has its look at the version here, and only over something. */
static bool candidate_is_good(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct sim_boot_view running = sim_boot_running(image);
	const struct sim_boot_view candidate = sim_boot_candidate(image);

	if (run->install->is_begun == NULL && !sim_boot_view_is_blank(&running) &&
	    sim_boot_is_downgrade(run, image)) {
		return false;
	}
	return sim_boot_check(&candidate, run->rules, image->limit) == NULL;
}

/*
 * A slot that holds no image loses its trailer where images are swapped, and swap-move stops
 * reverting to it.
 */
static void drop_request(const struct sim_boot_run *run, struct sim_boot_image *image, int type)
{
	if (run->install->is_begun == NULL) {
		return;
	}
	sim_boot_slot_erase_end(&image->secondary, image->trailer_len);
	if (run->arrangement->mode == BOOT_MODE_SWAP_MOVE && type == BOOT_SWAP_TYPE_REVERT) {
		sim_boot_slot_erase_end(&image->primary, image->trailer_len);
	}
}

static bool lies_low(const struct sim_boot_image *image)
{
	const struct sim_boot_view low = sim_boot_slot_view(&image->secondary, 0);

	return sim_boot_view_magic(&low) == DFU_IMAGE_MAGIC;
}

/* What is swapped in, and not back, must lie one sector up, and nothing below it. */
static bool is_misplaced(const struct sim_boot_run *run, const struct sim_boot_image *image,
			 int type)
{
	return run->install->is_offset && type != BOOT_SWAP_TYPE_REVERT && lies_low(image);
}

/* Whether a bootloader is asked for: it is taken or refused by rules of its own. */
static bool is_bootloader(const struct sim_boot_run *run, struct sim_boot_image *image, int type)
{
	return type != BOOT_SWAP_TYPE_NONE && !image->is_begun && !is_misplaced(run, image, type) &&
	       sim_boot_takes_bootloader(run, image);
}

static bool candidate_passes(const struct sim_boot_run *run, struct sim_boot_image *image, int type)
{
	const struct sim_boot_view candidate = sim_boot_candidate(image);

	if (sim_boot_view_is_empty(&candidate)) {
		drop_request(run, image, type);
		return false;
	}
	if (!is_misplaced(run, image, type) && candidate_is_good(run, image)) {
		return true;
	}
	sim_boot_slot_erase(&image->secondary);
	return false;
}

/* The type of a swap under way, raw: 0 and values above 5 are what makes the bootloader stop. */
static int begun_type(const struct sim_boot_image *image)
{
	const struct sim_boot_slot *primary = &image->primary;
	const uint8_t info = primary->bytes[sim_boot_slot_field(primary, TRAILER_SWAP_INFO)];

	return info == primary->erased ? BOOT_SWAP_TYPE_NONE : info & 0x0f;
}

/*
 * One sector up, unless an image lies at the slot's beginning. A revert that was begun only looks
 * there.
 */
static void find_candidate(const struct sim_boot_run *run, struct sim_boot_image *image, int type)
{
	const size_t sector = image->secondary.sectors[0].fs_size;
	struct sim_boot_view high;

	if (!run->install->is_offset || image->secondary.sector_count < 2) {
		return;
	}
	high = sim_boot_slot_view(&image->secondary, sector);
	if (!lies_low(image) && !(image->is_begun && type == BOOT_SWAP_TYPE_REVERT) &&
	    sim_boot_view_magic(&high) == DFU_IMAGE_MAGIC) {
		image->candidate_off = sector;
	}
}

bool sim_boot_is_downgrade(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	switch (run->rules->downgrade) {
	case BOOT_DOWNGRADE_BY_VERSION:
		return is_older(image);
	case BOOT_DOWNGRADE_BY_SECURITY_COUNTER:
		return has_lower_counter(image);
	default:
		return false;
	}
}

int sim_boot_decide(const struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_install *install = run->install;
	int type = BOOT_SWAP_TYPE_NONE;

	if (install->is_begun != NULL && image->primary.fa != NULL && install->is_begun(image)) {
		type = begun_type(image);
	}
	image->is_begun = type != BOOT_SWAP_TYPE_NONE;
	if (!image->is_begun) {
		type = asked(run, image);
	}
	find_candidate(run, image, type);
	/* What else comes where only bootloaders do stays as it is. */
	if (is_bootloader(run, image, type) || image->primary.fa == NULL) {
		image->copy_type = type;
		return BOOT_SWAP_TYPE_NONE;
	}
	if (type == BOOT_SWAP_TYPE_NONE || candidate_passes(run, image, type)) {
		return type;
	}
	return image->is_begun ? BOOT_SWAP_TYPE_FAIL : BOOT_SWAP_TYPE_NONE;
}
