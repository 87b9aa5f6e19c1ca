/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patches, made. Every 32 bytes of the old firmware, a window, are entered in a table by their
 * hash. Then the new firmware is gone through byte by byte, with a hash that rolls along: where a
 * window of the old one has the same hash and bytes, or the old bytes at the very same place have,
 * a copy begins, which is made as long as it can be, to both sides; all between copies is brought
 * as bytes. Each byte is looked at a few times at most, however the firmwares are: a table entry
 * is one window, the first with that hash.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "modem_files.h"
#include "modem_patch.h"

#define WINDOW 32u
#define FACTOR 0x9e3779b1u /* of the rolling hash, a polynomial modulo 2^32 */
#define NO_WINDOW UINT32_MAX

/* The file while it grows. */
struct growing {
	uint8_t *bytes;
	size_t len;
	size_t room;
	bool failed;
};

/* Windows of the old firmware, by the upper bits of their hash. */
struct table {
	uint32_t *addr;
	unsigned int shift;
	uint32_t leaving; /* FACTOR to the power of WINDOW: weight of the byte that leaves */
};

struct differ {
	const struct sim_modem_firmware *from;
	struct table table;
	struct growing file;
};

static uint32_t hash_window(const uint8_t *bytes)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < WINDOW; i++) {
		hash = hash * FACTOR + bytes[i];
	}
	return hash;
}

static size_t slot_of(const struct table *table, uint32_t hash)
{
	return (hash * FACTOR) >> table->shift;
}

static bool begin_table(struct table *table, const struct sim_modem_firmware *from)
{
	unsigned int bits = 8;

	while (bits < 24 && (sim_modem_firmware_len(from) / WINDOW) >> (bits - 1) != 0) {
		bits++;
	}
	table->shift = 32 - bits;
	table->leaving = 1;
	for (size_t i = 0; i < WINDOW; i++) {
		table->leaving *= FACTOR;
	}
	table->addr = malloc(sizeof(uint32_t) << bits);
	if (table->addr == NULL) {
		return false;
	}
	for (size_t i = 0; i < (size_t)1 << bits; i++) {
		table->addr[i] = NO_WINDOW;
	}
	for (size_t i = 0; i < from->count; i++) {
		const struct sim_modem_segment *segment = &from->segment[i];

		for (uint32_t at = 0; segment->len - at >= WINDOW; at += WINDOW) {
			uint32_t *entry =
				&table->addr[slot_of(table, hash_window(&segment->bytes[at]))];

			*entry = *entry == NO_WINDOW ? segment->addr + at : *entry;
		}
	}
	return true;
}

static void append(struct growing *file, const uint8_t *bytes, size_t len)
{
	if (file->failed || len > SIZE_MAX / 2 - file->len) {
		file->failed = true;
		return;
	}
	if (file->room - file->len < len) {
		const size_t room = 2 * (file->len + len);
		uint8_t *grown = realloc(file->bytes, room);

		if (grown == NULL) {
			file->failed = true;
			return;
		}
		file->bytes = grown;
		file->room = room;
	}
	memcpy(&file->bytes[file->len], bytes, len);
	file->len += len;
}

static void append_block(struct growing *file, enum sim_modem_patch_kind kind, const uint8_t *body,
			 size_t len)
{
	uint8_t block[SIM_MODEM_PATCH_OFF_BODY + SIM_MODEM_PATCH_BYTES_MAX +
		      SIM_MODEM_PATCH_CRC_LEN];
	const size_t covered = SIM_MODEM_PATCH_OFF_BODY + len;

	put_le32(&block[SIM_MODEM_PATCH_OFF_OFFSET], (uint32_t)file->len);
	put_le16(&block[SIM_MODEM_PATCH_OFF_KIND], (uint16_t)kind);
	put_le16(&block[SIM_MODEM_PATCH_OFF_BODY_LEN], (uint16_t)len);
	memcpy(&block[SIM_MODEM_PATCH_OFF_BODY], body, len);
	put_le32(&block[covered], crc32_ieee(0, block, covered));
	append(file, block, covered + SIM_MODEM_PATCH_CRC_LEN);
}

static void append_bytes(struct growing *file, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		const size_t taken = min_size(len, SIM_MODEM_PATCH_BYTES_MAX);

		append_block(file, SIM_MODEM_PATCH_BYTES, bytes, taken);
		bytes += taken;
		len -= taken;
	}
}

static void append_copy(struct growing *file, uint32_t addr, uint32_t len)
{
	uint8_t body[SIM_MODEM_PATCH_COPY_LEN];

	put_le32(body, addr);
	put_le32(&body[4], len);
	append_block(file, SIM_MODEM_PATCH_COPY, body, sizeof(body));
}

/* Whether the old firmware has these WINDOW bytes at an address. */
static bool is_at(const struct differ *differ, uint32_t addr, const uint8_t *bytes)
{
	const uint8_t *old = sim_modem_firmware_at(differ->from, addr, WINDOW);

	return old != NULL && memcmp(old, bytes, WINDOW) == 0;
}

/* Where the old firmware has these WINDOW bytes; NO_WINDOW: nowhere that it is known. */
static uint32_t find(const struct differ *differ, uint32_t addr, const uint8_t *bytes,
		     uint32_t hash)
{
	const uint32_t entered = differ->table.addr[slot_of(&differ->table, hash)];

	if (is_at(differ, addr, bytes)) {
		return addr;
	}
	return entered != NO_WINDOW && is_at(differ, entered, bytes) ? entered : NO_WINDOW;
}

static const struct sim_modem_segment *segment_at(const struct sim_modem_firmware *firmware,
						  uint32_t addr)
{
	size_t i = 0;

	while (addr - firmware->segment[i].addr >= firmware->segment[i].len) {
		i++;
	}
	return &firmware->segment[i];
}

/*
 * The bytes of `to` from `done` on are not made yet, and those at `at` are old ones from `addr`
 * on. Makes all up to the end of the longest copy, and returns that end.
 */
static uint32_t make_copy(struct differ *differ, const struct sim_modem_segment *to, uint32_t done,
			  uint32_t at, uint32_t addr)
{
	const struct sim_modem_segment *old = segment_at(differ->from, addr);
	uint32_t old_begin = addr - old->addr;
	uint32_t old_end = old_begin + WINDOW;
	uint32_t end = at + WINDOW;

	while (at > done && old_begin > 0 && to->bytes[at - 1] == old->bytes[old_begin - 1]) {
		at--;
		old_begin--;
	}
	while (end < to->len && old_end < old->len && to->bytes[end] == old->bytes[old_end]) {
		end++;
		old_end++;
	}
	append_bytes(&differ->file, &to->bytes[done], at - done);
	append_copy(&differ->file, old->addr + old_begin, old_end - old_begin);
	return end;
}

static void make_segment(struct differ *differ, const struct sim_modem_segment *to)
{
	uint32_t done = 0;
	uint32_t at = 0;
	uint32_t hash = to->len >= WINDOW ? hash_window(to->bytes) : 0;

	while (to->len - at >= WINDOW) {
		const uint32_t addr = find(differ, to->addr + at, &to->bytes[at], hash);

		if (addr != NO_WINDOW) {
			done = make_copy(differ, to, done, at, addr);
			at = done;
			hash = to->len - at >= WINDOW ? hash_window(&to->bytes[at]) : 0;
		} else if (to->len - at > WINDOW) {
			hash = hash * FACTOR + to->bytes[at + WINDOW] -
			       differ->table.leaving * to->bytes[at];
			at++;
		} else {
			break;
		}
	}
	append_bytes(&differ->file, &to->bytes[done], to->len - done);
}

/* All but length and checksum. */
static void append_header(struct growing *file, const struct sim_modem_firmware *to,
			  const char *from_uuid, const uint8_t *to_digest)
{
	uint8_t header[SIM_MODEM_PATCH_OFF_TABLE] = {0};
	uint8_t row[SIM_MODEM_PATCH_ROW_LEN];

	put_le16(&header[SIM_MODEM_PATCH_OFF_VERSION], SIM_MODEM_PATCH_VERSION);
	put_le16(&header[SIM_MODEM_PATCH_OFF_SEGMENTS], (uint16_t)to->count);
	memcpy(&header[SIM_MODEM_PATCH_OFF_MAGIC], "meDu", 4);
	memcpy(&header[SIM_MODEM_PATCH_OFF_DIGEST], to_digest, DFU_MODEM_DIGEST_LEN);
	memcpy(&header[SIM_MODEM_PATCH_OFF_UUID], from_uuid, DFU_MODEM_UUID_LEN);
	append(file, header, sizeof(header));
	for (size_t i = 0; i < to->count; i++) {
		put_le32(row, to->segment[i].addr);
		put_le32(&row[4], to->segment[i].len);
		append(file, row, sizeof(row));
	}
}

static void end_header(struct growing *file)
{
	uint8_t *header = file->bytes;

	put_le32(&header[SIM_MODEM_PATCH_OFF_LEN], (uint32_t)file->len);
	put_le32(&header[SIM_MODEM_PATCH_OFF_CRC], sim_modem_patch_header_crc(header));
}

static int make(struct differ *differ, const struct sim_modem_firmware *to, const char *from_uuid,
		const uint8_t *to_digest)
{
	struct growing *file = &differ->file;

	append_header(file, to, from_uuid, to_digest);
	for (size_t i = 0; i < to->count; i++) {
		make_segment(differ, &to->segment[i]);
	}
	if (file->failed || file->len > UINT32_MAX) {
		free(file->bytes);
		return -ENOMEM;
	}
	end_header(file);
	return 0;
}

int sim_modem_make_delta(const struct sim_modem_firmware *from, const struct sim_modem_firmware *to,
			 uint8_t **file, size_t *len)
{
	struct differ differ = {.from = from};
	uint8_t digest[DFU_MODEM_DIGEST_LEN];
	char from_uuid[DFU_MODEM_UUID_LEN + 1];
	int rc = sim_modem_firmware_digest(from, digest);

	if (rc == 0) {
		sim_modem_firmware_uuid(digest, from_uuid);
		rc = sim_modem_firmware_digest(to, digest);
	}
	if (rc != 0) {
		return rc;
	}
	if (!begin_table(&differ.table, from)) {
		return -ENOMEM;
	}
	rc = make(&differ, to, from_uuid, digest);
	free(differ.table.addr);
	if (rc == 0) {
		*file = differ.file.bytes;
		*len = differ.file.len;
	}
	return rc;
}
