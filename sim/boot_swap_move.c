/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swap-move, as the recorded boots show it.
 *
 * prepare: are the slots compatible? what do the trailers ask for? does the candidate pass? A
 * refused candidate is erased here, before anything is swapped. update: the swap, and the trailers
 * as they are after it:
 *
 *     primary    magic, swap_info of the type, copy_done; image_ok when permanent, reverted, or
 *                set in the candidate's
 *     secondary  erased
 *
 * Where only the primary has a good magic, and copy_done is unset, its own swap_info overrules the
 * table: the bootloader takes it for a swap of which it has not begun the first sector, and goes on
 * with the trailer that is there.
 */
#include "boot_mode.h"

#include <stdlib.h>
#include <string.h>

static size_t sector_size(const struct sim_boot_slot *slot)
{
	return slot->sectors[0].fs_size;
}

static bool same_sectors(const struct sim_boot_slot *primary, const struct sim_boot_slot *secondary)
{
	const uint32_t more = primary->sector_count - secondary->sector_count;

	if (more != 0 && more != 1) {
		return false;
	}
	for (uint32_t i = 0; i < primary->sector_count; i++) {
		const uint32_t other = i < secondary->sector_count ? i : i - 1;

		if (primary->sectors[i].fs_size != secondary->sectors[other].fs_size) {
			return false;
		}
	}
	return true;
}

static bool compatible(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	return image->secondary.fa != NULL &&
	       image->secondary.sector_count <= run->arrangement->max_sectors &&
	       same_sectors(&image->primary, &image->secondary);
}

static bool has_room(const struct sim_boot_slot *slot, size_t trailer_len)
{
	return slot->fa == NULL ||
	       (trailer_fits(slot->align, flash_area_align(slot->fa), slot->fa->fa_size) &&
		trailer_len <= slot->fa->fa_size);
}

/*
 * The primary keeps one sector free to move by; without a usable secondary only the primary limits.
 */
static size_t largest_image(const struct sim_boot_image *image, bool with_secondary)
{
	const size_t sector = sector_size(&image->primary);
	const size_t trailer = round_up(image->trailer_len, sector);
	const size_t primary = image->primary.fa->fa_size;
	size_t limit = primary > trailer + sector ? primary - trailer - sector : 0;

	if (with_secondary) {
		const size_t secondary = image->secondary.fa->fa_size;

		limit = min_size(limit, secondary > trailer ? secondary - trailer : 0);
	}
	return limit;
}

static int asked(const struct sim_boot_image *image)
{
	const struct boot_swap_state primary = sim_boot_slot_state(&image->primary);
	const struct boot_swap_state secondary = sim_boot_slot_state(&image->secondary);

	return boot_swap_type_of(&primary, &secondary);
}

/* Whether the trailers are those of a swap under way. */
static bool is_begun(const struct sim_boot_image *image)
{
	const struct boot_swap_state primary = sim_boot_slot_state(&image->primary);

	return primary.magic == BOOT_MAGIC_GOOD && primary.copy_done == BOOT_FLAG_UNSET &&
	       sim_boot_slot_state(&image->secondary).magic != BOOT_MAGIC_GOOD;
}

/* Whether its first sector has been moved. */
static bool has_progress(const struct sim_boot_image *image)
{
	const struct sim_boot_slot *primary = &image->primary;
	const size_t start = primary->fa->fa_size - image->trailer_len;

	return !bytes_are(&primary->bytes[start],
			  sim_boot_slot_field(primary, TRAILER_SWAP_SIZE) - start, primary->erased);
}

/* The type of a swap under way, raw: 0 and values above 5 are what makes the bootloader stop. */
static int begun_type(const struct sim_boot_image *image)
{
	const struct sim_boot_slot *primary = &image->primary;
	const uint8_t info = primary->bytes[sim_boot_slot_field(primary, TRAILER_SWAP_INFO)];

	return info == primary->erased ? BOOT_SWAP_TYPE_NONE : info & 0x0f;
}

/* A candidate that does not pass loses its slot; one without a header only its trailer. */
static bool candidate_passes(struct sim_boot_image *image, int type)
{
	struct sim_boot_slot *slot = &image->secondary;

	if (sim_boot_slot_is_valid(slot, image->limit)) {
		return true;
	}
	if (!sim_boot_slot_is_empty(slot)) {
		memset(slot->bytes, slot->erased, slot->fa->fa_size);
		return false;
	}
	sim_boot_slot_erase_end(slot, image->trailer_len);
	if (type == BOOT_SWAP_TYPE_REVERT || asked(image) == BOOT_SWAP_TYPE_REVERT) {
		sim_boot_slot_erase_end(&image->primary, image->trailer_len);
	}
	return false;
}

static int decide(struct sim_boot_image *image)
{
	int type = is_begun(image) ? begun_type(image) : BOOT_SWAP_TYPE_NONE;

	image->is_begun = type != BOOT_SWAP_TYPE_NONE;
	if (!image->is_begun) {
		type = asked(image);
	}
	if (type == BOOT_SWAP_TYPE_NONE || candidate_passes(image, type)) {
		return type;
	}
	return image->is_begun ? BOOT_SWAP_TYPE_FAIL : BOOT_SWAP_TYPE_NONE;
}

bool sim_boot_swap_move_prepare(struct sim_boot_run *run, struct sim_boot_image *image)
{
	const struct sim_boot_slot *primary = &image->primary;
	const bool can_swap = compatible(run, image);

	image->type = BOOT_SWAP_TYPE_NONE;
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
	image->limit = largest_image(image, can_swap);
	if (can_swap && is_begun(image) && has_progress(image)) {
		run->rc = -ENOTSUP;
		return sim_boot_stop(run, "%s is in the middle of a swap, which is not modelled",
				     flash_area_label(primary->fa));
	}
	/*
	 * Without an image to move out of the way nothing is swapped, nor is the candidate judged.
	 */
	if (can_swap && get_le32(primary->bytes) == DFU_IMAGE_MAGIC) {
		image->type = decide(image);
	}
	return true;
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

static void set_image_ok(struct sim_boot_slot *primary)
{
	if (sim_boot_slot_state(primary).image_ok == BOOT_FLAG_UNSET) {
		sim_boot_slot_put(primary, TRAILER_IMAGE_OK, BOOT_FLAG_SET);
	}
}

/* The trailer that tells a later reset where a swap stands. */
static void begin(struct sim_boot_image *image, unsigned int number, size_t size)
{
	struct sim_boot_slot *primary = &image->primary;

	sim_boot_slot_erase_end(primary, image->trailer_len);
	sim_boot_slot_put(primary, TRAILER_SWAP_INFO,
			  (uint8_t)((unsigned int)image->type | number << 4));
	put_le32(&primary->bytes[sim_boot_slot_field(primary, TRAILER_SWAP_SIZE)], (uint32_t)size);
	if (sim_boot_slot_state(&image->secondary).image_ok == BOOT_FLAG_SET) {
		set_image_ok(primary);
	}
	sim_boot_slot_put(primary, TRAILER_MAGIC, 0);
}

static bool swap(struct sim_boot_run *run, struct sim_boot_image *image)
{
	struct sim_boot_slot *primary = &image->primary;
	const size_t old_size = sim_boot_slot_image_size(primary);
	const size_t new_size = sim_boot_slot_image_size(&image->secondary);
	const size_t size = old_size > new_size ? old_size : new_size;

	if (old_size == 0) {
		return sim_boot_stop(run, "assertion: the running image has no readable size");
	}
	if (old_size > image->limit) {
		return sim_boot_stop(run, "the running image is too large to be moved");
	}
	if (!image->is_begun) {
		begin(image, (unsigned int)(image - run->images), size);
	}
	sim_boot_slot_erase_end(&image->secondary, image->trailer_len);
	if (!swap_sectors(run, image, round_up(size, sector_size(primary)))) {
		return false;
	}
	if (image->type != BOOT_SWAP_TYPE_TEST) {
		set_image_ok(primary);
	}
	sim_boot_slot_put(primary, TRAILER_COPY_DONE, BOOT_FLAG_SET);
	return true;
}

bool sim_boot_swap_move_update(struct sim_boot_run *run, struct sim_boot_image *image)
{
	switch (image->type) {
	case BOOT_SWAP_TYPE_NONE:
		return true;
	case BOOT_SWAP_TYPE_TEST:
	case BOOT_SWAP_TYPE_PERM:
	case BOOT_SWAP_TYPE_REVERT:
		return swap(run, image);
	case BOOT_SWAP_TYPE_FAIL:
		/* The next reset shall not try again. */
		set_image_ok(&image->primary);
		return true;
	default:
		return sim_boot_stop(run, "assertion: swap type %d in the trailer of %s",
				     image->type, flash_area_label(image->primary.fa));
	}
}
