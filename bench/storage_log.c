/* SPDX-License-Identifier: Apache-2.0 */
#include "storage.h"

#include <string.h>

#include <flash/flash_ram.h>
#include <nor.h>
#include <settings/settings.h>
#include <settings/settings_log.h>
#include <storage/flash_map.h>

/* As on a board with an nRF52840. */
#define PAGE_SIZE 4096
#define PAGES 8
#define WRITE_BLOCK 4

static uint8_t memory[PAGES * PAGE_SIZE];
static const struct flash_pages_layout pages = {PAGES, PAGE_SIZE};
static const struct flash_ram_config ram_config = {
	.memory = memory,
	.parameters = {.write_block_size = WRITE_BLOCK, .erase_value = 0xff},
	.layout = &pages,
	.layout_size = 1,
};
static const struct device ram = {.name = "storage", .config = &ram_config, .api = &flash_ram_api};
static struct sim_nor nor;
static struct sim_timing timing;
static const struct sim_timing_part *part;
/* A copy of one of the three above. */
static struct device flash;
static const struct flash_area area = {
	.fa_id = 20, .fa_size = sizeof(memory), .fa_dev = &flash, .fa_label = "storage"};

static struct settings_log settings;
static unsigned long records;
static unsigned long deletions;

static int counted_init(const struct settings_backend *backend)
{
	(void)backend;
	return settings.backend.api->init(&settings.backend);
}

static int counted_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	return settings.backend.api->load(&settings.backend, cb, param);
}

static int counted_load_subtree(const struct settings_backend *backend, const char *subtree,
				settings_backend_cb cb, void *param)
{
	(void)backend;
	return settings.backend.api->load_subtree(&settings.backend, subtree, cb, param);
}

static int counted_save(const struct settings_backend *backend, const char *name, const void *value,
			size_t len)
{
	(void)backend;
	if (len > 0) {
		records++;
	} else {
		deletions++;
	}
	return settings.backend.api->save(&settings.backend, name, value, len);
}

static const struct settings_backend_api counted_api = {
	.init = counted_init,
	.load = counted_load,
	.save = counted_save,
	.load_subtree = counted_load_subtree,
};
static const struct settings_backend counted = {&counted_api};

/* What the device has used its settings for before. */
static int use(void)
{
	static const uint8_t value[16] = {1};
	int rc = settings_log_init(&settings, &area);

	settings_backend_set(&settings.backend);
	return rc != 0 ? rc : settings_save_one("app/radio", value, sizeof(value));
}

int storage_open(bool count)
{
	memset(memory, 0xff, sizeof(memory));
	flash = ram;
	int rc = use();
	if (rc != 0) {
		return rc;
	}
	sim_nor_init(&nor, &ram);
	flash = count ? nor.device : ram;
	if (part != NULL) {
		sim_timing_init(&timing, count ? &nor.device : &ram, part);
		flash = timing.device;
	}
	records = 0;
	deletions = 0;
	rc = settings_log_init(&settings, &area);
	settings_backend_set(count ? &counted : &settings.backend);
	return rc;
}

void storage_time(const struct sim_timing_part *of)
{
	part = of;
}

void storage_get_cost(struct storage_cost *cost)
{
	*cost = (struct storage_cost){
		.records = records,
		.deletions = deletions,
		.erases = nor.stats.erases,
		.programs = nor.stats.programs,
		.bytes = nor.stats.bytes_programmed,
		.reads = nor.stats.reads,
		.us = timing.stats.erase_us + timing.stats.program_us,
	};
}
