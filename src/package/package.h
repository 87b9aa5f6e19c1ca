/* SPDX-License-Identifier: Apache-2.0 */
/* The package under way, as the parts of src/package see it; dfu_multi_image.c has the only one. */
#ifndef PACKAGE_PACKAGE_H
#define PACKAGE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/config.h>
#include <dfu/dfu_multi_image.h>

#include "package/package_header.h"

#define PACKAGE_IMAGES CONFIG_DFU_MULTI_IMAGE_MAX_IMAGE_COUNT
#define PACKAGE_LEAD_LEN 32 /* first bytes of an image that say which one it is */

_Static_assert(PACKAGE_IMAGES <= 16, "a bit of 16 for each image");

/* Which image it is that was begun: a checksum of its first bytes. */
struct package_lead {
	uint32_t crc;
	uint8_t len;     /* bytes in it, up to PACKAGE_LEAD_LEN; 0: the image was not begun */
	bool is_resumed; /* only settings know it, and the writer has not been asked yet */
};

/* A run of chunks, one behind the other: what came before is compared as it comes again. */
struct package_pass {
	size_t next;     /* offset of the byte to come */
	bool from_start; /* of the package */
	uint8_t first_len;
	uint8_t first[PACKAGE_LEAD_LEN]; /* of the image that the pass is in */
};

struct package {
	uint8_t *buffer; /* the header behind its length; NULL: no init */
	size_t room;
	uint8_t length[PACKAGE_LENGTH_LEN];
	size_t header_len; /* with its length; 0: not known yet */
	size_t cbor_len;
	struct dfu_image_writer writers[PACKAGE_IMAGES];
	uint8_t writer_count;
	int32_t left_out; /* with leaves_out: the id that this device takes no image for by now */
	bool leaves_out;
	uint8_t count;   /* images; 0: the header is not whole */
	uint8_t current; /* the image under way; count: all are finished */
	bool is_open;    /* its writer is */
	struct dfu_multi_image_item items[PACKAGE_IMAGES];
	struct package_lead leads[PACKAGE_IMAGES];
	struct package_pass pass;
	size_t offset; /* of the next byte needed */
	uint32_t name; /* what the application names the package by */
	bool is_kept;  /* settings have this header */
	int refused;   /* what was wrong with the header */
};

/* dfu_multi_image_fill_max() of the image under way. */
size_t package_fill_max(void);

/*
 * Pass over images with this id, also where one was begun: what takes them has changed since, such
 * as the bootloader that runs.
 */
void package_leave_out(int image_id);

#endif
