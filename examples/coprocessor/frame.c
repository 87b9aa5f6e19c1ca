/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#define END 0xc0
#define ESCAPE 0xdb
#define ESCAPED_END 0xdc
#define ESCAPED_ESCAPE 0xdd
#define CRC_LEN 4

/* Bit by bit: frames are short, and a table is a KiB. */
uint32_t frame_crc(const uint8_t *bytes, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++) {
			crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
		}
	}
	return ~crc;
}

void frame_put_u32(uint8_t bytes[4], uint32_t value)
{
	for (int i = 0; i < 4; i++) {
		bytes[i] = (uint8_t)(value >> (8 * i));
	}
}

uint32_t frame_get_u32(const uint8_t bytes[4])
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static size_t put(uint8_t *wire, const uint8_t *bytes, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == END || bytes[i] == ESCAPE) {
			wire[n++] = ESCAPE;
			wire[n++] = bytes[i] == END ? ESCAPED_END : ESCAPED_ESCAPE;
		} else {
			wire[n++] = bytes[i];
		}
	}
	return n;
}

size_t frame_encode(uint8_t *wire, const uint8_t *frame, size_t len)
{
	uint8_t crc[CRC_LEN];
	size_t n = 0;

	frame_put_u32(crc, frame_crc(frame, len));
	wire[n++] = END; /* ends what noise may have begun */
	n += put(&wire[n], frame, len);
	n += put(&wire[n], crc, sizeof(crc));
	wire[n++] = END;
	return n;
}

/* Between two ENDs may be nothing at all, and the next frame may follow at once. */
static size_t end(struct frame_receiver *receiver)
{
	const size_t len = receiver->len;
	const bool is_whole = !receiver->is_bad && !receiver->is_escaped && len > CRC_LEN &&
			      frame_get_u32(&receiver->bytes[len - CRC_LEN]) ==
				      frame_crc(receiver->bytes, len - CRC_LEN);

	receiver->len = 0;
	receiver->is_escaped = false;
	receiver->is_bad = false;
	return is_whole ? len - CRC_LEN : 0;
}

size_t frame_receive(struct frame_receiver *receiver, uint8_t byte)
{
	if (byte == END) {
		return end(receiver);
	}
	if (receiver->is_escaped) {
		receiver->is_bad |= byte != ESCAPED_END && byte != ESCAPED_ESCAPE;
		receiver->is_escaped = false;
		byte = byte == ESCAPED_END ? END : ESCAPE;
	} else if (byte == ESCAPE) {
		receiver->is_escaped = true;
		return 0;
	}
	if (receiver->len == sizeof(receiver->bytes)) {
		receiver->is_bad = true;
	} else {
		receiver->bytes[receiver->len++] = byte;
	}
	return 0;
}
