/* SPDX-License-Identifier: Apache-2.0 */
/* A slot in memory: the boot model works on copies and writes back what it changed. */
#ifndef SIM_BOOT_SLOT_H
#define SIM_BOOT_SLOT_H

#include <dfu/boot.h>
#include <dfu/image.h>

#include "boot/trailer.h"
#include "boot_check.h"

struct sim_boot_slot {
	const struct flash_area *fa;
	uint8_t align; /* distance of the trailer's fields */
	uint8_t erased;
	uint8_t *bytes; /* as it will be; fa_size of them */
	uint8_t *was;   /* as flash holds it */
	struct flash_sector *sectors;
	uint32_t sector_count;
};

/* Read a slot. 0, -ENOMEM, or from the flash; nothing to free on error. */
int sim_boot_slot_load(struct sim_boot_slot *slot, const struct flash_area *fa, uint8_t align);

/*
 * Bring flash to the copy: pages that differ are erased, and of them the write blocks that are not
 * blank programmed.
 */
int sim_boot_slot_store(const struct sim_boot_slot *slot);

/* Whether there is anything to write back; not for a slot that is not there. */
bool sim_boot_slot_is_changed(const struct sim_boot_slot *slot);

/* Whether it can be erased without its neighbours. */
bool sim_boot_slot_has_whole_pages(const struct sim_boot_slot *slot);

/* Also for a slot that is all zero. */
void sim_boot_slot_free(struct sim_boot_slot *slot);

struct boot_swap_state sim_boot_slot_state(const struct sim_boot_slot *slot);

/* Offset of a field. */
size_t sim_boot_slot_field(const struct sim_boot_slot *slot, enum trailer_field field);

/* Program a flag, swap_info or the magic (value ignored). */
void sim_boot_slot_put(struct sim_boot_slot *slot, enum trailer_field field, uint8_t value);

/* Erase all of it. */
void sim_boot_slot_erase(struct sim_boot_slot *slot);

/* Erase from the first page that holds one of the last len bytes. */
void sim_boot_slot_erase_end(struct sim_boot_slot *slot, size_t len);

/* An image that may lie at an offset. */
struct sim_boot_view sim_boot_slot_view(const struct sim_boot_slot *slot, size_t off);

#endif
