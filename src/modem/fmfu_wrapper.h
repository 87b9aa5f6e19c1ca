/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands before the blob of a modem file: bytes in memory, judged by the format and by what
 * can be written to a modem at all. Knows neither flash nor the blob.
 */
#ifndef MODEM_FMFU_WRAPPER_H
#define MODEM_FMFU_WRAPPER_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/fmfu_fdev.h>

#define FMFU_HEAD_LEN 11       /* bytes at most that tell where the signature is */
#define FMFU_SIGNATURE_LEN 259 /* with the three bytes before it */
#define FMFU_SIGNATURE_HEAD_LEN 3
#define FMFU_PAIR_MAX 10 /* bytes of a segment in the list */

struct fmfu_segment {
	uint32_t addr;
	uint32_t len;
};

/*
 * From the first bytes of a wrapper where its last part begins, the signature. -ENOENT: no file.
 * -EBADMSG: they are none that lead to one within room bytes.
 */
DFU_MUST_CHECK int fmfu_signature_find(const uint8_t *head, size_t len, size_t room, size_t *at);

/* Whether a signature begins so. */
bool fmfu_signature_begins(const uint8_t head[FMFU_SIGNATURE_HEAD_LEN]);

/* Bytes in which pairs of segments are read one after the other. */
struct fmfu_pairs {
	const uint8_t *p;
	const uint8_t *end;
};

/* Read the next pair. @return false: there is none; nothing is changed. */
bool fmfu_pairs_next(struct fmfu_pairs *pairs, struct fmfu_segment *seg);

/*
 * Judge a wrapper of info->wrapper_len bytes, as its signature's place has told, of a file that may
 * take room bytes; set the rest of info, and where the pairs of the segments begin. Errors as
 * fmfu_fdev_check(), in that order.
 */
DFU_MUST_CHECK int fmfu_wrapper_decode(const uint8_t *wrapper, size_t room,
				       struct fmfu_fdev_info *info, size_t *pair);

#endif
