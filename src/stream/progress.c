/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/progress.h"

#include <errno.h>
#include <string.h>

#include "common/bytes.h"

#define VERSION 1

#define OFF_VERSION 0
#define OFF_RESERVED 1
#define OFF_OFFSET 8
#define OFF_SIZE 16
#define OFF_WRITTEN 24
#define OFF_CRC 32

_Static_assert(OFF_CRC + 4 == PROGRESS_LEN, "the checksum ends the record");

void progress_encode(uint8_t raw[PROGRESS_LEN], const struct progress *progress)
{
	memset(raw, 0, PROGRESS_LEN);
	raw[OFF_VERSION] = VERSION;
	put_le64(&raw[OFF_OFFSET], progress->offset);
	put_le64(&raw[OFF_SIZE], progress->size);
	put_le64(&raw[OFF_WRITTEN], progress->written);
	put_le32(&raw[OFF_CRC], crc32_ieee(0, raw, OFF_CRC));
}

int progress_decode(struct progress *progress, const uint8_t *raw, size_t len)
{
	if (len != PROGRESS_LEN || raw[OFF_VERSION] != VERSION ||
	    !bytes_are(&raw[OFF_RESERVED], OFF_OFFSET - OFF_RESERVED, 0) ||
	    get_le32(&raw[OFF_CRC]) != crc32_ieee(0, raw, OFF_CRC)) {
		return -EBADMSG;
	}
	*progress = (struct progress){
		.offset = get_le64(&raw[OFF_OFFSET]),
		.size = get_le64(&raw[OFF_SIZE]),
		.written = get_le64(&raw[OFF_WRITTEN]),
	};
	return 0;
}
