/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_coprocessor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HEADER 32
#define PIECE 5 /* bytes that one read gives at most */

struct fake_coprocessor fake;

uint32_t fake_crc(const uint8_t *bytes, size_t len)
{
	uint32_t table[256];
	uint32_t crc = ~0u;

	for (uint32_t i = 0; i < 256; i++) {
		uint32_t value = i;

		for (int k = 0; k < 8; k++) {
			value = (value & 1u) != 0 ? 0xedb88320u ^ (value >> 1) : value >> 1;
		}
		table[i] = value;
	}
	while (len-- > 0) {
		crc = table[(crc ^ *bytes++) & 0xffu] ^ (crc >> 8);
	}
	return ~crc;
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] + ((uint32_t)p[1] << 8) + ((uint32_t)p[2] << 16) +
	       ((uint32_t)p[3] << 24);
}

static void forget(void)
{
	fake.size = 0;
	fake.crc = 0;
	fake.offset = 0;
	fake.is_whole = false;
	fake.is_asked = false;
}

void fake_restart(void)
{
	if (fake.is_asked) {
		fake.runs = le32(&fake.flash[4]);
		forget();
	}
	if (!fake.is_whole) {
		fake.offset -= fake.offset % FAKE_PAGE;
	}
}

static uint8_t begin(uint32_t size, uint32_t crc)
{
	if (size == fake.size && crc == fake.crc) {
		return 0;
	}
	if (size > FAKE_FLASH) {
		return 1;
	}
	forget();
	fake.size = size;
	fake.crc = crc;
	return 0;
}

static uint8_t take(uint32_t offset, const uint8_t *bytes, uint32_t len)
{
	if (fake.size == 0) {
		return 2;
	}
	if (offset != fake.offset || len > fake.size - fake.offset) {
		return 0;
	}
	if (fake.flash_fails) {
		return 4;
	}
	memcpy(&fake.flash[offset], bytes, len);
	fake.offset += len;
	return 0;
}

static uint8_t end(void)
{
	if (fake.size == 0 || fake.offset != fake.size) {
		return 2;
	}
	if (fake.size < HEADER || memcmp(fake.flash, "COPR", 4) != 0 ||
	    fake_crc(fake.flash, HEADER) != fake.crc ||
	    le32(&fake.flash[4]) != fake.size - HEADER ||
	    fake_crc(&fake.flash[HEADER], fake.size - HEADER) != le32(&fake.flash[8])) {
		forget();
		return 3;
	}
	fake.is_whole = true;
	return 0;
}

static uint8_t answer_to(const uint8_t *frame, size_t len)
{
	assert_in_range(frame[0], 1, 6);
	fake.asked_kinds[frame[0]]++;
	switch (frame[0]) {
	case 1:
		assert_int_equal(len, 10);
		return begin(le32(&frame[2]), le32(&frame[6]));
	case 2:
		assert_in_range(len, 7, 134);
		return take(le32(&frame[2]), &frame[6], (uint32_t)len - 6);
	case 3:
		return 0;
	case 4:
		return end();
	case 5:
		fake.is_asked |= fake.is_whole;
		return fake.is_whole ? 0 : 2;
	default:
		forget();
		return 0;
	}
}

static void add(uint8_t *to, size_t *n, uint8_t byte)
{
	if (byte == 0xc0 || byte == 0xdb) {
		to[(*n)++] = 0xdb;
		byte = byte == 0xc0 ? 0xdc : 0xdd;
	}
	to[(*n)++] = byte;
}

static bool has(enum fake_trouble trouble)
{
	const unsigned int for_more = fake.trouble_for > 0 ? fake.trouble_for - 1 : 0;

	return fake.trouble == trouble && fake.requests >= fake.trouble_at &&
	       fake.requests - fake.trouble_at <= for_more;
}

static void send(const uint8_t *bytes, size_t len)
{
	assert_true(fake.out_len + len <= sizeof(fake.out));
	memcpy(&fake.out[fake.out_len], bytes, len);
	fake.out_len += len;
}

static void flip(uint8_t *bytes, size_t len)
{
	bytes[fake.bit / 8 % len] ^= (uint8_t)(1u << fake.bit % 8);
}

static void answer(uint8_t kind, uint8_t number, uint8_t status)
{
	uint8_t frame[11] = {kind | 0x80, number, status};
	uint8_t bytes[64];
	size_t n = 0;

	const uint32_t offset = fake.lie != 0 ? fake.lie : fake.offset;

	for (size_t i = 0; i < 4; i++) {
		frame[3 + i] = (uint8_t)(offset >> (8 * i));
	}
	const uint32_t crc = fake_crc(frame, 7);

	bytes[n++] = 0xc0;
	for (size_t i = 0; i < 11; i++) {
		if (i >= 7) {
			frame[i] = (uint8_t)(crc >> (8 * (i - 7)));
		}
		add(bytes, &n, frame[i]);
	}
	bytes[n++] = 0xc0;
	if (has(FAKE_LOSE_ANSWER)) {
		return;
	}
	if (has(FAKE_LATE_ANSWER)) {
		memcpy(fake.late, bytes, n);
		fake.late_len = n;
		return;
	}
	if (has(FAKE_DAMAGE_ANSWER)) {
		flip(bytes, n);
	}
	if (has(FAKE_NOISE_BEFORE_ANSWER)) {
		send((const uint8_t *)"\xdb\xc0\x55\xdb\x12\xc0\xc0 noise", 12);
	}
	send(fake.late, fake.late_len);
	fake.late_len = 0;
	send(bytes, has(FAKE_HALF_ANSWER) ? n / 2 : n);
	if (has(FAKE_DOUBLE_ANSWER)) {
		send(bytes, n);
	}
}

/* Bytes of the wire; a frame may have been begun by those before. */
static void hear(const uint8_t *bytes, size_t len)
{
	static uint8_t frame[512];
	static size_t n;
	static bool is_escaped;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == 0xc0) {
			if (n > 4 && !is_escaped && fake_crc(frame, n - 4) == le32(&frame[n - 4])) {
				const uint8_t status = answer_to(frame, n - 4);

				answer(frame[0], frame[1],
				       status == 0 ? fake.foreign_status : status);
			}
			n = 0;
			is_escaped = false;
		} else if (bytes[i] == 0xdb) {
			is_escaped = true;
		} else if (n < sizeof(frame)) {
			frame[n++] = !is_escaped ? bytes[i] : bytes[i] == 0xdc ? 0xc0 : 0xdb;
			is_escaped = false;
		}
	}
}

int fake_write(const uint8_t *bytes, size_t len)
{
	uint8_t copy[512];

	if (fake.pipe_rc != 0) {
		return fake.pipe_rc;
	}
	assert_true(len <= sizeof(copy));
	memcpy(copy, bytes, len);
	fake.requests++;
	if (has(FAKE_RESTART)) {
		fake_restart();
	}
	if (fake.is_dead || has(FAKE_LOSE_REQUEST)) {
		return 0;
	}
	if (has(FAKE_DAMAGE_REQUEST)) {
		flip(copy, len);
	}
	if (has(FAKE_NOISE_BEFORE_REQUEST)) {
		hear((const uint8_t *)"\xdb\xc0\x55\xdb\x12\xc0\xc0 noise", 12);
	}
	hear(copy, has(FAKE_HALF_REQUEST) ? len / 2 : len);
	if (has(FAKE_DOUBLE_REQUEST)) {
		hear(copy, len);
	}
	return 0;
}

int fake_read(uint8_t *bytes, size_t len, uint32_t timeout_ms)
{
	if (fake.pipe_rc != 0) {
		return fake.pipe_rc;
	}
	if (fake.is_noisy) {
		memset(bytes, 0x55, len);
		return (int)len;
	}
	if (fake.out_len == 0 || fake.is_dead) {
		fake.waited_ms += timeout_ms;
		return 0;
	}
	/* In pieces, as they come. */
	size_t n = fake.out_len < len ? fake.out_len : len;

	n = n < PIECE ? n : PIECE;

	memcpy(bytes, fake.out, n);
	fake.out_len -= n;
	memmove(fake.out, &fake.out[n], fake.out_len);
	return (int)n;
}
