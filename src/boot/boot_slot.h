/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots as this layer handles them: which area, which bytes of its end, from where on it may be
 * erased.
 */
#ifndef BOOT_SLOT_H
#define BOOT_SLOT_H

#include "boot/arrangement.h"
#include "boot/trailer.h"

enum boot_slot { BOOT_PRIMARY, BOOT_SECONDARY };

/* The end of a slot from swap_info on, as read, and its fields. */
struct boot_tail {
	uint8_t erased;
	uint8_t block; /* write block */
	struct boot_swap_state state;
	uint8_t bytes[TRAILER_TAIL_MAX]; /* boot_tail_len() of them */
};

/* Forget what boot_running_slot_set() was told. */
void boot_running_slot_forget(void);

/* Whether the arrangement has this image. */
bool boot_image_exists(int image_index);

/* A slot of an image. -EINVAL: no such image; else as flash_area_open(). */
int boot_slot_open(int image_index, enum boot_slot slot, const struct flash_area **fa);

/* The secondary, where it must exist: -ENODEV without one. */
int boot_slot_open_secondary(int image_index, const struct flash_area **fa);

/* boot_running_slot() of an image that there is; a constant where it is one. */
static inline int boot_slot_running(int image_index)
{
	return boot_is_direct() ? boot_running_slot(image_index) : BOOT_PRIMARY;
}

/* The slot that an image runs from: as boot_running_slot(), else as flash_area_open(). */
int boot_slot_open_running(int image_index, const struct flash_area **fa);

/* Whether MCUboot's fields can be programmed one by one in this slot. */
bool boot_slot_can_have_trailer(const struct flash_area *fa);

/* Whether a bootloader with revert will not start the image again. */
static inline bool boot_is_given_up(const struct boot_swap_state *state)
{
	return state->copy_done == BOOT_FLAG_SET && state->image_ok != BOOT_FLAG_SET;
}

/*
 * What a cut inside a confirmation leaves. Where images run from primary slots the bootloader keeps
 * such an image: after a swap it reverts one whose image_ok is erased, in overwrite-only none.
 */
static inline bool boot_is_torn_confirmation(const struct boot_swap_state *state)
{
	return state->magic == BOOT_MAGIC_GOOD && state->image_ok == BOOT_FLAG_BAD &&
	       (state->copy_done == BOOT_FLAG_SET || boot_mode_in(BOOT_MODE_BIT(OVERWRITE_ONLY)));
}

/* Bytes of the end of a slot from swap_info on. */
static inline size_t boot_tail_len(void)
{
	return trailer_distance(boot_arrangement()->max_align, TRAILER_SWAP_INFO);
}

/* Where in them a field is. */
static inline size_t boot_tail_place(enum trailer_field field)
{
	return boot_tail_len() - trailer_distance(boot_arrangement()->max_align, field);
}

/* -ENOTSUP as boot_read_swap_state(), else from the device. */
int boot_slot_read_tail(const struct flash_area *fa, struct boot_tail *tail);

/* Whether it reads erased. */
bool boot_tail_is_blank(const struct boot_tail *tail);

/* Make a field what it is to be, as trailer_encode() does; returns how many bytes to program. */
size_t boot_tail_put(struct boot_tail *tail, enum trailer_field field, uint8_t value);

/* The swap type that a secondary's trailer asks for by itself. */
int boot_slot_asks_for(const struct boot_swap_state *secondary);

/* The write block that swap status is counted in, for both slots of a pair. */
size_t boot_slot_status_block(const struct flash_area *fa);

/*
 * The page that holds a byte of the slot; its start counts from the start of the slot, and is
 * negative where the page begins before it.
 */
int boot_slot_page(const struct flash_area *fa, size_t off, struct flash_pages_info *page);

/* Start of the page that holds a byte of the slot; -EINVAL: that page is not the slot's alone. */
int boot_slot_page_start(const struct flash_area *fa, size_t off, size_t *start);

/* Whether the bytes read erased: 1, 0 or -errno. */
int boot_slot_is_erased(const struct flash_area *fa, size_t start, size_t end);

/*
 * Take out what may be a header at off, the start of a page: that page or, without explicit erase,
 * the header's write blocks, in one call with what lies behind up to *end; not where the slot is
 * erased from erased_from on. *end becomes where what is erased ends.
 */
int boot_slot_clear_header(const struct flash_area *fa, size_t off, size_t erased_from,
			   size_t *end);

/*
 * Lowest byte that boot_trailer_wipe() takes: the start of a page or, without explicit erase, of a
 * write block.
 * -EINVAL: one of the pages is not the slot's alone; -ENOTSUP as boot_trailer_size(); else from the
 * device.
 */
int boot_slot_trailer_start(const struct flash_area *fa, size_t *start);

/*
 * boot_set_next() with active false, for a caller who knows where the slot's image ends, and may
 * not have its header in flash yet. image_end: offset in the slot; 0: look for the image there.
 */
int boot_slot_request(const struct flash_area *fa, bool permanent, size_t image_end);

#endif
