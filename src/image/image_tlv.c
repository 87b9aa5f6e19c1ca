/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLVs: the areas as a whole, checked once when the image is opened, and the walk through their
 * entries.
 *
 *     info {0x6908, total} entry entry ... | info {0x6907, total} entry entry ...
 *     ^ hdr_size + img_size                  ^ hashed_size                       ^ total_size
 *
 * An entry is {type, length} and its value, nothing between entries. The first area is there if the
 * header gives it a size, and is covered by the hash. What may stand in the second one is a list:
 * anybody can add to it, so that a type with a meaning for the bootloader (a dependency, a security
 * counter) must not be believed there.
 *
 * The checks are at least as strict as MCUboot's, because an image that passes here and fails there
 * costs the slot. Entries must tile each area to its last byte, and an area's end must not be a
 * zero-length entry of the protected area, which MCUboot's iterator trips over.
 *
 * The walk keeps no state but the entry it gave last: its value's end is where the next one begins.
 * It checks each entry against its area again, since flash may have changed since the image was
 * opened.
 */
#include "common/bytes.h"
#include "image/image_internal.h"

#define INFO_MAGIC 0x6907
#define INFO_MAGIC_PROTECTED 0x6908

static bool may_be_unprotected(uint16_t type)
{
	static const struct {
		uint16_t first;
		uint16_t last;
	} allowed[] = {
		{DFU_IMAGE_TLV_KEYHASH, DFU_IMAGE_TLV_PUBKEY},
		{DFU_IMAGE_TLV_SHA256, DFU_IMAGE_TLV_SHA512},
		{DFU_IMAGE_TLV_RSA2048_PSS, DFU_IMAGE_TLV_SIG_PURE},
		{DFU_IMAGE_TLV_ENC_FIRST, DFU_IMAGE_TLV_ENC_LAST},
	};

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		if (type >= allowed[i].first && type <= allowed[i].last) {
			return true;
		}
	}
	return false;
}

/* The entry at off of an area that ends at end: 1, 0 if it does not lie inside, or -errno. */
static int entry_read(const struct dfu_image *image, size_t off, size_t end,
		      struct dfu_image_tlv *tlv)
{
	uint8_t raw[TLV_HEADER_LEN];

	if (end - off < sizeof(raw)) {
		return 0;
	}
	int rc = image_read(&image->source, off, raw, sizeof(raw));

	if (rc != 0) {
		return rc;
	}
	size_t value = off + sizeof(raw);
	uint16_t len = get_le16(&raw[2]);

	if (len > end - value) {
		return 0;
	}
	*tlv = (struct dfu_image_tlv){
		.type = get_le16(&raw[0]),
		.len = len,
		.off = value,
		.is_protected = off < image->hashed_size,
	};
	return 1;
}

static int entries_check(const struct dfu_image *image, size_t off, size_t end,
			 enum dfu_image_fault *fault)
{
	struct dfu_image_tlv tlv = {0};

	while (off < end) {
		int rc = entry_read(image, off, end, &tlv);

		if (rc < 0) {
			return rc;
		}
		if (rc == 0 || (tlv.is_protected && tlv.len == 0 && tlv.off == end)) {
			return image_refuse(fault, DFU_IMAGE_TLV_FORMAT);
		}
		if (!tlv.is_protected && !may_be_unprotected(tlv.type)) {
			return image_refuse(fault, DFU_IMAGE_TLV_NOT_ALLOWED);
		}
		off = tlv.off + tlv.len;
	}
	return 0;
}

/* The area at off, whose info header must lie in the source; sets total_size to its end. */
static int area_check(struct dfu_image *image, size_t off, enum dfu_image_fault *fault)
{
	const bool is_protected = off < image->hashed_size;
	uint8_t raw[TLV_HEADER_LEN];
	const int rc = image_read(&image->source, off, raw, sizeof(raw));

	if (rc != 0) {
		return rc;
	}
	const uint16_t total = get_le16(&raw[2]);
	if (get_le16(&raw[0]) != (is_protected ? INFO_MAGIC_PROTECTED : INFO_MAGIC) ||
	    total < sizeof(raw) || (is_protected && total != image->hashed_size - off)) {
		return image_refuse(fault, DFU_IMAGE_TLV_FORMAT);
	}
	if (total > image->source.size - off) {
		return image_refuse(fault, DFU_IMAGE_TRUNCATED);
	}
	image->total_size = off + total;
	return entries_check(image, off + sizeof(raw), image->total_size, fault);
}

int image_tlv_areas_check(struct dfu_image *image, enum dfu_image_fault *fault)
{
	const uint16_t protect_size = image->header.protect_tlv_size;
	int rc = 0;

	/*
	 * Four bytes are there even if the header says fewer: the other area's info header follows.
	 */
	if (protect_size != 0) {
		rc = area_check(image, image->hashed_size - protect_size, fault);
	}
	return rc == 0 ? area_check(image, image->hashed_size, fault) : rc;
}

static size_t next_off(const struct dfu_image *image, const struct dfu_image_tlv *tlv)
{
	size_t off = tlv->off + tlv->len;

	if (tlv->off == 0) {
		off = image->hashed_size - image->header.protect_tlv_size;
		if (image->header.protect_tlv_size != 0) {
			off += TLV_HEADER_LEN;
		}
	}
	return off == image->hashed_size ? off + TLV_HEADER_LEN : off;
}

int image_tlv_step(const struct dfu_image *image, struct dfu_image_tlv *tlv)
{
	size_t off = next_off(image, tlv);
	size_t end = off < image->hashed_size ? image->hashed_size : image->total_size;

	if (off >= end) {
		return 0;
	}
	int rc = entry_read(image, off, end, tlv);

	return rc == 0 ? -EBADMSG : rc;
}

int dfu_image_tlv_next(const struct dfu_image *image, struct dfu_image_tlv *tlv)
{
	int rc = image_tlv_step(image, tlv);

	if (rc > 0) {
		return 0;
	}
	return rc == 0 ? -ENOENT : rc;
}

int dfu_image_tlv_read(const struct dfu_image *image, const struct dfu_image_tlv *tlv, void *value,
		       size_t size)
{
	if (tlv->len > size) {
		return -EMSGSIZE;
	}
	return image_read(&image->source, tlv->off, value, tlv->len);
}
