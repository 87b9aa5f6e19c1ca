/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec of slot trailers. Pure: no flash here. Inline, for `align` and the mode are constants
 * in a firmware.
 *
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
#ifndef BOOT_TRAILER_H
#define BOOT_TRAILER_H

#include <string.h>

#include <dfu/boot.h>
#include <dfu/config.h>

#include "common/bytes.h"

#define TRAILER_MAGIC_LEN 16
/* The largest alignment that there can be here. */
#define TRAILER_ALIGN_MAX (IS_ENABLED(CONFIG_BOOT_ARRANGEMENT_RUNTIME) ? 32 : CONFIG_BOOT_MAX_ALIGN)
/* What is programmed at once: a flag, or the magic with its padding. */
#define TRAILER_PROGRAM_MAX                                                                        \
	(TRAILER_ALIGN_MAX > TRAILER_MAGIC_LEN ? TRAILER_ALIGN_MAX : TRAILER_MAGIC_LEN)
/* From swap_info to the end. */
#define TRAILER_TAIL_MAX (TRAILER_PROGRAM_MAX + 3 * TRAILER_ALIGN_MAX)

#define TRAILER_FLAG_SET 0x01
#define TRAILER_STATUS_STEPS 3 /* records a sector; swap-offset has no moves */
#define TRAILER_STATUS_STEPS_OFFSET 2

/*
 * The end of a slot is a ladder of rungs `align` apart above the magic; a field's value is its
 * rung, counted down.
 */
enum trailer_field {
	TRAILER_MAGIC,
	TRAILER_IMAGE_OK,
	TRAILER_COPY_DONE,
	TRAILER_SWAP_INFO,
	TRAILER_SWAP_SIZE, /* swap-offset: TLV sizes here, swap_size one rung below */
};

/* Bytes that the magic takes with the padding before it. */
static inline size_t trailer_magic_room(uint8_t align)
{
	return align > TRAILER_MAGIC_LEN ? align : TRAILER_MAGIC_LEN;
}

/* Bytes from the start of a field to the end of the slot. */
static inline size_t trailer_distance(uint8_t align, enum trailer_field field)
{
	return trailer_magic_room(align) + (size_t)field * align;
}

/*
 * Whether fields can be programmed one by one: whole write blocks between them, and room for them.
 */
static inline bool trailer_fits(uint8_t align, size_t write_block, size_t slot_size)
{
	return align % write_block == 0 && slot_size % align == 0 &&
	       slot_size >= trailer_distance(align, TRAILER_SWAP_INFO);
}

/*
 * Bytes of the whole trailer; write_block is the one that swap status is written in, which only the
 * swap modes have.
 */
static inline size_t trailer_length(const struct boot_arrangement *arrangement, size_t write_block)
{
	const size_t fields = trailer_distance(arrangement->max_align, TRAILER_SWAP_SIZE);
	const size_t records = arrangement->max_sectors * write_block;

	switch (arrangement->mode) {
	case BOOT_MODE_SWAP_SCRATCH:
	case BOOT_MODE_SWAP_MOVE:
		return fields + TRAILER_STATUS_STEPS * records;
	case BOOT_MODE_SWAP_OFFSET:
		return fields + arrangement->max_align + TRAILER_STATUS_STEPS_OFFSET * records;
	case BOOT_MODE_SINGLE_SLOT:
	case BOOT_MODE_FIRMWARE_LOADER:
		return fields;
	default:
		return trailer_distance(arrangement->max_align, TRAILER_SWAP_INFO);
	}
}

/* Bytes of the trailer that swap-scratch keeps at the end of its scratch area. */
static inline size_t trailer_length_in_scratch(const struct boot_arrangement *arrangement,
					       size_t write_block)
{
	return trailer_distance(arrangement->max_align, TRAILER_SWAP_SIZE) +
	       TRAILER_STATUS_STEPS * write_block;
}

/* The build for 8 is older than the alignment in the magic's first two bytes. */
static inline const uint8_t *trailer_magic(uint8_t align)
{
	static const uint8_t of_8[TRAILER_MAGIC_LEN] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2,
							0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f,
							0x2c, 0xb6, 0x79, 0x80};
	static const uint8_t of_16[TRAILER_MAGIC_LEN] = {0x10, 0x00, 0x2d, 0xe1, 0x5d, 0x29,
							 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c,
							 0x11, 0x0f, 0x1f, 0x8a};
	static const uint8_t of_32[TRAILER_MAGIC_LEN] = {0x20, 0x00, 0x2d, 0xe1, 0x5d, 0x29,
							 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c,
							 0x11, 0x0f, 0x1f, 0x8a};

	return align == 8 ? of_8 : align == 16 ? of_16 : of_32;
}

static inline uint8_t trailer_decode_magic(const uint8_t *found, uint8_t align, uint8_t erased)
{
	if (memcmp(found, trailer_magic(align), TRAILER_MAGIC_LEN) == 0) {
		return BOOT_MAGIC_GOOD;
	}
	return bytes_are(found, TRAILER_MAGIC_LEN, erased) ? BOOT_MAGIC_UNSET : BOOT_MAGIC_BAD;
}

static inline uint8_t trailer_decode_flag(uint8_t found, uint8_t erased)
{
	if (found == erased) {
		return BOOT_FLAG_UNSET;
	}
	return found == TRAILER_FLAG_SET ? BOOT_FLAG_SET : BOOT_FLAG_BAD;
}

/* Read the fields in the bytes from swap_info to the end of a slot. */
static inline void trailer_decode(struct boot_swap_state *state, const uint8_t *tail, uint8_t align,
				  uint8_t erased)
{
	const uint8_t type = tail[0] & 0x0f;
	const bool known = tail[0] != erased && type <= BOOT_SWAP_TYPE_REVERT;

	state->swap_type = known ? type : BOOT_SWAP_TYPE_NONE;
	state->image_num = known ? tail[0] >> 4 : 0;
	state->copy_done = trailer_decode_flag(tail[align], erased);
	state->image_ok = trailer_decode_flag(tail[2 * align], erased);
	tail += trailer_distance(align, TRAILER_SWAP_INFO) - TRAILER_MAGIC_LEN;
	state->magic = trailer_decode_magic(tail, align, erased);
}

/*
 * Spell a field as it is programmed at its distance: a flag or swap_info with this value as one
 * write block, or the magic with its padding, where value is ignored. Returns the bytes filled in,
 * at most TRAILER_PROGRAM_MAX.
 */
static inline size_t trailer_encode(uint8_t *block, enum trailer_field field, uint8_t value,
				    uint8_t align, size_t write_block, uint8_t erased)
{
	const size_t len = field == TRAILER_MAGIC ? trailer_magic_room(align) : write_block;

	memset(block, erased, len);
	if (field == TRAILER_MAGIC) {
		memcpy(&block[len - TRAILER_MAGIC_LEN], trailer_magic(align), TRAILER_MAGIC_LEN);
	} else {
		block[0] = value;
	}
	return len;
}

#endif
