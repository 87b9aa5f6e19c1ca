/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking several images back: the request that committed them first, then the others in reverse.
 *
 * What belongs together is seen on flash: pending images of which one needs another. A cut may have
 * left a part of such a set, which the bootloader waits with because one of them is not met: that
 * one goes last, for without it the others would be installed.
 *
 * Images that are pending side by side, and linked by nothing, are taken back with an intent, like
 * the one they are asked for with. A cut in between runs a part of them; which way that goes, the
 * trailers have said.
 */
#include <dfu/boot.h>

#include "boot/arrangement.h"
#include "target/mcuboot_schedule.h"
#include "target/mcuboot_set.h"
#include "target/mcuboot_set_images.h"

/* What is to be taken back. */
struct plan {
	unsigned int pending; /* of all images: due, or might be at the next reset */
	unsigned int due;
	unsigned int images; /* those of them that go */
	struct mcuboot_links links;
	struct mcuboot_order order;
};

/* That there was nothing to be taken back is no error; but the device may have that code, too. */
static int cancel_one(int img_num)
{
	int rc = mcuboot_cancel_one(img_num);

	if (rc == -ENOENT) {
		rc = boot_is_pending_multi(img_num);
		rc = rc == 1 ? -ENOENT : rc;
	}
	return rc;
}

int mcuboot_set_take_back(const struct mcuboot_order *order, unsigned int spared)
{
	int first_error = 0;

	for (unsigned int i = order->count; i > 0; i--) {
		const int n = order->image[i - 1];
		const int rc = images_have(spared, n) ? 0 : cancel_one(n);

		first_error = first_error == 0 ? rc : first_error;
		if (rc != 0 && order->is_linked) {
			break;
		}
	}
	return first_error;
}

/* A request whose erase was cut may read as none now, and as one at the next reset. */
static int find_pending(struct plan *plan)
{
	const int rc = mcuboot_set_pending(&plan->due);

	plan->pending = plan->due;
	for (int n = 0; rc == 0 && n < boot_arrangement()->images; n++) {
		plan->pending |= mcuboot_pair_is_there(n) && mcuboot_schedule_is_marked(n)
					 ? image_bit(n)
					 : 0;
	}
	return rc;
}

static int begin(struct plan *plan)
{
	*plan = (struct plan){0};
	const int rc = find_pending(plan);
	return rc == 0 ? mcuboot_links_of_new(plan->pending, 0, &plan->links) : rc;
}

static void find_order(struct plan *plan)
{
	mcuboot_links_order(&plan->links, plan->images, plan->pending & ~plan->images, plan->images,
			    &plan->order);
}

int mcuboot_set_take_back_all(unsigned int images)
{
	struct plan plan;
	int rc = begin(&plan);

	plan.images = plan.pending & images;
	if (rc == 0) {
		rc = mcuboot_set_refuse_unconfirmed(plan.images);
	}
	if (rc == 0) {
		find_order(&plan);
		rc = mcuboot_set_take_back(&plan.order, 0);
	}
	return rc;
}

/* What a cut has left of a set: those that wait for what is not there, and who needs them. */
static unsigned int find_waiting(const struct plan *plan)
{
	unsigned int waiting = 0;

	for (int n = 0; n < boot_arrangement()->images; n++) {
		if (images_have(plan->pending, n) && (plan->links.needs[n] & ~plan->due) != 0) {
			waiting |= mcuboot_links_around(&plan->links, n, plan->pending);
		}
	}
	return waiting & plan->pending;
}

/* All that goes with an image. What is not pending itself may be what others of a set wait for. */
static unsigned int find_set(struct plan *plan, int img_num)
{
	const unsigned int around = mcuboot_links_around(&plan->links, img_num, plan->pending) &
				    plan->pending;
	const bool is_pending = images_have(plan->pending, img_num);

	if (boot_is_direct() && !is_pending) {
		return around | find_waiting(plan);
	}
	if (boot_is_direct()) {
		plan->images = plan->pending;
		find_order(plan);
		return plan->order.is_linked ? plan->pending : around;
	}
	return around != 0 && mcuboot_links_any(&plan->links) &&
			       (is_pending || around != image_bit(img_num))
		       ? plan->pending
		       : around;
}

/* Of what is pending, as the trailers say. */
static enum mcuboot_intent_kind kind_of(unsigned int images)
{
	struct boot_swap_state state;

	for (int n = 0; n < boot_arrangement()->images; n++) {
		if (images_have(images, n) && boot_needs_trailer() &&
		    boot_read_swap_state_by_id(boot_upload_area(n), &state) == 0 &&
		    state.image_ok == BOOT_FLAG_SET) {
			return MCUBOOT_INTENT_PERMANENT;
		}
	}
	return MCUBOOT_INTENT_TEST;
}

/* -EBUSY: what is to be taken back is what an incomplete set is finished with. */
static int refuse_rest(const struct plan *plan, const struct mcuboot_set_state *state)
{
	return state->stage == MCUBOOT_SET_GOES_ON &&
			       (plan->images & state->intent.images & ~state->running) != 0
		       ? -EBUSY
		       : mcuboot_set_refuse_unconfirmed(plan->images);
}

static int promise(const struct plan *plan, const struct mcuboot_set_state *state, bool *is_saved)
{
	*is_saved = false;
	if (!images_are_several(plan->images) || plan->order.is_linked) {
		return 0;
	}
	if ((plan->images & ~state->intent.images) == 0) {
		return 0; /* there is one */
	}
	if (mcuboot_set_is_under_way(state)) {
		return -EBUSY;
	}
	const int rc = mcuboot_set_promise(kind_of(plan->images), plan->images, 0, is_saved);
	return rc == -ENOTSUP ? 0 : rc;
}

/* Take back plan->images, in this order. */
static int take_back(struct plan *plan, const struct mcuboot_set_state *state, unsigned int spared)
{
	bool is_saved;
	int rc;

	find_order(plan);
	rc = refuse_rest(plan, state);
	if (rc == 0) {
		rc = promise(plan, state, &is_saved);
	}
	if (rc == 0) {
		rc = mcuboot_set_take_back(&plan->order, plan->order.is_linked ? spared : 0);
	}
	if (rc == 0 && (is_saved || (state->stage == MCUBOOT_SET_OUT &&
				     (plan->images & state->intent.images) != 0))) {
		rc = mcuboot_intent_delete();
	}
	return rc;
}

/* -ENODEV: more may have to go with one of these images. */
static int refuse_unknown(const struct mcuboot_set_state *state, unsigned int images)
{
	return state->stage == MCUBOOT_SET_UNKNOWN ? mcuboot_set_refuse_member(state, images) : 0;
}

/* What goes with an image, its intent's included; -1: all that is pending. */
static int look(int img_num, struct plan *plan, struct mcuboot_set_state *state)
{
	unsigned int meant = 0;
	int rc = mcuboot_set_look(state);

	if (rc == 0) {
		rc = begin(plan);
	}
	if (rc != 0) {
		return rc;
	}
	if (img_num == -1) {
		plan->images = plan->pending;
	} else {
		meant = image_bit(img_num);
		plan->images = find_set(plan, img_num);
		if (state->stage == MCUBOOT_SET_OUT && (state->intent.images & meant) != 0) {
			plan->images |= state->intent.images & plan->pending;
		}
	}
	return refuse_unknown(state, plan->images | meant);
}

/* What a cut has left of requests that do not count: 0, -ENOENT there was none, or an error. */
static int clear_remains(unsigned int pending)
{
	int result = -ENOENT;

	for (int n = 0; n < boot_arrangement()->images; n++) {
		if (images_have(pending, n) || !mcuboot_pair_is_there(n) ||
		    boot_is_unconfirmed_multi(n) == 1) {
			continue;
		}
		const int rc = mcuboot_cancel_one(n);
		if (rc != -ENOENT && (result == -ENOENT || result == 0)) {
			result = rc;
		}
	}
	return result;
}

int mcuboot_set_cancel(int img_num)
{
	struct mcuboot_set_state state;
	struct plan plan;
	int rc = img_num == -1 ? 0 : mcuboot_slot_refuse_unconfirmed(img_num);

	if (rc == 0) {
		rc = look(img_num, &plan, &state);
	}
	if (rc == 0 && plan.images != 0) {
		rc = take_back(&plan, &state, 0);
	}
	if (rc != 0 || (img_num != -1 && images_have(plan.images, img_num))) {
		return rc;
	}
	rc = img_num == -1 ? clear_remains(plan.pending) : mcuboot_cancel_one(img_num);
	return rc == -ENOENT && plan.images != 0 ? 0 : rc;
}

/* What an incomplete set is to be finished with may have to be downloaded again. */
static bool is_rest(int img_num, const struct mcuboot_set_state *state)
{
	return state->stage == MCUBOOT_SET_GOES_ON &&
	       images_have(state->intent.images & ~state->running, img_num);
}

int mcuboot_set_leave(int img_num)
{
	struct mcuboot_set_state state;
	struct plan plan;
	int rc = find_pending(&plan);

	if (rc != 0 || (plan.pending & ~image_bit(img_num)) == 0) {
		return rc;
	}
	rc = look(img_num, &plan, &state);
	if (rc != 0 || (plan.images & ~image_bit(img_num)) == 0 || is_rest(img_num, &state)) {
		return rc;
	}
	find_order(&plan);
	/* Without the first one nothing keeps the others waiting: it may only go after them. */
	const bool is_first = plan.order.image[0] == img_num;
	return take_back(&plan, &state, is_first ? image_bit(img_num) : 0);
}
