/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device of a process: what the library gets, then a log that the costs are judged by, then the
 * strict flash, then memory in the block.
 */
#include "device.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <boot_model.h> /* sim/ */
#include "invariants.h"
#include <dfu/bootloader.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/log.h>
#include <flash/flash_ram.h> /* ports/ */
#include <settings/settings.h>
#include <settings/settings_log.h>
#include <storage/flash_map.h>

#define AREA_SETTINGS 90 /* any id that nothing else has */
#define AREAS (GEOMETRY_SLOTS_MAX + GEOMETRY_STAGES + 2)
#define AREA_NONE 100 /* from here on: slots that the device does not have */
#define BUF_MAX 4096

struct chip {
	struct device dev; /* what the library gets */
	struct sim_nor nor;
	struct device ram;
	struct flash_ram_config config;
	struct flash_pages_layout runs[GEOMETRY_PARTS_MAX];
	unsigned int number;
};

static struct {
	const struct powercut_world *world;
	struct chip chip[GEOMETRY_FLASHES];
	struct settings_log log;
	struct settings_backend settings; /* what the library gets */
	bool settings_fail;
} the;

static struct flash_area areas[AREAS];
const struct flash_area *flash_map = areas;
const int flash_map_entries = AREAS;

static uint32_t stream_buf[BUF_MAX / sizeof(uint32_t)];

static struct chip *chip_of(const struct device *dev)
{
	return dev->data;
}

static int report(const struct chip *chip, int rc)
{
	if (chip->nor.violation[0] != '\0') {
		powercut_violation(the.world, "I3", "%s", chip->nor.violation);
	}
	return rc;
}

static void write_down(const struct chip *chip, bool is_erase, off_t off, size_t len)
{
	if (device_log.count < DEVICE_OPS_MAX) {
		device_log.op[device_log.count] = (struct device_op){.flash = chip->number,
								     .is_erase = is_erase,
								     .off = (size_t)off,
								     .len = len};
	}
	device_log.count++;
}

static int chip_read(const struct device *dev, off_t off, void *data, size_t len)
{
	const struct chip *chip = chip_of(dev);

	return report(chip, flash_read(&chip->nor.device, off, data, len));
}

static bool is_erased(const struct chip *chip, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != chip->config.parameters.erase_value) {
			return false;
		}
	}
	return true;
}

static int chip_write(const struct device *dev, off_t off, const void *data, size_t len)
{
	const struct chip *chip = chip_of(dev);

	write_down(chip,
		   chip->config.parameters.caps.no_explicit_erase && is_erased(chip, data, len),
		   off, len);
	return report(chip, flash_write(&chip->nor.device, off, data, len));
}

static int chip_erase(const struct device *dev, off_t off, size_t len)
{
	const struct chip *chip = chip_of(dev);

	write_down(chip, true, off, len);
	return report(chip, flash_erase(&chip->nor.device, off, len));
}

static const struct flash_parameters *chip_parameters(const struct device *dev)
{
	return &chip_of(dev)->config.parameters;
}

static void chip_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			     size_t *layout_size)
{
	*layout = chip_of(dev)->config.layout;
	*layout_size = chip_of(dev)->config.layout_size;
}

static const struct flash_driver_api chip_api = {
	.read = chip_read,
	.write = chip_write,
	.erase = chip_erase,
	.get_parameters = chip_parameters,
	.page_layout = chip_page_layout,
};

static void open_chip(const struct powercut_world *world, unsigned int number)
{
	const struct geometry *geometry = device_config(world)->geometry;
	const struct powercut_flash *flash = &world->layout->flash[number];
	struct chip *chip = &the.chip[number];
	size_t runs = 0;

	for (size_t i = 0; i < GEOMETRY_PARTS_MAX && geometry->parts[i].pages > 0; i++) {
		const struct geometry_part *part = &geometry->parts[i];

		if (part->flash == number) {
			chip->runs[runs++] =
				(struct flash_pages_layout){part->pages, part->page_size};
		}
	}
	const struct flash_ram_config config = {
		.memory = flash->bytes,
		.parameters = {.write_block_size = flash->write_block,
			       .caps = {.no_explicit_erase = !flash->explicit_erase},
			       .erase_value = flash->erased},
		.layout = chip->runs,
		.layout_size = runs,
	};

	memcpy(&chip->config, &config, sizeof(config)); /* which has constant members */
	chip->number = number;
	chip->ram = (struct device){
		.name = flash->name, .config = &chip->config, .api = &flash_ram_api};
	sim_nor_init(&chip->nor, &chip->ram);
	chip->nor.power = world->power;
	chip->nor.flash = number;
	chip->nor.cells = &flash->cells;
	chip->nor.erases_at_once = geometry->at_once && number == 1;
	chip->dev = (struct device){.name = flash->name, .api = &chip_api, .data = chip};
}

static void open_area(const struct geometry *geometry, size_t index, uint8_t id,
		      enum geometry_part_kind kind, const char *label)
{
	const struct device_area area = device_area(geometry, kind);

	areas[index] = (struct flash_area){
		.fa_id = id,
		.fa_off = (off_t)area.off,
		.fa_size = area.size,
		.fa_dev = &the.chip[area.flash].dev,
		.fa_label = label,
	};
}

static void open_slots(const struct geometry *geometry)
{
	static const char *const labels[GEOMETRY_SLOTS_MAX + GEOMETRY_STAGES] = {
		"image-0", "image-1", "image-2", "image-3", "image-4", "image-5", "s0", "s1"};

	for (unsigned int i = 0; i < GEOMETRY_SLOTS_MAX + GEOMETRY_STAGES; i++) {
		const enum geometry_part_kind kind = (enum geometry_part_kind)(PART_SLOT0 + i);
		const bool is_there = device_area(geometry, kind).size > 0;
		const unsigned int id =
			i < GEOMETRY_SLOTS_MAX ? i : BOOT_S0_AREA_ID + i - GEOMETRY_SLOTS_MAX;

		open_area(geometry, i, (uint8_t)(is_there ? id : AREA_NONE + i), kind, labels[i]);
	}
}

static int log_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	return the.log.backend.api->load(&the.log.backend, cb, param);
}

static int log_save(const struct settings_backend *backend, const char *name, const void *value,
		    size_t len)
{
	(void)backend;
	device_log.saves += len > 0;
	device_log.deletes += len == 0;
	if (the.settings_fail) {
		return -EIO;
	}
	return the.log.backend.api->save(&the.log.backend, name, value, len);
}

static int log_load_subtree(const struct settings_backend *backend, const char *subtree,
			    settings_backend_cb cb, void *param)
{
	(void)backend;
	return the.log.backend.api->load_subtree(&the.log.backend, subtree, cb, param);
}

static int log_start(const struct settings_backend *backend)
{
	const struct settings_backend_api *api = the.log.backend.api;

	(void)backend;
	return api->init == NULL ? 0 : api->init(&the.log.backend);
}

static const struct settings_backend_api settings_api = {
	.init = log_start,
	.load = log_load,
	.save = log_save,
	.load_subtree = log_load_subtree,
};

int device_open_settings(void)
{
	const int rc = settings_log_init(&the.log, &areas[AREAS - 1]);

	the.settings.api = &settings_api;
	settings_backend_set(&the.settings);
	return rc;
}

void device_break_settings(bool broken)
{
	the.settings_fail = broken;
}

const struct device *device_flash(unsigned int flash)
{
	return &the.chip[flash].dev;
}

static int open_library(const struct device_config *config)
{
	const struct boot_arrangement arrangement = {
		.mode = config->mode,
		.max_align = config->geometry->align,
		.images = (uint8_t)device_pairs(config->geometry),
		.max_sectors = config->geometry->sectors,
	};
	const struct boot_rules rules = {
		.signature = config->signature,
		.hash = DFU_IMAGE_TLV_SHA256,
		.key = config->key,
		.ram_start = DEVICE_RAM_START,
		.ram_size = DEVICE_RAM_SIZE,
		.bootloader_image = (uint8_t)(device_pairs(config->geometry) - 1),
		.flash_base = DEVICE_FLASH_BASE,
	};
	int rc = boot_arrangement_set(&arrangement);

	if (rc == 0) {
		rc = boot_rules_set(&rules);
	}
	if (rc == 0) {
		rc = dfu_target_mcuboot_set_buf((uint8_t *)stream_buf, config->geometry->buf_len);
	}
	return rc;
}

void device_open_flash(const struct powercut_world *world)
{
	const struct geometry *geometry = device_config(world)->geometry;

	the.world = world;
	for (unsigned int i = 0; i < world->layout->flashes; i++) {
		open_chip(world, i);
	}
	open_slots(geometry);
	open_area(geometry, AREAS - 2, BOOT_SCRATCH_AREA_ID, PART_SCRATCH, "image-scratch");
	open_area(geometry, AREAS - 1, AREA_SETTINGS, PART_SETTINGS, "storage");
}

int device_open(const struct powercut_world *world)
{
	device_open_flash(world);
	return open_library(device_config(world));
}

static void set_power(struct sim_power *power)
{
	for (unsigned int i = 0; i < the.world->layout->flashes; i++) {
		the.chip[i].nor.power = power;
	}
}

/* What the library says goes into replays; a million warnings help nobody. */
void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	char line[160];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (the.world != NULL) {
		powercut_say(the.world, "log %d: %s", (int)level, line);
	}
}

/*
 * An erase that was cut so early that all bits it has touched still change from read to read leaves
 * an image that a bootloader finds whole by chance, and starts. No code of the application can keep
 * it from that. What was read then is what runs. The same goes for the trailer that it was started
 * by.
 */
static void settle_what_was_started(const struct powercut_world *world, int slot)
{
	const struct device_config *config = device_config(world);
	const enum geometry_part_kind kind = (enum geometry_part_kind)(PART_SLOT0 + slot);
	const struct device_area area = device_area(config->geometry, kind);
	const struct powercut_flash *flash = &world->layout->flash[area.flash];
	const struct raw raw = device_raw(world, kind);
	const size_t fields = raw_fields_len(config->geometry->align);

	if (boot_mode_is_direct(config->mode)) {
		memset(&flash->cells.unstable[area.off + area.size - fields], 0, fields);
	}
	for (int i = 0; boot_mode_is_direct(config->mode) && i < FILES; i++) {
		const struct device_file *file = &device_files(config, (unsigned int)slot / 2)[i];

		if (file->bytes != NULL && raw_is(&raw, 0, file->bytes, file->size) == RAW_MAYBE) {
			memcpy(&flash->bytes[area.off], file->bytes, file->size);
			memset(&flash->cells.unstable[area.off], 0, file->size);
		}
	}
}

/* What the chip tells, and what it keeps. */
static int note_running(const struct powercut_world *world, const struct sim_boot_result *result)
{
	const bool is_direct = boot_mode_is_direct(device_config(world)->mode);
	int rc = 0;

	for (unsigned int pair = 0; rc == 0 && pair < result->images; pair++) {
		if (device_takes_bootloaders(device_config(world)->geometry, pair)) {
			device_set_running(world, pair,
					   GEOMETRY_SLOTS_MAX + result->bootloader -
						   BOOT_S0_AREA_ID);
			continue;
		}
		const int slot = 2 * (int)pair + result->active[pair];

		device_set_running(world, pair, slot);
		settle_what_was_started(world, slot);
		rc = is_direct ? boot_running_slot_set((int)pair, result->active[pair]) : 0;
	}
	return rc;
}

static bool all_run(const struct powercut_world *world, const struct sim_boot_result *result)
{
	const struct geometry *geometry = device_config(world)->geometry;
	bool runs = result->booted == 0;

	for (unsigned int pair = 0; pair < result->images; pair++) {
		runs = runs &&
		       (device_takes_bootloaders(geometry, pair) ? result->bootloader >= 0
								 : result->active[pair] >= 0);
	}
	return runs;
}

int device_boot(const struct powercut_world *world)
{
	struct sim_boot_result result;

	set_power(NULL);
	int rc = sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result);
	set_power(world->power);
	const bool runs = all_run(world, &result);
	if (rc == 0 && runs) {
		rc = note_running(world, &result);
	}
	if (rc != 0 || !runs) {
		powercut_violation(world, "I2", "nothing boots: %d %s", rc, result.error);
		return -1;
	}
	rc = device_open_settings();
	if (rc != 0) {
		powercut_violation(world, "settings", "not ready: %d", rc);
		return -1;
	}
	return result.active[0];
}

/* The file of a pair after a reset that was tried (is_done), or only looked at. */
static int file_after(const struct powercut_world *world, const struct sim_boot_result *result,
		      unsigned int pair, bool is_done)
{
	const bool is_direct = boot_mode_is_direct(device_config(world)->mode);
	const bool stays = is_done || result->swap_type[pair] == BOOT_SWAP_TYPE_NONE;
	const int slot = is_direct ? result->active[pair] : stays ? 0 : 1;
	struct evidence evidence;

	evidence_collect_pair(world, pair, &evidence);
	if (device_takes_bootloaders(evidence.geometry, pair)) {
		return evidence_next_bootloader(&evidence);
	}
	const int file = evidence_file_at(&evidence, slot, 0);
	return file >= 0 ? file : evidence_file_at(&evidence, slot, evidence.slot[slot].start);
}

/* A look does not tell whether a bootloader would be copied: there the reset is tried. */
int device_find_next(const struct powercut_world *world, int runs[GEOMETRY_PAIRS_MAX])
{
	const unsigned int pairs = device_pairs(device_config(world)->geometry);
	const bool is_tried = device_takes_bootloaders(device_config(world)->geometry, pairs - 1);
	uint8_t *before = is_tried ? malloc(world->layout->used) : NULL;
	struct sim_boot_result result;

	if (is_tried && before == NULL) {
		return -ENOMEM;
	}
	if (is_tried) {
		memcpy(before, world->block, world->layout->used);
	}
	set_power(NULL);
	int rc = sim_boot(boot_arrangement_get(), boot_rules_get(), !is_tried, &result);
	set_power(world->power);
	rc = rc != 0 || !all_run(world, &result) ? -EIO : 0;
	for (unsigned int pair = 0; rc == 0 && pair < result.images; pair++) {
		runs[pair] = file_after(world, &result, pair, is_tried);
	}
	if (is_tried) {
		memcpy(world->block, before, world->layout->used);
	}
	free(before);
	return rc;
}

int device_program(const struct powercut_world *world, enum geometry_part_kind kind, size_t off,
		   const uint8_t *bytes, size_t len)
{
	const struct device_area area = device_area(device_config(world)->geometry, kind);

	return flash_write(&the.chip[area.flash].nor.device, (off_t)(area.off + off), bytes, len);
}
