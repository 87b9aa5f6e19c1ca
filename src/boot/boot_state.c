/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What trailers say. Nothing here writes.
 *
 * The bootloader decides by a table over both trailers; the rows below are its rows, in its order.
 * Each asks one of them, and only a good magic counts. The secondary's swap_info is in none of
 * them: magic and image_ok ask for an update, swap_info is a note for the swap itself.
 */
#include "boot/boot_bootloader.h"
#include "boot/boot_slot.h"

#define ANY 0
#define SET BOOT_FLAG_SET
#define UNSET BOOT_FLAG_UNSET

/* clang-format off */
static const struct {
	uint8_t image_ok;
	uint8_t copy_done;
	uint8_t type;
} rules[] = {
	/* image_ok  copy_done  =>  type */
	/* secondary */
	{ UNSET,     SET,           BOOT_SWAP_TYPE_REVERT }, /* swap-offset */
	{ UNSET,     ANY,           BOOT_SWAP_TYPE_TEST },
	{ SET,       ANY,           BOOT_SWAP_TYPE_PERM },
	/* primary */
	{ UNSET,     SET,           BOOT_SWAP_TYPE_REVERT },
};
/* clang-format on */

#define RULES (sizeof(rules) / sizeof(rules[0]))
#define SECONDARY 1 /* the first rule that is not of swap-offset alone */
#define PRIMARY (RULES - 1)

/* By the rules from this one on, up to the other one. */
static int type_by(size_t rule, size_t end, const struct boot_swap_state *state)
{
	for (; rule < end && state->magic == BOOT_MAGIC_GOOD; rule++) {
		if (rules[rule].image_ok == state->image_ok &&
		    (rules[rule].copy_done == ANY || rules[rule].copy_done == state->copy_done)) {
			return rules[rule].type;
		}
	}
	return BOOT_SWAP_TYPE_NONE;
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

int boot_slot_asks_for(const struct boot_swap_state *secondary)
{
	return type_by(boot_mode_in(BOOT_MODE_BIT(SWAP_OFFSET)) ? 0 : SECONDARY, PRIMARY,
		       secondary);
}

int boot_swap_type_of(const struct boot_swap_state *primary,
		      const struct boot_swap_state *secondary)
{
	const int type = secondary != NULL ? boot_slot_asks_for(secondary) : BOOT_SWAP_TYPE_NONE;

	return type == BOOT_SWAP_TYPE_NONE ? type_by(PRIMARY, RULES, primary) : type;
}

static int read_running(int image_index, struct boot_swap_state *state)
{
	const struct flash_area *fa;
	const int rc = boot_slot_open_running(image_index, &fa);

	return rc == 0 ? boot_read_swap_state(fa, state) : rc;
}

int boot_is_unconfirmed_multi(int image_index)
{
	struct boot_swap_state state;
	int rc;

	if (!boot_needs_trailer() || boot_pair_is_bootloaders(image_index)) {
		return boot_image_exists(image_index) ? 0 : -EINVAL;
	}
	rc = read_running(image_index, &state);
	if (rc != 0) {
		return rc;
	}
	if (boot_is_direct()) {
		return boot_is_given_up(&state);
	}
	return type_by(PRIMARY, RULES, &state) == BOOT_SWAP_TYPE_REVERT;
}

bool boot_is_img_confirmed_multi(int image_index)
{
	struct boot_swap_state state;

	if (boot_pair_is_bootloaders(image_index)) {
		return true; /* there is no way back from it */
	}
	const int rc = read_running(image_index, &state);

	/* Nothing on this flash could give the image up. */
	if (rc == -ENOTSUP && !boot_needs_trailer()) {
		return true;
	}
	if (rc != 0) {
		return false;
	}
	if (state.magic == BOOT_MAGIC_UNSET) {
		return !(boot_is_direct() && boot_needs_trailer());
	}
	return state.image_ok == SET ||
	       (!(boot_is_direct() && boot_takes_requests()) && boot_is_torn_confirmation(&state));
}
