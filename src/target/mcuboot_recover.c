/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At the application's start: what has become of a set that an intent speaks of?
 *
 *     runs    kind                          what is done                             the intent
 *     none    any                           requests that are left are taken back,   deleted
 *                                           what is in its slot is marked an update,
 *                                           but after a test that all went through
 *     part    test, and all of it reverts   the same; the next reset gives it up     stays
 *     part    else                          what runs is confirmed, the rest is      stays
 *                                           asked for, for good
 *     all     test                          nothing                                  deleted
 *     all     else                          what is unconfirmed is confirmed         deleted
 *
 * Each step can be done again from the top; a cut anywhere finds the set in one of the rows.
 */
#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "boot/arrangement.h"
#include "target/mcuboot_download.h"
#include "target/mcuboot_held.h"
#include "target/mcuboot_set.h"
#include "target/mcuboot_set_images.h"

static int confirm_unconfirmed(unsigned int images)
{
	unsigned int unconfirmed;
	const int rc = mcuboot_set_unconfirmed(&unconfirmed);

	return rc == 0 ? mcuboot_set_each(images & unconfirmed, boot_write_img_confirmed_multi)
		       : rc;
}

/* Whether the rest would be taken. -ENODATA: a part of it is not where it could be asked for. */
static int check_rest(const struct mcuboot_intent *intent, unsigned int rest, unsigned int *torn)
{
	int rc = mcuboot_set_are_new(intent, rest, rest);

	if (rc != 1) {
		return rc == 0 ? -ENODATA : rc;
	}
	rc = mcuboot_set_check(rest, torn);
	/* What the erase of a header has left, cut, is no image either. */
	return rc == -ENOENT || rc == -EBADMSG ? -ENODATA : rc;
}

static int request_rest(unsigned int rest, unsigned int torn)
{
	struct mcuboot_links links;
	struct mcuboot_order order;
	int rc = mcuboot_links_of_new(rest, torn, &links);

	if (rc == 0) {
		mcuboot_links_order(&links, rest, 0, rest, &order);
		rc = mcuboot_set_request(&order, torn, rest);
	}
	return rc;
}

static int go_on(const struct mcuboot_set_state *state)
{
	const unsigned int rest = state->intent.images & ~state->running;
	unsigned int torn;
	int rc = confirm_unconfirmed(state->running);

	rc = rc == 0 ? check_rest(&state->intent, rest, &torn) : rc;
	return rc == 0 ? request_rest(rest, torn) : rc;
}

/*
 * Whether all of it ran, and was given up for its own sake: 1, 0 or negative. Images that nothing
 * links are asked for by number, and taken back the other way: where the last one ran all did. Of
 * one that had given another image up before nobody can tell.
 */
static int has_failed(const struct mcuboot_intent *intent)
{
	int rc = intent->kind == MCUBOOT_INTENT_TEST;

	for (int n = 0; rc == 1 && n < boot_arrangement()->images; n++) {
		if (images_have(intent->images, n)) {
			const bool is_last = intent->images >> n == 1;

			rc = is_last && images_have(intent->reverted, n)
				     ? 0
				     : mcuboot_image_came_by_revert(n);
		}
	}
	return rc;
}

/* What is back in its upload slot was given up for its own sake, or for the sake of others. */
static int mark(const struct mcuboot_intent *intent, bool failed)
{
	for (int n = 0; n < boot_arrangement()->images; n++) {
		if (images_have(intent->images, n)) {
			const int rc = mcuboot_image_is(n, true, intent->id[n]);

			if (rc < 0) {
				return rc;
			}
			if (rc == 1 && failed) {
				mcuboot_download_forget_progress(n);
				mcuboot_mark_clear(n, TARGET_UNTRIED);
			} else if (rc == 1) {
				mcuboot_mark_set(n, TARGET_UNTRIED);
			}
		}
	}
	return 0;
}

static int settle(const struct mcuboot_set_state *state)
{
	int rc = 0;

	if (state->stage == MCUBOOT_SET_OUT) {
		rc = mcuboot_set_take_back_all(state->intent.images);
		rc = rc == 0 ? has_failed(&state->intent) : rc;
		rc = rc >= 0 ? mark(&state->intent, rc == 1) : rc;
	} else if (state->intent.kind != MCUBOOT_INTENT_TEST) {
		rc = confirm_unconfirmed(state->intent.images);
	}
	return rc == 0 ? mcuboot_intent_delete() : rc;
}

static int recover(void)
{
	struct mcuboot_set_state state;
	int rc = mcuboot_set_look(&state);

	if (rc != 0 || state.stage == MCUBOOT_SET_NONE) {
		return rc;
	}
	switch (state.stage) {
	case MCUBOOT_SET_UNKNOWN:
		return -ENODEV;
	case MCUBOOT_SET_GOES_BACK:
		rc = mcuboot_set_take_back_all(state.intent.images & ~state.running);
		return rc == 0 ? DFU_TARGET_MCUBOOT_GOES_BACK : rc;
	case MCUBOOT_SET_GOES_ON:
		rc = go_on(&state);
		return rc == 0 ? DFU_TARGET_MCUBOOT_GOES_ON : rc;
	default:
		return settle(&state);
	}
}

int dfu_target_mcuboot_has_intent(void)
{
	struct mcuboot_intent intent;
	const int rc = boot_arrangement()->images > 1 ? mcuboot_intent_load(&intent) : -ENOENT;

	return rc == 0 ? 1 : rc == -ENOENT ? 0 : rc;
}

int dfu_target_mcuboot_schedule_recover(void)
{
	return boot_arrangement()->images > 1 ? recover() : DFU_TARGET_MCUBOOT_SETTLED;
}
