/* SPDX-License-Identifier: Apache-2.0 */
/* The download's state, and what of its slot is erased before its bytes come. */
#ifndef TARGET_MCUBOOT_CLEAR_H
#define TARGET_MCUBOOT_CLEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/mcuboot_slot.h"
#include "target/stream_progress.h"

enum download_state { NONE, ACTIVE, PAUSED, HELD, FAILED, OVER };

struct mcuboot_download {
	struct mcuboot_slot slot; /* area NULL: there was no download yet */
	struct stream_file file;
	size_t limit;      /* bytes of the file, or the most there may be */
	size_t left;       /* of them not received yet */
	uint16_t held_len; /* bytes received of those to hold back */
	uint16_t visible;  /* bit n: this run has completed image n, and begun no other there */
	uint16_t waiting;  /* the same, where it has been held back */
	uint8_t state;
	bool has_seen;  /* since the last init */
	bool has_begun; /* nothing urgent left, held-back bytes whole: programs may come */
	bool is_kept;   /* settings know of pages that are erased ahead */
	struct mcuboot_clearing clearing;
};

/* The one there is. */
struct mcuboot_download *mcuboot_download_get(void);

/* The stream's region: the slot from behind the held-back bytes on. */
static inline size_t mcuboot_download_stream_start(const struct mcuboot_download *download)
{
	return download->slot.start + download->slot.hold_len;
}

/* Bytes of the stream that there may be. */
static inline size_t mcuboot_download_stream_end(const struct mcuboot_download *download)
{
	return download->limit > download->slot.hold_len ? download->limit - download->slot.hold_len
							 : 0;
}

/* What is pending, and does not go without this image, is taken back as a whole. */
int mcuboot_clear_leave_set(int img_num);

/* The stream has been opened: it learns what settings know to be erased. */
void mcuboot_clear_find(struct mcuboot_download *download);

/*
 * What settings know of the slot's content goes before that does; keeps_ahead: but for the pages
 * that are erased ahead. Whether no record of such is left.
 */
bool mcuboot_clear_announce(int img_num, bool keeps_ahead);

/* That, and what comes with it, unless clearing has begun. 0 or -errno: repeat the call. */
int mcuboot_clear_begin(struct mcuboot_download *download);

/*
 * An erase of the slot at most, of what is left to be cleared; the stream learns what is erased.
 * And all that must go before a program, and all: 0, or -errno: repeat the call.
 */
int mcuboot_clear_step(struct mcuboot_download *download);
int mcuboot_clear_urgent(struct mcuboot_download *download);
int mcuboot_clear_rest(struct mcuboot_download *download);

/* Let settings know what is erased. */
void mcuboot_clear_keep(struct mcuboot_download *download);

#endif
