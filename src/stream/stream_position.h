/* SPDX-License-Identifier: Apache-2.0 */
/* Moving a stream, for those who know what flash holds: a record, or a caller that goes back. */
#ifndef STREAM_STREAM_POSITION_H
#define STREAM_STREAM_POSITION_H

#include <storage/stream_flash.h>

#include "common/bytes.h"

/* Where a stream may go on. */
struct stream_position {
	size_t written;
	size_t erased_up_to;
};

/* Whether flash holds bytes_written bytes, nothing behind them, and the buffer what follows. */
static inline bool stream_is_sure(const struct stream_flash_ctx *ctx)
{
	return !ctx->suspect && !ctx->spent;
}

/* The owner has erased the region below `up_to`, and from `from` on. */
static inline void stream_set_erased(struct stream_flash_ctx *ctx, size_t up_to, size_t from)
{
	ctx->erased_up_to = up_to;
	ctx->erased_from = from;
	ctx->in_doubt = ctx->in_doubt && up_to <= ctx->bytes_written;
}

/*
 * A record says that pages from `from` on and below `to` are erased; an erase of several pages may
 * take nothing from `end` on.
 */
static inline void stream_set_known(struct stream_flash_ctx *ctx, size_t from, size_t to)
{
	ctx->known_from = from;
	ctx->known_to = to;
}

static inline bool stream_has_known(const struct stream_flash_ctx *ctx)
{
	return ctx->known_from < ctx->known_to;
}

/* Where pages end that are erased, as far as is known. */
static inline size_t stream_known_end(const struct stream_flash_ctx *ctx)
{
	return max_size(ctx->known_to, ctx->erased_up_to);
}

static inline void stream_set_end(struct stream_flash_ctx *ctx, size_t end)
{
	ctx->erase_end = end;
}

/* The region's part of the page that holds its byte `off`: [*start, *end). 0 or -errno. */
int stream_page_at(const struct stream_flash_ctx *ctx, size_t off, size_t *start, size_t *end);

/* Whether the region begins inside a page: the stream cannot have that one erased. */
bool stream_shares_first_page(const struct stream_flash_ctx *ctx);

/*
 * Where a stream of which flash holds `written` bytes may go on, by the rules of
 * stream_position.c. `written` lies in the region.
 */
int stream_find_position(const struct stream_flash_ctx *ctx, size_t written,
			 struct stream_position *position);

/* Nothing is in the buffer then, and no error pending. */
void stream_set_position(struct stream_flash_ctx *ctx, const struct stream_position *position);

/*
 * Program what the buffer holds in whole write blocks; the rest stays in it. Errors and states as
 * of a flush.
 */
int stream_flush_blocks(struct stream_flash_ctx *ctx);

/* Bytes after which the buffer is programmed. */
static inline size_t stream_room(const struct stream_flash_ctx *ctx)
{
	return ctx->buf_fill - ctx->buf_bytes;
}

/* Whether the buffer can take bytes without being programmed. */
static inline bool stream_can_hold(const struct stream_flash_ctx *ctx, size_t len)
{
	return len <= stream_room(ctx);
}

/* The buffer takes bytes that it can hold; if it is full then, only a flush can follow. */
void stream_hold(struct stream_flash_ctx *ctx, const uint8_t *data, size_t len);

#endif
