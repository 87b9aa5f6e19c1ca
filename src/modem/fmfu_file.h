/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A modem file on flash: checked once, whole; then read piece by piece.
 */
#ifndef MODEM_FMFU_FILE_H
#define MODEM_FMFU_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/fmfu_fdev.h>

#include "modem/fmfu_wrapper.h"

struct fmfu_file {
	/* The caller's. */
	uint8_t *buf;
	size_t buf_len;
	fmfu_fdev_progress_t tell; /* may be NULL */
	void *arg;
	/* Set by the check. */
	const struct device *dev;
	size_t offset; /* on the device */
	size_t room;   /* bytes that it may take */
	struct fmfu_fdev_info info;
	size_t pair; /* of the next segment, from offset */
	/* How far the reading of the blob is. */
	enum fmfu_fdev_stage stage;
	size_t done;
};

/* Gets a piece of the blob. */
typedef int (*fmfu_take_t)(void *to, const uint8_t *data, size_t len);

/* fmfu_fdev_check(), in the stage FMFU_FDEV_CHECK. Leaves all of the blob done. */
DFU_MUST_CHECK int fmfu_file_check(struct fmfu_file *file, const struct fmfu_fdev_file *place);

/* Whether a code of fmfu_fdev_check() is its judgement of the file, and not why there is none. */
bool fmfu_is_verdict(int rc);

/* Read the wrapper into the buffer. */
DFU_MUST_CHECK int fmfu_file_wrapper(const struct fmfu_file *file);

/* Read the next segment's pair. */
DFU_MUST_CHECK int fmfu_file_segment(struct fmfu_file *file, struct fmfu_segment *seg);

/* Read so much of the blob, in pieces as large as the buffer; ends at the first that is not 0. */
DFU_MUST_CHECK int fmfu_file_give(struct fmfu_file *file, size_t len, fmfu_take_t take, void *to);

/* A stage begins. */
void fmfu_file_stage(struct fmfu_file *file, enum fmfu_fdev_stage stage);

#endif
