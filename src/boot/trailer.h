/* SPDX-License-Identifier: Apache-2.0 */
/* The codec of slot trailers: where fields lie and how they are spelled. Pure: no flash here. */
#ifndef BOOT_TRAILER_H
#define BOOT_TRAILER_H

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
bool trailer_fits(uint8_t align, size_t write_block, size_t slot_size);

/*
 * Bytes of the whole trailer; write_block is the one that swap status is written in, which only the
 * swap modes have.
 */
size_t trailer_length(const struct boot_arrangement *arrangement, size_t write_block);

/* Bytes of the trailer that swap-scratch keeps at the end of its scratch area. */
size_t trailer_length_in_scratch(const struct boot_arrangement *arrangement, size_t write_block);

/* Read the fields in the bytes from swap_info to the end of a slot. */
void trailer_decode(struct boot_swap_state *state, const uint8_t *tail, uint8_t align,
		    uint8_t erased);

/*
 * Spell a field as it is programmed at its distance: a flag or swap_info with this value as one
 * write block, or the magic with its padding, where value is ignored. Returns the bytes filled in,
 * at most TRAILER_PROGRAM_MAX.
 */
size_t trailer_encode(uint8_t *block, enum trailer_field field, uint8_t value, uint8_t align,
		      size_t write_block, uint8_t erased);

#endif
