/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking for several images: all or none.
 *
 *   1. no image of them unconfirmed, no set with one of them on its way back
 *   2. each verified, beside all others: what they ask of each other is met by what will run
 *   3. the order (mcuboot_set_links.c); what is asked for already is not asked for again, but a
 *      linked set of tests that is made permanent: all but the first
 *   4. a set that nothing holds together: the intent; for a linked one nothing
 *   5. what is to be asked for again is taken back
 *   6. the requests in this order, each as for one image (mcuboot_schedule.c)
 *   7. the intent is deleted
 *
 * A cut before the last request of 6: of a linked set nothing will run, the bootloader waits for
 * the last one; the same call goes on. Of another set a part will run, and mcuboot_recover.c goes
 * by the intent. An older intent with one of these images has come to its end: it is replaced, or
 * deleted before 5, unless these are the rest that it is waiting for.
 *
 * After an error in 5 or 6 what was asked for before is asked for again, but in the direct modes,
 * where taking back costs the image: there what was made permanent stays so, with its intent.
 */
#include "target/mcuboot_set.h"

#include <dfu/boot.h>

#include "boot/arrangement.h"
#include "target/mcuboot_schedule.h"

struct plan {
	unsigned int images;
	unsigned int torn;    /* their header is to be taken for torn */
	unsigned int pending; /* of all images: asked for already */
	unsigned int fresh;   /* to be asked for */
	unsigned int raised;  /* asked for, to be made permanent */
	unsigned int lasting; /* asked for, for good */
	bool permanent;
	struct mcuboot_order before; /* all that are asked for, if they have to come back */
	struct mcuboot_order order;
};

/* Whether a pending image is so for good, or there is no difference: 1, 0 or negative. */
static int is_for_good(int img_num)
{
	struct boot_swap_state state;

	if (!boot_needs_trailer() || boot_mode_in(BOOT_MODE_BIT(OVERWRITE_ONLY))) {
		return 1;
	}
	const int rc = boot_read_swap_state_by_id(boot_upload_area(img_num), &state);
	return rc == 0 ? state.image_ok == BOOT_FLAG_SET : rc;
}

/* What has to be written. -EALREADY: more than a test is in force. */
static int find_writes(struct plan *plan)
{
	int rc = mcuboot_set_pending(&plan->pending);

	for (int n = 0; rc >= 0 && n < boot_arrangement()->images; n++) {
		if (!images_have(plan->images, n)) {
			continue;
		}
		if (!images_have(plan->pending, n) || images_have(plan->torn, n) ||
		    mcuboot_schedule_is_marked(n)) {
			plan->fresh |= image_bit(n);
			continue;
		}
		rc = is_for_good(n);
		if (rc == 0 && plan->permanent) {
			plan->raised |= image_bit(n);
		}
		if (rc == 1 && !plan->permanent && boot_mode_in(BOOT_MODES_SWAP) &&
		    !boot_mode_in(BOOT_MODE_BIT(OVERWRITE_ONLY))) {
			rc = -EALREADY;
		}
	}
	return rc < 0 ? rc : 0;
}

/*
 * A flag that a cut has torn while a test is made more of ends the request: no bootloader that
 * swaps takes either. Of a linked set no other one must count then: all but the first are asked for
 * again.
 */
static int find_before(struct plan *plan)
{
	struct mcuboot_links links;

	if (plan->raised == 0 || !images_are_several(plan->pending) ||
	    !boot_mode_in(BOOT_MODES_SWAP)) {
		return 0;
	}
	int rc = mcuboot_links_of_new(plan->pending, plan->torn, &links);
	if (rc != 0) {
		return rc;
	}
	mcuboot_links_order(&links, plan->pending, 0, plan->pending, &plan->before);
	for (unsigned int i = 0; rc >= 0 && i < plan->before.count; i++) {
		const unsigned int bit = image_bit(plan->before.image[i]);

		rc = is_for_good(plan->before.image[i]);
		plan->lasting |= rc == 1 ? bit : 0;
		if (i > 0 && plan->before.is_linked) {
			plan->raised &= ~bit;
			plan->fresh |= bit;
		}
	}
	return rc < 0 ? rc : 0;
}

static int find_order(struct plan *plan)
{
	const unsigned int writes = plan->fresh | plan->raised;
	struct mcuboot_links links = {0};
	int rc = 0;

	if (images_are_several(writes)) {
		rc = mcuboot_links_of_new(plan->images | plan->pending, plan->torn, &links);
	}
	if (rc == 0) {
		mcuboot_links_order(&links, writes, plan->pending & ~plan->fresh,
				    plan->fresh != 0 ? plan->fresh : writes, &plan->order);
	}
	return rc;
}

/* Whether these are images that an incomplete set is waiting for: 1, 0 or negative. */
static int is_rest_of(const struct plan *plan, const struct mcuboot_set_state *state)
{
	return state->stage == MCUBOOT_SET_GOES_ON && (plan->images & ~state->intent.images) == 0
		       ? mcuboot_set_are_new(&state->intent, plan->images, plan->torn)
		       : 0;
}

/* Step 4. *is_saved: an intent is to be deleted at the end. */
static int promise(const struct plan *plan, const struct mcuboot_set_state *state, bool *is_saved)
{
	const bool is_old = (state->intent.images & plan->images) != 0;
	int rc = is_rest_of(plan, state);

	*is_saved = false;
	if (rc != 0) {
		return rc < 0 ? rc : 0;
	}
	if (state->stage == MCUBOOT_SET_OUT && is_old) {
		rc = mcuboot_set_take_back_all(state->intent.images & ~plan->images);
	}
	if (rc == 0 && images_are_several(plan->fresh | plan->raised) && !plan->order.is_linked) {
		if (state->stage != MCUBOOT_SET_NONE && !is_old) {
			return -EBUSY; /* another set is not complete yet */
		}
		rc = mcuboot_set_promise(plan->permanent ? MCUBOOT_INTENT_PERMANENT
							 : MCUBOOT_INTENT_TEST,
					 plan->images, plan->torn, is_saved);
	}
	return rc == 0 && is_old && !*is_saved ? mcuboot_intent_delete() : rc;
}

/* Step 6; after an error nothing of it is asked for any more: then *is_undone. */
static int request_all(struct plan *plan, bool *is_undone)
{
	const unsigned int spared = boot_is_direct() ? plan->raised : 0;
	const bool is_single = plan->order.count == 1 && plan->before.count == 0;
	const int rc = mcuboot_set_request(&plan->order, plan->torn,
					   plan->lasting | (plan->permanent ? plan->images : 0));

	if (rc != 0 && !is_single) {
		*is_undone = mcuboot_set_take_back(&plan->order, spared) == 0 && spared == 0;
	}
	return rc;
}

/* Steps 5 to 7. */
static int write_all(struct plan *plan, bool has_intent)
{
	bool is_undone = false;
	int rc = 0;

	if (plan->before.is_linked) {
		rc = mcuboot_set_take_back(&plan->before, image_bit(plan->before.image[0]));
		is_undone = rc != 0;
	}
	if (rc == 0) {
		rc = request_all(plan, &is_undone);
	}
	if (is_undone) {
		is_undone = mcuboot_set_request(&plan->before, plan->torn, plan->lasting) == 0;
	}
	if (has_intent && (rc == 0 || is_undone)) {
		(void)mcuboot_intent_delete(); /* one that stays is found to be settled */
	}
	return rc;
}

int mcuboot_set_check(unsigned int images, unsigned int *torn)
{
	int rc = 0;

	*torn = 0;
	for (int n = 0; rc == 0 && n < boot_arrangement()->images; n++) {
		if (images_have(images, n)) {
			bool is_refused;
			bool is_torn;

			rc = mcuboot_schedule_check(n, images, &is_torn, &is_refused);
			*torn |= rc == 0 && is_torn ? image_bit(n) : 0;
		}
	}
	return rc;
}

int mcuboot_set_request(struct mcuboot_order *order, unsigned int torn, unsigned int lasting)
{
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && i < order->count; i++) {
		const int n = order->image[i];

		rc = mcuboot_schedule_one(n, images_have(torn, n), images_have(lasting, n));
		if (rc != 0) {
			order->count = (uint8_t)(i + 1);
		}
	}
	return rc;
}

int mcuboot_set_schedule(unsigned int images, bool permanent)
{
	struct plan plan = {.images = images, .permanent = permanent};
	struct mcuboot_set_state state;
	bool is_saved = false;
	int rc = mcuboot_set_refuse_unconfirmed(images);

	if (rc == 0) {
		rc = mcuboot_set_look(&state);
	}
	rc = rc == 0 ? mcuboot_set_refuse_member(&state, images) : rc;
	rc = rc == 0 ? mcuboot_set_check(images, &plan.torn) : rc;
	rc = rc == 0 ? find_writes(&plan) : rc;
	rc = rc == 0 ? find_before(&plan) : rc;
	rc = rc == 0 ? find_order(&plan) : rc;
	rc = rc == 0 ? promise(&plan, &state, &is_saved) : rc;
	return rc == 0 ? write_all(&plan, is_saved) : rc;
}
