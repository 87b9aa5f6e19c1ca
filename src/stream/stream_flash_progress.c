/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Going on after a reset, by a record of the application's own.
 *
 * Where the record's position is not one to go on from (stream_position.c), the stream goes back to
 * the start of that page. Before it does, so does the record: a cut while that page is erased again
 * could leave it blank, and the old record would then count bytes that are gone. The region is in
 * the record so that none is used for another slot; which file it was, only the caller knows.
 */
#include <errno.h>

#include <settings/settings.h>
#include <storage/stream_flash.h>

#include "stream/progress.h"
#include "stream/stream_position.h"

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

static int save_record(const struct stream_flash_ctx *ctx, size_t written, const char *settings_key)
{
	uint8_t raw[PROGRESS_LEN];

	progress_encode(raw, &(struct progress){.offset = ctx->offset,
						.size = ctx->available,
						.written = written});
	return settings_save_one(settings_key, raw, sizeof(raw));
}

/* What a cut has left of the page that the stream stands at, nobody knows. */
static int stay(struct stream_flash_ctx *ctx)
{
	ctx->in_doubt = ctx->erased_up_to == ctx->bytes_written;
	return 0;
}

int stream_flash_progress_load(struct stream_flash_ctx *ctx, const char *settings_key)
{
	struct progress progress;
	struct stream_position position;
	int rc;

	if (ctx == NULL || settings_key == NULL) {
		return -EFAULT;
	}
	rc = load_record(&progress, settings_key);
	if (rc != 0) {
		return rc == -ENOENT ? stay(ctx) : rc;
	}
	if (progress.offset != ctx->offset || progress.size != ctx->available ||
	    progress.written > ctx->available) {
		return -EBADMSG;
	}
	if (progress.written <= ctx->bytes_written) {
		return stay(ctx);
	}
	rc = stream_find_position(ctx, (size_t)progress.written, &position);
	if (rc == 0 && position.written != progress.written) {
		rc = save_record(ctx, position.written, settings_key);
	}
	if (rc != 0) {
		return rc;
	}
	if (position.written <= ctx->bytes_written) {
		return stay(ctx);
	}
	stream_set_position(ctx, &position);
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
