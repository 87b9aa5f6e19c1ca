/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What trailers say. Nothing here writes.
 *
 * The bootloader decides by a table over both trailers; the rows below are its rows, in its order.
 * The secondary's swap_info is in none of them: magic and image_ok ask for an update, swap_info is
 * a note for the swap itself.
 */
#include "boot/boot_bootloader.h"
#include "boot/boot_slot.h"

#define ANY 0
#define GOOD BOOT_MAGIC_GOOD
#define SET BOOT_FLAG_SET
#define UNSET BOOT_FLAG_UNSET
#define FACTS 6

struct swap_rule {
	uint8_t facts[FACTS];
	uint8_t type;
};

/* clang-format off */
static const struct swap_rule rules[] = {
	/* secondary                 primary
	 * magic  image_ok  copy_done  magic  image_ok  copy_done    =>  type */
	{{ GOOD,  UNSET,    SET,       ANY,   ANY,      ANY   },     BOOT_SWAP_TYPE_REVERT }, /* offset */
	{{ GOOD,  UNSET,    ANY,       ANY,   ANY,      ANY   },     BOOT_SWAP_TYPE_TEST },
	{{ GOOD,  SET,      ANY,       ANY,   ANY,      ANY   },     BOOT_SWAP_TYPE_PERM },
	{{ ANY,   ANY,      ANY,       GOOD,  UNSET,    SET   },     BOOT_SWAP_TYPE_REVERT },
};
/* clang-format on */

static bool applies(const struct swap_rule *rule, const uint8_t facts[FACTS])
{
	for (size_t i = 0; i < FACTS; i++) {
		if (rule->facts[i] != ANY && rule->facts[i] != facts[i]) {
			return false;
		}
	}
	return true;
}

static void put_facts(uint8_t facts[FACTS / 2], const struct boot_swap_state *state)
{
	facts[0] = state->magic;
	facts[1] = state->image_ok;
	facts[2] = state->copy_done;
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

int boot_swap_type_of(const struct boot_swap_state *primary,
		      const struct boot_swap_state *secondary)
{
	uint8_t facts[FACTS] = {BOOT_MAGIC_UNSET, UNSET, UNSET};

	if (secondary != NULL) {
		put_facts(facts, secondary);
	}
	put_facts(&facts[FACTS / 2], primary);
	for (size_t i = boot_arrangement()->mode == BOOT_MODE_SWAP_OFFSET ? 0 : 1;
	     i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (applies(&rules[i], facts)) {
			return rules[i].type;
		}
	}
	return BOOT_SWAP_TYPE_NONE;
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
	/* What the last rule asks of the primary. */
	return state.magic == GOOD && state.image_ok == UNSET && state.copy_done == SET;
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
