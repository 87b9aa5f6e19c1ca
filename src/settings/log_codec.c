/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/log_codec.h"

#include <settings/settings.h>

#include "common/bytes.h"

#define VERSION 1

#define OFF_ZERO 0
#define OFF_VERSION 1
#define OFF_WRITE_BLOCK 2
#define OFF_ROOM 4
#define OFF_SEQUENCE 8
#define OFF_SNAPSHOT 12

#define VALUE_BITS 10
#define VALUE_MASK ((1U << VALUE_BITS) - 1)

_Static_assert(OFF_SNAPSHOT + 4 == LOG_HEADER_VALUE_LEN, "length of the header");
_Static_assert(SETTINGS_MAX_NAME_LEN < (1 << (16 - VALUE_BITS)), "both lengths in two bytes");
_Static_assert(SETTINGS_MAX_VAL_LEN < VALUE_MASK, "erased bytes are no length");

void log_header_encode(uint8_t value[LOG_HEADER_VALUE_LEN], const struct log_header *header)
{
	value[OFF_ZERO] = 0;
	value[OFF_VERSION] = VERSION;
	put_le16(&value[OFF_WRITE_BLOCK], header->write_block);
	put_le32(&value[OFF_ROOM], header->room);
	put_le32(&value[OFF_SEQUENCE], header->sequence);
	put_le32(&value[OFF_SNAPSHOT], header->snapshot);
}

bool log_header_decode(struct log_header *header, const uint8_t value[LOG_HEADER_VALUE_LEN])
{
	if (value[OFF_VERSION] != VERSION) {
		return false;
	}
	header->write_block = get_le16(&value[OFF_WRITE_BLOCK]);
	header->room = get_le32(&value[OFF_ROOM]);
	header->sequence = get_le32(&value[OFF_SEQUENCE]);
	header->snapshot = get_le32(&value[OFF_SNAPSHOT]);
	return true;
}

void log_lens_encode(uint8_t raw[LOG_LENS_LEN], const struct log_lens *lens)
{
	put_le16(raw, (uint16_t)(lens->name << VALUE_BITS | lens->value));
}

bool log_lens_decode(struct log_lens *lens, const uint8_t raw[LOG_LENS_LEN])
{
	const uint16_t both = get_le16(raw);

	lens->name = both >> VALUE_BITS;
	lens->value = both & VALUE_MASK;
	return lens->name > 0 && lens->value <= SETTINGS_MAX_VAL_LEN;
}
