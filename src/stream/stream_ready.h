/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream may program without an erase: shared by the writing, the erasing and the resuming
 * of streams.
 */
#ifndef STREAM_STREAM_READY_H
#define STREAM_STREAM_READY_H

#include <storage/stream_flash.h>

/*
 * 0 if the region's bytes [from, to) read erased, or the device needs no erase; -errno if they
 * cannot be read; otherwise `if_not`.
 */
int stream_check_blank(const struct stream_flash_ctx *ctx, size_t from, size_t to, int if_not);

/* Bytes from a place on the device to the next multiple of the buffer's length. */
static inline size_t stream_fill_at(size_t buf_len, size_t off)
{
	return buf_len - off % buf_len;
}

/* Move the frontier to at least `end`, page by page. Only with CONFIG_STREAM_FLASH_ERASE. */
int stream_make_ready(struct stream_flash_ctx *ctx, size_t end);

/*
 * One erase at the frontier, if that is below `end`, and none where a record knows better. 1: more
 * is left; 0: all below `end` is ready; -errno.
 */
int stream_erase_ahead(struct stream_flash_ctx *ctx, size_t end);

/*
 * Where an erase that begins at a page start ends, which is in the region or before it: at the end
 * of that page, or behind more pages (CONFIG_STREAM_FLASH_ERASE_BLOCK). All from the start of the
 * device.
 */
size_t stream_erase_end(const struct stream_flash_ctx *ctx, size_t start, size_t page_end);

/*
 * Whether the first `len` bytes of the buffer, which are to be programmed next, are a whole page
 * that has not been erased, and that holds them: 1, the frontier is behind it then; 0 or -errno.
 */
int stream_skip_equal(struct stream_flash_ctx *ctx, size_t len);

#endif
