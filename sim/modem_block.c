/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A record is written whole each time, over the copy that does not count, and its CRC covers what
 * there is of it: a process that is killed while it writes leaves the record before. The bytes that
 * a record speaks of are in place before it is written.
 */
#include "modem_block.h"

#include <errno.h>
#include <string.h>

#include "common/bytes.h"

enum layout {
	OFF_MAGIC = 0,
	OFF_VERSION = 8,
	OFF_LEN = 10, /* of all that follows, and of this */
	OFF_CRC = 12, /* of what follows it */
	OFF_NUMBER = 16,
	OFF_AREA = 20,
	OFF_ERASE_MS = 24,
	OFF_CAPACITY = 28,
	OFF_OFFSET = 32,
	OFF_DIRTY = 36,
	OFF_BACK = 37,
	OFF_ACTIVE = 38,
	OFF_REQUEST = 39,
	OFF_STAGE = 40,
	OFF_KEY_LEN = 42,
	OFF_BANKS = 44, /* digest and count of each */
	BANK_OFF_COUNT = DFU_MODEM_DIGEST_LEN,
	BANK_LEN = DFU_MODEM_DIGEST_LEN + 2,
	OFF_KEY = OFF_BANKS + SIM_MODEM_BANKS * BANK_LEN, /* then the rows of both banks */
	ROW_LEN = 12,
};

#define COPIES 2

_Static_assert(OFF_KEY + SIM_MODEM_KEY_MAX + SIM_MODEM_BANKS * SIM_MODEM_SEGMENTS_MAX * ROW_LEN <=
		       SIM_MODEM_RECORD_LEN,
	       "a record with all its segments does not fit");

static const uint8_t magic[OFF_VERSION] = {'S', 'W', 'M', 'O', 'D', 'E', 'M', 0};

static size_t encode_banks(uint8_t *raw, const struct sim_modem_record *record)
{
	size_t pos = OFF_KEY + (size_t)record->key_len;

	for (size_t b = 0; b < SIM_MODEM_BANKS; b++) {
		const struct sim_modem_bank *bank = &record->bank[b];
		uint8_t *head = &raw[OFF_BANKS + b * BANK_LEN];

		memcpy(head, bank->digest, sizeof(bank->digest));
		put_le16(&head[BANK_OFF_COUNT], bank->count);
		for (size_t i = 0; i < bank->count; i++, pos += ROW_LEN) {
			put_le32(&raw[pos], bank->row[i].addr);
			put_le32(&raw[pos + 4], bank->row[i].len);
			put_le32(&raw[pos + 8], bank->row[i].at);
		}
	}
	return pos;
}

static void encode(uint8_t raw[SIM_MODEM_RECORD_LEN], const struct sim_modem_record *record)
{
	size_t len;

	memcpy(&raw[OFF_MAGIC], magic, sizeof(magic));
	put_le16(&raw[OFF_VERSION], SIM_MODEM_BLOCK_VERSION);
	put_le32(&raw[OFF_NUMBER], record->number);
	put_le32(&raw[OFF_AREA], record->area);
	put_le32(&raw[OFF_ERASE_MS], record->erase_ms);
	put_le32(&raw[OFF_CAPACITY], record->capacity);
	put_le32(&raw[OFF_OFFSET], record->offset);
	raw[OFF_DIRTY] = record->is_dirty;
	raw[OFF_BACK] = record->has_back;
	raw[OFF_ACTIVE] = record->active;
	raw[OFF_REQUEST] = (uint8_t)record->request;
	raw[OFF_STAGE] = (uint8_t)record->stage;
	raw[OFF_STAGE + 1] = 0;
	put_le16(&raw[OFF_KEY_LEN], record->key_len);
	memcpy(&raw[OFF_KEY], record->key, record->key_len);
	len = encode_banks(raw, record);
	put_le16(&raw[OFF_LEN], (uint16_t)len);
	put_le32(&raw[OFF_CRC], crc32_ieee(0, &raw[OFF_NUMBER], len - OFF_NUMBER));
}

/* Whether what is there is a record, and one that nothing has damaged. */
static bool is_sound(const uint8_t raw[SIM_MODEM_RECORD_LEN])
{
	const size_t len = get_le16(&raw[OFF_LEN]);

	return memcmp(&raw[OFF_MAGIC], magic, sizeof(magic)) == 0 &&
	       get_le16(&raw[OFF_VERSION]) == SIM_MODEM_BLOCK_VERSION && len >= OFF_KEY &&
	       len <= SIM_MODEM_RECORD_LEN &&
	       get_le32(&raw[OFF_CRC]) == crc32_ieee(0, &raw[OFF_NUMBER], len - OFF_NUMBER);
}

static bool decode_bank(struct sim_modem_bank *bank, const uint8_t *raw, const uint8_t *rows,
			uint32_t capacity)
{
	uint64_t free_from = 1; /* nothing lies at address 0 */

	memcpy(bank->digest, raw, sizeof(bank->digest));
	for (size_t i = 0; i < bank->count; i++, rows += ROW_LEN) {
		const struct sim_modem_row row = {.addr = get_le32(rows),
						  .len = get_le32(&rows[4]),
						  .at = get_le32(&rows[8])};

		if (row.addr < free_from || row.len == 0 || row.len - 1 > UINT32_MAX - row.addr ||
		    !range_fits(row.at, row.len, capacity)) {
			return false;
		}
		free_from = (uint64_t)row.addr + row.len;
		bank->row[i] = row;
	}
	return true;
}

static bool decode_banks(struct sim_modem_record *record, const uint8_t *raw)
{
	const size_t len = get_le16(&raw[OFF_LEN]);
	size_t pos = OFF_KEY + (size_t)record->key_len;

	for (size_t b = 0; b < SIM_MODEM_BANKS; b++) {
		const uint8_t *head = &raw[OFF_BANKS + b * BANK_LEN];
		struct sim_modem_bank *bank = &record->bank[b];

		bank->count = get_le16(&head[BANK_OFF_COUNT]);
		if (bank->count > SIM_MODEM_SEGMENTS_MAX ||
		    !range_fits(pos, (size_t)bank->count * ROW_LEN, len) ||
		    !decode_bank(bank, head, &raw[pos], record->capacity)) {
			return false;
		}
		pos += (size_t)bank->count * ROW_LEN;
	}
	return pos == len;
}

static bool decode(struct sim_modem_record *record, const uint8_t raw[SIM_MODEM_RECORD_LEN])
{
	*record = (struct sim_modem_record){
		.number = get_le32(&raw[OFF_NUMBER]),
		.area = get_le32(&raw[OFF_AREA]),
		.erase_ms = get_le32(&raw[OFF_ERASE_MS]),
		.capacity = get_le32(&raw[OFF_CAPACITY]),
		.key_len = get_le16(&raw[OFF_KEY_LEN]),
		.offset = get_le32(&raw[OFF_OFFSET]),
		.is_dirty = raw[OFF_DIRTY] != 0,
		.has_back = raw[OFF_BACK] != 0,
		.active = raw[OFF_ACTIVE],
		.request = raw[OFF_REQUEST],
		.stage = raw[OFF_STAGE],
	};
	if (record->key_len > SIM_MODEM_KEY_MAX || record->offset > record->area ||
	    record->active >= SIM_MODEM_BANKS || raw[OFF_REQUEST] > SIM_MODEM_GO_BACK ||
	    raw[OFF_STAGE] > SIM_MODEM_IN_FIRMWARE) {
		return false;
	}
	memcpy(record->key, &raw[OFF_KEY], record->key_len);
	return decode_banks(record, raw);
}

size_t sim_modem_block_size(size_t area, size_t capacity)
{
	return (size_t)COPIES * SIM_MODEM_RECORD_LEN + area + SIM_MODEM_BANKS * capacity;
}

void sim_modem_block_put(uint8_t *block, const struct sim_modem_record *record)
{
	encode(&block[record->number % COPIES * SIM_MODEM_RECORD_LEN], record);
}

int sim_modem_block_get(struct sim_modem_record *record, const uint8_t *block, size_t len)
{
	const uint8_t *best = NULL;

	if (len < (size_t)COPIES * SIM_MODEM_RECORD_LEN) {
		return -EBADMSG;
	}
	for (size_t i = 0; i < COPIES; i++) {
		const uint8_t *raw = &block[i * SIM_MODEM_RECORD_LEN];

		if (is_sound(raw) &&
		    (best == NULL || get_le32(&raw[OFF_NUMBER]) > get_le32(&best[OFF_NUMBER]))) {
			best = raw;
		}
	}
	if (best == NULL || !decode(record, best) ||
	    sim_modem_block_size(record->area, record->capacity) != len) {
		return -EBADMSG;
	}
	return 0;
}

uint8_t *sim_modem_block_area(uint8_t *block)
{
	return &block[COPIES * SIM_MODEM_RECORD_LEN];
}

uint8_t *sim_modem_block_bank(uint8_t *block, const struct sim_modem_record *record,
			      unsigned int bank)
{
	return sim_modem_block_area(block) + record->area + (size_t)bank * record->capacity;
}
