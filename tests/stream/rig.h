/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream on a strict device, next to a model of what flash must hold: an array of bytes and the
 * rule "pages of the region that the stream has reached are erased, then the bytes lie there". The
 * model shares no code with the stream.
 */
#ifndef TESTS_STREAM_RIG_H
#define TESTS_STREAM_RIG_H

#include <storage/stream_flash.h>

#include "support/test_flash.h"

struct rig {
	struct test_flash flash;
	struct stream_flash_ctx ctx;
	size_t offset; /* region */
	size_t size;
	uint8_t *buf;
	uint8_t *data;   /* what the stream consists of, `size` bytes */
	uint8_t *before; /* the device's content before the stream */
	uint8_t *model;
};

/*
 * The device is full of old bytes, but for the region's part of pages that it shares. `ctx` is
 * initialised.
 */
void rig_init(struct rig *rig, const struct test_geometry *geometry, size_t offset, size_t size,
	      size_t buf_len);
void rig_free(struct rig *rig);

/* Content as before the stream, counters 0, `ctx` initialised again. */
void rig_restart(struct rig *rig);

/*
 * Assert that flash holds `len` bytes of the stream, padded, and is otherwise as before; that no
 * rule of flash was broken.
 */
void rig_check(struct rig *rig, size_t len);

/* Whole pages of the region below its byte `end`: what a stream of that length erases. */
size_t rig_pages(const struct rig *rig, size_t end);

/*
 * Feed data from where the stream stands to `end`, in chunks; the last with flush. Stops at an
 * error and returns it.
 */
int rig_feed(struct rig *rig, size_t end, size_t chunk);

/* How many bytes the stream has taken. */
size_t rig_position(const struct rig *rig);

/*
 * The device programs only the first `keep` bytes of program number `countdown` + 1 from now, which
 * returns `rc`. One device at a time.
 */
void rig_tear(struct rig *rig, long countdown, size_t keep, int rc);

#endif
