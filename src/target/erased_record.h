/* SPDX-License-Identifier: Apache-2.0 */
/* The record of pages that are erased ahead of a download: FORMATS.md, "Pages erased ahead". */
#ifndef TARGET_ERASED_RECORD_H
#define TARGET_ERASED_RECORD_H

#include <stddef.h>
#include <stdint.h>

#define ERASED_RECORD_LEN 24 /* bytes of a record */

enum erased_record_state {
	ERASED_ALL = 1,    /* slot cleared, but for what is left; nothing programmed since */
	ERASED_BEHIND = 2, /* only pages behind that of the download's position are known */
};

/* What is not cleared yet. */
enum erased_record_left {
	ERASED_LEFT_TRAILER = 1,
	ERASED_LEFT_HEADER = 2, /* its page */
	ERASED_LEFT_FRONT = 4,  /* a page before it */
};

struct erased_record {
	uint8_t state;
	uint8_t left;    /* enum erased_record_left, added up */
	uint32_t offset; /* of the stream's region, from the start of the device */
	uint32_t size;   /* of the region */
	uint32_t up_to;  /* pages that begin below this are erased; from the start of the region */
	uint32_t tail;   /* of a trailer that is left: erased from here on; from the slot's start */
};

void erased_record_encode(uint8_t raw[ERASED_RECORD_LEN], const struct erased_record *record);

/* 0; -EBADMSG: no such record, or a damaged one; `record` is unchanged then. */
int erased_record_decode(struct erased_record *record, const uint8_t *raw, size_t len);

#endif
