/* SPDX-License-Identifier: Apache-2.0 */
/* Modem files byte by byte, as the format has them and as it does not. Knows no decoder. */
#ifndef TESTS_MODEM_FMFU_MAKER_H
#define TESTS_MODEM_FMFU_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAKER_SEGMENTS_MAX 130
#define MAKER_WRAPPER_MAX 2200

struct maker_segment {
	uint32_t addr;
	uint32_t len;
};

/* Heads in the order in which they are made: what is inside comes first. */
enum maker_head {
	HEAD_ALGORITHM = 1,
	HEAD_ALGORITHM_KEY,
	HEAD_ALGORITHM_VALUE,
	HEAD_LIST,
	HEAD_NUMBERS, /* of the first segment; those of the others follow */
};
#define HEAD_AFTER(segments, head) (HEAD_LIST + 2 * (unsigned int)(segments) + (head))
enum maker_head_after {
	HEAD_MANIFEST = 1,
	HEAD_VERSION,
	HEAD_COMPAT,
	HEAD_HASH,
	HEAD_LIST_STRING,
	HEAD_TAG,
	HEAD_WRAPPER,
	HEAD_ALGORITHM_STRING,
	HEAD_UNPROTECTED,
	HEAD_PAYLOAD,
	HEAD_SIGNATURE,
};

/* One head (type and number) of the wrapper that is made another way. */
struct maker_oddity {
	unsigned int head;  /* which, from 1; 0: none */
	unsigned int width; /* bytes of the number behind the first byte; 0: as few as need be */
	bool is_indefinite; /* 0xff behind the content */
	uint8_t types;      /* added to the type, modulo 8 */
	int64_t more;       /* added to the number */
};

struct maker {
	/* What the file is to be; maker_begin() sets what a good one has. */
	struct maker_segment segments[MAKER_SEGMENTS_MAX];
	size_t count;
	uint32_t version;
	uint32_t compat;
	uint64_t tag;
	size_t hash_len;
	size_t signature_len;
	size_t algorithm_extra; /* zero bytes too many at the end of the strings that hold CBOR */
	size_t manifest_extra;
	size_t list_extra;
	struct maker_oddity odd;
	/* What it is. */
	uint8_t wrapper[MAKER_WRAPPER_MAX];
	size_t wrapper_len;
	unsigned int heads;
	size_t payload_at; /* offsets in the wrapper */
	size_t version_at;
	size_t compat_at;
	size_t hash_at;
	size_t list_at;
	size_t signature_at;
	uint8_t *file; /* the wrapper, and the blob; malloc'ed */
	size_t file_len;
	uint8_t blob_hash[32];
};

/* A good file of so many segments, the bootloader's included, of different sizes. */
void maker_begin(struct maker *maker, size_t segments);

/* Make the wrapper over a blob hash; the blob has the lengths of the segments. */
void maker_wrap(struct maker *maker, const uint8_t hash[32]);

/* Make wrapper and blob. */
void maker_make(struct maker *maker);

void maker_free(struct maker *maker);

/* A byte of the blob. */
uint8_t maker_blob(size_t at);

#endif
