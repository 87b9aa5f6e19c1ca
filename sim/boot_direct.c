/* SPDX-License-Identifier: Apache-2.0 */
/*
 * direct-xip, ram-load and their revert variants: the bootloader starts what it finds.
 *
 * For each image in turn the higher version is looked at, the primary's if they are equal. Slots
 * whose header it does not take do not count. A slot that breaks a rule, in the order of the table
 * below, is out for this reset, most often erased, and the other one is looked at:
 *
 *     linked for another place of flash                                 kept     direct-xip
 *     no magic; started before and not confirmed                        erased   revert variants
 *     not made for RAM; loads beside it, or over another image          erased   ram-load
 *     flag NON_BOOTABLE                                                 kept
 *     TLVs, size, hash or signature wrong                               erased
 *
 * The revert variants set copy_done as soon as the trailer has been read, so a slot that breaks a
 * later rule without being erased counts as started.
 *
 * When each image has a slot, their dependencies are looked at. The first image whose slot asks for
 * what the others are not loses that slot, which is kept, and takes the other one; then all are
 * looked at again. An image without a slot: nothing starts.
 */
#include "boot_mode.h"

#include <string.h>

#include "boot_check.h"
#include "flash/flash_caps.h"

#define SLOTS 2

#define BIT(mode) (1u << (mode))
#define XIP (BIT(BOOT_MODE_DIRECT_XIP) | BIT(BOOT_MODE_DIRECT_XIP_REVERT))
#define RAM (BIT(BOOT_MODE_RAM_LOAD) | BIT(BOOT_MODE_RAM_LOAD_REVERT))
#define REVERT (BIT(BOOT_MODE_DIRECT_XIP_REVERT) | BIT(BOOT_MODE_RAM_LOAD_REVERT))

struct choice {
	struct sim_boot_run *run;
	/* Why a slot is out, NULL while it is not. */
	const char *why[BOOT_IMAGES_MAX][SLOTS];
	bool is_stopped;
};

/* At one slot of an image, which a rule may change. */
struct look {
	struct choice *choice;
	unsigned int image;
	struct sim_boot_slot *slot;
	struct sim_boot_view view;
};

/* Where an image lies in RAM. */
struct range {
	uint64_t start;
	uint64_t end;
};

static struct sim_boot_slot *slot_of(struct sim_boot_image *image, unsigned int slot)
{
	return slot == 0 ? &image->primary : &image->secondary;
}

static const char *is_elsewhere(const struct look *look)
{
	if ((sim_boot_view_flags(&look->view) & DFU_IMAGE_F_ROM_FIXED) != 0 &&
	    sim_boot_view_load_addr(&look->view) != (uint64_t)look->slot->fa->fa_off) {
		return "it is linked for another address";
	}
	return NULL;
}

static const char *stop(const struct look *look, const char *why)
{
	(void)sim_boot_stop(look->choice->run, "assertion: %s: %s",
			    flash_area_label(look->slot->fa), why);
	look->choice->is_stopped = true;
	return why;
}

/* Flash that wants to be erased refuses to program what is not, and the bootloader goes on. */
static const char *mark_started(const struct look *look)
{
	struct sim_boot_slot *slot = look->slot;
	const size_t block = flash_area_align(slot->fa);
	const uint8_t *flag = &slot->bytes[sim_boot_slot_field(slot, TRAILER_COPY_DONE)];

	if (block > slot->align) {
		return stop(look, "its write blocks are larger than a field of the trailer");
	}
	if (!flash_needs_erase(slot->fa->fa_dev) || bytes_are(flag, block, slot->erased)) {
		sim_boot_slot_put(slot, TRAILER_COPY_DONE, BOOT_FLAG_SET);
	}
	return NULL;
}

static const char *is_unwanted(const struct look *look)
{
	struct boot_swap_state state;

	if (!trailer_fits(look->slot->align, 1, look->slot->fa->fa_size)) {
		return stop(look, "it has no room for a trailer");
	}
	state = sim_boot_slot_state(look->slot);
	if (state.magic != BOOT_MAGIC_GOOD) {
		return "its trailer has no magic";
	}
	if (state.copy_done != BOOT_FLAG_SET) {
		return mark_started(look);
	}
	return state.image_ok == BOOT_FLAG_SET ? NULL : "it was started before and not confirmed";
}

static struct range range_of(const struct sim_boot_view *view)
{
	const uint64_t start = sim_boot_view_load_addr(view);

	return (struct range){start, start + sim_boot_view_size(view)};
}

static struct sim_boot_view active_view(const struct choice *choice, unsigned int number)
{
	struct sim_boot_image *image = &choice->run->images[number];

	return sim_boot_slot_view(slot_of(image, (unsigned int)image->active), 0);
}

static bool overlaps_another(const struct choice *choice, unsigned int image, struct range range)
{
	for (unsigned int i = 0; i < choice->run->arrangement->images; i++) {
		struct sim_boot_view view;
		struct range taken;

		if (i == image || choice->run->images[i].active < 0) {
			continue;
		}
		view = active_view(choice, i);
		taken = range_of(&view);
		if (range.start < taken.end && taken.start < range.end) {
			return true;
		}
	}
	return false;
}

static const char *is_not_for_ram(const struct look *look)
{
	const struct boot_rules *rules = look->choice->run->rules;
	const struct range range = range_of(&look->view);

	if ((sim_boot_view_flags(&look->view) & DFU_IMAGE_F_RAM_LOAD) == 0) {
		return "it is not made for RAM";
	}
	if (range.end == range.start) {
		return "it has no TLVs";
	}
	if (range.start < rules->ram_start ||
	    range.end > (uint64_t)rules->ram_start + rules->ram_size) {
		return "it loads beside the executable RAM";
	}
	return overlaps_another(look->choice, look->image, range) ? "it loads over another image"
								  : NULL;
}

static const char *is_not_bootable(const struct look *look)
{
	return sim_boot_view_is_empty(&look->view) ? "it is not bootable" : NULL;
}

/* An image may reach up to swap_info, which these modes do not write. */
static const char *is_invalid(const struct look *look)
{
	const size_t fields = trailer_distance(look->slot->align, TRAILER_SWAP_INFO);
	const size_t size = look->view.slot_size;

	return sim_boot_check_image(&look->view, look->choice->run->rules,
				    size > fields ? size - fields : 0);
}

static const struct rule {
	unsigned int modes;
	bool erases;
	const char *(*broken)(const struct look *look);
} rules[] = {
	{.modes = XIP, .erases = false, .broken = is_elsewhere},
	{.modes = REVERT, .erases = true, .broken = is_unwanted},
	{.modes = RAM, .erases = true, .broken = is_not_for_ram},
	{.modes = XIP | RAM, .erases = false, .broken = is_not_bootable},
	{.modes = XIP | RAM, .erases = true, .broken = is_invalid},
};

static const char *find_header(const struct sim_boot_slot *slot)
{
	struct sim_boot_view view;

	if (slot->fa == NULL) {
		return "there is none";
	}
	if (slot->fa->fa_size < DFU_IMAGE_HEADER_LEN) {
		return "it is too small";
	}
	view = sim_boot_slot_view(slot, 0);
	return sim_boot_check_header(&view);
}

static void find_headers(struct choice *choice)
{
	for (unsigned int i = 0; i < choice->run->arrangement->images; i++) {
		for (unsigned int slot = 0; slot < SLOTS; slot++) {
			choice->why[i][slot] = find_header(slot_of(&choice->run->images[i], slot));
		}
	}
}

static bool is_newer(const struct sim_boot_slot *a, const struct sim_boot_slot *b)
{
	const struct sim_boot_view view_a = sim_boot_slot_view(a, 0);
	const struct sim_boot_view view_b = sim_boot_slot_view(b, 0);
	const struct dfu_image_version version_a = sim_boot_view_version(&view_a);
	const struct dfu_image_version version_b = sim_boot_view_version(&view_b);

	return sim_boot_version_compare(&version_a, &version_b) > 0;
}

/* -1: both are out. */
static int highest(const struct choice *choice, unsigned int image)
{
	const struct sim_boot_image *slots = &choice->run->images[image];
	const char *const *why = choice->why[image];

	if (why[0] != NULL) {
		return why[1] != NULL ? -1 : 1;
	}
	return why[1] == NULL && is_newer(&slots->secondary, &slots->primary) ? 1 : 0;
}

/* Why the slot does not start, which has then been erased where the rule says so. */
static const char *look_at(struct choice *choice, unsigned int image, struct sim_boot_slot *slot)
{
	const struct look look = {choice, image, slot, sim_boot_slot_view(slot, 0)};
	const unsigned int mode = BIT(choice->run->arrangement->mode);

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const char *why = (rules[i].modes & mode) != 0 ? rules[i].broken(&look) : NULL;

		if (why != NULL && rules[i].erases && !choice->is_stopped) {
			memset(slot->bytes, slot->erased, slot->fa->fa_size);
		}
		if (why != NULL) {
			return why;
		}
	}
	return NULL;
}

static bool choose(struct choice *choice, unsigned int number)
{
	struct sim_boot_image *image = &choice->run->images[number];
	const char **why = choice->why[number];

	while (image->active < 0 && !choice->is_stopped) {
		const int slot = highest(choice, number);

		if (slot < 0) {
			return sim_boot_stop(choice->run,
					     "nothing to start for image %u: in slot 0, %s; in "
					     "slot 1, %s",
					     number, why[0], why[1]);
		}
		why[slot] = look_at(choice, number, slot_of(image, (unsigned int)slot));
		image->active = why[slot] == NULL ? slot : -1;
	}
	return !choice->is_stopped;
}

static bool choose_all(struct choice *choice)
{
	for (unsigned int i = 0; i < choice->run->arrangement->images; i++) {
		if (!choose(choice, i)) {
			return false;
		}
	}
	return true;
}

static bool is_met(const struct choice *choice, const struct sim_boot_dependency *dependency)
{
	struct sim_boot_view view;
	struct dfu_image_version version;

	if (dependency->image >= choice->run->arrangement->images) {
		return false;
	}
	view = active_view(choice, dependency->image);
	version = sim_boot_view_version(&view);
	return sim_boot_version_compare(&version, &dependency->version) >= 0;
}

static bool has_what_it_needs(const struct choice *choice, unsigned int number)
{
	const struct sim_boot_view view = active_view(choice, number);
	struct sim_boot_dependency dependency;
	size_t at = 0;
	int more;

	while ((more = sim_boot_view_dependency(&view, &at, &dependency)) == 1) {
		if (!is_met(choice, &dependency)) {
			return false;
		}
	}
	return more == 0;
}

/* The first image that does not fit the others loses its slot; a sole image asks for nothing. */
static bool all_fit(struct choice *choice)
{
	const unsigned int images = choice->run->arrangement->images;

	for (unsigned int i = 0; images > 1 && i < images; i++) {
		struct sim_boot_image *image = &choice->run->images[i];

		if (!has_what_it_needs(choice, i)) {
			choice->why[i][image->active] = "it needs another image than there is";
			image->active = -1;
			return false;
		}
	}
	return true;
}

bool sim_boot_direct(struct sim_boot_run *run)
{
	struct choice choice = {.run = run};

	find_headers(&choice);
	do {
		if (!choose_all(&choice)) {
			return false;
		}
	} while (!all_fit(&choice));
	return true;
}
