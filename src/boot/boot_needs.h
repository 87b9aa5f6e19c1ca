/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What images of several pairs ask of each other: protected TLVs that each name an image and the
 * lowest version of it that will do.
 *
 *     image id u8 | pad u8 | pad u16 | major u8 | minor u8 | revision u16 | build u32
 */
#ifndef BOOT_BOOT_NEEDS_H
#define BOOT_BOOT_NEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include <dfu/image.h>

struct boot_dependency {
	bool is_malformed; /* of another length; what follows is 0 */
	uint8_t image;
	struct dfu_image_version lowest; /* the build number, which nobody looks at, is 0 */
};

/* The next dependency of an image; tlv starts all zeros. 1; 0: no more; negative: from the device.
 */
int boot_dependency_next(const struct dfu_image *image, struct dfu_image_tlv *tlv,
			 struct boot_dependency *dependency);

/*
 * Whether an image asks for a later version of another pair than this one; version NULL: than
 * nothing. 1; 0; negative: from the device.
 */
int boot_needs(const struct dfu_image *image, int other, const struct dfu_image_version *version);

#endif
