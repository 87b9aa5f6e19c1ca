/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames on a byte pipe, and what they say. Both sides use this file.
 *
 * A frame is bytes between two 0xc0, with 0xc0 sent as 0xdb 0xdc and 0xdb as 0xdb 0xdd (SLIP,
 * RFC 1055). Its last four bytes are the CRC-32 of those before, little endian like all numbers. A
 * frame that is damaged is dropped in silence; whoever waits for an answer asks again.
 *
 * The application asks:                    The coprocessor answers:
 *
 *     kind, number, body                       kind | 0x80, the same number, status, offset (u32)
 *
 *     BEGIN  size (u32), CRC-32 (u32)      of the first 32 bytes. The offset is 0 unless this is
 *                                          the file that was begun before: then it goes on
 *     DATA   offset (u32), 1 to 128 bytes  Taken only if it is the offset that is needed
 *     QUERY                                Nothing but the answer
 *     END                                  All is there: is it whole? It is forgotten if not
 *     APPLY                                Run it from the next restart on
 *     ABORT                                Forget all of it, also what is to be applied
 *
 * The offset in an answer is the next byte that is needed. So every request may come twice: of two
 * with the same bytes the second one changes nothing, and is answered alike.
 *
 * The file begins with a header of 32 bytes: magic "COPR", length (u32) and CRC-32 (u32) of what
 * follows, 20 bytes for the maker. The coprocessor compares the CRC with what its flash holds; and
 * because the header has it, the CRC of the header tells one file from another.
 */
#ifndef EXAMPLES_COPROCESSOR_FRAME_H
#define EXAMPLES_COPROCESSOR_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_kind { FRAME_BEGIN = 1, FRAME_DATA, FRAME_QUERY, FRAME_END, FRAME_APPLY, FRAME_ABORT };
#define FRAME_ANSWER 0x80

enum frame_status {
	FRAME_OK,
	FRAME_TOO_LARGE,
	FRAME_NOT_NOW, /* nothing was begun, or not all is there and whole */
	FRAME_BAD_FILE,
	FRAME_FLASH_FAILED,
};

#define FRAME_FILE_HEADER_LEN 32
#define FRAME_DATA_MAX 128
#define FRAME_ANSWER_LEN 7
#define FRAME_MAX (2 + 4 + FRAME_DATA_MAX) /* a DATA, its CRC aside */
#define FRAME_WIRE_MAX (2 * (FRAME_MAX + 4) + 2)

/* Bytes of a frame as they come; zero it to begin. */
struct frame_receiver {
	uint8_t bytes[FRAME_MAX + 4];
	size_t len;
	bool is_escaped;
	bool is_bad;
};

uint32_t frame_crc(const uint8_t *bytes, size_t len);
void frame_put_u32(uint8_t bytes[4], uint32_t value);
uint32_t frame_get_u32(const uint8_t bytes[4]);

/* Bytes for the wire, at most FRAME_WIRE_MAX of them, of a frame of at most FRAME_MAX. */
size_t frame_encode(uint8_t *wire, const uint8_t *frame, size_t len);

/* One byte of the wire. The length of the frame in bytes[] that it ends, its CRC aside; else 0. */
size_t frame_receive(struct frame_receiver *receiver, uint8_t byte);

#endif
