/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs check an image with a context that they never initialised, so nothing in it is looked
 * at, and its buffer may hold bytes of a write: the check reads through a buffer of its own.
 */
#include <errno.h>

#include <dfu/flash_img.h>
#include <dfu/mcuboot.h>

int flash_img_check(struct flash_img_context *ctx, const struct flash_img_check *fic,
		    uint8_t area_id)
{
	const struct flash_area *fa;
	uint8_t work[128];

	if (ctx == NULL || fic == NULL) {
		return -EINVAL;
	}
	const int rc = flash_area_open(area_id, &fa);
	if (rc != 0) {
		return rc;
	}
	const struct flash_area_check fac = {
		.match = fic->match,
		.clen = fic->clen,
		.off = boot_get_image_start_offset(area_id),
		.rbuf = work,
		.rblen = sizeof(work),
	};
	return flash_area_check_int_sha256(fa, &fac);
}
