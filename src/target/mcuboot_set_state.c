/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What flash says of several images. The intent names each new image by its hash, so what has
 * become of a set is seen by looking at what runs, whatever the versions are.
 */
#include <dfu/boot.h>

#include "boot/arrangement.h"
#include "target/mcuboot_set.h"
#include "target/mcuboot_set_images.h"

/* Their bootloader gives an unconfirmed image up. */
#define MODES_GO_BACK                                                                              \
	(BOOT_MODE_BIT(SWAP_SCRATCH) | BOOT_MODE_BIT(SWAP_MOVE) | BOOT_MODE_BIT(SWAP_OFFSET) |     \
	 BOOT_MODES_REVERT)

static int find_all(int (*ask)(int image_index), unsigned int *images)
{
	unsigned int found = 0;

	for (int n = 0; n < boot_arrangement()->images; n++) {
		const int rc = mcuboot_pair_is_there(n) ? ask(n) : 0;

		if (rc < 0) {
			return rc;
		}
		found |= rc == 1 ? image_bit(n) : 0;
	}
	*images = found;
	return 0;
}

int mcuboot_set_pending(unsigned int *images)
{
	return find_all(boot_is_pending_multi, images);
}

int mcuboot_set_unconfirmed(unsigned int *images)
{
	return find_all(boot_is_unconfirmed_multi, images);
}

int mcuboot_set_each(unsigned int images, int (*act)(int img_num))
{
	int rc = 0;

	for (int n = 0; rc == 0 && n < boot_arrangement()->images; n++) {
		rc = images_have(images, n) ? act(n) : 0;
	}
	return rc;
}

int mcuboot_set_refuse_unconfirmed(unsigned int images)
{
	return mcuboot_set_each(images, mcuboot_slot_refuse_unconfirmed);
}

/* Whether the next reset gives all of these up: 1, 0 or negative. */
static int goes_back(unsigned int images)
{
	unsigned int unconfirmed;

	if (!boot_mode_in(MODES_GO_BACK)) {
		return 0;
	}
	const int rc = mcuboot_set_unconfirmed(&unconfirmed);
	return rc == 0 ? (images & ~unconfirmed) == 0 : rc;
}

/* 1: *running is set; 0: a pair does not tell which slot runs; negative: from the device. */
static int find_running(const struct mcuboot_intent *intent, unsigned int *running)
{
	for (int n = 0; n < boot_arrangement()->images; n++) {
		if (!images_have(intent->images, n)) {
			continue;
		}
		if (boot_running_slot(n) < 0) {
			return 0;
		}
		const int rc = mcuboot_image_runs(n, intent->id[n]);
		if (rc < 0) {
			return rc;
		}
		*running |= rc == 1 ? image_bit(n) : 0;
	}
	return 1;
}

/* enum mcuboot_set_stage, or negative. */
static int find_stage(struct mcuboot_set_state *state)
{
	const struct mcuboot_intent *intent = &state->intent;
	int rc = find_running(intent, &state->running);

	if (rc != 1) {
		return rc < 0 ? rc : MCUBOOT_SET_UNKNOWN; /* of no matter to other pairs */
	}
	if (state->running == 0) {
		return MCUBOOT_SET_OUT;
	}
	if (state->running == intent->images) {
		return MCUBOOT_SET_IN;
	}
	rc = intent->kind == MCUBOOT_INTENT_TEST ? goes_back(state->running) : 0;
	return rc < 0 ? rc : rc == 1 ? MCUBOOT_SET_GOES_BACK : MCUBOOT_SET_GOES_ON;
}

int mcuboot_set_look(struct mcuboot_set_state *state)
{
	*state = (struct mcuboot_set_state){.stage = MCUBOOT_SET_NONE};
	int rc = mcuboot_intent_load(&state->intent);

	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	rc = find_stage(state);
	if (rc < 0) {
		return rc;
	}
	state->stage = (enum mcuboot_set_stage)rc;
	return 0;
}

int mcuboot_set_are_new(const struct mcuboot_intent *intent, unsigned int images, unsigned int torn)
{
	int rc = 1;

	for (int n = 0; rc == 1 && n < boot_arrangement()->images; n++) {
		if (images_have(images, n)) {
			rc = mcuboot_image_is(n, images_have(torn, n), intent->id[n]);
		}
	}
	return rc;
}

int mcuboot_set_refuse_member(const struct mcuboot_set_state *state, unsigned int images)
{
	if ((state->intent.images & images) == 0) {
		return 0;
	}
	return state->stage == MCUBOOT_SET_UNKNOWN     ? -ENODEV
	       : state->stage == MCUBOOT_SET_GOES_BACK ? -EBUSY
						       : 0;
}

/*
 * Whether a pair is to change for the sake of the set: it has the image that is to stay, and not
 * that very file already. 1: id is that image's; 0 or negative.
 */
static int is_to_change(enum mcuboot_intent_kind kind, int img_num, bool is_torn,
			uint8_t id[MCUBOOT_INTENT_ID_LEN])
{
	struct mcuboot_candidate candidate;
	struct dfu_image image;

	if (kind == MCUBOOT_INTENT_CONFIRM) {
		return mcuboot_image_id(mcuboot_image_running(img_num, &image), &image, id);
	}
	int rc = mcuboot_image_id(mcuboot_image_new(img_num, is_torn, &candidate, &image), &image,
				  id);
	if (rc == 1) {
		rc = mcuboot_image_runs(img_num, id);
		rc = rc < 0 ? rc : !rc;
	}
	return rc;
}

static int make_intent(enum mcuboot_intent_kind kind, unsigned int images, unsigned int torn,
		       struct mcuboot_intent *intent)
{
	*intent = (struct mcuboot_intent){.kind = (uint8_t)kind};
	for (int n = 0; n < boot_arrangement()->images; n++) {
		int rc = images_have(images, n)
				 ? is_to_change(kind, n, images_have(torn, n), intent->id[n])
				 : 0;

		if (rc == 1) {
			intent->images |= (uint8_t)image_bit(n);
			rc = mcuboot_image_came_by_revert(n);
			intent->reverted |= (uint8_t)(rc == 1 ? image_bit(n) : 0);
		}
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

int mcuboot_set_promise(enum mcuboot_intent_kind kind, unsigned int images, unsigned int torn,
			bool *is_saved)
{
	struct mcuboot_intent intent;
	int rc = make_intent(kind, images, torn, &intent);

	*is_saved = false;
	if (rc != 0 || !images_are_several(intent.images)) {
		return rc;
	}
	rc = mcuboot_intent_save(&intent);
	*is_saved = rc == 0;
	return rc;
}
