/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image, in order, into a slot: a stream over the slot, and the slot's trailer.
 *
 * Order of the flash writes: the trailer's pages are erased before the first byte of the image, so
 * that the bootloader never finds a request that belongs to the old image next to bytes of the new
 * one. The stream is told where that erased tail begins and does not erase its pages again when a
 * long image reaches them. That mark is also how a repeated first call knows that the trailer is
 * gone already.
 */
#include <errno.h>

#include <dfu/boot.h>
#include <dfu/config.h>
#include <dfu/flash_img.h>
#include <dfu/mcuboot.h>

static int wipe_trailer(struct flash_img_context *ctx)
{
	/* Where the stream begins in the slot. */
	size_t image_start = ctx->stream.offset - (size_t)ctx->flash_area->fa_off;
	size_t first;
	int rc = boot_trailer_wipe(ctx->flash_area, &first);

	if (rc == 0) {
		ctx->stream.erased_from = first > image_start ? first - image_start : 0;
	}
	/* Where there can be no trailer, there is none to wipe. */
	return rc == -ENOTSUP ? 0 : rc;
}

/* Whether a call that the stream will accept brings the image's first bytes. */
static bool begins_image(const struct flash_img_context *ctx, const uint8_t *data, size_t len)
{
	const struct stream_flash_ctx *stream = &ctx->stream;

	return stream->bytes_written == 0 && stream->buf_bytes == 0 && len > 0 && data != NULL &&
	       len <= stream->available && stream->erased_from == stream->available;
}

int flash_img_init_id(struct flash_img_context *ctx, uint8_t area_id)
{
	const struct flash_area *fa;
	size_t start;
	int rc;

	if (ctx == NULL) {
		return -EINVAL;
	}
	rc = flash_area_open(area_id, &fa);
	if (rc != 0) {
		return rc;
	}
	start = boot_get_image_start_offset(area_id);
	/* A start behind the end makes a size that wraps, and the stream refuses it. */
	rc = stream_flash_init(&ctx->stream, fa->fa_dev, ctx->buf, sizeof(ctx->buf),
			       (size_t)fa->fa_off + start, fa->fa_size - start, NULL);
	if (rc == 0) {
		ctx->flash_area = fa;
	}
	return rc;
}

int flash_img_init(struct flash_img_context *ctx)
{
	return flash_img_init_id(ctx, flash_img_get_upload_slot());
}

size_t flash_img_bytes_written(struct flash_img_context *ctx)
{
	return stream_flash_bytes_written(&ctx->stream);
}

int flash_img_buffered_write(struct flash_img_context *ctx, const uint8_t *data, size_t len,
			     bool flush)
{
	int rc;

	if (ctx == NULL) {
		return -EINVAL;
	}
	if (ctx->flash_area == NULL) {
		return -EACCES;
	}
	if (IS_ENABLED(CONFIG_IMG_ERASE_PROGRESSIVELY) && begins_image(ctx, data, len)) {
		rc = wipe_trailer(ctx);
		if (rc != 0) {
			return rc;
		}
	}
	rc = stream_flash_buffered_write(&ctx->stream, data, len, flush);
	if (flush && rc == 0) {
		flash_area_close(ctx->flash_area);
		ctx->flash_area = NULL;
	}
	return rc;
}

uint8_t flash_img_get_upload_slot(void)
{
	const struct flash_area *secondary;

	if (boot_fetch_active_slot() == 1) {
		return 0;
	}
	/* A device of one slot has nowhere else to put an image. */
	return flash_area_open(1, &secondary) == -ENOENT ? 0 : 1;
}
