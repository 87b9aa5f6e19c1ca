/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recordings.
 *
 * A child writes down what it does to flash, operation by operation with its bytes, in memory that
 * it shares with the parent. The parent builds flash before any operation from that, and tears the
 * operation, without the library and without running the device again. What a boot finds when it
 * goes live is recorded whole: the bootloader's step before it is atomic and no operation.
 *
 * Of the opaque part the child writes down what it has become, before the next operation. So the
 * part is right before any operation, also where it has changed by itself.
 */
#include "powercut_parts.h"

#include <string.h>

#include "tear.h"

#define ENTRIES 32768u
#define BYTES ((size_t)8 << 20)

bool powercut_recording_open(struct powercut_recording *recording, struct powercut_arena *arena)
{
	*recording = (struct powercut_recording){
		.told = powercut_arena_take(arena, sizeof(*recording->told)),
		.entry = powercut_arena_take(arena, ENTRIES * sizeof(*recording->entry)),
		.data = powercut_arena_take(arena, BYTES),
	};
	return recording->told != NULL && recording->entry != NULL && recording->data != NULL;
}

void powercut_recording_clear(const struct powercut_recording *recording)
{
	*recording->told = (struct powercut_recorded){0};
}

static void add(const struct powercut_recording *recording, struct powercut_entry entry,
		const void *data, size_t len)
{
	struct powercut_recorded *told = recording->told;

	if (told->entries >= ENTRIES || len > BYTES - told->bytes) {
		told->full = true;
		return;
	}
	entry.data = told->bytes;
	if (len > 0) {
		memcpy(&recording->data[told->bytes], data, len);
	}
	told->bytes += len;
	recording->entry[told->entries] = entry;
	told->entries++;
	told->operations += powercut_entry_is_operation(&entry) ? 1 : 0;
}

static void add_opaque(const struct powercut_recording *recording,
		       const struct powercut_opaque *opaque)
{
	struct powercut_recorded *told = recording->told;
	const size_t at = told->bytes;

	if (opaque->size > 0 && !told->full &&
	    memcmp(opaque->bytes, &recording->data[told->opaque], opaque->size) != 0) {
		add(recording,
		    (struct powercut_entry){.flash = POWERCUT_OPAQUE, .len = opaque->size},
		    opaque->bytes, opaque->size);
		told->opaque = told->full ? told->opaque : at;
	}
}

bool powercut_entry_is_operation(const struct powercut_entry *entry)
{
	return entry->flash != POWERCUT_WHOLE && entry->flash != POWERCUT_OPAQUE;
}

bool powercut_entry_is_opaque(const struct powercut_entry *entry)
{
	return powercut_entry_is_operation(entry) && entry->kind >= SIM_MODEM_PATCH;
}

void powercut_recording_block(const struct powercut_recording *recording,
			      const struct powercut_world *world)
{
	const struct powercut_layout *layout = world->layout;
	const size_t at = recording->told->bytes;

	add(recording, (struct powercut_entry){.flash = POWERCUT_WHOLE, .len = layout->used},
	    world->block, layout->used);
	if (layout->opaque.size > 0) {
		recording->told->opaque = at + (size_t)(layout->opaque.bytes - world->block);
	}
}

void powercut_recording_add(const struct powercut_recording *recording,
			    const struct powercut_world *world,
			    const struct sim_operation *operation)
{
	const struct powercut_entry entry = {
		.flash = operation->flash,
		.kind = operation->kind,
		.offset = (size_t)operation->offset,
		.len = operation->len,
	};

	add_opaque(recording, &world->layout->opaque);
	add(recording, entry, operation->data, operation->kind == SIM_PROGRAM ? entry.len : 0);
}

/* The cells of a flash device in @p block instead of the world's. */
static struct sim_cells cells_in(const struct powercut_world *world,
				 const struct powercut_flash *flash, uint8_t *block)
{
	return (struct sim_cells){
		.programmed = powercut_within(world, flash->cells.programmed, block),
		.unstable = powercut_within(world, flash->cells.unstable, block),
	};
}

static void apply_program(const struct powercut_entry *entry, const uint8_t *data, uint8_t *bytes,
			  const struct sim_cells *cells, size_t write_block,
			  const struct powercut_cut *cut)
{
	size_t begun = entry->len;

	if (cut->kind == POWERCUT_INSIDE) {
		begun = sim_tear_program(bytes, data, entry->len, write_block, cut->seed);
	} else {
		memcpy(bytes, data, entry->len);
	}
	sim_cells_program(cells, entry->offset, begun, write_block);
}

static void apply_erase(const struct powercut_entry *entry, const struct powercut_flash *flash,
			uint8_t *bytes, const struct sim_cells *cells,
			const struct powercut_cut *cut)
{
	const struct flash_parameters parameters = {
		.write_block_size = flash->write_block,
		.caps = {.no_explicit_erase = !flash->explicit_erase},
		.erase_value = flash->erased,
	};
	struct sim_torn_erase torn;

	if (cut->kind != POWERCUT_INSIDE) {
		memset(bytes, flash->erased, entry->len);
		sim_cells_erase(cells, entry->offset, entry->len, flash->write_block);
		return;
	}
	torn = sim_tear_erase_plan(entry->len, &parameters, cut->seed);
	sim_cells_tear(cells, entry->offset, entry->len, flash->write_block);
	sim_tear_erase(&torn, 0, bytes, &cells->unstable[entry->offset], entry->len);
}

void powercut_entry_apply(const struct powercut_recording *recording,
			  const struct powercut_entry *entry, const struct powercut_world *world,
			  uint8_t *block, const struct powercut_cut *cut)
{
	const uint8_t *data = &recording->data[entry->data];
	const struct powercut_flash *flash;
	struct sim_cells cells;
	uint8_t *bytes;

	if (entry->flash == POWERCUT_WHOLE) {
		memcpy(block, data, entry->len);
		return;
	}
	if (entry->flash == POWERCUT_OPAQUE) {
		memcpy(powercut_within(world, world->layout->opaque.bytes, block), data,
		       entry->len);
		return;
	}
	if (cut->kind == POWERCUT_BEFORE || powercut_entry_is_opaque(entry)) {
		return;
	}
	flash = &world->layout->flash[entry->flash];
	cells = cells_in(world, flash, block);
	bytes = powercut_within(world, flash->bytes, block) + entry->offset;
	if (entry->kind == SIM_PROGRAM) {
		apply_program(entry, data, bytes, &cells, flash->write_block, cut);
	} else {
		apply_erase(entry, flash, bytes, &cells, cut);
	}
}

bool powercut_cursor_advance(struct powercut_cursor *cursor,
			     const struct powercut_recording *recording,
			     const struct powercut_world *world, unsigned long k)
{
	const struct powercut_cut whole = {.kind = POWERCUT_AFTER};

	if (k >= recording->told->operations) {
		return false;
	}
	for (;;) {
		const struct powercut_entry *entry = &recording->entry[cursor->entry];

		if (powercut_entry_is_operation(entry) && cursor->operations == k) {
			return true;
		}
		powercut_entry_apply(recording, entry, world, cursor->block, &whole);
		cursor->operations += powercut_entry_is_operation(entry) ? 1 : 0;
		cursor->entry++;
	}
}
