/* SPDX-License-Identifier: Apache-2.0 */
#include "powercut_parts.h"

#include <string.h>
#include <sys/mman.h>

#define PAGE 4096u

bool powercut_arena_open(struct powercut_arena *arena, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED) {
		return false;
	}
	*arena = (struct powercut_arena){.memory = memory, .size = size};
	return true;
}

void powercut_arena_close(struct powercut_arena *arena)
{
	if (arena->memory != NULL) {
		(void)munmap(arena->memory, arena->size);
	}
	*arena = (struct powercut_arena){0};
}

void *powercut_arena_take(struct powercut_arena *arena, size_t size)
{
	void *memory = arena->memory + arena->used;

	if (size > arena->size - arena->used) {
		return NULL;
	}
	/* No page is shared by two users: a page is what costs when a child touches it. */
	size = (size + PAGE - 1) / PAGE * PAGE;
	arena->used += size < arena->size - arena->used ? size : arena->size - arena->used;
	return memory;
}

uint8_t *powercut_within(const struct powercut_world *world, const void *pointer, uint8_t *block)
{
	return block + ((const uint8_t *)pointer - world->block);
}

/* Each read of an unstable bit moves the noise on, and a recording repeats no reads. */
static void level_noise(const struct powercut_world *world, uint8_t *one, const uint8_t *other)
{
	for (size_t i = 0; i < world->layout->flashes; i++) {
		const size_t at =
			(size_t)((uint8_t *)world->layout->flash[i].cells.noise - world->block);

		memcpy(&one[at], &other[at], sizeof(uint32_t));
	}
}

static size_t first_difference(const uint8_t *one, const uint8_t *other, size_t len)
{
	size_t i = 0;

	while (i < len && one[i] == other[i]) {
		i++;
	}
	return i;
}

static bool lies_in(const uint8_t *part, size_t len, const uint8_t *at, size_t *offset)
{
	*offset = (size_t)(at - part);
	return at >= part && *offset < len;
}

static void name_place(const struct powercut_world *world, size_t at, char text[POWERCUT_TEXT])
{
	const uint8_t *place = &world->block[at];
	const struct powercut_opaque *opaque = &world->layout->opaque;
	size_t within;

	for (size_t i = 0; i < world->layout->flashes; i++) {
		const struct powercut_flash *flash = &world->layout->flash[i];
		const size_t blocks = flash->size / flash->write_block;
		size_t offset;

		if (lies_in(flash->bytes, flash->size, place, &offset)) {
			(void)snprintf(text, POWERCUT_TEXT, "byte %#zx of %s", offset, flash->name);
			return;
		}
		if (lies_in(flash->cells.unstable, flash->size, place, &offset)) {
			(void)snprintf(text, POWERCUT_TEXT, "the unstable bits of byte %#zx of %s",
				       offset, flash->name);
			return;
		}
		if (lies_in(flash->cells.programmed, blocks, place, &offset)) {
			(void)snprintf(text, POWERCUT_TEXT, "what was begun at %#zx of %s",
				       offset * flash->write_block, flash->name);
			return;
		}
	}
	if (opaque->size > 0 && lies_in(opaque->bytes, opaque->size, place, &within)) {
		(void)snprintf(text, POWERCUT_TEXT, "byte %#zx of %s", within, opaque->name);
		return;
	}
	(void)snprintf(text, POWERCUT_TEXT, "byte %#zx of the block", at);
}

bool powercut_same(const struct powercut_world *world, uint8_t *one, const uint8_t *other,
		   char text[POWERCUT_TEXT])
{
	const size_t used = world->layout->used;

	level_noise(world, one, other);
	if (memcmp(one, other, used) == 0) {
		return true;
	}
	name_place(world, first_difference(one, other, used), text);
	return false;
}
