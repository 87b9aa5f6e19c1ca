/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The modes that run everything from the primary slot. For each image:
 *
 *     prepare   are the slots compatible? what do the trailers ask for? does the candidate pass?
 *               A refused one is erased here, before anything is installed.
 *     depend    with several images: one that needs what will not be there keeps all from being
 *               installed
 *     update    downgrade prevention of the modes that swap, then the mode's own way to install
 *     validate  what would run
 *
 * Where the trailers are those of a swap under way, swap_info of the primary overrules the table:
 * the bootloader takes it for a swap of which it has not begun the first sector, and goes on.
 */
#include "boot_swap.h"

#include <errno.h>

#include <string.h>

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

static const struct sim_boot_install *const installs[BOOT_MODE_COUNT] = {
	[BOOT_MODE_SWAP_SCRATCH] = &sim_boot_swap_scratch,
	[BOOT_MODE_SWAP_MOVE] = &sim_boot_swap_move,
	[BOOT_MODE_SWAP_OFFSET] = &sim_boot_swap_offset,
	[BOOT_MODE_OVERWRITE_ONLY] = &sim_boot_overwrite,
};

static const struct sim_boot_install *install_of(const struct sim_boot_run *run)
{
	return installs[run->arrangement->mode];
}

static bool is(uint8_t rule, uint8_t value)
{
	return rule == ANY || rule == value;
}

static int asked(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct boot_swap_state primary = sim_boot_slot_state(&image->primary);
	const struct boot_swap_state secondary = sim_boot_slot_state(&image->secondary);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		if (row->only_offset && !install_of(run)->is_offset) {
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

static bool is_upgrade(int type)
{
	return type == BOOT_SWAP_TYPE_TEST || type == BOOT_SWAP_TYPE_PERM ||
	       type == BOOT_SWAP_TYPE_REVERT;
}

static void erase_slot(struct sim_boot_slot *slot)
{
	memset(slot->bytes, slot->erased, slot->fa->fa_size);
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

static bool is_downgrade(const struct sim_boot_run *run, const struct sim_boot_image *image)
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

/* overwrite-only has its look at the version here, and only over something. */
static bool candidate_is_good(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct sim_boot_view running = sim_boot_running(image);
	const struct sim_boot_view candidate = sim_boot_candidate(image);

	if (install_of(run)->is_begun == NULL && !sim_boot_view_is_blank(&running) &&
	    is_downgrade(run, image)) {
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
	if (install_of(run)->is_begun == NULL) {
		return;
	}
	sim_boot_slot_erase_end(&image->secondary, image->trailer_len);
	if (run->arrangement->mode == BOOT_MODE_SWAP_MOVE &&
	    (type == BOOT_SWAP_TYPE_REVERT || asked(run, image) == BOOT_SWAP_TYPE_REVERT)) {
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
	return install_of(run)->is_offset && type != BOOT_SWAP_TYPE_REVERT && lies_low(image);
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
	erase_slot(&image->secondary);
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
	const struct sim_boot_view high = sim_boot_slot_view(&image->secondary, sector);

	if (install_of(run)->is_offset && !lies_low(image) &&
	    !(image->is_begun && type == BOOT_SWAP_TYPE_REVERT) &&
	    sim_boot_view_magic(&high) == DFU_IMAGE_MAGIC) {
		image->candidate_off = sector;
	}
}

static int decide(const struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_install *install = install_of(run);
	int type = BOOT_SWAP_TYPE_NONE;

	if (install->is_begun != NULL && install->is_begun(image)) {
		type = begun_type(image);
	}
	image->is_begun = type != BOOT_SWAP_TYPE_NONE;
	if (!image->is_begun) {
		type = asked(run, image);
	}
	find_candidate(run, image, type);
	if (type == BOOT_SWAP_TYPE_NONE || candidate_passes(run, image, type)) {
		return type;
	}
	return image->is_begun ? BOOT_SWAP_TYPE_FAIL : BOOT_SWAP_TYPE_NONE;
}

/* Whether the first sector of a swap under way has been moved. */
static bool has_progress(const struct sim_boot_image *image)
{
	const struct sim_boot_slot *primary = &image->primary;
	const size_t start = primary->fa->fa_size - image->trailer_len;

	return !bytes_are(&primary->bytes[start],
			  sim_boot_slot_field(primary, TRAILER_SWAP_SIZE) - start, primary->erased);
}

static bool has_room(const struct sim_boot_slot *slot, size_t trailer_len)
{
	return slot->fa == NULL ||
	       (trailer_fits(slot->align, flash_area_align(slot->fa), slot->fa->fa_size) &&
		trailer_len <= slot->fa->fa_size);
}

static bool can_start(struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct sim_boot_slot *primary = &image->primary;

	if (!has_room(primary, image->trailer_len) ||
	    !has_room(&image->secondary, image->trailer_len)) {
		return sim_boot_stop(run, "no room for a trailer of %zu bytes with fields %u apart",
				     image->trailer_len, primary->align);
	}
	if (primary->sector_count > run->arrangement->max_sectors) {
		return sim_boot_stop(run, "%s has %u sectors, the bootloader takes %u",
				     flash_area_label(primary->fa), primary->sector_count,
				     run->arrangement->max_sectors);
	}
	return true;
}

/*
 * An image that is to be reverted stays as it is while one behind it is installed: both may have
 * been asked for together, and a reset come in between.
 */
static void review(struct sim_boot_run *run, const struct sim_boot_image *image)
{
	if (image->type == BOOT_SWAP_TYPE_NONE || image->type == BOOT_SWAP_TYPE_REVERT) {
		return;
	}
	for (struct sim_boot_image *before = run->images; before < image; before++) {
		if (before->type == BOOT_SWAP_TYPE_REVERT) {
			before->type = BOOT_SWAP_TYPE_NONE;
		}
	}
}

static bool prepare(struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_install *install = install_of(run);
	struct sim_boot_view running = sim_boot_running(image);
	bool can_install;

	if (!can_start(run, image)) {
		return false;
	}
	can_install = image->secondary.fa != NULL &&
		      image->secondary.sector_count <= run->arrangement->max_sectors &&
		      install->is_compatible(run, image);
	image->limit = install->limit(run, image, can_install);
	if (can_install && install->is_begun != NULL && install->is_begun(image) &&
	    has_progress(image)) {
		run->rc = -ENOTSUP;
		return sim_boot_stop(run, "%s is in the middle of a swap, which is not modelled",
				     flash_area_label(image->primary.fa));
	}
	if (can_install &&
	    (!install->needs_running || sim_boot_view_magic(&running) == DFU_IMAGE_MAGIC)) {
		image->type = decide(run, image);
		review(run, image);
	}
	return true;
}

/* The version that an image will have if what is decided for it is done. */
static struct dfu_image_version next_version(const struct sim_boot_image *image)
{
	const struct sim_boot_view view = is_upgrade(image->type) ? sim_boot_candidate(image)
								  : sim_boot_running(image);

	return sim_boot_view_version(&view);
}

static bool has_what_it_needs(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct sim_boot_view view = is_upgrade(image->type) ? sim_boot_candidate(image)
								  : sim_boot_running(image);
	struct sim_boot_dependency dependency;
	size_t at = 0;
	int more;

	while ((more = sim_boot_view_dependency(&view, &at, &dependency)) == 1) {
		struct dfu_image_version version;

		if (dependency.image >= run->arrangement->images) {
			return false;
		}
		version = next_version(&run->images[dependency.image]);
		if (sim_boot_version_compare(&version, &dependency.version) < 0) {
			return false;
		}
	}
	return more == 0;
}

static void depend(struct sim_boot_run *run)
{
	const unsigned int images = run->arrangement->images;
	bool is_upgraded = false;
	bool is_met = true;

	for (unsigned int i = 0; i < images; i++) {
		is_upgraded = is_upgraded || is_upgrade(run->images[i].type);
	}
	for (unsigned int i = 0; i < images && images > 1 && is_upgraded; i++) {
		is_met = is_met && has_what_it_needs(run, &run->images[i]);
	}
	for (unsigned int i = 0; i < images && !is_met; i++) {
		run->images[i].type = BOOT_SWAP_TYPE_NONE;
	}
}

static bool update(struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_install *install = install_of(run);

	switch (image->type) {
	case BOOT_SWAP_TYPE_NONE:
		return true;
	case BOOT_SWAP_TYPE_TEST:
	case BOOT_SWAP_TYPE_PERM:
		if (install->is_begun != NULL && is_downgrade(run, image)) {
			erase_slot(&image->secondary);
			image->type = BOOT_SWAP_TYPE_NONE;
			return true;
		}
		return install->install(run, image);
	case BOOT_SWAP_TYPE_REVERT:
		return install->install(run, image);
	case BOOT_SWAP_TYPE_FAIL:
		/* The next reset shall not try again. */
		sim_boot_set_image_ok(&image->primary);
		return true;
	default:
		return sim_boot_stop(run, "assertion: swap type %d in the trailer of %s",
				     image->type, flash_area_label(image->primary.fa));
	}
}

static bool validate(struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_view running = sim_boot_running(image);
	const char *why = sim_boot_view_is_empty(&running)
				  ? "there is none, or it is not bootable"
				  : sim_boot_check(&running, run->rules, image->limit);

	if (why != NULL) {
		return sim_boot_stop(run, "%s holds no valid image: %s",
				     flash_area_label(image->primary.fa), why);
	}
	image->active = 0;
	return true;
}

struct sim_boot_view sim_boot_running(const struct sim_boot_image *image)
{
	return sim_boot_slot_view(&image->primary, 0);
}

struct sim_boot_view sim_boot_candidate(const struct sim_boot_image *image)
{
	return sim_boot_slot_view(&image->secondary, image->candidate_off);
}

void sim_boot_set_image_ok(struct sim_boot_slot *slot)
{
	if (sim_boot_slot_state(slot).image_ok == BOOT_FLAG_UNSET) {
		sim_boot_slot_put(slot, TRAILER_IMAGE_OK, BOOT_FLAG_SET);
	}
}

bool sim_boot_swap(struct sim_boot_run *run)
{
	if (!sim_boot_all_images(run, prepare)) {
		return false;
	}
	depend(run);
	return sim_boot_all_images(run, update) && sim_boot_all_images(run, validate);
}
