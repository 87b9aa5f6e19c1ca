/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The modes that run everything from the primary slot. For each image:
 *
 *     prepare   are the slots compatible? what do the trailers ask for? does the candidate pass?
 *               A refused one is erased here, before anything is installed.
 *     depend    with several images: one that needs what will not be there keeps all from being
 *               installed
 *     update    downgrade prevention of the modes that swap, then the mode's own way to install;
 *               bootloaders are copied to S0 or S1
 *     validate  what would run
 */
#include "boot_swap.h"

#include <errno.h>

static const struct sim_boot_install *const installs[BOOT_MODE_COUNT] = {
	[BOOT_MODE_SWAP_SCRATCH] = &sim_boot_swap_scratch,
	[BOOT_MODE_SWAP_MOVE] = &sim_boot_swap_move,
	[BOOT_MODE_SWAP_OFFSET] = &sim_boot_swap_offset,
	[BOOT_MODE_OVERWRITE_ONLY] = &sim_boot_overwrite,
};

static bool is_upgrade(int type)
{
	return type == BOOT_SWAP_TYPE_TEST || type == BOOT_SWAP_TYPE_PERM ||
	       type == BOOT_SWAP_TYPE_REVERT;
}

/* Whether the first sector of a swap under way has been moved. */
static bool has_progress(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct sim_boot_slot *primary = &image->primary;
	const size_t start = primary->fa->fa_size - image->trailer_len;

	return !bytes_are(&primary->bytes[start], sim_boot_swap_size_off(run, image) - start,
			  primary->erased);
}

/* The scratch area's magic is only there while a swap begins or ends. */
static bool scratch_has_magic(const struct sim_boot_run *run)
{
	const struct sim_boot_slot *scratch = &run->scratch;

	return scratch->fa != NULL &&
	       scratch->fa->fa_size >= trailer_distance(scratch->align, TRAILER_SWAP_INFO) &&
	       sim_boot_slot_state(scratch).magic == BOOT_MAGIC_GOOD;
}

static bool is_in_the_middle(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct sim_boot_install *install = run->install;

	return scratch_has_magic(run) ||
	       (install->is_begun != NULL && install->is_begun(image) && has_progress(run, image));
}

/* Where nothing is swapped the trailer is its fields. */
static bool has_room(const struct sim_boot_run *run, const struct sim_boot_slot *slot,
		     size_t trailer_len)
{
	if (slot->fa == NULL) {
		return true;
	}
	return slot->fa->fa_size % slot->align == 0 &&
	       slot->fa->fa_size >= trailer_distance(slot->align, TRAILER_SWAP_INFO) &&
	       (run->install->is_begun == NULL || trailer_len <= slot->fa->fa_size);
}

static bool can_start(struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct sim_boot_slot *primary = &image->primary;

	if (!has_room(run, primary, image->trailer_len) ||
	    !has_room(run, &image->secondary, image->trailer_len)) {
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

/* A pair without a primary: only a bootloader can be asked for. */
static bool prepare_upload(struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_slot *slot = &image->secondary;
	const size_t taken = run->install->is_begun != NULL
				     ? image->trailer_len
				     : trailer_distance(slot->align, TRAILER_SWAP_INFO);

	if (!has_room(run, slot, image->trailer_len)) {
		return sim_boot_stop(run, "no room for a trailer of %zu bytes with fields %u apart",
				     image->trailer_len, slot->align);
	}
	image->limit = sim_boot_slot_room(slot, taken);
	if (slot->sector_count <= run->arrangement->max_sectors) {
		image->type = sim_boot_decide(run, image);
	}
	return true;
}

static bool prepare(struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_install *install = run->install;
	struct sim_boot_view running;
	bool can_install;

	if (image->primary.fa == NULL) {
		return prepare_upload(run, image);
	}
	running = sim_boot_running(image);
	if (!can_start(run, image)) {
		return false;
	}
	can_install = image->secondary.fa != NULL &&
		      image->secondary.sector_count <= run->arrangement->max_sectors &&
		      install->is_compatible(run, image);
	image->limit = install->limit(run, image, can_install);
	if (can_install && is_in_the_middle(run, image)) {
		run->rc = -ENOTSUP;
		return sim_boot_stop(run, "%s is in the middle of a swap, which is not modelled",
				     flash_area_label(image->primary.fa));
	}
	if (can_install &&
	    (!install->needs_running || sim_boot_view_magic(&running) == DFU_IMAGE_MAGIC)) {
		image->type = sim_boot_decide(run, image);
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
	if (image->primary.fa == NULL) {
		return true;
	}
	const struct sim_boot_view view = is_upgrade(image->type) ? sim_boot_candidate(image)
								  : sim_boot_running(image);
	struct sim_boot_dependency dependency;
	size_t at = 0;
	int more;

	while ((more = sim_boot_view_dependency(&view, &at, &dependency)) == 1) {
		struct dfu_image_version version;

		if (dependency.image >= run->arrangement->images ||
		    run->images[dependency.image].primary.fa == NULL) {
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
		run->images[i].copy_to = -1;
	}
}

/* Whether downgrade prevention takes the upgrade back; overwrite-only has looked already. */
static bool is_held_back(struct sim_boot_run *run, struct sim_boot_image *image)
{
	if (image->type == BOOT_SWAP_TYPE_REVERT || run->install->is_begun == NULL ||
	    !sim_boot_is_downgrade(run, image)) {
		return false;
	}
	sim_boot_slot_erase(&image->secondary);
	image->type = BOOT_SWAP_TYPE_NONE;
	return true;
}

static bool update(struct sim_boot_run *run, struct sim_boot_image *image)
{
	struct sim_boot_slot *primary = &image->primary;

	if (image->copy_to >= 0) {
		sim_boot_copy_bootloader(run, image);
	}
	if (image->type == BOOT_SWAP_TYPE_NONE ||
	    (is_upgrade(image->type) && is_held_back(run, image))) {
		return true;
	}
	if (primary->align % flash_area_align(primary->fa) != 0) {
		return sim_boot_stop(run,
				     "assertion: no trailer can be written in %s, in blocks of "
				     "%u with fields %u apart",
				     flash_area_label(primary->fa), flash_area_align(primary->fa),
				     primary->align);
	}
	if (is_upgrade(image->type)) {
		return run->install->install(run, image);
	}
	if (image->type == BOOT_SWAP_TYPE_FAIL) {
		/* The next reset shall not try again. */
		sim_boot_set_image_ok(primary);
		return true;
	}
	return sim_boot_stop(run, "assertion: swap type %d in the trailer of %s", image->type,
			     flash_area_label(primary->fa));
}

static bool validate(struct sim_boot_run *run, struct sim_boot_image *image)
{
	if (image->primary.fa == NULL) {
		return true;
	}
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
	run->install = installs[run->arrangement->mode];
	if (!sim_boot_all_images(run, prepare)) {
		return false;
	}
	depend(run);
	return sim_boot_all_images(run, update) && sim_boot_all_images(run, validate);
}
