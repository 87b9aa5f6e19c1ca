/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record is small, because there is one for each page of a download. What the file is known by
 * (its first bytes, which settings hold once under another key, and what the application named it
 * by) and the tail of a pause are not in it: its checksum covers them, and with another identity it
 * does not fit.
 */
#include "target/download_record.h"

#include <errno.h>
#include <string.h>

#include "common/bytes.h"
#include "target/erased_record.h"

#define VERSION 1
/* The header is never left: its page goes before a download has a record. */
#define LEFT_MASK (ERASED_LEFT_TRAILER | ERASED_LEFT_FRONT)

#define OFF_VERSION 0
#define OFF_STATE 1
#define OFF_TYPE 2
#define OFF_IMAGE 3
#define OFF_FILE_SIZE 4
#define OFF_OFFSET 8
#define OFF_SIZE 12
#define OFF_WRITTEN 16
#define OFF_SUM 20
#define OFF_TAIL_LEN 24
#define OFF_LEFT 26
#define OFF_RESERVED 27
#define OFF_CRC 28

_Static_assert(OFF_CRC + 4 == DOWNLOAD_RECORD_LEN, "the checksum ends the record");

static uint32_t checksum(const uint8_t *raw, size_t tail_len,
			 const struct download_binding *binding)
{
	static const uint8_t none[DOWNLOAD_FIRST_LEN];
	uint8_t id[4];

	put_le32(id, binding->id);
	uint32_t crc = crc32_ieee(0, id, sizeof(id));
	crc = crc32_ieee(crc, binding->first != NULL ? binding->first : none, DOWNLOAD_FIRST_LEN);
	crc = crc32_ieee(crc, binding->tail, tail_len);
	return crc32_ieee(crc, raw, OFF_CRC);
}

void download_record_encode(uint8_t raw[DOWNLOAD_RECORD_LEN], const struct download_record *record,
			    const struct download_binding *binding)
{
	raw[OFF_VERSION] = VERSION;
	raw[OFF_STATE] = record->state;
	raw[OFF_TYPE] = record->type;
	raw[OFF_IMAGE] = record->image;
	put_le32(&raw[OFF_FILE_SIZE], record->file_size);
	put_le32(&raw[OFF_OFFSET], record->offset);
	put_le32(&raw[OFF_SIZE], record->size);
	put_le32(&raw[OFF_WRITTEN], record->written);
	put_le32(&raw[OFF_SUM], record->sum);
	put_le16(&raw[OFF_TAIL_LEN], record->tail_len);
	raw[OFF_LEFT] = record->left;
	raw[OFF_RESERVED] = 0;
	put_le32(&raw[OFF_CRC], checksum(raw, record->tail_len, binding));
}

int download_record_decode(struct download_record *record, const uint8_t *raw, size_t len)
{
	if (len != DOWNLOAD_RECORD_LEN || raw[OFF_VERSION] != VERSION ||
	    raw[OFF_STATE] < DOWNLOAD_RUNNING || raw[OFF_STATE] > DOWNLOAD_CLEARING ||
	    (raw[OFF_LEFT] & ~LEFT_MASK) != 0 ||
	    (raw[OFF_LEFT] != 0 && raw[OFF_STATE] > DOWNLOAD_PAUSED) || raw[OFF_RESERVED] != 0) {
		return -EBADMSG;
	}
	*record = (struct download_record){
		.state = raw[OFF_STATE],
		.type = raw[OFF_TYPE],
		.image = raw[OFF_IMAGE],
		.file_size = get_le32(&raw[OFF_FILE_SIZE]),
		.offset = get_le32(&raw[OFF_OFFSET]),
		.size = get_le32(&raw[OFF_SIZE]),
		.written = get_le32(&raw[OFF_WRITTEN]),
		.sum = get_le32(&raw[OFF_SUM]),
		.tail_len = get_le16(&raw[OFF_TAIL_LEN]),
		.left = raw[OFF_LEFT],
	};
	return 0;
}

int download_record_check(const uint8_t raw[DOWNLOAD_RECORD_LEN],
			  const struct download_record *record,
			  const struct download_binding *binding)
{
	return get_le32(&raw[OFF_CRC]) == checksum(raw, record->tail_len, binding) ? 0 : -EBADMSG;
}
