/* SPDX-License-Identifier: Apache-2.0 */
#include "parser.h"

#include <string.h>

#include <mbedtls/md.h>

#define HEADER 32
#define HASH 32
#define AREA_INFO 4 /* magic, length of all */
#define ENTRY_INFO 4

/* From the table of trailers: distances from the end of the slot. */
struct distances {
	unsigned int align;
	size_t image_ok;
	size_t copy_done;
	size_t swap_info;
	uint8_t magic[16];
};

static const struct distances table[] = {
	{8,
	 24,
	 32,
	 40,
	 {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79,
	  0x80}},
	{16,
	 32,
	 48,
	 64,
	 {0x10, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f,
	  0x8a}},
	{32,
	 64,
	 96,
	 128,
	 {0x20, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f,
	  0x8a}},
};

static const struct distances *distances_of(unsigned int align)
{
	return &table[align == 8 ? 0 : align == 16 ? 1 : 2];
}

static uint8_t noise_at(const struct raw *raw, size_t off)
{
	return raw->unstable == NULL ? 0 : raw->unstable[off];
}

static bool is_inside(const struct raw *raw, size_t off, size_t len)
{
	return len <= raw->len && off <= raw->len - len;
}

/* Fast, because slots are asked again and again whether they are blank. */
static bool are_all(const uint8_t *bytes, size_t len, uint8_t value)
{
	return len == 0 || (bytes[0] == value && memcmp(bytes, bytes + 1, len - 1) == 0);
}

static bool is_stable(const struct raw *raw, size_t off, size_t len)
{
	return raw->unstable == NULL || are_all(&raw->unstable[off], len, 0);
}

enum raw_answer raw_is(const struct raw *raw, size_t off, const uint8_t *bytes, size_t len)
{
	if (!is_inside(raw, off, len)) {
		return RAW_NO;
	}
	if (is_stable(raw, off, len)) {
		return memcmp(&raw->bytes[off], bytes, len) == 0 ? RAW_YES : RAW_NO;
	}
	for (size_t i = 0; i < len; i++) {
		if (((raw->bytes[off + i] ^ bytes[i]) & ~noise_at(raw, off + i) & 0xff) != 0) {
			return RAW_NO;
		}
	}
	return RAW_MAYBE;
}

bool raw_is_filled(const struct raw *raw, size_t off, size_t len, uint8_t value)
{
	return is_inside(raw, off, len) && is_stable(raw, off, len) &&
	       are_all(&raw->bytes[off], len, value);
}

bool raw_is_blank(const struct raw *raw, size_t off, size_t len)
{
	return raw_is_filled(raw, off, len, raw->erased);
}

enum raw_answer raw_shows_header(const struct raw *raw, size_t off)
{
	static const uint8_t magic[4] = {0x3d, 0xb8, 0xf3, 0x96};

	return raw_is(raw, off, magic, sizeof(magic));
}

const uint8_t *raw_magic(unsigned int align)
{
	return distances_of(align)->magic;
}

enum raw_answer raw_has_magic(const struct raw *raw, unsigned int align)
{
	return raw_is(raw, raw->len - 16, raw_magic(align), 16);
}

static enum raw_flag flag_at(const struct raw *raw, size_t distance)
{
	const uint8_t byte = raw->bytes[raw->len - distance];

	if (noise_at(raw, raw->len - distance) != 0) {
		return RAW_BAD;
	}
	if (byte == raw->erased) {
		return RAW_UNSET;
	}
	return byte == 1 ? RAW_SET : RAW_BAD;
}

enum raw_flag raw_image_ok(const struct raw *raw, unsigned int align)
{
	return flag_at(raw, distances_of(align)->image_ok);
}

enum raw_flag raw_copy_done(const struct raw *raw, unsigned int align)
{
	return flag_at(raw, distances_of(align)->copy_done);
}

size_t raw_fields_len(unsigned int align)
{
	return distances_of(align)->swap_info;
}

static unsigned int u16_at(const struct raw *raw, size_t off)
{
	return (unsigned int)raw->bytes[off] | (unsigned int)raw->bytes[off + 1] << 8;
}

static uint32_t u32_at(const struct raw *raw, size_t off)
{
	return (uint32_t)u16_at(raw, off) | (uint32_t)u16_at(raw, off + 2) << 16;
}

/* The length of the TLV area at off, 0 if there is none with this magic. */
static size_t area_len(const struct raw *raw, size_t off, unsigned int magic)
{
	if (!is_inside(raw, off, AREA_INFO) || u16_at(raw, off) != magic) {
		return 0;
	}
	const size_t len = u16_at(raw, off + 2);
	return len >= AREA_INFO && is_inside(raw, off, len) ? len : 0;
}

/* Where the value of the only SHA-256 in an area lies; 0: none, several, or a crooked entry. */
static size_t find_hash(const struct raw *raw, size_t off, size_t len)
{
	size_t found = 0;
	size_t at = AREA_INFO;

	while (at < len) {
		if (len - at < ENTRY_INFO) {
			return 0;
		}
		const size_t value = u16_at(raw, off + at + 2);
		if (value > len - at - ENTRY_INFO) {
			return 0;
		}
		if (u16_at(raw, off + at) == 0x10) {
			if (found != 0 || value != HASH) {
				return 0;
			}
			found = off + at + ENTRY_INFO;
		}
		at += ENTRY_INFO + value;
	}
	return found;
}

static bool hash_holds(const struct raw *raw, size_t off, size_t len, size_t hash)
{
	uint8_t digest[HASH];

	return mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), &raw->bytes[off], len,
			  digest) == 0 &&
	       memcmp(digest, &raw->bytes[hash], HASH) == 0;
}

size_t raw_image_len(const struct raw *raw, size_t off)
{
	if (raw_shows_header(raw, off) != RAW_YES || !is_inside(raw, off, HEADER)) {
		return 0;
	}
	const size_t header = u16_at(raw, off + 8);
	const size_t guarded = u16_at(raw, off + 10);
	const size_t payload = u32_at(raw, off + 12);
	const size_t room = raw->len - off;

	if (header < HEADER || payload > room || header + guarded > room - payload) {
		return 0;
	}
	const size_t hashed = header + payload + guarded;
	if (guarded != 0 && area_len(raw, off + header + payload, 0x6908) != guarded) {
		return 0;
	}
	const size_t area = area_len(raw, off + hashed, 0x6907);
	const size_t hash = area == 0 ? 0 : find_hash(raw, off + hashed, area);
	if (hash == 0 || !is_stable(raw, off, hashed + area)) {
		return 0;
	}
	return hash_holds(raw, off, hashed, hash) ? hashed + area : 0;
}

bool raw_is_remainder(const struct raw *raw, size_t off, const uint8_t *old, size_t len)
{
	if (!is_inside(raw, off, len)) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		const unsigned int byte = raw->bytes[off + i];
		const unsigned int strange = (byte ^ old[i]) & (byte ^ raw->erased);

		if ((strange & ~(unsigned int)noise_at(raw, off + i)) != 0) {
			return false;
		}
	}
	return true;
}

size_t raw_prefix(const struct raw *raw, size_t off, const uint8_t *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && off + n < raw->len && raw->bytes[off + n] == bytes[n] &&
	       noise_at(raw, off + n) == 0) {
		n++;
	}
	return n;
}
