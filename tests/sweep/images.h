/* SPDX-License-Identifier: Apache-2.0 */
/* Image files of any size to the byte: header, payload, SHA-256, made with Mbed TLS alone. */
#ifndef TESTS_SWEEP_IMAGES_H
#define TESTS_SWEEP_IMAGES_H

#include <stddef.h>
#include <stdint.h>

#define IMAGE_SIZE_MIN 72 /* header, no payload, area header, hash TLV */
#define IMAGE_SIZE_MAX ((size_t)1 << 20)
#define IMAGE_RAM_LOAD 0x20u

struct image_file {
	uint8_t minor; /* its version is 1.minor.0 */
	size_t size;
	uint8_t *bytes;
};

/* Make a file, in place of what the struct held; zero it before the first use. */
void image_file_make(struct image_file *file, size_t size, uint8_t minor, uint32_t flags);

/* The same, to be loaded so many bytes higher than other files of IMAGE_RAM_LOAD. */
void image_file_make_above(struct image_file *file, size_t size, uint8_t minor, uint32_t flags,
			   uint32_t above);

#endif
