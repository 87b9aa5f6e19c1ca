/* SPDX-License-Identifier: Apache-2.0 */
/* What images of several pairs ask of each other. */
#ifndef BOOT_BOOT_NEEDS_H
#define BOOT_BOOT_NEEDS_H

#include <dfu/image.h>

/*
 * Whether an image asks for a later version of another pair than this one; version NULL: than
 * nothing. 1; 0; negative: from the device.
 */
int boot_needs(const struct dfu_image *image, int other, const struct dfu_image_version *version);

#endif
