/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include <dfu/flash_img.h>
#include <dfu/mcuboot.h>

int flash_img_check(struct flash_img_context *ctx, const struct flash_img_check *fic,
		    uint8_t area_id)
{
	const struct flash_area *fa;
	struct flash_area_check fac;
	int rc;

	if (ctx == NULL || fic == NULL) {
		return -EINVAL;
	}
	if (ctx->stream.buf_bytes > 0) {
		return -EBUSY;
	}
	rc = flash_area_open(area_id, &fa);
	if (rc != 0) {
		return rc;
	}
	fac = (struct flash_area_check){
		.match = fic->match,
		.clen = fic->clen,
		.off = boot_get_image_start_offset(area_id),
		.rbuf = ctx->buf,
		.rblen = sizeof(ctx->buf),
	};
	rc = flash_area_check_int_sha256(fa, &fac);
	flash_area_close(fa);
	return rc;
}
