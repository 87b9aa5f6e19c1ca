/* SPDX-License-Identifier: Apache-2.0 */
/* What targets ask of a stream, of Zephyr's: src/stream/stream_position.h has the whole of it. */
#ifndef STREAM_STREAM_POSITION_H
#define STREAM_STREAM_POSITION_H

#include <string.h>

#include <zephyr/storage/stream_flash.h>

struct stream_position {
	size_t written;
	size_t erased_up_to;
};

/* It does not know what a failed program has left: a stream with an error in it is one with bytes
 * in a full buffer. */
static inline bool stream_is_sure(const struct stream_flash_ctx *ctx)
{
	return ctx->buf_bytes < ctx->buf_len;
}

/* It erases what lies behind once more. */
static inline void stream_set_erased(struct stream_flash_ctx *ctx, size_t up_to, size_t from)
{
	(void)from;
	ctx->erased_up_to = up_to;
}

/* It knows of no page that is erased already, and erases one at a time. */
static inline void stream_set_known(struct stream_flash_ctx *ctx, size_t from, size_t to)
{
	(void)ctx;
	(void)from;
	(void)to;
}

static inline bool stream_has_known(const struct stream_flash_ctx *ctx)
{
	(void)ctx;
	return false;
}

static inline void stream_set_end(struct stream_flash_ctx *ctx, size_t end)
{
	(void)ctx;
	(void)end;
}

static inline size_t stream_room(const struct stream_flash_ctx *ctx)
{
	return ctx->buf_len - ctx->buf_bytes;
}

/* A full buffer is programmed at once, or is one that an error has left. */
static inline bool stream_can_hold(const struct stream_flash_ctx *ctx, size_t len)
{
	return len < stream_room(ctx);
}

static inline void stream_hold(struct stream_flash_ctx *ctx, const uint8_t *data, size_t len)
{
	memcpy(&ctx->buf[ctx->buf_bytes], data, len);
	ctx->buf_bytes += len;
}

static inline void stream_set_position(struct stream_flash_ctx *ctx,
				       const struct stream_position *position)
{
	ctx->bytes_written = position->written;
	ctx->erased_up_to = position->erased_up_to;
	ctx->buf_bytes = 0;
}

#endif
