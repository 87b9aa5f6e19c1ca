/* SPDX-License-Identifier: Apache-2.0 */
/* What trailers say. Nothing here writes. */
#include "boot/boot_slot.h"

static bool is_unconfirmed(const struct boot_swap_state *primary)
{
	return primary->magic == BOOT_MAGIC_GOOD && primary->copy_done == BOOT_FLAG_SET &&
	       primary->image_ok == BOOT_FLAG_UNSET;
}

bool boot_mode_has_primary(enum boot_mode mode)
{
	return mode < BOOT_MODE_DIRECT_XIP || mode > BOOT_MODE_RAM_LOAD_REVERT;
}

int boot_slot_open(int image_index, enum boot_slot slot, const struct flash_area **fa)
{
	const struct boot_arrangement *arrangement = boot_arrangement_get();

	if (image_index < 0 || image_index >= arrangement->images) {
		return -EINVAL;
	}
	if (!boot_mode_has_primary(arrangement->mode)) {
		return -ENOTSUP;
	}
	return flash_area_open((uint8_t)(2 * image_index + (int)slot), fa);
}

int boot_slot_open_secondary(int image_index, const struct flash_area **fa)
{
	const int rc = boot_slot_open(image_index, BOOT_SECONDARY, fa);

	return rc == -ENOENT ? -ENODEV : rc;
}

int boot_slot_read_tail(const struct flash_area *fa, struct boot_tail *tail)
{
	tail->align = boot_arrangement_get()->max_align;
	tail->erased = flash_area_erased_val(fa);
	if (!trailer_fits(tail->align, flash_area_align(fa), fa->fa_size)) {
		return -ENOTSUP;
	}
	tail->block = (uint8_t)flash_area_align(fa);
	tail->len = (uint8_t)trailer_distance(tail->align, TRAILER_SWAP_INFO);
	const int rc =
		flash_area_read(fa, (off_t)(fa->fa_size - tail->len), tail->bytes, tail->len);
	if (rc == 0) {
		trailer_decode(&tail->state, tail->bytes, tail->align, tail->erased);
	}
	return rc;
}

int boot_read_swap_state(const struct flash_area *fa, struct boot_swap_state *state)
{
	struct boot_tail tail;
	const int rc = boot_slot_read_tail(fa, &tail);

	if (rc == 0) {
		*state = tail.state;
	}
	return rc;
}

int boot_slot_read_state(int image_index, enum boot_slot slot, struct boot_swap_state *state)
{
	const struct flash_area *fa;
	const int rc = boot_slot_open(image_index, slot, &fa);

	return rc == 0 ? boot_read_swap_state(fa, state) : rc;
}

int boot_read_swap_state_by_id(int flash_area_id, struct boot_swap_state *state)
{
	const struct flash_area *fa;

	if (flash_area_id < 0 || flash_area_id > UINT8_MAX) {
		return -ENOENT;
	}
	const int rc = flash_area_open((uint8_t)flash_area_id, &fa);
	return rc == 0 ? boot_read_swap_state(fa, state) : rc;
}

/*
 * As the bootloader decides, in its order. The secondary's swap_info has no part in it: magic and
 * image_ok ask for an update, swap_info is a note for the swap itself.
 */
int boot_swap_type_of(const struct boot_swap_state *primary,
		      const struct boot_swap_state *secondary)
{
	if (secondary != NULL && secondary->magic == BOOT_MAGIC_GOOD) {
		switch (secondary->image_ok) {
		case BOOT_FLAG_UNSET:
			/* copy_done of a secondary is swap-offset's alone. */
			return secondary->copy_done == BOOT_FLAG_SET &&
					       boot_arrangement_get()->mode == BOOT_MODE_SWAP_OFFSET
				       ? BOOT_SWAP_TYPE_REVERT
				       : BOOT_SWAP_TYPE_TEST;
		case BOOT_FLAG_SET:
			return BOOT_SWAP_TYPE_PERM;
		default:
			break;
		}
	}
	return is_unconfirmed(primary) ? BOOT_SWAP_TYPE_REVERT : BOOT_SWAP_TYPE_NONE;
}

int boot_is_unconfirmed_multi(int image_index)
{
	struct boot_swap_state state;
	const int rc = boot_slot_read_state(image_index, BOOT_PRIMARY, &state);

	if (rc != 0) {
		return rc;
	}
	return is_unconfirmed(&state);
}
