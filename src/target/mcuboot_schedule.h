/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for the image of one pair, and taking that back. */
#ifndef TARGET_MCUBOOT_SCHEDULE_H
#define TARGET_MCUBOOT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "target/mcuboot_held.h"
#include "target/mcuboot_slot.h"

/* An image to schedule. */
struct mcuboot_candidate {
	struct mcuboot_slot slot;
	const uint8_t *head; /* what is held back of it; NULL: it has its header */
	bool may_be_torn;    /* it has one that a cut of its program could have left */
	bool is_none;        /* no header, and nothing that is held back for it */
	uint8_t record[MCUBOOT_HELD_RECORD];
};

/*
 * What the upload slot of a pair has. is_torn: what a cut could have left is no header. -ENOENT:
 * there is none (is_none: which is no error of the device); else as mcuboot_slot_open(), or from
 * the device.
 */
int mcuboot_candidate_find(int img_num, bool is_torn, struct mcuboot_candidate *candidate);

/*
 * Whether the image could be scheduled, together with others (bit n: image n): errors as of
 * dfu_target_mcuboot_schedule(). *is_torn: its header is to be taken for torn. *is_refused: it is
 * the image that is at fault.
 */
int mcuboot_schedule_check(int img_num, unsigned int together, bool *is_torn, bool *is_refused);

/* What is left to do once that said 0. */
int mcuboot_schedule_one(int img_num, bool is_torn, bool permanent);

/*
 * Whether an erase of the trailer was cut: what it asks for may be gone with the next look, and it
 * has to be erased again.
 */
bool mcuboot_schedule_is_marked(int img_num);

/* dfu_target_mcuboot_cancel() of this image alone. */
int mcuboot_cancel_one(int img_num);

#endif
