/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an image's bytes are read, and how an image is opened.
 *
 *     header | padding | payload | [protected TLV area] | TLV area
 *     0        32        hdr_size  + img_size             hashed_size .. total_size
 *
 * dfu_image_open() goes through the image from the front; what it has read bounds what it reads
 * next, so that no number of the image is used before it is known to lie in the source. Whoever
 * holds an open image may walk its TLVs and hash its bytes without a check of his own. It does not
 * look at the payload: that is verification's part.
 */
#include <string.h>

#include "common/bytes.h"
#include "image/image_internal.h"

#define HDR_OFF_MAGIC 0
#define HDR_OFF_LOAD_ADDR 4
#define HDR_OFF_HDR_SIZE 8
#define HDR_OFF_PROTECT_TLV_SIZE 10
#define HDR_OFF_IMG_SIZE 12
#define HDR_OFF_FLAGS 16
#define HDR_OFF_VER_MAJOR 20
#define HDR_OFF_VER_MINOR 21
#define HDR_OFF_VER_REVISION 22
#define HDR_OFF_VER_BUILD 24
#define HDR_OFF_PAD1 28

_Static_assert(HDR_OFF_PAD1 + 4 == DFU_IMAGE_HEADER_LEN, "the header's last word does not end it");

static int flash_source_read(const struct dfu_image_source *source, size_t off, void *dst,
			     size_t len)
{
	return flash_area_read(source->context, (off_t)(source->base + off), dst, len);
}

struct dfu_image_source dfu_image_source_flash(const struct flash_area *fa, size_t base,
					       size_t size)
{
	size_t room = base < fa->fa_size ? fa->fa_size - base : 0;

	return (struct dfu_image_source){
		.read = flash_source_read,
		.context = fa,
		.base = base,
		.size = min_size(size, room),
	};
}

struct dfu_image_source dfu_image_source_memory(const void *data, size_t size)
{
	return (struct dfu_image_source){.size = size, .mapped = data};
}

int image_read(const struct dfu_image_source *source, size_t off, void *dst, size_t len)
{
	uint8_t *rest = dst;

	if (source->head != NULL && off < source->head_len) {
		size_t held = min_size(len, source->head_len - off);

		memcpy(rest, source->head + off, held);
		off += held;
		rest += held;
		len -= held;
	}
	if (len == 0) {
		return 0;
	}
	if (source->read != NULL) {
		return source->read(source, off, rest, len);
	}
	memcpy(rest, source->mapped + off, len);
	return 0;
}

int dfu_image_header_decode(struct dfu_image_header *header,
			    const uint8_t raw[DFU_IMAGE_HEADER_LEN])
{
	uint16_t hdr_size = get_le16(&raw[HDR_OFF_HDR_SIZE]);

	if (get_le32(&raw[HDR_OFF_MAGIC]) != DFU_IMAGE_MAGIC) {
		return -ENOEXEC;
	}
	if (hdr_size < DFU_IMAGE_HEADER_LEN) {
		return -EBADMSG;
	}
	*header = (struct dfu_image_header){
		.load_addr = get_le32(&raw[HDR_OFF_LOAD_ADDR]),
		.hdr_size = hdr_size,
		.protect_tlv_size = get_le16(&raw[HDR_OFF_PROTECT_TLV_SIZE]),
		.img_size = get_le32(&raw[HDR_OFF_IMG_SIZE]),
		.flags = get_le32(&raw[HDR_OFF_FLAGS]),
		.version =
			{
				.major = raw[HDR_OFF_VER_MAJOR],
				.minor = raw[HDR_OFF_VER_MINOR],
				.revision = get_le16(&raw[HDR_OFF_VER_REVISION]),
				.build = get_le32(&raw[HDR_OFF_VER_BUILD]),
			},
	};
	return 0;
}

int dfu_image_version_compare(const struct dfu_image_version *a, const struct dfu_image_version *b)
{
	if (a->major != b->major) {
		return a->major - b->major;
	}
	if (a->minor != b->minor) {
		return a->minor - b->minor;
	}
	return a->revision - b->revision;
}

static int header_read(struct dfu_image *image, enum dfu_image_fault *fault)
{
	uint8_t raw[DFU_IMAGE_HEADER_LEN];

	if (image->source.size < sizeof(raw)) {
		return image_refuse(fault, DFU_IMAGE_NOT_AN_IMAGE);
	}
	int rc = image_read(&image->source, 0, raw, sizeof(raw));

	if (rc != 0) {
		return rc;
	}
	rc = dfu_image_header_decode(&image->header, raw);
	if (rc != 0) {
		return image_refuse(fault, rc == -ENOEXEC ? DFU_IMAGE_NOT_AN_IMAGE
							  : DFU_IMAGE_HEADER_SIZE);
	}
	return 0;
}

static int sizes_check(struct dfu_image *image, enum dfu_image_fault *fault)
{
	const struct dfu_image_header *header = &image->header;
	uint32_t around = (uint32_t)header->hdr_size + header->protect_tlv_size;

	if (header->img_size > UINT32_MAX - around) {
		return image_refuse(fault, DFU_IMAGE_SIZE_OVERFLOW);
	}
	uint32_t hashed_size = around + header->img_size;

	if (hashed_size > image->source.size || image->source.size - hashed_size < TLV_HEADER_LEN) {
		return image_refuse(fault, DFU_IMAGE_TRUNCATED);
	}
	image->hashed_size = hashed_size;
	return 0;
}

int dfu_image_open(struct dfu_image *image, const struct dfu_image_source *source,
		   enum dfu_image_fault *fault)
{
	enum dfu_image_fault unseen;

	if (fault == NULL) {
		fault = &unseen;
	}
	*fault = DFU_IMAGE_OK;
	image->source = *source;
	int rc = header_read(image, fault);

	if (rc == 0) {
		rc = sizes_check(image, fault);
	}
	if (rc == 0) {
		rc = image_tlv_areas_check(image, fault);
	}
	return rc;
}
