/* SPDX-License-Identifier: Apache-2.0 */
#include "target/erased_record.h"

#include <errno.h>

#include "common/bytes.h"

#define VERSION 1
#define LEFT_ALL (ERASED_LEFT_TRAILER | ERASED_LEFT_HEADER | ERASED_LEFT_FRONT)

#define OFF_VERSION 0
#define OFF_STATE 1
#define OFF_LEFT 2
#define OFF_RESERVED 3
#define OFF_OFFSET 4
#define OFF_SIZE 8
#define OFF_UP_TO 12
#define OFF_TAIL 16
#define OFF_CRC 20

_Static_assert(OFF_CRC + 4 == ERASED_RECORD_LEN, "the checksum ends the record");

void erased_record_encode(uint8_t raw[ERASED_RECORD_LEN], const struct erased_record *record)
{
	raw[OFF_VERSION] = VERSION;
	raw[OFF_STATE] = record->state;
	raw[OFF_LEFT] = record->left;
	raw[OFF_RESERVED] = 0;
	put_le32(&raw[OFF_OFFSET], record->offset);
	put_le32(&raw[OFF_SIZE], record->size);
	put_le32(&raw[OFF_UP_TO], record->up_to);
	put_le32(&raw[OFF_TAIL], record->tail);
	put_le32(&raw[OFF_CRC], crc32_ieee(0, raw, OFF_CRC));
}

int erased_record_decode(struct erased_record *record, const uint8_t *raw, size_t len)
{
	if (len != ERASED_RECORD_LEN || raw[OFF_VERSION] != VERSION ||
	    (raw[OFF_STATE] != ERASED_ALL && raw[OFF_STATE] != ERASED_BEHIND) ||
	    raw[OFF_LEFT] > LEFT_ALL || raw[OFF_RESERVED] != 0 ||
	    get_le32(&raw[OFF_CRC]) != crc32_ieee(0, raw, OFF_CRC)) {
		return -EBADMSG;
	}
	*record = (struct erased_record){
		.state = raw[OFF_STATE],
		.left = raw[OFF_LEFT],
		.offset = get_le32(&raw[OFF_OFFSET]),
		.size = get_le32(&raw[OFF_SIZE]),
		.up_to = get_le32(&raw[OFF_UP_TO]),
		.tail = get_le32(&raw[OFF_TAIL]),
	};
	return 0;
}
