/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a download: FORMATS.md, "Download progress". */
#ifndef TARGET_DOWNLOAD_RECORD_H
#define TARGET_DOWNLOAD_RECORD_H

#include <stddef.h>
#include <stdint.h>

#define DOWNLOAD_RECORD_LEN 32 /* bytes of a record */
#define DOWNLOAD_FIRST_LEN 32  /* first bytes of the file that count for its identity */

enum download_record_state {
	DOWNLOAD_RUNNING = 1,  /* at the start of a page */
	DOWNLOAD_PAUSED = 2,   /* exact */
	DOWNLOAD_COMPLETE = 3, /* nothing is missing */
	DOWNLOAD_CLEARING = 4, /* none: trailer and header of the slot are being erased */
};

struct download_record {
	uint8_t state;
	uint8_t type;       /* DFU_TARGET_IMAGE_TYPE_*; 0: a stream of the application's own */
	uint8_t image;      /* image pair */
	uint32_t file_size; /* 0: not known */
	uint32_t offset;    /* of the region, from the start of the device */
	uint32_t size;      /* of the region */
	uint32_t written;   /* bytes of the stream that flash holds */
	uint32_t sum;       /* running_sum_value() of those */
	uint16_t tail_len;  /* bytes of the stream behind them that settings hold */
	uint8_t left;       /* of the slot, to be cleared: ERASED_LEFT_TRAILER, _FRONT, added up */
};

/* What a record is bound to by its checksum alone. */
struct download_binding {
	uint32_t id;          /* what the application names the file by */
	const uint8_t *first; /* DOWNLOAD_FIRST_LEN bytes; NULL: zeros */
	const uint8_t *tail;  /* tail_len bytes */
};

void download_record_encode(uint8_t raw[DOWNLOAD_RECORD_LEN], const struct download_record *record,
			    const struct download_binding *binding);

/*
 * The fields; whether they are true, download_record_check() says. -EBADMSG: of another length or
 * version, or what no record has; `record` is unchanged then.
 */
int download_record_decode(struct download_record *record, const uint8_t *raw, size_t len);

/* 0; -EBADMSG: the record is damaged, or bound to something else. */
int download_record_check(const uint8_t raw[DOWNLOAD_RECORD_LEN],
			  const struct download_record *record,
			  const struct download_binding *binding);

#endif
