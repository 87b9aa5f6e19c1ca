/* SPDX-License-Identifier: Apache-2.0 */
/* What scheduling asks of the download. */
#ifndef TARGET_MCUBOOT_DOWNLOAD_H
#define TARGET_MCUBOOT_DOWNLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/mcuboot_slot.h"

/* Key and buffer; its buffer is the stream's, too. */
const struct mcuboot_slot_verifier *mcuboot_download_verifier(void);

/* Whether a download of this image (-1: any) is under way or paused. */
bool mcuboot_download_is_unfinished(int img_num);

/*
 * Copy the bytes that a complete download of this image holds back in RAM; false, nothing copied,
 * if there is none.
 */
bool mcuboot_download_get_held(int img_num, uint8_t *bytes);

/* What RAM and settings know of the download of an image that has not been scheduled. */
enum mcuboot_known { MCUBOOT_UNKNOWN, MCUBOOT_INCOMPLETE, MCUBOOT_COMPLETE };
enum mcuboot_known mcuboot_download_known(int img_num);

/* No download of this image goes on after a reset any more; its held-back bytes stay known. */
void mcuboot_download_forget_progress(int img_num);

/* Whether this image's slot was being cleared for a download, or by a reset, when power was cut. */
bool mcuboot_download_is_clearing(int img_num);

/*
 * Whether this image's download was cut before its end had cleared what it leaves of the trailer,
 * or while it did: fields that read erased may be half erased.
 */
bool mcuboot_download_has_left(int img_num);

/* The slot of this image has its header: nothing is held back for it any more. */
void mcuboot_download_published(int img_num);

#endif
