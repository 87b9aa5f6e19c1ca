/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trailers, from the end of the slot down, A = align:
 *
 *     magic      16 bytes, the last ones; A = 32 pads them in front to 32
 *     image_ok   A, its first byte counts: 01 set, erased unset, anything else bad
 *     copy_done  A, likewise
 *     swap_info  A, its first byte counts: low nibble swap type, high nibble image number
 *     [TLV sizes A, swap-offset only]
 *     swap_size  A; not in overwrite-only and where nothing is ever moved
 *     status     a write block for each step of a swap, as many as the largest slot could need;
 *                swap modes only
 *
 * A belongs to the bootloader's build and is in the magic: another build's magic is bad here. A
 * write block may be smaller than A, never larger. A slot that is no multiple of A would have
 * fields closer to each other than A.
 */
#include "boot/trailer.h"

#include <string.h>

#define FLAG_SET 0x01
#define STATUS_STEPS 3 /* records a sector; swap-offset has no moves */
#define STATUS_STEPS_OFFSET 2

/* The build for 8 is older than the alignment in the magic's first two bytes. */
static const uint8_t magics[][TRAILER_MAGIC_LEN] = {
	[8 / 16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c,
		    0xb6, 0x79, 0x80},
	[16 / 16] = {0x10, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11,
		     0x0f, 0x1f, 0x8a},
	[32 / 16] = {0x20, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11,
		     0x0f, 0x1f, 0x8a},
};

static uint8_t decode_magic(const uint8_t *found, uint8_t align, uint8_t erased)
{
	if (memcmp(found, magics[align / 16], TRAILER_MAGIC_LEN) == 0) {
		return BOOT_MAGIC_GOOD;
	}
	return bytes_are(found, TRAILER_MAGIC_LEN, erased) ? BOOT_MAGIC_UNSET : BOOT_MAGIC_BAD;
}

static uint8_t decode_flag(uint8_t found, uint8_t erased)
{
	if (found == erased) {
		return BOOT_FLAG_UNSET;
	}
	return found == FLAG_SET ? BOOT_FLAG_SET : BOOT_FLAG_BAD;
}

bool trailer_fits(uint8_t align, size_t write_block, size_t slot_size)
{
	return align % write_block == 0 && slot_size % align == 0 &&
	       slot_size >= trailer_distance(align, TRAILER_SWAP_INFO);
}

size_t trailer_length(const struct boot_arrangement *arrangement, size_t write_block)
{
	const size_t fields = trailer_distance(arrangement->max_align, TRAILER_SWAP_SIZE);
	const size_t records = arrangement->max_sectors * write_block;

	switch (arrangement->mode) {
	case BOOT_MODE_SWAP_SCRATCH:
	case BOOT_MODE_SWAP_MOVE:
		return fields + STATUS_STEPS * records;
	case BOOT_MODE_SWAP_OFFSET:
		return fields + arrangement->max_align + STATUS_STEPS_OFFSET * records;
	case BOOT_MODE_SINGLE_SLOT:
	case BOOT_MODE_FIRMWARE_LOADER:
		return fields;
	default:
		return trailer_distance(arrangement->max_align, TRAILER_SWAP_INFO);
	}
}

size_t trailer_length_in_scratch(const struct boot_arrangement *arrangement, size_t write_block)
{
	return trailer_distance(arrangement->max_align, TRAILER_SWAP_SIZE) +
	       STATUS_STEPS * write_block;
}

void trailer_decode(struct boot_swap_state *state, const uint8_t *tail, uint8_t align,
		    uint8_t erased)
{
	const uint8_t type = tail[0] & 0x0f;
	const bool known = tail[0] != erased && type <= BOOT_SWAP_TYPE_REVERT;

	state->swap_type = known ? type : BOOT_SWAP_TYPE_NONE;
	state->image_num = known ? tail[0] >> 4 : 0;
	state->copy_done = decode_flag(tail[align], erased);
	state->image_ok = decode_flag(tail[2 * align], erased);
	tail += trailer_distance(align, TRAILER_SWAP_INFO) - TRAILER_MAGIC_LEN;
	state->magic = decode_magic(tail, align, erased);
}

size_t trailer_encode(uint8_t *block, enum trailer_field field, uint8_t value, uint8_t align,
		      size_t write_block, uint8_t erased)
{
	const size_t len = field == TRAILER_MAGIC ? trailer_magic_room(align) : write_block;

	memset(block, erased, len);
	if (field == TRAILER_MAGIC) {
		memcpy(&block[len - TRAILER_MAGIC_LEN], magics[align / 16], TRAILER_MAGIC_LEN);
	} else {
		block[0] = value;
	}
	return len;
}
