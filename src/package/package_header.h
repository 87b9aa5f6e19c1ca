/* SPDX-License-Identifier: Apache-2.0 */
/* What stands before the images of a package: its length in two bytes, and the list of them. */
#ifndef PACKAGE_PACKAGE_HEADER_H
#define PACKAGE_PACKAGE_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/dfu_multi_image.h>

#define PACKAGE_LENGTH_LEN 2
#define PACKAGE_IMAGES_MAX 255 /* of the format: settings count them in a byte */

struct package_header {
	size_t count;
	size_t cbor_len; /* without the padding behind it */
	uint64_t total;  /* bytes of the whole package */
};

/*
 * Read the len bytes behind the length; the first images, up to room, go to items. Results as
 * dfu_multi_image_parse(), but for -ENOBUFS.
 */
int package_header_read(const uint8_t *cbor, size_t len, struct package_header *header,
			struct dfu_multi_image_item *items, size_t room);

#endif
