/* SPDX-License-Identifier: Apache-2.0 */
/* The image file that is built into a program. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t image_begin[], image_end[];

static inline size_t image_size(void)
{
	return (size_t)(image_end - image_begin);
}

#endif
