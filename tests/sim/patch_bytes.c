/* SPDX-License-Identifier: Apache-2.0 */
#include "patch_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <mbedtls/sha256.h>
#include <zlib.h>

static void put(uint8_t *p, uint32_t value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		p[i] = (uint8_t)(value >> (8 * i));
	}
}

static uint32_t get(const uint8_t *p, size_t len)
{
	uint32_t value = 0;

	for (size_t i = 0; i < len; i++) {
		value |= (uint32_t)p[i] << (8 * i);
	}
	return value;
}

static uint32_t sum(uint32_t crc, const uint8_t *bytes, size_t len)
{
	return (uint32_t)crc32(crc, bytes, (uInt)len);
}

static uint32_t header_sum(const uint8_t *patch)
{
	return sum(sum(0, patch, 12), patch + 16, 84 - 16 + 8 * (size_t)get(&patch[2], 2));
}

void patch_begin(struct patch_bytes *patch, const char *uuid, const uint8_t digest[32],
		 const struct sim_modem_firmware *to)
{
	memset(patch, 0, sizeof(*patch));
	put(&patch->bytes[0], 1, 2);
	put(&patch->bytes[2], (uint32_t)to->count, 2);
	memcpy(&patch->bytes[4], "\x6d\x65\x44\x75", 4);
	memcpy(&patch->bytes[16], digest, 32);
	memcpy(&patch->bytes[48], uuid, 36);
	for (size_t i = 0; i < to->count; i++) {
		put(&patch->bytes[84 + 8 * i], to->segment[i].addr, 4);
		put(&patch->bytes[88 + 8 * i], to->segment[i].len, 4);
	}
	patch->len = 84 + 8 * to->count;
}

void patch_block(struct patch_bytes *patch, uint32_t offset, unsigned int kind, const void *body,
		 size_t len)
{
	uint8_t *at = &patch->bytes[patch->len];

	assert_true(len + 12 <= PATCH_ROOM - patch->len);
	put(at, offset, 4);
	put(at + 4, kind, 2);
	put(at + 6, (uint32_t)len, 2);
	memcpy(at + 8, body, len);
	put(at + 8 + len, sum(0, at, 8 + len), 4);
	patch->len += 12 + len;
}

void patch_bring(struct patch_bytes *patch, const void *bytes, size_t len)
{
	patch_block(patch, (uint32_t)patch->len, 1, bytes, len);
}

void patch_copy(struct patch_bytes *patch, uint32_t addr, uint32_t len)
{
	uint8_t body[8];

	put(body, addr, 4);
	put(&body[4], len, 4);
	patch_block(patch, (uint32_t)patch->len, 2, body, sizeof(body));
}

void patch_sum(struct patch_bytes *patch)
{
	put(&patch->bytes[12], header_sum(patch->bytes), 4);
}

void patch_end(struct patch_bytes *patch)
{
	put(&patch->bytes[8], (uint32_t)patch->len, 4);
	patch_sum(patch);
}

static void play_copy(const struct sim_modem_firmware *from, uint32_t addr, uint32_t len,
		      uint8_t *to)
{
	for (uint32_t i = 0; i < len; i++) {
		size_t found = 0;

		while (found < from->count &&
		       (addr + i < from->segment[found].addr ||
			addr + i - from->segment[found].addr >= from->segment[found].len)) {
			found++;
		}
		assert_true(found < from->count);
		to[i] = from->segment[found].bytes[addr + i - from->segment[found].addr];
	}
}

size_t patch_play(const uint8_t *patch, size_t len, const struct sim_modem_firmware *from,
		  uint8_t *room, size_t room_len)
{
	size_t at = 84 + 8 * (size_t)get(&patch[2], 2);
	size_t made = 0;

	assert_int_equal(get(patch, 2), 1);
	assert_int_equal(get(&patch[8], 4), len);
	assert_int_equal(get(&patch[12], 4), header_sum(patch));
	while (at < len) {
		const uint32_t body_len = get(&patch[at + 6], 2);
		const uint8_t *body = &patch[at + 8];
		const bool is_copy = get(&patch[at + 4], 2) == 2;
		const uint32_t gives = is_copy ? get(body + 4, 4) : body_len;

		assert_int_equal(get(&patch[at], 4), at);
		assert_in_range(body_len, is_copy ? 8 : 1, is_copy ? 8 : 256);
		assert_int_equal(get(body + body_len, 4), sum(0, &patch[at], 8 + body_len));
		assert_true(gives <= room_len - made);
		if (is_copy) {
			play_copy(from, get(body, 4), gives, &room[made]);
		} else {
			assert_int_equal(get(&patch[at + 4], 2), 1);
			memcpy(&room[made], body, gives);
		}
		made += gives;
		at += 12 + body_len;
	}
	assert_int_equal(at, len);
	return made;
}

void digest_of(const void *bytes, size_t len, uint8_t digest[32])
{
	assert_int_equal(mbedtls_sha256_ret(bytes, len, digest, 0), 0);
}
