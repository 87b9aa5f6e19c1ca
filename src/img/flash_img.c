/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image, in order, into a slot: a stream over the slot, and the slot's trailer.
 *
 * Order of the flash writes: the trailer's pages are erased before the first byte of the image, so
 * that the bootloader never finds a request that belongs to the old image next to bytes of the new
 * one. Where the image begins one page up (swap-offset) the page before it goes, too: a header left
 * there would make the bootloader erase the slot. The stream is told where that erased tail begins
 * and does not erase its pages again when a long image reaches them. That mark is also how a
 * repeated first call knows that all this is done already.
 */
#include <errno.h>

#include <dfu/boot.h>
#include <dfu/config.h>
#include <dfu/flash_img.h>
#include <dfu/mcuboot.h>

#include "common/bytes.h"
#include "flash/flash_caps.h"

#define HEADER_LEN 32 /* of an image, from its magic on */

/* What comes before the image: its pages or, without explicit erase, what could be a header. */
static int wipe_front(const struct flash_area *fa, size_t len)
{
	const size_t header = round_up(HEADER_LEN, flash_area_align(fa));

	return flash_area_flatten(fa, 0, flash_needs_erase(fa->fa_dev) ? len : header);
}

static int wipe(struct flash_img_context *ctx)
{
	/* Where the stream begins in the slot. */
	const size_t image_start = ctx->stream.offset - (size_t)ctx->flash_area->fa_off;
	size_t first = ctx->flash_area->fa_size;
	int rc = boot_trailer_wipe(ctx->flash_area, &first);

	/* Where there can be no trailer, there is none to wipe. */
	if (rc == -ENOTSUP) {
		rc = 0;
	}
	if (rc == 0 && image_start > 0 && first > 0) {
		rc = wipe_front(ctx->flash_area, min_size(image_start, first));
	}
	if (rc == 0) {
		ctx->stream.erased_from = first > image_start ? first - image_start : 0;
	}
	return rc;
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
	const uint8_t area_id = flash_img_get_upload_slot();

	return area_id == BOOT_INVALID_SLOT_ID ? -ENODEV : flash_img_init_id(ctx, area_id);
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
		rc = wipe(ctx);
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
	const int area = boot_upload_area(0);

	return area < 0 ? BOOT_INVALID_SLOT_ID : (uint8_t)area;
}
