/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a stream's position: FORMATS.md, "Stream progress". */
#ifndef STREAM_PROGRESS_H
#define STREAM_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#define PROGRESS_LEN 36 /* bytes of a record */

struct progress {
	uint64_t offset;  /* of the region, from the start of the device */
	uint64_t size;    /* of the region */
	uint64_t written; /* bytes of the stream that flash holds */
};

void progress_encode(uint8_t raw[PROGRESS_LEN], const struct progress *progress);

/*
 * 0, or -EBADMSG: wrong length, version, reserved bytes or checksum; `progress` is unchanged then.
 */
int progress_decode(struct progress *progress, const uint8_t *raw, size_t len);

#endif
