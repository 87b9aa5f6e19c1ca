/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of images as bit masks: bit n for image n. */
#ifndef TARGET_IMAGE_BITS_H
#define TARGET_IMAGE_BITS_H

#include <stdbool.h>

#include <dfu/boot.h>

_Static_assert(BOOT_IMAGES_MAX <= 8, "a bit of a byte for each image");

static inline unsigned int image_bit(int n)
{
	return 1u << n;
}

static inline bool images_have(unsigned int images, int n)
{
	return (images & image_bit(n)) != 0;
}

static inline bool images_are_several(unsigned int images)
{
	return (images & (images - 1)) != 0;
}

#endif
