/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patches, read. Whoever holds the area keeps no more of a patch than its bytes and how far they
 * were judged: header and blocks are looked at where they lie. After a reset the judging begins
 * anew with what the area holds, and comes to the same end.
 */
#include "modem_patch.h"

#include <errno.h>
#include <string.h>

#include "common/bytes.h"
#include "modem_files.h"

static const uint8_t magic[] = {'m', 'e', 'D', 'u'};

/* A block that is there as a whole and was judged. */
struct block {
	enum sim_modem_patch_kind kind;
	uint32_t addr;       /* of a copy */
	const uint8_t *body; /* of bytes */
	uint32_t made;       /* bytes of the new firmware */
	size_t len;          /* bytes of the file */
};

static size_t header_len(const uint8_t *patch)
{
	return SIM_MODEM_PATCH_OFF_TABLE +
	       SIM_MODEM_PATCH_ROW_LEN * (size_t)get_le16(&patch[SIM_MODEM_PATCH_OFF_SEGMENTS]);
}

static bool has_header(const uint8_t *patch, size_t len)
{
	return len >= SIM_MODEM_PATCH_OFF_TABLE && len >= header_len(patch);
}

static struct sim_modem_segment segment_of(const uint8_t *patch, size_t i)
{
	const uint8_t *row = &patch[SIM_MODEM_PATCH_OFF_TABLE + i * SIM_MODEM_PATCH_ROW_LEN];

	return (struct sim_modem_segment){.addr = get_le32(row), .len = get_le32(row + 4)};
}

/* Segments in ascending order, none empty, none over the end of the address space. */
static bool table_is_right(const uint8_t *patch)
{
	const size_t count = get_le16(&patch[SIM_MODEM_PATCH_OFF_SEGMENTS]);
	uint64_t free_from = 1; /* nothing lies at address 0 */

	for (size_t i = 0; i < count; i++) {
		const struct sim_modem_segment segment = segment_of(patch, i);

		if (segment.addr < free_from || segment.len == 0) {
			return false;
		}
		free_from = (uint64_t)segment.addr + segment.len;
	}
	return free_from <= (uint64_t)UINT32_MAX + 1;
}

static enum sim_modem_patch_verdict judge_header(const uint8_t *patch, size_t len, const char *uuid)
{
	if (len < SIM_MODEM_PATCH_OFF_LEN) {
		return SIM_MODEM_PATCH_MORE;
	}
	const size_t count = get_le16(&patch[SIM_MODEM_PATCH_OFF_SEGMENTS]);

	if (get_le16(&patch[SIM_MODEM_PATCH_OFF_VERSION]) != SIM_MODEM_PATCH_VERSION ||
	    memcmp(&patch[SIM_MODEM_PATCH_OFF_MAGIC], magic, sizeof(magic)) != 0 || count == 0 ||
	    count > SIM_MODEM_SEGMENTS_MAX) {
		return SIM_MODEM_PATCH_BAD_HEADER;
	}
	if (!has_header(patch, len)) {
		return SIM_MODEM_PATCH_MORE;
	}
	if (get_le32(&patch[SIM_MODEM_PATCH_OFF_CRC]) != sim_modem_patch_header_crc(patch) ||
	    !table_is_right(patch) ||
	    get_le32(&patch[SIM_MODEM_PATCH_OFF_LEN]) <= header_len(patch)) {
		return SIM_MODEM_PATCH_BAD_HEADER;
	}
	if (uuid != NULL &&
	    memcmp(&patch[SIM_MODEM_PATCH_OFF_UUID], uuid, DFU_MODEM_UUID_LEN) != 0) {
		return SIM_MODEM_PATCH_OTHER_UUID;
	}
	return SIM_MODEM_PATCH_MORE;
}

/* Kind and lengths; sets all of the block but where its bytes come from. */
static bool shape_is_right(const uint8_t *at, struct block *block)
{
	const size_t body = get_le16(&at[SIM_MODEM_PATCH_OFF_BODY_LEN]);

	block->len = SIM_MODEM_PATCH_OFF_BODY + body + SIM_MODEM_PATCH_CRC_LEN;
	switch (get_le16(&at[SIM_MODEM_PATCH_OFF_KIND])) {
	case SIM_MODEM_PATCH_BYTES:
		block->kind = SIM_MODEM_PATCH_BYTES;
		return body >= 1 && body <= SIM_MODEM_PATCH_BYTES_MAX;
	case SIM_MODEM_PATCH_COPY:
		block->kind = SIM_MODEM_PATCH_COPY;
		return body == SIM_MODEM_PATCH_COPY_LEN;
	default:
		return false;
	}
}

/* Its checksum is right. */
static void decode_body(const uint8_t *at, struct block *block)
{
	block->body = &at[SIM_MODEM_PATCH_OFF_BODY];
	if (block->kind == SIM_MODEM_PATCH_COPY) {
		block->addr = get_le32(block->body);
		block->made = get_le32(block->body + 4);
	} else {
		block->made = get_le16(&at[SIM_MODEM_PATCH_OFF_BODY_LEN]);
	}
}

/*
 * The block behind what was judged; @p len is above that. MORE with a block->len of 0: it is not
 * there as a whole.
 */
static enum sim_modem_patch_verdict judge_block(const struct sim_modem_patch_check *check,
						const uint8_t *patch, size_t len,
						const struct sim_modem_firmware *from,
						struct block *block)
{
	const uint8_t *at = &patch[check->judged];
	const size_t total = get_le32(&patch[SIM_MODEM_PATCH_OFF_LEN]);
	const size_t left = len - check->judged;

	*block = (struct block){.len = 0};
	if (check->judged == total) {
		return SIM_MODEM_PATCH_BAD_DATA;
	}
	if (left >= SIM_MODEM_PATCH_OFF_KIND && get_le32(at) != check->judged) {
		return SIM_MODEM_PATCH_BAD_OFFSET;
	}
	if (left < SIM_MODEM_PATCH_OFF_BODY) {
		return SIM_MODEM_PATCH_MORE;
	}
	if (!shape_is_right(at, block) || block->len > total - check->judged) {
		return SIM_MODEM_PATCH_BAD_DATA;
	}
	const size_t covered = block->len - SIM_MODEM_PATCH_CRC_LEN;

	if (left < block->len) {
		block->len = 0;
		return SIM_MODEM_PATCH_MORE;
	}
	if (get_le32(&at[covered]) != crc32_ieee(0, at, covered)) {
		return SIM_MODEM_PATCH_BAD_DATA;
	}
	decode_body(at, block);
	if (block->made == 0 || block->made > sim_modem_patch_result_len(patch) - check->made) {
		return SIM_MODEM_PATCH_BAD_DATA;
	}
	if (block->kind == SIM_MODEM_PATCH_COPY && from != NULL &&
	    sim_modem_firmware_at(from, block->addr, block->made) == NULL) {
		return SIM_MODEM_PATCH_BAD_ADDRESS;
	}
	return SIM_MODEM_PATCH_MORE;
}

enum sim_modem_patch_verdict sim_modem_patch_check(struct sim_modem_patch_check *check,
						   const uint8_t *patch, size_t len,
						   const char *uuid,
						   const struct sim_modem_firmware *from)
{
	enum sim_modem_patch_verdict verdict = SIM_MODEM_PATCH_MORE;
	struct block block;

	if (check->judged == 0) {
		verdict = judge_header(patch, len, uuid);
		if (verdict != SIM_MODEM_PATCH_MORE || !has_header(patch, len)) {
			return verdict;
		}
		check->judged = header_len(patch);
	}
	while (check->judged < len) {
		verdict = judge_block(check, patch, len, from, &block);
		if (verdict != SIM_MODEM_PATCH_MORE || block.len == 0) {
			return verdict;
		}
		check->judged += block.len;
		check->made += block.made;
	}
	if (check->judged < get_le32(&patch[SIM_MODEM_PATCH_OFF_LEN])) {
		return SIM_MODEM_PATCH_MORE;
	}
	return check->made == sim_modem_patch_result_len(patch) ? SIM_MODEM_PATCH_COMPLETE
								: SIM_MODEM_PATCH_BAD_DATA;
}

size_t sim_modem_patch_len(const uint8_t *patch, size_t len)
{
	return len < SIM_MODEM_PATCH_OFF_CRC ? 0 : get_le32(&patch[SIM_MODEM_PATCH_OFF_LEN]);
}

uint32_t sim_modem_patch_header_crc(const uint8_t *patch)
{
	const uint32_t crc = crc32_ieee(0, patch, SIM_MODEM_PATCH_OFF_CRC);

	return crc32_ieee(crc, &patch[SIM_MODEM_PATCH_OFF_DIGEST],
			  header_len(patch) - SIM_MODEM_PATCH_OFF_DIGEST);
}

uint64_t sim_modem_patch_result_len(const uint8_t *patch)
{
	const size_t count = get_le16(&patch[SIM_MODEM_PATCH_OFF_SEGMENTS]);
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		sum += segment_of(patch, i).len;
	}
	return sum;
}

/* Whether it is whole, and for this firmware. */
static int admit(const uint8_t *patch, size_t len, const struct sim_modem_firmware *from)
{
	struct sim_modem_patch_check check = {0};
	uint8_t digest[DFU_MODEM_DIGEST_LEN];
	char uuid[DFU_MODEM_UUID_LEN + 1];
	const int rc = sim_modem_firmware_digest(from, digest);

	if (rc != 0) {
		return rc;
	}
	sim_modem_firmware_uuid(digest, uuid);
	switch (sim_modem_patch_check(&check, patch, len, uuid, from)) {
	case SIM_MODEM_PATCH_COMPLETE:
		return 0;
	case SIM_MODEM_PATCH_OTHER_UUID:
		return -ESTALE;
	default:
		return -EBADMSG;
	}
}

/* The patch was admitted: none of its blocks is judged otherwise here. */
static void make_bytes(const uint8_t *patch, size_t len, const struct sim_modem_firmware *from,
		       uint8_t *room)
{
	struct sim_modem_patch_check check = {.judged = header_len(patch)};
	struct block block;

	while (check.judged < len) {
		(void)judge_block(&check, patch, len, from, &block);
		memcpy(&room[check.made],
		       block.kind == SIM_MODEM_PATCH_COPY
			       ? sim_modem_firmware_at(from, block.addr, block.made)
			       : block.body,
		       block.made);
		check.judged += block.len;
		check.made += block.made;
	}
}

int sim_modem_patch_apply(const uint8_t *patch, size_t len, const struct sim_modem_firmware *from,
			  uint8_t *room, size_t room_len, struct sim_modem_firmware *to)
{
	uint8_t digest[DFU_MODEM_DIGEST_LEN];
	int rc = admit(patch, len, from);

	if (rc != 0) {
		return rc;
	}
	if (sim_modem_patch_result_len(patch) > room_len) {
		return -EFBIG;
	}
	make_bytes(patch, len, from, room);
	to->count = get_le16(&patch[SIM_MODEM_PATCH_OFF_SEGMENTS]);
	for (size_t i = 0; i < to->count; i++) {
		to->segment[i] = segment_of(patch, i);
		to->segment[i].bytes = room;
		room += to->segment[i].len;
	}
	rc = sim_modem_firmware_digest(to, digest);
	if (rc != 0) {
		return rc;
	}
	return memcmp(digest, &patch[SIM_MODEM_PATCH_OFF_DIGEST], sizeof(digest)) == 0 ? 0
										       : -EILSEQ;
}

/* In words, of a file that a person named. */
static const char *verdict_words(enum sim_modem_patch_verdict verdict)
{
	switch (verdict) {
	case SIM_MODEM_PATCH_BAD_HEADER:
		return "no patch for the modem, or its header is damaged";
	case SIM_MODEM_PATCH_BAD_OFFSET:
		return "a block of the patch is not where it belongs";
	default:
		return "a block of the patch is damaged";
	}
}

int sim_modem_read_delta(const uint8_t *file, size_t len, struct sim_modem_delta *delta,
			 struct sim_error *error)
{
	struct sim_modem_patch_check check = {0};
	enum sim_modem_patch_verdict verdict;

	if (len < SIM_MODEM_PATCH_OFF_LEN) {
		return sim_fail(error, -EBADMSG, "no patch for the modem");
	}
	verdict = judge_header(file, len, NULL);
	if (verdict == SIM_MODEM_PATCH_BAD_HEADER) {
		return sim_fail(error, -EBADMSG, "%s", verdict_words(verdict));
	}
	if (!has_header(file, len)) {
		return sim_fail(error, -EMSGSIZE, "the patch ends in its header");
	}
	const size_t total = sim_modem_patch_len(file, len);

	if (total != len) {
		return sim_fail(error, -EMSGSIZE, "the patch has %zu bytes, the file %zu", total,
				len);
	}
	verdict = sim_modem_patch_check(&check, file, len, NULL, NULL);
	if (verdict != SIM_MODEM_PATCH_COMPLETE) {
		return sim_fail(error, -EBADMSG, "%s", verdict_words(verdict));
	}
	memcpy(delta->from_uuid, &file[SIM_MODEM_PATCH_OFF_UUID], DFU_MODEM_UUID_LEN);
	delta->from_uuid[DFU_MODEM_UUID_LEN] = '\0';
	memcpy(delta->to_digest, &file[SIM_MODEM_PATCH_OFF_DIGEST], sizeof(delta->to_digest));
	delta->len = total;
	return 0;
}
