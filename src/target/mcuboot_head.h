/* SPDX-License-Identifier: Apache-2.0 */
/* The held-back bytes on their way into flash: reading back how far they are, and programming. */
#ifndef TARGET_MCUBOOT_HEAD_H
#define TARGET_MCUBOOT_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/mcuboot_slot.h"

enum mcuboot_head {
	MCUBOOT_HEAD_BLANK, /* no block is programmed */
	MCUBOOT_HEAD_PART,  /* some are */
	MCUBOOT_HEAD_TORN,  /* and one is neither erased nor right */
	MCUBOOT_HEAD_WHOLE,
	MCUBOOT_HEAD_OTHER, /* something else is there */
};

/* What flash holds where the slot's hold_len bytes at `head` go: enum mcuboot_head or -errno. */
int mcuboot_head_look(const struct mcuboot_slot *slot, const uint8_t *head);

/*
 * Whether a torn block can be mended: the rest of its page fits into a buffer, or it may be
 * programmed again without an erase.
 */
bool mcuboot_head_is_mendable(const struct mcuboot_slot *slot, size_t buf_len);

/*
 * Program them, the write block with the header's magic last; blocks that are right already are
 * left alone. -EUCLEAN: a block is torn; else from the device.
 */
int mcuboot_head_program(const struct mcuboot_slot *slot, const uint8_t *head);

/*
 * Erase their page and program the rest of it again, by way of buf; settings have TARGET_MENDING
 * until it is done. A cut may cost the rest: nothing may say then that the slot holds the file.
 * -EIO: it does not fit, nothing done; else from the device.
 */
int mcuboot_head_mend(int img_num, const struct mcuboot_slot *slot, uint8_t *buf, size_t buf_len);

/*
 * mcuboot_head_program(), and where a block is torn, or settings say that a cut interrupted its
 * mending: forget the progress of the download, mend, and program. 0; -EIO: it cannot be mended;
 * else from the device. *mended: that was begun; after an error the slot may have lost its page.
 */
int mcuboot_head_publish(int img_num, const struct mcuboot_slot *slot, const uint8_t *head,
			 const struct mcuboot_slot_verifier *verifier, bool *mended);

#endif
