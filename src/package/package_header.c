/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a package: two bytes of length, and that many bytes, which are a map of CBOR and
 * 0xFF behind it. The map has one entry, a list of images; the decoder of an image is generated
 * from package.cddl and refuses what is not of the shortest form.
 *
 * The list is never in RAM but as the header has it: each comparison of two ids reads the earlier
 * one again, 32385 pairs at most. The format comes before what it says: sizes, ids, their sum.
 */
#include "package/package_header.h"

#include <errno.h>
#include <string.h>

#include <package_decode.h>
#include <package_encode.h>
#include <zcbor_decode.h>

#include "common/bytes.h"

#define PADDING 0xff
#define LIST_SHORT 0x80 /* with fewer than 24 images in the same byte */
#define LIST_U8 0x98    /* with a byte for their number */
#define LIST_SHORT_MAX 23

/* A map of one entry, and its key. */
static const uint8_t map_and_key[] = {0xa1, 0x63, 'i', 'm', 'g'};

struct image_list {
	const uint8_t *p;
	const uint8_t *end;
};

static bool next_image(struct image_list *list, struct Image *image)
{
	size_t len;

	if (cbor_decode_Image(list->p, (size_t)(list->end - list->p), image, &len) !=
	    ZCBOR_SUCCESS) {
		return false;
	}
	list->p += len;
	return true;
}

/* Find the images, and their number. Not inlined: its stack is not the decoder's. */
DFU_NOINLINE static int open_list(const uint8_t *cbor, size_t len, struct image_list *list,
				  size_t *count)
{
	zcbor_state_t states[3]; /* one to go back to, and one that all share */

	if (len < sizeof(map_and_key) || memcmp(cbor, map_and_key, sizeof(map_and_key)) != 0) {
		return -EBADMSG;
	}
	zcbor_new_state(states, sizeof(states) / sizeof(states[0]), cbor + sizeof(map_and_key),
			len - sizeof(map_and_key), 1, NULL, 0);
	/* Each image takes a byte at least. */
	if (!zcbor_list_start_decode(states) || states[0].elem_count == 0 ||
	    states[0].elem_count > len) {
		return -EBADMSG;
	}
	*list = (struct image_list){states[0].payload, cbor + len};
	*count = states[0].elem_count;
	return *count > PACKAGE_IMAGES_MAX ? -ENOMEM : 0;
}

/* Earlier is what stands before the image in the list. */
static int check_image(const struct Image *image, struct image_list earlier)
{
	struct Image other;

	if (image->size == 0) {
		return -ENODATA;
	}
	while (next_image(&earlier, &other)) {
		if (other.id == image->id) {
			return -EEXIST;
		}
	}
	return 0;
}

int package_header_read(const uint8_t *cbor, size_t len, struct package_header *header,
			struct dfu_multi_image_item *items, size_t room)
{
	struct image_list list;
	struct Image image;
	uint64_t end = PACKAGE_LENGTH_LEN + (uint64_t)len;
	size_t count;
	int verdict = 0;
	int rc = open_list(cbor, len, &list, &count);

	if (rc != 0) {
		return rc;
	}
	const uint8_t *const first = list.p;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *const here = list.p;

		if (!next_image(&list, &image)) {
			return -EBADMSG;
		}
		if (verdict == 0) {
			verdict = check_image(&image, (struct image_list){first, here});
		}
		if (i < room) {
			items[i] =
				(struct dfu_multi_image_item){image.id, image.size, (uint32_t)end};
		}
		end += image.size;
	}
	if (!bytes_are(list.p, (size_t)(list.end - list.p), PADDING)) {
		return -EBADMSG;
	}
	*header = (struct package_header){count, (size_t)(list.p - cbor), end};
	return verdict == 0 && end > UINT32_MAX ? -EOVERFLOW : verdict;
}

int dfu_multi_image_parse(const uint8_t *header, size_t len, struct dfu_multi_image_item *items,
			  size_t room, size_t *count, uint64_t *total)
{
	struct package_header found;

	if (len < PACKAGE_LENGTH_LEN || len - PACKAGE_LENGTH_LEN < get_le16(header)) {
		return -ENOBUFS;
	}
	const int rc = package_header_read(header + PACKAGE_LENGTH_LEN, get_le16(header), &found,
					   items, room);
	if (rc != 0) {
		return rc;
	}
	*count = found.count;
	*total = found.total;
	return 0;
}

size_t dfu_multi_image_fill_max(const struct dfu_multi_image_item *items, size_t count,
				size_t header_len, size_t index)
{
	size_t all = header_len | DFU_MULTI_IMAGE_ALIGN_MAX;

	if (index + 1 >= count) {
		return DFU_MULTI_IMAGE_FILL_MAX;
	}
	for (size_t i = 0; i + 1 < count; i++) {
		all |= items[i].size;
	}
	/* The lowest bit that is set. */
	return DFU_MULTI_IMAGE_FILL_MAX + (all & (~all + 1)) - 1;
}

/* A map of two entries of 32 bits takes no more. */
#define IMAGE_LEN_MAX (1 + 3 + 5 + 5 + 5)
#define LIST_LEN_MAX (sizeof(map_and_key) + 2)

static int encode_images(const struct dfu_multi_image_item *items, size_t count, uint8_t *out,
			 size_t room, size_t *len)
{
	size_t used = *len;

	for (size_t i = 0; i < count; i++) {
		const struct Image image = {.id = items[i].id, .size = items[i].size};
		uint8_t encoded[IMAGE_LEN_MAX];
		size_t n;

		if (cbor_encode_Image(encoded, sizeof(encoded), &image, &n) != ZCBOR_SUCCESS) {
			return -EINVAL;
		}
		if (!range_fits(used, n, room)) {
			return -ENOMEM;
		}
		memcpy(out + used, encoded, n);
		used += n;
	}
	*len = used;
	return 0;
}

int dfu_multi_image_make(struct dfu_multi_image_item *items, size_t count, size_t align,
			 uint8_t *out, size_t *len)
{
	struct package_header made;
	size_t used = PACKAGE_LENGTH_LEN;

	if (count == 0 || count > PACKAGE_IMAGES_MAX || align == 0 || align > UINT16_MAX) {
		return -EINVAL;
	}
	if (*len < PACKAGE_LENGTH_LEN + LIST_LEN_MAX) {
		return -ENOMEM;
	}
	memcpy(out + used, map_and_key, sizeof(map_and_key));
	used += sizeof(map_and_key);
	if (count <= LIST_SHORT_MAX) {
		out[used++] = (uint8_t)(LIST_SHORT + count);
	} else {
		out[used++] = LIST_U8;
		out[used++] = (uint8_t)count;
	}
	int rc = encode_images(items, count, out, *len, &used);
	if (rc != 0) {
		return rc;
	}
	const size_t padded = round_up(used, align);
	if (padded > *len || padded - PACKAGE_LENGTH_LEN > UINT16_MAX) {
		return -ENOMEM;
	}
	memset(out + used, PADDING, padded - used);
	put_le16(out, (uint16_t)(padded - PACKAGE_LENGTH_LEN));
	rc = package_header_read(out + PACKAGE_LENGTH_LEN, padded - PACKAGE_LENGTH_LEN, &made, NULL,
				 0);
	if (rc != 0) {
		return rc;
	}
	*len = padded;
	/* Once more, for the offsets. */
	return package_header_read(out + PACKAGE_LENGTH_LEN, padded - PACKAGE_LENGTH_LEN, &made,
				   items, count);
}
