/* SPDX-License-Identifier: Apache-2.0 */
/* The images of a pair, one by one: the new one, the one that runs, the one to go back to. */
#ifndef TARGET_MCUBOOT_SET_IMAGES_H
#define TARGET_MCUBOOT_SET_IMAGES_H

#include <dfu/image.h>

#include "target/mcuboot_intent_record.h"
#include "target/mcuboot_schedule.h"

/*
 * Whether there is anything to ask about a pair: it is known which slot runs, both are on the map,
 * and flash can have the trailers that the mode needs. Flash is not read: its errors are errors.
 */
bool mcuboot_pair_is_there(int img_num);

/*
 * Open the image in a pair's upload slot (is_torn as in mcuboot_candidate_find(); the candidate
 * must outlive the image), the running one, or the one that a revert would bring back. 1; 0: there
 * is none that could be followed; negative: from the device, or it is not known which slot runs.
 */
int mcuboot_image_new(int img_num, bool is_torn, struct mcuboot_candidate *candidate,
		      struct dfu_image *image);
int mcuboot_image_running(int img_num, struct dfu_image *image);
int mcuboot_image_fallback(int img_num, struct dfu_image *image);

/* The first bytes of its hash; opened: what one of these gave. 1: id is set; 0: none; negative. */
int mcuboot_image_id(int opened, const struct dfu_image *image, uint8_t id[MCUBOOT_INTENT_ID_LEN]);

/*
 * Whether an image with this id runs in a pair; of a bootloader: whether S0 or S1 has it. 1, 0 or
 * negative.
 */
int mcuboot_image_runs(int img_num, const uint8_t id[MCUBOOT_INTENT_ID_LEN]);

/* The same for the image in the upload slot. */
int mcuboot_image_is(int img_num, bool is_torn, const uint8_t id[MCUBOOT_INTENT_ID_LEN]);

/* Whether what runs is there because what lies in the other slot was given up: 1, 0 or negative. */
int mcuboot_image_came_by_revert(int img_num);

/* Whether an image of a pair is a bootloader: 1, 0 or negative. */
int mcuboot_image_is_bootloader(int img_num, const struct dfu_image *image);

#endif
