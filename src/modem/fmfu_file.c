/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller's buffer is all the memory there is: first the wrapper lies in it, then the blob goes
 * through it. What is needed of the wrapper later, its segments, is read from flash again.
 */
#include "modem/fmfu_file.h"

#include <errno.h>
#include <string.h>

#include <dfu/crypto.h>

#include "common/bytes.h"

_Static_assert(ENOENT <= UINT8_MAX && EBADMSG <= UINT8_MAX && ENOTSUP <= UINT8_MAX &&
		       ERANGE <= UINT8_MAX && EADDRNOTAVAIL <= UINT8_MAX &&
		       EADDRINUSE <= UINT8_MAX && EFBIG <= UINT8_MAX && EILSEQ <= UINT8_MAX,
	       "an errno fits a byte");

static void tell(const struct fmfu_file *file)
{
	if (file->tell != NULL) {
		file->tell(file->arg, file->stage, file->done, file->info.blob_len);
	}
}

bool fmfu_is_verdict(int rc)
{
	static const uint8_t verdicts[] = {ENOENT,        EBADMSG,    ENOTSUP, ERANGE,
					   EADDRNOTAVAIL, EADDRINUSE, EFBIG,   EILSEQ};

	for (size_t i = 0; i < sizeof(verdicts); i++) {
		if (verdicts[i] == -rc) {
			return true;
		}
	}
	return false;
}

static int read_at(const struct fmfu_file *file, size_t off, void *dst, size_t len)
{
	const int rc = flash_read(file->dev, (off_t)(file->offset + off), dst, len);

	return fmfu_is_verdict(rc) ? -EIO : rc; /* the file's fault is another one */
}

void fmfu_file_stage(struct fmfu_file *file, enum fmfu_fdev_stage stage)
{
	file->stage = stage;
	tell(file);
}

int fmfu_file_give(struct fmfu_file *file, size_t len, fmfu_take_t take, void *to)
{
	while (len > 0) {
		const size_t part = min_size(file->buf_len, len);
		int rc;

		rc = read_at(file, file->info.wrapper_len + file->done, file->buf, part);
		if (rc == 0) {
			rc = take(to, file->buf, part);
		}
		if (rc != 0) {
			return rc;
		}
		len -= part;
		file->done += part;
		tell(file);
	}
	return 0;
}

int fmfu_file_wrapper(const struct fmfu_file *file)
{
	return read_at(file, 0, file->buf, file->info.wrapper_len);
}

int fmfu_file_segment(struct fmfu_file *file, struct fmfu_segment *seg)
{
	/* The signature follows the list, so there always is so much to read. */
	uint8_t bytes[FMFU_PAIR_MAX];
	struct fmfu_pairs pairs = {bytes, bytes + sizeof(bytes)};
	const int rc = read_at(file, file->pair, bytes, sizeof(bytes));

	if (rc != 0) {
		return rc;
	}
	if (!fmfu_pairs_next(&pairs, seg)) {
		return -EBADMSG;
	}
	file->pair += (size_t)(pairs.p - bytes);
	return 0;
}

static int room_find(struct fmfu_file *file, const struct fmfu_fdev_file *place)
{
	uint64_t size;
	const int rc = flash_get_size(place->fdev, &size);

	if (rc != 0) {
		return rc;
	}
	file->dev = place->fdev;
	file->offset = place->offset;
	/* An offset behind the end is found by the first read. */
	file->room = (size_t)(size < SIZE_MAX ? size : SIZE_MAX) - place->offset;
	if (place->size != 0) {
		file->room = min_size(file->room, place->size);
	}
	return 0;
}

/* Bytes of the wrapper, if it has a frame. */
static int wrapper_measure(struct fmfu_file *file)
{
	uint8_t head[FMFU_HEAD_LEN];
	const size_t len = min_size(sizeof(head), file->room);
	size_t signature;
	int rc;

	rc = read_at(file, 0, head, len);
	if (rc == 0) {
		rc = fmfu_signature_find(head, len, file->room, &signature);
	}
	if (rc == 0) {
		rc = read_at(file, signature, head, FMFU_SIGNATURE_HEAD_LEN);
	}
	if (rc != 0) {
		return rc;
	}
	file->info.wrapper_len = signature + FMFU_SIGNATURE_LEN;
	return fmfu_signature_begins(head) ? 0 : -EBADMSG;
}

static int hash_take(void *to, const uint8_t *data, size_t len)
{
	return dfu_hash_update(to, data, len);
}

static int blob_check(struct fmfu_file *file)
{
	struct dfu_hash hash;
	int rc;

	rc = dfu_hash_begin(&hash, DFU_HASH_SHA256);
	if (rc != 0) {
		return rc == -ENOTSUP ? -ESRCH : rc; /* of a file it says another thing */
	}
	rc = fmfu_file_give(file, file->info.blob_len, hash_take, &hash);
	if (rc != 0) {
		dfu_hash_abort(&hash);
		return rc;
	}
	/* A wrapper is longer than a digest. */
	rc = dfu_hash_end(&hash, file->buf);
	if (rc == 0 && memcmp(file->buf, file->info.blob_hash, sizeof(file->info.blob_hash)) != 0) {
		rc = -EILSEQ;
	}
	return rc;
}

int fmfu_file_check(struct fmfu_file *file, const struct fmfu_fdev_file *place)
{
	int rc;

	if (file->buf == NULL || place == NULL || place->fdev == NULL) {
		return -ENOMEM;
	}
	if (file->buf_len == 0) {
		return -ENOBUFS;
	}
	rc = room_find(file, place);
	if (rc == 0) {
		rc = wrapper_measure(file);
	}
	if (rc == 0 && file->info.wrapper_len > file->buf_len) {
		rc = -ENOBUFS;
	}
	if (rc == 0) {
		rc = fmfu_file_wrapper(file);
	}
	if (rc == 0) {
		rc = fmfu_wrapper_decode(file->buf, file->room, &file->info, &file->pair);
	}
	if (rc == 0) {
		fmfu_file_stage(file, FMFU_FDEV_CHECK);
		rc = blob_check(file);
	}
	return rc;
}
