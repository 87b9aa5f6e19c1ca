/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Going on after a reset: what may be programmed without an erase.
 *
 * A record says how far flash holds the stream. It was written some time before the reset, so flash
 * may hold more, or a torn block, right behind the position.
 *
 *   at a page start                   nothing is assumed: the page is erased by its first byte,
 *                                     unless the region begins inside it
 *   inside a page, rest reads erased  exactly there: its erase came before the record
 *   inside a page, anything else      back to the start of that page, which is erased again
 *   inside a write block              the same: the stream had been finished with padding
 *   at the end of the region          there is nothing left to program
 *
 * A device without explicit erase needs only whole write blocks.
 */
#include "stream/stream_position.h"

#include <string.h>

#include "common/bytes.h"
#include "stream/stream_ready.h"

int stream_page_at(const struct stream_flash_ctx *ctx, size_t off, size_t *start, size_t *end)
{
	struct flash_pages_info page;
	const int rc = flash_get_page_info_by_offs(ctx->fdev, (off_t)(ctx->offset + off), &page);

	if (rc == 0) {
		const size_t from = (size_t)page.start_offset;

		*start = from > ctx->offset ? from - ctx->offset : 0;
		*end = min_size(from + page.size - ctx->offset, ctx->available);
	}
	return rc;
}

bool stream_shares_first_page(const struct stream_flash_ctx *ctx)
{
	struct flash_pages_info page;

	return flash_get_page_info_by_offs(ctx->fdev, (off_t)ctx->offset, &page) != 0 ||
	       (size_t)page.start_offset < ctx->offset;
}

int stream_find_position(const struct stream_flash_ctx *ctx, size_t written,
			 struct stream_position *position)
{
	size_t start;
	size_t end;

	if (written == ctx->available) {
		*position = (struct stream_position){written, written};
		return 0;
	}
	int rc = stream_page_at(ctx, written, &start, &end);
	if (rc != 0) {
		return rc;
	}
	if (start == written && (start > 0 || !stream_shares_first_page(ctx))) {
		*position = (struct stream_position){written, written};
		return 0;
	}
	rc = written % ctx->write_block_size != 0 ? 1 : stream_check_blank(ctx, written, end, 1);
	if (rc < 0) {
		return rc;
	}
	*position = rc == 0 ? (struct stream_position){written, end}
			    : (struct stream_position){start, start};
	return 0;
}

void stream_set_position(struct stream_flash_ctx *ctx, const struct stream_position *position)
{
	ctx->bytes_written = position->written;
	ctx->erased_up_to = position->erased_up_to;
	ctx->in_doubt = position->erased_up_to == position->written;
	ctx->buf_bytes = 0;
	ctx->buf_fill = stream_fill_at(ctx->buf_len, ctx->offset + position->written);
	ctx->suspect = false;
	ctx->spent = false;
}

int stream_flush_blocks(struct stream_flash_ctx *ctx)
{
	const size_t kept = ctx->buf_bytes;
	const size_t whole = round_down(kept, ctx->write_block_size);

	if (whole == 0) {
		return 0;
	}
	ctx->buf_bytes = whole;
	const int rc = stream_flash_buffered_write(ctx, NULL, 0, true);
	if (rc != 0) {
		ctx->buf_bytes = kept;
		return rc;
	}
	memmove(ctx->buf, &ctx->buf[whole], kept - whole);
	ctx->buf_bytes = kept - whole;
	ctx->buf_fill = stream_fill_at(ctx->buf_len, ctx->offset + ctx->bytes_written);
	return 0;
}

void stream_hold(struct stream_flash_ctx *ctx, const uint8_t *data, size_t len)
{
	memcpy(&ctx->buf[ctx->buf_bytes], data, len);
	ctx->buf_bytes += len;
}
