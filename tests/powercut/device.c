/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block, from its start:
 *
 *     struct survivor | bytes of flash 0, 1 | cells of flash 0, 1 | slots when live
 *
 * The last part is no flash: it is what the checks of the parent compare with, and written before
 * anything can be cut.
 */
#include "device.h"

#include <errno.h>
#include <string.h>

/* What outlives a reset beside flash. */
struct survivor {
	/* The slot of a pair, as a chip has it in its vector table register: 2n or 2n + 1. */
	int32_t running[GEOMETRY_PAIRS_MAX];
	uint32_t restarted; /* 1 once device_set_restarted() was called */
	uint32_t noise[GEOMETRY_FLASHES];
};

struct device_log device_log;

#define ALIGNED(n) (((n) + 63) / 64 * 64)
#define SLOTS (GEOMETRY_SLOTS_MAX + GEOMETRY_STAGES)

const struct device_config *device_config(const struct powercut_world *world)
{
	return world->config;
}

static size_t flash_size(const struct geometry *geometry, unsigned int flash)
{
	size_t size = 0;

	for (size_t i = 0; i < GEOMETRY_PARTS_MAX && geometry->parts[i].pages > 0; i++) {
		const struct geometry_part *part = &geometry->parts[i];

		size += part->flash == flash ? part->pages * part->page_size : 0;
	}
	return size;
}

struct device_area device_area(const struct geometry *geometry, enum geometry_part_kind kind)
{
	struct device_area area = {0};
	size_t end[GEOMETRY_FLASHES] = {0};

	for (size_t i = 0; i < GEOMETRY_PARTS_MAX && geometry->parts[i].pages > 0; i++) {
		const struct geometry_part *part = &geometry->parts[i];
		const size_t size = part->pages * part->page_size;

		if (part->kind == kind) {
			area.flash = part->flash;
			area.off = area.size == 0 ? end[part->flash] : area.off;
			area.size += size;
		}
		end[part->flash] += size;
	}
	return area;
}

static enum geometry_part_kind slot_kind(int slot)
{
	return (enum geometry_part_kind)(PART_SLOT0 + slot);
}

struct device_page device_page_in(const struct geometry *geometry, enum geometry_part_kind kind,
				  size_t off)
{
	size_t start = 0;

	for (size_t i = 0; i < GEOMETRY_PARTS_MAX && geometry->parts[i].pages > 0; i++) {
		const struct geometry_part *part = &geometry->parts[i];
		const size_t size = part->pages * part->page_size;

		if (part->kind != kind) {
			continue;
		}
		if (off < start + size) {
			const size_t before = (off - start) / part->page_size * part->page_size;

			return (struct device_page){start + before, part->page_size};
		}
		start += size;
	}
	return (struct device_page){start, 0};
}

struct device_page device_page_at(const struct geometry *geometry, int slot, size_t off)
{
	return device_page_in(geometry, slot_kind(slot), off);
}

unsigned int device_pairs(const struct geometry *geometry)
{
	unsigned int pairs = 0;

	while (pairs < GEOMETRY_PAIRS_MAX &&
	       device_area(geometry, slot_kind(2 * (int)pairs + 1)).size > 0) {
		pairs++;
	}
	return pairs;
}

bool device_takes_bootloaders(const struct geometry *geometry, unsigned int pair)
{
	return device_area(geometry, slot_kind(2 * (int)pair)).size == 0;
}

const struct device_file *device_files(const struct device_config *config, unsigned int pair)
{
	return pair == 0 ? config->file : config->more[pair - 1];
}

size_t device_upload_start(const struct device_config *config, int slot)
{
	return config->mode == BOOT_MODE_SWAP_OFFSET && slot % 2 == 1 && slot < GEOMETRY_SLOTS_MAX
		       ? device_page_at(config->geometry, slot, 0).size
		       : 0;
}

size_t device_hold(const struct device_config *config, int slot)
{
	const struct device_area area = device_area(config->geometry, slot_kind(slot));
	const size_t block = config->geometry->flash[area.flash].block;

	return (32 + block - 1) / block * block;
}

static struct survivor *survivor_of(const struct powercut_world *world)
{
	return (void *)world->block;
}

int device_running(const struct powercut_world *world)
{
	return device_running_of(world, 0);
}

int device_running_of(const struct powercut_world *world, unsigned int pair)
{
	return survivor_of(world)->running[pair];
}

bool device_may_have_restarted(const struct powercut_world *world)
{
	return survivor_of(world)->restarted != 0;
}

void device_set_restarted(const struct powercut_world *world)
{
	survivor_of(world)->restarted = 1;
}

static const struct powercut_flash *flash_of(const struct powercut_world *world,
					     enum geometry_part_kind kind)
{
	return &world->layout->flash[device_area(device_config(world)->geometry, kind).flash];
}

struct raw device_raw(const struct powercut_world *world, enum geometry_part_kind kind)
{
	const struct device_area area = device_area(device_config(world)->geometry, kind);
	const struct powercut_flash *flash = flash_of(world, kind);

	return (struct raw){
		.bytes = flash->bytes + area.off,
		.unstable = flash->cells.unstable + area.off,
		.len = area.size,
		.erased = flash->erased,
	};
}

struct raw device_raw_part(const struct powercut_world *world, size_t part)
{
	const struct geometry_part *parts = device_config(world)->geometry->parts;
	const struct powercut_flash *flash = &world->layout->flash[parts[part].flash];
	size_t off = 0;

	for (size_t i = 0; i < part; i++) {
		off += parts[i].flash == parts[part].flash ? parts[i].pages * parts[i].page_size
							   : 0;
	}
	return (struct raw){
		.bytes = flash->bytes + off,
		.unstable = flash->cells.unstable + off,
		.len = parts[part].pages * parts[part].page_size,
		.erased = flash->erased,
	};
}

const uint8_t *device_cells(const struct powercut_world *world, int slot)
{
	const struct device_area area =
		device_area(device_config(world)->geometry, slot_kind(slot));
	const struct powercut_flash *flash = &world->layout->flash[area.flash];

	return flash->cells.programmed + area.off / flash->write_block;
}

static uint8_t *copy_of(const struct powercut_world *world, int slot)
{
	const struct geometry *geometry = device_config(world)->geometry;
	size_t size = 0;

	for (int i = slot; i < SLOTS; i++) {
		size += ALIGNED(device_area(geometry, slot_kind(i)).size);
	}
	return world->block + world->layout->used - size;
}

const uint8_t *device_before(const struct powercut_world *world, int slot)
{
	return copy_of(world, slot);
}

static void lay_out_flash(const struct powercut_world *world, unsigned int i, size_t *used,
			  struct powercut_flash *flash)
{
	static const char *const names[GEOMETRY_FLASHES] = {"internal", "external"};
	const struct geometry *geometry = device_config(world)->geometry;
	const struct geometry_flash *what = &geometry->flash[i];
	const size_t size = flash_size(geometry, i);

	*flash = (struct powercut_flash){
		.name = names[i],
		.bytes = world->block + *used,
		.size = size,
		.write_block = what->block,
		.erased = what->erased,
		.explicit_erase = !what->no_erase,
	};
	*used += ALIGNED(size);
	flash->cells.programmed = world->block + *used;
	*used += ALIGNED(size / what->block);
	flash->cells.unstable = world->block + *used;
	*used += ALIGNED(size);
	flash->cells.noise = &survivor_of(world)->noise[i];
}

static void name_areas(const struct geometry *geometry, struct powercut_layout *layout)
{
	static const char *const names[PART_NEIGHBOUR] = {
		"image-0", "image-1", "image-2",       "image-3", "image-4",    "image-5",
		"s0",      "s1",      "image-scratch", "storage", "modem-files"};

	for (unsigned int i = 0; i < PART_NEIGHBOUR; i++) {
		const struct device_area area = device_area(geometry, (enum geometry_part_kind)i);

		layout->area[i] = (struct powercut_area){names[i], area.flash, area.off, area.size};
	}
	layout->areas = PART_NEIGHBOUR;
}

int device_lay_out(const struct powercut_world *world, size_t size, struct powercut_layout *layout)
{
	const struct geometry *geometry = device_config(world)->geometry;
	size_t used = ALIGNED(sizeof(struct survivor));

	layout->flashes = 0;
	for (unsigned int i = 0; i < GEOMETRY_FLASHES && geometry->flash[i].block > 0; i++) {
		lay_out_flash(world, i, &used, &layout->flash[i]);
		layout->flashes++;
	}
	for (int slot = 0; slot < SLOTS; slot++) {
		used += ALIGNED(device_area(geometry, slot_kind(slot)).size);
	}
	layout->used = used;
	name_areas(geometry, layout);
	return used > size ? -ENOMEM : 0;
}

void device_fill(const struct powercut_world *world)
{
	const struct geometry *geometry = device_config(world)->geometry;

	for (size_t i = 0; i < world->layout->flashes; i++) {
		const struct powercut_flash *flash = &world->layout->flash[i];

		memset(flash->bytes, flash->erased, flash->size);
	}
	for (size_t i = 0; i < GEOMETRY_PARTS_MAX && geometry->parts[i].pages > 0; i++) {
		const struct raw raw = device_raw_part(world, i);
		const size_t flash = geometry->parts[i].flash;

		if (geometry->parts[i].kind == PART_NEIGHBOUR) {
			uint8_t *bytes = world->layout->flash[flash].bytes;

			memset(bytes + (raw.bytes - bytes), DEVICE_NEIGHBOUR, raw.len);
		}
	}
}

void device_live(const struct powercut_world *world)
{
	for (int slot = 0; slot < SLOTS; slot++) {
		const struct raw raw = device_raw(world, slot_kind(slot));

		memcpy(copy_of(world, slot), raw.bytes, raw.len);
	}
	memset(&device_log, 0, offsetof(struct device_log, op));
	powercut_live(world);
}

void device_set_running(const struct powercut_world *world, unsigned int pair, int slot)
{
	survivor_of(world)->running[pair] = slot;
}
