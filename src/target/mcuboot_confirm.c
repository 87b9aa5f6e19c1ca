/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping what runs.
 *
 * Images that run unconfirmed go back at the next reset, and going back is an installation like any
 * other: the bootloader reverts nothing while an image that stays would miss what it needs (direct
 * modes: sets that image aside as well). So of linked images the one that needs is confirmed first,
 * the one it needs last: in between both stay (direct modes: both go). Others get an intent, and
 * what goes back in between is installed again by mcuboot_recover.c.
 */
#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "boot/arrangement.h"
#include "boot/boot_bootloader.h"
#include "boot/boot_slot.h"
#include "target/mcuboot_set.h"
#include "target/mcuboot_set_images.h"

/* -EAGAIN: the image that is said to run has not been started by the bootloader. */
static int check_started(int img_num)
{
	struct boot_swap_state state;
	const struct flash_area *fa;

	/* overwrite-only writes the magic alone. */
	if (!boot_needs_trailer() || boot_mode_in(BOOT_MODE_BIT(OVERWRITE_ONLY)) ||
	    boot_pair_is_bootloaders(img_num)) {
		return 0;
	}
	int rc = boot_slot_open_running(img_num, &fa);
	if (rc == 0) {
		rc = boot_read_swap_state(fa, &state);
	}
	if (rc != 0) {
		return rc == -ENOTSUP || rc == -ENOENT ? 0 : rc; /* as the confirmation has it */
	}
	return state.magic == BOOT_MAGIC_GOOD && state.copy_done == BOOT_FLAG_UNSET &&
			       state.image_ok == BOOT_FLAG_UNSET
		       ? -EAGAIN
		       : 0;
}

static int confirm_one(int img_num)
{
	const int rc = check_started(img_num);

	return rc == 0 ? boot_write_img_confirmed_multi(img_num) : rc;
}

/*
 * The intent that is needed; *ends: what there is then has come to its end with the last write. One
 * that a cut has left promises its images still: a new one names them, too.
 */
static int promise(unsigned int images, const struct mcuboot_order *order,
		   const struct mcuboot_set_state *state, bool *ends)
{
	const unsigned int left = state->stage == MCUBOOT_SET_IN &&
						  state->intent.kind != MCUBOOT_INTENT_TEST
					  ? state->intent.images
					  : 0;

	*ends = left != 0;
	if (order->is_linked || order->count < 2 || mcuboot_set_is_under_way(state) ||
	    (images & ~left) == 0) {
		return 0;
	}
	bool is_saved;
	const int rc = mcuboot_set_promise(MCUBOOT_INTENT_CONFIRM, images | left, 0, &is_saved);
	*ends = *ends || is_saved;
	return rc == -ENOTSUP ? 0 : rc;
}

static int confirm_all(unsigned int images, const struct mcuboot_set_state *state)
{
	struct mcuboot_links links;
	struct mcuboot_order order;
	bool ends = false;
	int rc = mcuboot_links_of_running(images, &links);

	if (rc == 0) {
		mcuboot_links_order(&links, images, ~images, images, &order);
		rc = promise(images, &order, state, &ends);
	}
	for (unsigned int i = 0; rc == 0 && i < order.count; i++) {
		rc = boot_write_img_confirmed_multi(order.image[i]);
	}
	return rc == 0 && ends ? mcuboot_intent_delete() : rc;
}

/* Images that no longer wait for a confirmation by the intent's test. */
static int settle(const struct mcuboot_set_state *state)
{
	return state->stage == MCUBOOT_SET_IN && state->intent.kind == MCUBOOT_INTENT_TEST
		       ? mcuboot_intent_delete()
		       : 0;
}

/* A pair that is not there is not confirmed, either. */
static int check_all_started(void)
{
	int rc = 0;

	for (int n = 0; rc == 0 && n < boot_arrangement()->images; n++) {
		rc = mcuboot_pair_is_there(n) ? check_started(n) : 0;
	}
	return rc;
}

static int confirm(int img_num)
{
	struct mcuboot_set_state state;
	unsigned int images = 0;
	int rc = mcuboot_set_look(&state);

	if (rc == 0 && img_num == -1) {
		rc = check_all_started();
	}
	if (rc == 0) {
		rc = img_num == -1 ? mcuboot_set_unconfirmed(&images) : 0;
	}
	if (rc != 0) {
		return rc;
	}
	if (img_num != -1) {
		images = image_bit(img_num);
	}
	rc = mcuboot_set_refuse_member(&state, images);
	if (rc == 0) {
		rc = settle(&state);
	}
	if (rc != 0) {
		return rc;
	}
	return img_num == -1 ? confirm_all(images, &state) : confirm_one(img_num);
}

int dfu_target_mcuboot_confirm(int img_num)
{
	if (img_num != -1 && !boot_image_exists(img_num)) {
		return -EINVAL;
	}
	return boot_arrangement()->images > 1 ? confirm(img_num) : confirm_one(0);
}
