/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bootloader reads in an image. Lengths are believed as it believes them: an entry may
 * reach beyond its area, and the next one is looked for behind it. Only the end of the slot stops a
 * read.
 */
#include "boot_view.h"

#include "common/bytes.h"

#define TLV_LEN 4
#define INFO_MAGIC 0x6907
#define INFO_MAGIC_PROTECTED 0x6908

#define DEPENDENCY_LEN 12

static struct dfu_image_version version_at(const uint8_t *bytes)
{
	return (struct dfu_image_version){
		.major = bytes[0],
		.minor = bytes[1],
		.revision = get_le16(&bytes[2]),
		.build = get_le32(&bytes[4]),
	};
}

/* Two numbers of 16 bits, of an info or of an entry. */
static bool read_pair(const struct sim_boot_view *view, size_t off, uint16_t pair[2])
{
	if (!range_fits(off, TLV_LEN, view->len)) {
		return false;
	}
	pair[0] = get_le16(&view->bytes[off]);
	pair[1] = get_le16(&view->bytes[off + 2]);
	return true;
}

uint32_t sim_boot_view_magic(const struct sim_boot_view *view)
{
	return get_le32(view->bytes);
}

uint32_t sim_boot_view_load_addr(const struct sim_boot_view *view)
{
	return get_le32(&view->bytes[4]);
}

uint32_t sim_boot_view_flags(const struct sim_boot_view *view)
{
	return get_le32(&view->bytes[16]);
}

struct dfu_image_version sim_boot_view_version(const struct sim_boot_view *view)
{
	return version_at(&view->bytes[20]);
}

bool sim_boot_view_is_blank(const struct sim_boot_view *view)
{
	return bytes_are(view->bytes, sizeof(uint32_t), view->erased);
}

bool sim_boot_view_is_empty(const struct sim_boot_view *view)
{
	return sim_boot_view_is_blank(view) ||
	       (sim_boot_view_flags(view) & DFU_IMAGE_F_NON_BOOTABLE) != 0;
}

uint16_t sim_boot_view_header_size(const struct sim_boot_view *view)
{
	return get_le16(&view->bytes[8]);
}

uint16_t sim_boot_view_protected_size(const struct sim_boot_view *view)
{
	return get_le16(&view->bytes[10]);
}

uint32_t sim_boot_view_payload_size(const struct sim_boot_view *view)
{
	return get_le32(&view->bytes[12]);
}

bool sim_boot_tlv_areas(const struct sim_boot_view *view, struct sim_boot_areas *areas)
{
	const uint64_t start =
		(uint64_t)sim_boot_view_header_size(view) + sim_boot_view_payload_size(view);
	const uint16_t protected_len = sim_boot_view_protected_size(view);
	uint16_t info[2];

	if (start > view->len || !read_pair(view, (size_t)start, info)) {
		return false;
	}
	if (info[0] == INFO_MAGIC_PROTECTED) {
		if (info[1] != protected_len ||
		    !read_pair(view, (size_t)start + protected_len, info)) {
			return false;
		}
	} else if (protected_len != 0) {
		return false;
	}
	areas->start = (size_t)start;
	areas->protected_end = areas->start + protected_len;
	areas->end = areas->protected_end + info[1];
	return info[0] == INFO_MAGIC;
}

int sim_boot_tlv_next(const struct sim_boot_view *view, const struct sim_boot_areas *areas,
		      size_t *at, struct sim_boot_tlv *tlv)
{
	uint16_t pair[2];

	if (*at == 0) {
		*at = areas->start + TLV_LEN;
	}
	if (*at >= areas->end) {
		return 0;
	}
	if (areas->protected_end > areas->start && *at == areas->protected_end) {
		*at += TLV_LEN;
	}
	if (!read_pair(view, *at, pair)) {
		return -1;
	}
	*tlv = (struct sim_boot_tlv){.type = pair[0], .len = pair[1], .off = *at + TLV_LEN};
	*at = tlv->off + tlv->len;
	return 1;
}

bool sim_boot_tlv_is_protected(const struct sim_boot_areas *areas, const struct sim_boot_tlv *tlv)
{
	return tlv->off < areas->protected_end;
}

size_t sim_boot_view_size(const struct sim_boot_view *view)
{
	struct sim_boot_areas areas;

	return sim_boot_tlv_areas(view, &areas) ? areas.end : 0;
}

bool sim_boot_view_security_counter(const struct sim_boot_view *view, uint32_t *counter)
{
	struct sim_boot_areas areas;
	struct sim_boot_tlv tlv;
	size_t at = 0;

	if (!sim_boot_tlv_areas(view, &areas)) {
		return false;
	}
	while (sim_boot_tlv_next(view, &areas, &at, &tlv) == 1 &&
	       tlv.off - TLV_LEN < areas.protected_end) {
		if (tlv.type == DFU_IMAGE_TLV_SEC_CNT) {
			if (tlv.len != sizeof(*counter) ||
			    !range_fits(tlv.off, tlv.len, view->len)) {
				return false;
			}
			*counter = get_le32(&view->bytes[tlv.off]);
			return true;
		}
	}
	return false;
}

int sim_boot_view_dependency(const struct sim_boot_view *view, size_t *at,
			     struct sim_boot_dependency *dependency)
{
	struct sim_boot_areas areas;
	struct sim_boot_tlv tlv;
	int more;

	if (!sim_boot_tlv_areas(view, &areas)) {
		return -1;
	}
	while ((more = sim_boot_tlv_next(view, &areas, at, &tlv)) == 1 &&
	       tlv.off - TLV_LEN < areas.protected_end) {
		if (tlv.type != DFU_IMAGE_TLV_DEPENDENCY) {
			continue;
		}
		if (tlv.len != DEPENDENCY_LEN || !range_fits(tlv.off, tlv.len, view->len)) {
			return -1;
		}
		dependency->image = view->bytes[tlv.off];
		dependency->version = version_at(&view->bytes[tlv.off + 4]);
		return 1;
	}
	return more < 0 ? -1 : 0;
}

int sim_boot_version_compare(const struct dfu_image_version *a, const struct dfu_image_version *b)
{
	if (a->major != b->major) {
		return a->major < b->major ? -1 : 1;
	}
	if (a->minor != b->minor) {
		return a->minor < b->minor ? -1 : 1;
	}
	return a->revision == b->revision ? 0 : a->revision < b->revision ? -1 : 1;
}
