/* SPDX-License-Identifier: Apache-2.0 */
#include "images.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>

#define HEADER_LEN 32
#define AREA_LEN 40 /* its header, a TLV's header, the hash */
#define LOAD_ADDRESS 0x20000000u

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v & 0xff);
	p[1] = (uint8_t)(v >> 8 & 0xff);
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v & 0xffff);
	put16(p + 2, v >> 16);
}

void image_file_make_above(struct image_file *file, size_t size, uint8_t minor, uint32_t flags,
			   uint32_t above)
{
	const size_t area = size - AREA_LEN;
	uint8_t *p;

	if (size < IMAGE_SIZE_MIN || size > IMAGE_SIZE_MAX) {
		abort();
	}
	p = realloc(file->bytes, size);
	if (p == NULL) {
		abort();
	}
	*file = (struct image_file){.minor = minor, .size = size, .bytes = p};
	memset(p, 0, HEADER_LEN);
	put32(&p[0], 0x96f3b83d);
	put32(&p[4], flags & IMAGE_RAM_LOAD ? LOAD_ADDRESS + above : 0);
	put16(&p[8], HEADER_LEN);
	put32(&p[12], (uint32_t)(area - HEADER_LEN));
	put32(&p[16], flags);
	p[20] = 1;
	p[21] = minor;
	for (size_t i = HEADER_LEN; i < area; i++) {
		p[i] = (uint8_t)((i + minor) % 251);
	}
	put16(&p[area], 0x6907);
	put16(&p[area + 2], AREA_LEN);
	put16(&p[area + 4], 0x10);
	put16(&p[area + 6], 32);
	if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), p, area, &p[area + 8]) != 0) {
		abort();
	}
}

void image_file_make(struct image_file *file, size_t size, uint8_t minor, uint32_t flags)
{
	image_file_make_above(file, size, minor, flags, 0);
}
