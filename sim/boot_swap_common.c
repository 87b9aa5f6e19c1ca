/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the modes that swap share. After a swap the trailers are
 *
 *     primary    magic, swap_info of the type, copy_done; image_ok when permanent, reverted, or
 *                set in the candidate's
 *     secondary  erased
 */
#include "boot_swap.h"

#include <errno.h>

/* Where the slots' sectors stand while they are laid side by side. */
struct side {
	const struct sim_boot_slot *slot;
	uint32_t next;
	size_t size; /* since both were equal */
};

static bool take_sector(struct side *side)
{
	if (side->next == side->slot->sector_count) {
		return false;
	}
	side->size += side->slot->sectors[side->next].fs_size;
	side->next++;
	return true;
}

bool sim_boot_sectors_pair(const struct sim_boot_slot *larger, const struct sim_boot_slot *other)
{
	const uint32_t more = larger->sector_count - other->sector_count;

	if (other->sector_count == 0 || (more != 0 && more != 1)) {
		return false;
	}
	for (uint32_t i = 0; i < larger->sector_count; i++) {
		/* The one more is as large as the last of the others. */
		const uint32_t twin = i < other->sector_count ? i : i - 1;

		if (larger->sectors[i].fs_size != other->sectors[twin].fs_size) {
			return false;
		}
	}
	return true;
}

size_t sim_boot_slot_room(const struct sim_boot_slot *slot, size_t taken)
{
	return slot->fa->fa_size > taken ? slot->fa->fa_size - taken : 0;
}

bool sim_boot_swap_is_begun(const struct sim_boot_image *image)
{
	const struct boot_swap_state primary = sim_boot_slot_state(&image->primary);

	return primary.magic == BOOT_MAGIC_GOOD && primary.copy_done == BOOT_FLAG_UNSET &&
	       sim_boot_slot_state(&image->secondary).magic != BOOT_MAGIC_GOOD;
}

bool sim_boot_swap_sizes(struct sim_boot_run *run, const struct sim_boot_image *image,
			 size_t *old_size, size_t *new_size)
{
	const struct sim_boot_view running = sim_boot_running(image);
	const struct sim_boot_view candidate = sim_boot_candidate(image);
	const bool is_running = sim_boot_view_magic(&running) == DFU_IMAGE_MAGIC;

	*old_size = is_running ? sim_boot_view_size(&running) : 0;
	*new_size = sim_boot_view_size(&candidate);
	return !is_running || (*old_size > 0 && *old_size <= image->primary.fa->fa_size) ||
	       sim_boot_stop(run, "assertion: the running image has no readable size");
}

size_t sim_boot_swap_size_off(const struct sim_boot_run *run, const struct sim_boot_image *image)
{
	const struct sim_boot_slot *primary = &image->primary;

	/* swap-offset has one more field above it. */
	return sim_boot_slot_field(primary, TRAILER_SWAP_SIZE) -
	       (run->install->is_offset ? primary->align : 0u);
}

void sim_boot_swap_begin(const struct sim_boot_run *run, struct sim_boot_image *image, size_t size)
{
	const unsigned int number = (unsigned int)(image - run->images);
	struct sim_boot_slot *primary = &image->primary;

	sim_boot_slot_erase_end(primary, image->trailer_len);
	sim_boot_slot_put(primary, TRAILER_SWAP_INFO,
			  (uint8_t)((unsigned int)image->type | number << 4));
	put_le32(&primary->bytes[sim_boot_swap_size_off(run, image)], (uint32_t)size);
	if (sim_boot_slot_state(&image->secondary).image_ok == BOOT_FLAG_SET) {
		sim_boot_set_image_ok(primary);
	}
	sim_boot_slot_put(primary, TRAILER_MAGIC, 0);
}

void sim_boot_swap_finish(struct sim_boot_image *image)
{
	if (image->type != BOOT_SWAP_TYPE_TEST) {
		sim_boot_set_image_ok(&image->primary);
	}
	sim_boot_slot_put(&image->primary, TRAILER_COPY_DONE, BOOT_FLAG_SET);
}

bool sim_boot_swap_has_equal_sectors(struct sim_boot_run *run, const struct sim_boot_slot *slot)
{
	for (uint32_t i = 1; i < slot->sector_count; i++) {
		if (slot->sectors[i].fs_size != slot->sectors[0].fs_size) {
			run->rc = -ENOTSUP;
			return sim_boot_stop(run,
					     "%s has sectors of several sizes; swapping them by "
					     "one sector is not modelled",
					     flash_area_label(slot->fa));
		}
	}
	return true;
}

bool sim_boot_sectors_match(const struct sim_boot_image *image, bool forgets, size_t *largest)
{
	struct side sides[2] = {{.slot = &image->primary}, {.slot = &image->secondary}};
	const struct side *smaller = NULL;

	*largest = 0;
	while (sides[0].next < sides[0].slot->sector_count ||
	       sides[1].next < sides[1].slot->sector_count) {
		if (sides[0].size == sides[1].size) {
			if (!take_sector(&sides[0]) || !take_sector(&sides[1])) {
				return false;
			}
		} else {
			struct side *behind = &sides[sides[0].size < sides[1].size ? 0 : 1];

			if ((smaller != NULL && smaller != behind) || !take_sector(behind)) {
				return false;
			}
			smaller = behind;
		}
		if (forgets && sides[0].size == sides[1].size) {
			*largest = sides[0].size > *largest ? sides[0].size : *largest;
			sides[0].size = 0;
			sides[1].size = 0;
			smaller = NULL;
		}
	}
	return sides[0].size == sides[1].size;
}
