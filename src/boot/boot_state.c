/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What trailers say. Nothing here writes.
 *
 * The bootloader decides by a table over both trailers; the rows below are its rows, in its order. The secondary's
 * swap_info is in none of them: magic and image_ok ask for an update, swap_info is a note for the swap itself.
 */
#include "boot/boot_slot.h"

#define ANY 0

struct swap_rule {
	bool offset_mode_only;
	uint8_t secondary_magic, secondary_image_ok, secondary_copy_done;
	uint8_t primary_magic, primary_image_ok, primary_copy_done;
	uint8_t type;
};

static const struct swap_rule rules[] = {
	{true, BOOT_MAGIC_GOOD, BOOT_FLAG_UNSET, BOOT_FLAG_SET, ANY, ANY, ANY, BOOT_SWAP_TYPE_REVERT},
	{false, BOOT_MAGIC_GOOD, BOOT_FLAG_UNSET, ANY, ANY, ANY, ANY, BOOT_SWAP_TYPE_TEST},
	{false, BOOT_MAGIC_GOOD, BOOT_FLAG_SET, ANY, ANY, ANY, ANY, BOOT_SWAP_TYPE_PERM},
	{false, ANY, ANY, ANY, BOOT_MAGIC_GOOD, BOOT_FLAG_UNSET, BOOT_FLAG_SET, BOOT_SWAP_TYPE_REVERT},
};

static bool matches(uint8_t rule, uint8_t value)
{
	return rule == ANY || rule == value;
}

static bool applies(const struct swap_rule *rule, const struct boot_swap_state *primary,
		    const struct boot_swap_state *secondary)
{
	return (!rule->offset_mode_only || boot_arrangement_get()->mode == BOOT_MODE_SWAP_OFFSET) &&
	       matches(rule->secondary_magic, secondary->magic) &&
	       matches(rule->secondary_image_ok, secondary->image_ok) &&
	       matches(rule->secondary_copy_done, secondary->copy_done) &&
	       matches(rule->primary_magic, primary->magic) &&
	       matches(rule->primary_image_ok, primary->image_ok) &&
	       matches(rule->primary_copy_done, primary->copy_done);
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
	const size_t len = trailer_distance(tail->align, TRAILER_SWAP_INFO);
	const int rc = flash_area_read(fa, (off_t)(fa->fa_size - len), tail->bytes, len);
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

int boot_read_swap_state_by_id(int flash_area_id, struct boot_swap_state *state)
{
	const struct flash_area *fa;

	if (flash_area_id < 0 || flash_area_id > UINT8_MAX) {
		return -ENOENT;
	}
	const int rc = flash_area_open((uint8_t)flash_area_id, &fa);
	return rc == 0 ? boot_read_swap_state(fa, state) : rc;
}

int boot_swap_type_of(const struct boot_swap_state *primary, const struct boot_swap_state *secondary)
{
	static const struct boot_swap_state none = {.magic = BOOT_MAGIC_UNSET,
						    .swap_type = BOOT_SWAP_TYPE_NONE,
						    .copy_done = BOOT_FLAG_UNSET,
						    .image_ok = BOOT_FLAG_UNSET};

	if (secondary == NULL) {
		secondary = &none;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (applies(&rules[i], primary, secondary)) {
			return rules[i].type;
		}
	}
	return BOOT_SWAP_TYPE_NONE;
}

int boot_is_unconfirmed_multi(int image_index)
{
	const struct flash_area *fa;
	struct boot_swap_state state;
	int rc = boot_slot_open(image_index, BOOT_PRIMARY, &fa);

	if (rc == 0) {
		rc = boot_read_swap_state(fa, &state);
	}
	if (rc != 0) {
		return rc;
	}
	return state.magic == BOOT_MAGIC_GOOD && state.copy_done == BOOT_FLAG_SET &&
	       state.image_ok == BOOT_FLAG_UNSET;
}
