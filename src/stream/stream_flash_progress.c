/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Going on after a reset.
 *
 * A record says how far flash holds the stream, and of which region. It was written some time
 * before the reset, so flash may hold more, or a torn block, right behind the position. What may be
 * programmed there without an erase:
 *
 *   at a page start                   nothing is assumed: the page is erased by its first byte
 *   inside a page, rest reads erased  exactly there: its erase came before the record
 *   inside a page, anything else      back to the start of that page, which is erased again
 *   inside a write block              the same: the stream had been finished with padding
 *   at the end of the region          there is nothing left to program
 *
 * A device without explicit erase needs only whole write blocks.
 *
 * Before the stream goes back, so does the record: a cut while that page is erased again could
 * leave it blank, and the old record would then count bytes that are gone. The region is in the
 * record so that none is used for another slot; which file it was, only the caller knows.
 */
#include <errno.h>

#include <settings/settings.h>
#include <storage/stream_flash.h>

#include "common/bytes.h"
#include "stream/progress.h"
#include "stream/stream_ready.h"

/* Where a stream may go on. */
struct position {
	size_t written;
	size_t erased_up_to;
};

/* -ENOENT: there is none. */
static int load_record(struct progress *progress, const char *settings_key)
{
	uint8_t raw[PROGRESS_LEN];
	const int rc = settings_subsys_init();

	if (rc != 0) {
		return rc;
	}
	const ssize_t len = settings_load_one(settings_key, raw, sizeof(raw));
	if (len < 0) {
		return len == -EOVERFLOW ? -EBADMSG : (int)len;
	}
	return progress_decode(progress, raw, (size_t)len);
}

/* The rules at the head of this file. `written` lies in the region. */
static int find_position(const struct stream_flash_ctx *ctx, size_t written,
			 struct position *position)
{
	struct flash_pages_info page;
	size_t start;
	size_t end;
	int rc;

	*position = (struct position){written, written};
	if (written == ctx->available) {
		return 0;
	}
	rc = flash_get_page_info_by_offs(ctx->fdev, (off_t)(ctx->offset + written), &page);
	if (rc != 0) {
		return rc;
	}
	start = (size_t)page.start_offset;
	end = min_size(start + page.size - ctx->offset, ctx->available);
	start = start > ctx->offset ? start - ctx->offset : 0;
	if (start == written) {
		return 0;
	}
	rc = written % ctx->write_block_size != 0 ? 1 : stream_check_blank(ctx, written, end, 1);
	if (rc < 0) {
		return rc;
	}
	*position = rc == 0 ? (struct position){written, end} : (struct position){start, start};
	return 0;
}

static int save_record(const struct stream_flash_ctx *ctx, size_t written, const char *settings_key)
{
	uint8_t raw[PROGRESS_LEN];

	progress_encode(raw, &(struct progress){.offset = ctx->offset,
						.size = ctx->available,
						.written = written});
	return settings_save_one(settings_key, raw, sizeof(raw));
}

int stream_flash_progress_load(struct stream_flash_ctx *ctx, const char *settings_key)
{
	struct progress progress;
	struct position position;
	int rc;

	if (ctx == NULL || settings_key == NULL) {
		return -EFAULT;
	}
	rc = load_record(&progress, settings_key);
	if (rc != 0) {
		return rc == -ENOENT ? 0 : rc;
	}
	if (progress.offset != ctx->offset || progress.size != ctx->available ||
	    progress.written > ctx->available) {
		return -EBADMSG;
	}
	if (progress.written <= ctx->bytes_written) {
		return 0;
	}
	rc = find_position(ctx, (size_t)progress.written, &position);
	if (rc == 0 && position.written != progress.written) {
		rc = save_record(ctx, position.written, settings_key);
	}
	if (rc != 0 || position.written <= ctx->bytes_written) {
		return rc;
	}
	ctx->bytes_written = position.written;
	ctx->erased_up_to = position.erased_up_to;
	ctx->buf_bytes = 0;
	ctx->buf_fill = ctx->buf_len - (ctx->offset + position.written) % ctx->buf_len;
	ctx->suspect = false;
	ctx->spent = false;
	return 0;
}

int stream_flash_progress_save(const struct stream_flash_ctx *ctx, const char *settings_key)
{
	int rc;

	if (ctx == NULL || settings_key == NULL) {
		return -EFAULT;
	}
	rc = settings_subsys_init();
	return rc != 0 ? rc : save_record(ctx, ctx->bytes_written, settings_key);
}

int stream_flash_progress_clear(const struct stream_flash_ctx *ctx, const char *settings_key)
{
	int rc;

	if (ctx == NULL || settings_key == NULL) {
		return -EFAULT;
	}
	rc = settings_subsys_init();
	return rc != 0 ? rc : settings_delete(settings_key);
}
