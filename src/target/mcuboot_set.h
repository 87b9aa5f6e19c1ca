/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several images as one: all or none. Only called where there is more than one pair; sets of images
 * are bit masks, bit n for image n. Errors as of the public calls, if nothing else is said.
 */
#ifndef TARGET_MCUBOOT_SET_H
#define TARGET_MCUBOOT_SET_H

#include <stdbool.h>

#include "target/mcuboot_intent.h"
#include "target/mcuboot_set_links.h"

/* How far the set is that an intent speaks of. */
enum mcuboot_set_stage {
	MCUBOOT_SET_NONE,      /* there is no intent */
	MCUBOOT_SET_UNKNOWN,   /* a pair of it does not tell which slot runs */
	MCUBOOT_SET_OUT,       /* nothing of it runs */
	MCUBOOT_SET_GOES_BACK, /* a part does, until the next reset */
	MCUBOOT_SET_GOES_ON,   /* a part does, for good */
	MCUBOOT_SET_IN,        /* all of it runs */
};

struct mcuboot_set_state {
	enum mcuboot_set_stage stage;
	struct mcuboot_intent intent;
	unsigned int running; /* those of it that run */
};

/* Whether its intent has to stay: another start settles it, and no other may take its place. */
static inline bool mcuboot_set_is_under_way(const struct mcuboot_set_state *state)
{
	return state->stage == MCUBOOT_SET_UNKNOWN || state->stage == MCUBOOT_SET_GOES_BACK ||
	       state->stage == MCUBOOT_SET_GOES_ON;
}

int mcuboot_set_look(struct mcuboot_set_state *state);

/* Whether these images of an intent wait in their upload slots: 1, 0 or negative. */
int mcuboot_set_are_new(const struct mcuboot_intent *intent, unsigned int images,
			unsigned int torn);

/* -EBUSY, -ENODEV: one of these images is of a set that goes back, or that nothing is known of. */
int mcuboot_set_refuse_member(const struct mcuboot_set_state *state, unsigned int images);

/*
 * The intent for images of which some writes are about to begin: those whose image becomes another
 * one, and has a hash. torn: those whose header is to be taken for torn. Saves none (*is_saved)
 * where a cut could not part anything.
 */
int mcuboot_set_promise(enum mcuboot_intent_kind kind, unsigned int images, unsigned int torn,
			bool *is_saved);

/* Those that are due at the next reset; that run unconfirmed. */
int mcuboot_set_pending(unsigned int *images);
int mcuboot_set_unconfirmed(unsigned int *images);

/* Do something with each of these images, until one fails. */
int mcuboot_set_each(unsigned int images, int (*act)(int img_num));

/* -EBUSY: one of them runs unconfirmed. */
int mcuboot_set_refuse_unconfirmed(unsigned int images);

/*
 * Whether each could be scheduled beside the others: errors as of mcuboot_schedule_check(). *torn:
 * those whose header is to be taken for torn.
 */
int mcuboot_set_check(unsigned int images, unsigned int *torn);

/* Ask for images in this order, some for good. After an error the order ends with the failed one.
 */
int mcuboot_set_request(struct mcuboot_order *order, unsigned int torn, unsigned int lasting);

/*
 * Take requests back, the last one first, but for those spared. Of a linked set the first failure
 * ends it: the rest does not count without that one. The first error.
 */
int mcuboot_set_take_back(const struct mcuboot_order *order, unsigned int spared);

/* The same for what is pending of images that no dependency need hold together. */
int mcuboot_set_take_back_all(unsigned int images);

/* dfu_target_mcuboot_schedule(-1): which images. -ENOENT: none. */
int mcuboot_set_find_updates(unsigned int *images);

int mcuboot_set_schedule(unsigned int images, bool permanent);
int mcuboot_set_cancel(int img_num);

/*
 * The upload slot of an image is about to be cleared: take back what is pending and linked with it,
 * in the right order. Its own request stays where it is the last one to go.
 */
int mcuboot_set_leave(int img_num);

#endif
