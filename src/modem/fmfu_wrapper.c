/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder is generated from fmfu.cddl and refuses what is not of the shortest form. So every
 * wrapper begins with the same 8 bytes, then come the manifest, of less than 64 KiB, and the
 * signature, and where that has to stand is known from 11 bytes. It is looked for there before the
 * rest is read: a file that is damaged is told from a buffer that is too small.
 *
 * The format comes before what it says: version, number of segments, their addresses, their sum.
 * The list of segments is never in RAM but as the file has it; each comparison of two segments
 * reads the earlier one again, 8128 pairs at most.
 */
#include "modem/fmfu_wrapper.h"

#include <errno.h>
#include <string.h>

#include <fmfu_decode.h>
#include <zcbor_decode.h>

#include "common/bytes.h"

#define PROTOCOL_VERSION 1
#define PAYLOAD_AT 8 /* behind tag, array, algorithm and the empty map */
#define STRING_U8 0x58
#define STRING_U16 0x59

int fmfu_signature_find(const uint8_t *head, size_t len, size_t room, size_t *at)
{
	size_t begin = PAYLOAD_AT + 2;
	size_t payload;

	if (len < 2 || head[0] != 0xd2 || head[1] != 0x84) {
		return -ENOENT;
	}
	if (len < FMFU_HEAD_LEN) {
		return -EBADMSG;
	}
	payload = head[PAYLOAD_AT + 1];
	if (head[PAYLOAD_AT] == STRING_U16) {
		payload = payload << 8 | head[begin++];
	} else if (head[PAYLOAD_AT] != STRING_U8) {
		return -EBADMSG;
	}
	if (!range_fits(begin + payload, FMFU_SIGNATURE_LEN, room)) {
		return -EBADMSG;
	}
	*at = begin + payload;
	return 0;
}

bool fmfu_signature_begins(const uint8_t head[FMFU_SIGNATURE_HEAD_LEN])
{
	return head[0] == STRING_U16 && head[1] == 0x01 && head[2] == 0x00;
}

bool fmfu_pairs_next(struct fmfu_pairs *pairs, struct fmfu_segment *seg)
{
	struct Segment pair;
	size_t len;

	if (cbor_decode_Segment(pairs->p, (size_t)(pairs->end - pairs->p), &pair, &len) !=
	    ZCBOR_SUCCESS) {
		return false;
	}
	*seg = (struct fmfu_segment){pair.target_addr, pair.len};
	pairs->p += len;
	return true;
}

/* Find the pairs of a list, and their number. Not inlined: its stack is not the decoder's. */
DFU_NOINLINE static int list_open(const struct zcbor_string *list, struct fmfu_pairs *pairs,
				  uint32_t *segments)
{
	zcbor_state_t states[3]; /* one to go back to, and one that all share */

	zcbor_new_state(states, sizeof(states) / sizeof(states[0]), list->value, list->len, 1, NULL,
			0);
	/* Each number takes a byte; a count that only some machines can hold is none on any. */
	if (!zcbor_list_start_decode(states) || states[0].elem_count % 2 != 0 ||
	    states[0].elem_count > list->len) {
		return -EBADMSG;
	}
	if (states[0].elem_count == 0 || states[0].elem_count / 2 > FMFU_FDEV_SEGMENTS_MAX) {
		return -ERANGE;
	}
	*pairs = (struct fmfu_pairs){states[0].payload, list->value + list->len};
	*segments = (uint32_t)(states[0].elem_count / 2);
	return 0;
}

/* Neither segment passes the end of the address space. */
static bool overlap(const struct fmfu_segment *a, const struct fmfu_segment *b)
{
	return a->addr <= b->addr + (b->len - 1) && b->addr <= a->addr + (a->len - 1);
}

/* Earlier is what stands before the segment; nothing: it is the bootloader. */
static int segment_check(const struct fmfu_segment *seg, struct fmfu_pairs earlier)
{
	struct fmfu_segment other;

	if (seg->len == 0 || seg->len - 1 > UINT32_MAX - seg->addr ||
	    (seg->addr == 0 && earlier.p != earlier.end)) {
		return -EADDRNOTAVAIL;
	}
	while (fmfu_pairs_next(&earlier, &other)) {
		if (overlap(seg, &other)) {
			return -EADDRINUSE;
		}
	}
	return 0;
}

/* What is no list is told before what it says, whatever comes first in it. */
DFU_NOINLINE static int segments_check(struct fmfu_pairs pairs, struct fmfu_fdev_info *info,
				       size_t room)
{
	const uint8_t *const first = pairs.p;
	const uint8_t *here = first;
	struct fmfu_segment seg;
	uint32_t found = 0;
	uint64_t sum = 0;
	int rc = 0;

	while (fmfu_pairs_next(&pairs, &seg)) {
		if (rc == 0) {
			rc = segment_check(&seg, (struct fmfu_pairs){first, here});
		}
		here = pairs.p;
		sum += seg.len;
		found++;
	}
	if (found != info->segments || here != pairs.end) {
		return -EBADMSG;
	}
	if (rc == 0 && sum > room) {
		rc = -EFBIG;
	}
	info->blob_len = (size_t)sum;
	return rc;
}

int fmfu_wrapper_decode(const uint8_t *wrapper, size_t room, struct fmfu_fdev_info *info,
			size_t *pair)
{
	struct Wrapper decoded;
	const struct Manifest *manifest = &decoded.payload_cbor;
	struct fmfu_pairs pairs;
	int rc;

	if (cbor_decode_Wrapper(wrapper, info->wrapper_len, &decoded, NULL) != ZCBOR_SUCCESS) {
		return -EBADMSG;
	}
	if (manifest->version != PROTOCOL_VERSION) {
		return -ENOTSUP;
	}
	rc = list_open(&manifest->segments, &pairs, &info->segments);
	if (rc != 0) {
		return rc;
	}
	info->compat = manifest->compat;
	memcpy(info->blob_hash, manifest->blob_hash.value, sizeof(info->blob_hash));
	*pair = (size_t)(pairs.p - wrapper);
	return segments_check(pairs, info, room - info->wrapper_len);
}
