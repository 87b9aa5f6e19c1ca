/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package is known by its header and by the first bytes of each image that was begun: of those
 * the package keeps a checksum, because settings do. Who sends a package from 0 again has both
 * compared on the way, whatever the chunks.
 *
 * Chunks that follow each other are a pass. What differs is only found when the last first byte of
 * an image is there; the pass has them all, so that another package can begin with them. What lies
 * before them, if not the header alone, has gone by. No writer has less than the first bytes that
 * are known, so none gets more before they were compared.
 */
#include "package/package_lead.h"

#include <string.h>

#include "common/bytes.h"

static uint8_t header_byte(const struct package *package, size_t at)
{
	return at < PACKAGE_LENGTH_LEN ? package->length[at]
				       : package->buffer[at - PACKAGE_LENGTH_LEN];
}

/* The first byte of the chunk that the header has another one for; its end if there is none. */
static size_t header_differs(const struct package *package, const struct package_chunk *chunk)
{
	const size_t known = package->count > 0 ? package->header_len : package->offset;
	const size_t end = chunk->offset + chunk->len;

	for (size_t at = chunk->offset; at < known && at < end; at++) {
		if (chunk->bytes[at - chunk->offset] != header_byte(package, at)) {
			return at;
		}
	}
	return end;
}

/* Keep what the chunk has of the first bytes of image i; whether they are all there, and others. */
static bool image_differs(struct package *package, size_t i, const struct package_chunk *chunk)
{
	const struct package_lead *lead = &package->leads[i];
	struct package_pass *pass = &package->pass;
	const size_t start = package->items[i].offset;
	const size_t end = start + lead->len;
	const size_t from = chunk->offset > start ? chunk->offset : start;
	const size_t to = min_size(chunk->offset + chunk->len, end);

	if (from >= to) {
		return false;
	}
	if (from == start) {
		pass->first_len = 0;
	} else if (from - start != pass->first_len) {
		return false; /* the pass began inside */
	}
	memcpy(&pass->first[pass->first_len], chunk->bytes + (from - chunk->offset), to - from);
	pass->first_len = (uint8_t)(to - start);
	return to == end && crc32_ieee(0, pass->first, lead->len) != lead->crc;
}

static void follow(struct package_pass *pass, const struct package_chunk *chunk)
{
	if (chunk->offset == 0 || chunk->offset != pass->next) {
		pass->from_start = chunk->offset == 0;
		pass->first_len = 0;
	}
	pass->next = chunk->offset + chunk->len;
}

enum package_verdict package_compare(struct package *package, const struct package_chunk *chunk,
				     size_t *at)
{
	struct package_pass *pass = &package->pass;
	bool has_begun = false;

	if (chunk->len == 0) {
		return PACKAGE_IS_SAME;
	}
	follow(pass, chunk);
	*at = header_differs(package, chunk);
	if (*at < chunk->offset + chunk->len) {
		return pass->from_start ? PACKAGE_HEADER_DIFFERS : PACKAGE_DIFFERS;
	}
	for (size_t i = 0; i < package->count; i++) {
		if (image_differs(package, i, chunk)) {
			*at = package->items[i].offset + package->leads[i].len;
			return pass->from_start && !has_begun ? PACKAGE_IMAGE_DIFFERS
							      : PACKAGE_DIFFERS;
		}
		has_begun = has_begun || package->leads[i].len > 0;
	}
	return PACKAGE_IS_SAME;
}

bool package_lead_add(struct package *package, const uint8_t *bytes, size_t len)
{
	const struct dfu_multi_image_item *item = &package->items[package->current];
	struct package_lead *lead = &package->leads[package->current];
	const size_t at = package->offset - item->offset;
	const size_t whole = min_size(item->size, PACKAGE_LEAD_LEN);

	if (lead->len == whole || at != lead->len) {
		return false;
	}
	const size_t n = min_size(len, whole - lead->len);
	lead->crc = crc32_ieee(lead->crc, bytes, n);
	lead->len = (uint8_t)(lead->len + n);
	return lead->len == whole;
}
