/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared data: a header, and entries one behind the other without padding. All numbers are little
 * endian, nothing is aligned.
 *
 *     16 20 | total | type | length | data .. | type | length | data .. | not in use
 *     header          entry                     entry           up to the region's end
 *
 * The region is RAM that some other program filled, or nobody: after a cold start it holds
 * anything. So every length is compared with what is left before it is used, by subtraction. Each
 * step goes on by at least an entry's header, so a region ends the walk, whatever it holds.
 */
#include "retention/shared_data.h"

#include <stdbool.h>
#include <string.h>

#include "common/bytes.h"

/* Bytes in use with the header, or -EBADMSG. */
static int used_size(const uint8_t *region, size_t size, size_t *used)
{
	if (size < SHARED_DATA_HEADER_SIZE || get_le16(region) != SHARED_DATA_MAGIC) {
		return -EBADMSG;
	}
	const size_t total = get_le16(region + 2);

	if (total < SHARED_DATA_HEADER_SIZE || total > size) {
		return -EBADMSG;
	}
	*used = total;
	return 0;
}

int shared_data_find(const uint8_t *region, size_t size, uint16_t type, const uint8_t **data,
		     size_t *len)
{
	const uint8_t *found = NULL;
	size_t found_len = 0;
	size_t used;
	int rc = used_size(region, size, &used);

	if (rc != 0) {
		return rc;
	}
	for (size_t pos = SHARED_DATA_HEADER_SIZE; pos < used;) {
		const uint8_t *entry = region + pos;

		if (used - pos < SHARED_DATA_ENTRY_SIZE ||
		    get_le16(entry + 2) > used - pos - SHARED_DATA_ENTRY_SIZE) {
			return -EBADMSG;
		}
		if (found == NULL && get_le16(entry) == type) {
			found = entry + SHARED_DATA_ENTRY_SIZE;
			found_len = get_le16(entry + 2);
		}
		pos += SHARED_DATA_ENTRY_SIZE + (size_t)get_le16(entry + 2);
	}
	if (found == NULL) {
		return -ENOENT;
	}
	*data = found;
	*len = found_len;
	return 0;
}

int shared_data_begin(uint8_t *region, size_t size)
{
	if (size < SHARED_DATA_HEADER_SIZE) {
		return -ENOSPC;
	}
	put_le16(region, SHARED_DATA_MAGIC);
	put_le16(region + 2, SHARED_DATA_HEADER_SIZE);
	return 0;
}

int shared_data_append(uint8_t *region, size_t size, uint16_t type, const void *data, size_t len)
{
	size_t used;
	int rc = used_size(region, size, &used);

	if (rc != 0) {
		return rc;
	}
	const size_t room = min_size(size, SHARED_DATA_SIZE_MAX) - used;

	if (room < SHARED_DATA_ENTRY_SIZE || len > room - SHARED_DATA_ENTRY_SIZE) {
		return -ENOSPC;
	}
	if (len > 0) {
		memcpy(region + used + SHARED_DATA_ENTRY_SIZE, data, len);
	}
	put_le16(region + used, type);
	put_le16(region + used + 2, (uint16_t)len);
	put_le16(region + 2, (uint16_t)(used + SHARED_DATA_ENTRY_SIZE + len));
	return 0;
}
