/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream: bytes of any chunk size in, whole write blocks out, each block programmed once.
 *
 * Bytes gather in the caller's buffer. A full buffer, or a flush, is one sync:
 *
 *   make its pages ready (stream_flash_erase.c) -> pad -> one program -> read back for the callback
 *
 * and only when all of it went well does bytes_written move. A sync that fails takes nothing of the
 * caller's call into the buffer, so the same call can be repeated from the place where it failed.
 * What the failed sync leaves in flash decides whether that works:
 *
 *   erase failed     the frontier has not moved: the page is erased again
 *   program failed   `suspect`: any of the blocks may be programmed; the next sync looks before
 *   callback failed  `spent`: the blocks are programmed and the buffer holds what was read back, so
 *                    the bytes of earlier calls are gone from it: every further sync is refused
 *
 * A failed program reached at most buf_len bytes, which need not be the length of the repeated one;
 * the look covers all of them, so that a torn block cannot wait behind a shorter flush.
 */
#include <errno.h>
#include <string.h>

#include <dfu/config.h>
#include <storage/stream_flash.h>

#include "common/bytes.h"
#include "flash/flash_caps.h"
#include "stream/stream_ready.h"

int stream_check_blank(const struct stream_flash_ctx *ctx, size_t from, size_t to, int if_not)
{
	uint8_t chunk[64];

	if (!flash_needs_erase(ctx->fdev)) {
		return 0;
	}
	while (from < to) {
		size_t n = min_size(sizeof(chunk), to - from);
		int rc = flash_read(ctx->fdev, (off_t)(ctx->offset + from), chunk, n);

		if (rc != 0) {
			return rc;
		}
		if (!bytes_are(chunk, n, ctx->erase_value)) {
			return if_not;
		}
		from += n;
	}
	return 0;
}

static int clear_suspect(struct stream_flash_ctx *ctx)
{
	size_t ready = IS_ENABLED(CONFIG_STREAM_FLASH_ERASE) ? ctx->erased_up_to : ctx->available;
	size_t to = min_size(ctx->bytes_written + ctx->buf_len, ready);
	int rc = stream_check_blank(ctx, ctx->bytes_written, to, -EIO);

	ctx->suspect = rc != 0;
	return rc;
}

static int read_back(struct stream_flash_ctx *ctx, size_t start, size_t filled)
{
	int rc = flash_read(ctx->fdev, (off_t)start, ctx->buf, filled);

	if (rc == 0) {
		rc = ctx->callback(ctx->buf, filled, start);
	}
	ctx->spent = rc != 0;
	return rc;
}

/*
 * What comes before a program now and then: a page to erase, or the look at a torn one. 1: flash
 * holds those bytes already.
 */
static DFU_NOINLINE int prepare(struct stream_flash_ctx *ctx, size_t end)
{
	int rc = 0;

	if (ctx->spent) {
		return -EIO;
	}
	if (IS_ENABLED(CONFIG_STREAM_FLASH_SKIP_EQUAL)) {
		rc = stream_skip_equal(ctx, end - ctx->bytes_written);
	}
	if (IS_ENABLED(CONFIG_STREAM_FLASH_ERASE) && rc == 0) {
		rc = stream_make_ready(ctx, end);
	}
	return rc == 0 && ctx->suspect ? clear_suspect(ctx) : rc;
}

static bool is_prepared(const struct stream_flash_ctx *ctx, size_t end)
{
	return !ctx->suspect && !ctx->spent &&
	       (!IS_ENABLED(CONFIG_STREAM_FLASH_ERASE) || end <= ctx->erased_up_to);
}

/*
 * Program the first `filled` bytes of the buffer. Until that has succeeded, buf_bytes counts those
 * of earlier calls only, so an error needs nothing put back.
 */
static int sync(struct stream_flash_ctx *ctx, size_t filled)
{
	const size_t start = ctx->offset + ctx->bytes_written;
	size_t len = filled;
	bool is_there = false;
	int rc;

	if (filled != ctx->buf_fill) {
		len = round_up(filled, ctx->write_block_size);
		memset(&ctx->buf[filled], ctx->erase_value, len - filled);
	}
	if (!is_prepared(ctx, ctx->bytes_written + len)) {
		rc = prepare(ctx, ctx->bytes_written + len);
		if (rc < 0) {
			return rc;
		}
		is_there = rc == 1;
	}
	if (!is_there) {
		rc = flash_write(ctx->fdev, (off_t)start, ctx->buf, len);
		if (rc != 0) {
			ctx->suspect = true;
			return rc;
		}
	}
	if (ctx->callback != NULL) {
		rc = read_back(ctx, start, filled);
		if (rc != 0) {
			return rc;
		}
	}
	ctx->bytes_written += filled;
	ctx->buf_bytes = 0;
	ctx->buf_fill = ctx->buf_len;
	return 0;
}

/*
 * Bytes that fill the buffer at least once, or are the first in it, or the last. Inlined, its
 * registers would be saved for every small chunk, which only goes into the buffer.
 */
static DFU_NOINLINE int write_through(struct stream_flash_ctx *ctx, const uint8_t *data, size_t len,
				      bool flush)
{
	int rc;

	if (ctx->buf_bytes == 0 && ctx->bytes_written % ctx->write_block_size != 0) {
		return -EINVAL;
	}
	do {
		const size_t kept = ctx->buf_bytes;
		const size_t n = min_size(len, ctx->buf_fill - kept);
		const size_t filled = kept + n;

		memcpy(&ctx->buf[kept], data, n);
		if (filled < ctx->buf_fill && !flush) {
			ctx->buf_bytes = filled;
			return 0;
		}
		rc = sync(ctx, filled);
		data += n;
		len -= n;
	} while (len > 0 && rc == 0);
	return rc;
}

/*
 * Whether the region lies on the device, in pages that are not smaller than the buffer where they
 * are erased.
 */
static bool region_suits(const struct device *fdev, size_t buf_len, size_t offset, size_t size)
{
	size_t end = offset + size;

	if (end <= offset) {
		return false;
	}
	const size_t least = flash_needs_erase(fdev) ? buf_len : 1;
	while (offset < end) {
		struct flash_pages_info page;

		if (flash_get_page_info_by_offs(fdev, (off_t)offset, &page) != 0 ||
		    page.size < least) {
			return false;
		}
		offset = (size_t)page.start_offset + page.size;
	}
	return true;
}

int stream_flash_init(struct stream_flash_ctx *ctx, const struct device *fdev, uint8_t *buf,
		      size_t buf_len, size_t offset, size_t size, stream_flash_callback_t cb)
{
	const struct flash_parameters *parameters;
	size_t block;

	if (ctx == NULL || buf == NULL || buf_len == 0 || !device_is_ready(fdev)) {
		return -EFAULT;
	}
	parameters = flash_get_parameters(fdev);
	block = parameters->write_block_size;
	if (buf_len % block != 0 || offset % block != 0 || size % block != 0 ||
	    !region_suits(fdev, buf_len, offset, size)) {
		return -EFAULT;
	}
	*ctx = (struct stream_flash_ctx){
		.buf = buf,
		.buf_len = buf_len,
		.buf_fill = stream_fill_at(buf_len, offset),
		.fdev = fdev,
		.offset = offset,
		.available = size,
		.callback = cb,
		.erased_from = size,
		.erase_end = size,
		.write_block_size = block,
		.erase_value = parameters->erase_value,
	};
	return 0;
}

size_t stream_flash_bytes_written(const struct stream_flash_ctx *ctx)
{
	return ctx->bytes_written;
}

size_t stream_flash_bytes_buffered(const struct stream_flash_ctx *ctx)
{
	return ctx->buf_bytes;
}

int stream_flash_buffered_write(struct stream_flash_ctx *ctx, const uint8_t *data, size_t len,
				bool flush)
{
	size_t kept;

	if (ctx == NULL || (data == NULL && len > 0)) {
		return -EFAULT;
	}
	kept = ctx->buf_bytes;
	if (len == 0) {
		return flush && kept > 0 ? write_through(ctx, ctx->buf, 0, true) : 0;
	}
	if (len > ctx->available - ctx->bytes_written - kept) {
		return -ENOMEM;
	}
	/* A finished stream has nothing in the buffer, and may be looked for there. */
	if (kept == 0 || flush || len >= ctx->buf_fill - kept) {
		return write_through(ctx, data, len, flush);
	}
	ctx->buf_bytes = kept + len;
	memcpy(&ctx->buf[kept], data, len);
	return 0;
}
