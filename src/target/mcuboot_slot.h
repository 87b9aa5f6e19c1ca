/* SPDX-License-Identifier: Apache-2.0 */
/* What the MCUboot target does with a slot, whatever download is under way: no state of its own. */
#ifndef TARGET_MCUBOOT_SLOT_H
#define TARGET_MCUBOOT_SLOT_H

#include <dfu/image.h>
#include <storage/flash_map.h>

/* How to verify: with which key, through which buffer. */
struct mcuboot_slot_verifier {
	const struct dfu_image_key *key; /* NULL: the hash decides */
	uint8_t *buf;
	size_t buf_len;
};

/*
 * The secondary slot of an image pair. -EINVAL no such pair, -ENODEV no such slot, -EFAULT device
 * not ready.
 */
int mcuboot_slot_open_secondary(int img_num, const struct flash_area **slot);

/* 0 if the running image of a pair is confirmed, -EBUSY if not, else the error of the look. */
int mcuboot_slot_refuse_unconfirmed(int img_num);

/*
 * Make the slot empty for the bootloader: trailer first (its magic's page before the rest), then
 * the old header. *head: how many bytes of the slot are erased from its start. -EINVAL, flash
 * unchanged, if the slot does not begin with a page of its own.
 */
int mcuboot_slot_clear(const struct flash_area *slot, size_t hold_len, size_t *head);

/*
 * Verify the image in the first size bytes of a slot, head standing in for its first head_len
 * bytes. *judged tells an image that was refused (true) from a device or an engine that failed.
 * Refused: -ENOENT no header, -EBADMSG format or hash, -EACCES signature, -ENOTSUP, -EPERM.
 * *total_size: its bytes.
 */
int mcuboot_slot_verify(const struct flash_area *slot, size_t size, const uint8_t *head,
			size_t head_len, const struct mcuboot_slot_verifier *verifier,
			size_t *total_size, bool *judged);

/*
 * Program the first bytes of a slot, last write block first: the header's magic comes last. Each
 * block is read back. One that holds its bytes already is left; -EUCLEAN where one is neither that
 * nor erased.
 */
int mcuboot_slot_program_head(const struct flash_area *slot, const uint8_t *head, size_t head_len);

#endif
