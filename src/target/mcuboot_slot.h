/* SPDX-License-Identifier: Apache-2.0 */
/* What the MCUboot target does with a slot, whatever download is under way: no state of its own. */
#ifndef TARGET_MCUBOOT_SLOT_H
#define TARGET_MCUBOOT_SLOT_H

#include <dfu/image.h>
#include <storage/flash_map.h>

#include "boot/boot_judge.h"

#define MCUBOOT_SLOT_WORK_BUF 64 /* least buffer to verify through */

/* Where a download goes. */
struct mcuboot_slot {
	const struct flash_area *area;
	size_t start;      /* of the image in it: in swap-offset the second page, else 0 */
	uint16_t hold_len; /* bytes to hold back: the header, in whole write blocks */
};

/* How to verify: by which key, through which buffer. */
struct mcuboot_slot_verifier {
	const struct image_signer *signer; /* NULL: only what the bootloader demands */
	uint8_t *buf;
	size_t buf_len;
};

/* Images that are scheduled together. */
struct mcuboot_slot_set {
	unsigned int images;     /* bit n: image n */
	boot_held_header header; /* of one whose header is not in flash yet */
};

/*
 * The slot that uploads for an image pair go to. -EINVAL no such pair; -ENODEV there is no such
 * slot, or it is not known which one runs; -EFAULT device not ready; -ENOTSUP the mode needs a
 * trailer, and this flash cannot have one; else from the device.
 */
int mcuboot_slot_open(int img_num, struct mcuboot_slot *slot);

/*
 * Whether the slots of an image pair begin and end with a page: -EINVAL, the page logged, if not.
 * In direct modes only the slot for uploads is asked.
 */
int mcuboot_slot_check_pages(int img_num, const struct mcuboot_slot *slot);

/* 0 if the running image of a pair is confirmed, -EBUSY if not, else the error of the look. */
int mcuboot_slot_refuse_unconfirmed(int img_num);

/*
 * How far a slot is emptied for the bootloader, in the order of mcuboot_slot.c. Once they are not
 * left any more, erased are the pages up to `head` from the image's start, and all from `tail` on,
 * both from the start of the slot.
 */
struct mcuboot_clearing {
	size_t head;    /* nothing below it is taken for the trailer's */
	size_t tail;    /* also while the trailer is left: how far */
	uint8_t left;   /* enum mcuboot_clear_part, added up */
	uint8_t urgent; /* of that, what has to go before a program; the trailer's: its fields */
};

enum mcuboot_clear_part {
	MCUBOOT_CLEAR_TRAILER = 1,
	MCUBOOT_CLEAR_HEADER = 2,
	MCUBOOT_CLEAR_FRONT = 4,
	MCUBOOT_CLEAR_ALL = 8, /* nothing was begun; not for mcuboot_slot_clear_step() */
};

/* Nothing is cleared yet. */
struct mcuboot_clearing mcuboot_clearing_begin(const struct mcuboot_slot *slot);

/* One erase at most of what is left, the urgent first: 0, or -errno: repeat the call. */
int mcuboot_slot_clear_step(const struct mcuboot_slot *slot, struct mcuboot_clearing *clearing);

/* All of it. */
int mcuboot_slot_clear(const struct mcuboot_slot *slot);

/*
 * Whether all that clearing has erased, by what is left and, of a trailer that is, its tail, reads
 * erased: 1, 0 or -errno; with 1 *clearing is set as a whole.
 */
int mcuboot_slot_reads_clear(const struct mcuboot_slot *slot, struct mcuboot_clearing *clearing);

/* Whether the first write block of the image is programmed: 1, 0, or -errno from the device. */
int mcuboot_slot_has_header(const struct mcuboot_slot *slot);

/*
 * swap-offset: whether something in the page before the image could be a header: 1, 0, or -errno
 * from the device.
 */
int mcuboot_slot_has_front(const struct mcuboot_slot *slot);

/* Whether the trailer may have fields, for this bootloader or another one: also if unreadable. */
bool mcuboot_slot_may_have_request(const struct mcuboot_slot *slot);

/*
 * Whether a download may go on in the slot: no request in its trailer and, in swap-offset, nothing
 * that could be a header in the first page: 1, 0, or -errno from the device.
 */
int mcuboot_slot_is_clear(const struct mcuboot_slot *slot);

/* Whether the slot's trailer has something that no request is: one may have to erase it. */
bool mcuboot_slot_is_torn(const struct mcuboot_slot *slot);

/* The image in the first size bytes; head (NULL: none) stands in for what is held back. */
struct dfu_image_source mcuboot_slot_source(const struct mcuboot_slot *slot, size_t size,
					    const uint8_t *head);

/*
 * Judge the image in the first size bytes, head (NULL: none) standing in for what is held back.
 * *fault tells an image that was refused from a device or an engine that failed (DFU_IMAGE_OK).
 * Refused: -ENOENT no header, else the fault's errno, where -EBADMSG stands for all of format and
 * hash. set: see boot_judge_beside().
 */
int mcuboot_slot_judge(int img_num, const struct mcuboot_slot *slot, size_t size,
		       const uint8_t *head, const struct mcuboot_slot_set *set,
		       const struct mcuboot_slot_verifier *verifier, enum dfu_image_fault *fault);

/*
 * Ask the bootloader for the image, as boot_set_next() does, head (NULL: none) standing in: what is
 * left of an earlier request is repaired only beside an image whose end is known.
 */
int mcuboot_slot_request(const struct mcuboot_slot *slot, const uint8_t *head, bool permanent);

/*
 * Erase the trailer's pages behind the image, head (NULL: none) standing in. -EUCLEAN: its end
 * cannot be told; nothing is erased.
 */
int mcuboot_slot_clear_trailer(const struct mcuboot_slot *slot, const uint8_t *head);

/*
 * Erase what is left of a request, head (NULL: none) standing in. -EUCLEAN: the image reaches into
 * those pages, or its end cannot be told; nothing is erased.
 */
int mcuboot_slot_forget_request(const struct mcuboot_slot *slot, const uint8_t *head);

/*
 * swap-offset: whether the image one page up is the running one, while the first page has a header:
 * what a swap left, where the image to go back to is shorter than a page. 1, 0 or -errno.
 */
int mcuboot_slot_is_remainder(int img_num, const struct mcuboot_slot *slot);

/*
 * swap-offset: erase the page before the image if something lies there that the bootloader could
 * take for a header.
 */
int mcuboot_slot_free_first_page(const struct mcuboot_slot *slot);

#endif
