/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/log_codec.h"

#include <settings/settings.h>

#include "common/bytes.h"

#define MAGIC 0x474f4c53U /* "SLOG" */
#define VERSION 1

#define OFF_MAGIC 0
#define OFF_VERSION 4
#define OFF_WRITE_BLOCK 6
#define OFF_SEQUENCE 8
#define OFF_ROOM 12
#define OFF_SNAPSHOT 16
#define OFF_CRC 20

#define VALUE_BITS 10
#define VALUE_MASK ((1U << VALUE_BITS) - 1)

_Static_assert(OFF_CRC + LOG_CRC_LEN == LOG_HEADER_LEN, "the checksum ends the header");
_Static_assert(SETTINGS_MAX_NAME_LEN < (1 << (16 - VALUE_BITS)), "both lengths in two bytes");
_Static_assert(SETTINGS_MAX_VAL_LEN < VALUE_MASK, "erased bytes are no length");

void log_header_encode(uint8_t raw[LOG_HEADER_LEN], const struct log_header *header)
{
	put_le32(&raw[OFF_MAGIC], MAGIC);
	put_le16(&raw[OFF_VERSION], VERSION);
	put_le16(&raw[OFF_WRITE_BLOCK], header->write_block);
	put_le32(&raw[OFF_SEQUENCE], header->sequence);
	put_le32(&raw[OFF_ROOM], header->room);
	put_le32(&raw[OFF_SNAPSHOT], header->snapshot);
	put_le32(&raw[OFF_CRC], crc32_ieee(0, raw, OFF_CRC));
}

bool log_header_decode(struct log_header *header, const uint8_t raw[LOG_HEADER_LEN])
{
	if (get_le32(&raw[OFF_MAGIC]) != MAGIC || get_le16(&raw[OFF_VERSION]) != VERSION ||
	    crc32_ieee(0, raw, LOG_HEADER_LEN) != LOG_CRC_RESIDUE) {
		return false;
	}
	*header = (struct log_header){
		.write_block = get_le16(&raw[OFF_WRITE_BLOCK]),
		.sequence = get_le32(&raw[OFF_SEQUENCE]),
		.room = get_le32(&raw[OFF_ROOM]),
		.snapshot = get_le32(&raw[OFF_SNAPSHOT]),
	};
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
