/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots as this layer handles them: which area, which bytes of its end, from where on it may be
 * erased.
 */
#ifndef BOOT_SLOT_H
#define BOOT_SLOT_H

#include "boot/trailer.h"

enum boot_slot { BOOT_PRIMARY, BOOT_SECONDARY };

/* The end of a slot from swap_info on, as read, and its fields. */
struct boot_tail {
	uint8_t align;
	uint8_t erased;
	uint8_t block; /* write block */
	uint8_t len;   /* of bytes */
	struct boot_swap_state state;
	uint8_t bytes[TRAILER_TAIL_MAX];
};

/*
 * Whether the mode's bootloader runs every image from its primary slot, and updates come by the
 * secondary.
 */
bool boot_mode_has_primary(enum boot_mode mode);

/* Forget what boot_running_slot_set() was told. */
void boot_running_slot_forget(void);

/*
 * A slot of an image. -EINVAL: no such image; -ENOTSUP: slots of this mode have no fixed roles;
 * else as flash_area_open().
 */
int boot_slot_open(int image_index, enum boot_slot slot, const struct flash_area **fa);

/* The secondary, where it must exist: -ENODEV without one. */
int boot_slot_open_secondary(int image_index, const struct flash_area **fa);

/* -ENOTSUP as boot_read_swap_state(), else from the device. */
int boot_slot_read_tail(const struct flash_area *fa, struct boot_tail *tail);

/* The state of a slot of an image: errors of boot_slot_open() and boot_read_swap_state(). */
int boot_slot_read_state(int image_index, enum boot_slot slot, struct boot_swap_state *state);

/*
 * Lowest byte that boot_trailer_wipe() takes: the start of a page or, without explicit erase, of a
 * write block.
 * -EINVAL: one of the pages is not the slot's alone; -ENOTSUP as boot_trailer_size(); else from the
 * device.
 */
int boot_slot_trailer_start(const struct flash_area *fa, size_t *start);

#endif
