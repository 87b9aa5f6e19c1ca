/* SPDX-License-Identifier: Apache-2.0 */
#include "log_rig.h"

#include <stdlib.h>
#include <string.h>

const struct log_geometry log_geometries[LOG_GEOMETRIES] = {
	{.name = "bytes", .flash = {{{2, 4096}}, 1, 0xff, false}, .room = 4096},
	{.name = "words", .flash = {{{3, 4096}}, 4, 0xff, false}, .room = 4096},
	{.name = "small pages", .flash = {{{16, 1024}}, 8, 0xff, false}, .room = 4096},
	{.name = "five pages", .flash = {{{5, 4096}}, 16, 0xff, false}, .room = 4096},
	{.name = "erased is 0", .flash = {{{2, 8192}}, 32, 0x00, false}, .room = 8192},
	{.name = "page is block", .flash = {{{24, 512}}, 512, 0xff, false}, .room = 4096},
	{.name = "large block, 0", .flash = {{{3, 8192}}, 512, 0x00, false}, .room = 8192},
	{.name = "odd block", .flash = {{{4, 4800}}, 12, 0xff, false}, .room = 4800},
	{.name = "growing pages",
	 .flash = {{{2, 4096}, {1, 16384}, {1, 65536}}, 4, 0xff, false},
	 .room = 4096},
	{.name = "shrinking pages",
	 .flash = {{{1, 16384}, {3, 4096}, {9, 512}}, 8, 0xff, false},
	 .room = 4096},
	{.name = "inside a device",
	 .flash = {{{8, 4096}}, 4, 0xff, false},
	 .off = 8192,
	 .size = 12288,
	 .room = 4096},
	{.name = "no erase", .flash = {{{4, 4096}}, 16, 0xff, true}, .room = 4096},
	{.name = "no erase, bytes, 0", .flash = {{{2, 4096}}, 1, 0x00, true}, .room = 4096},
};

const struct log_geometry log_words = {
	.name = "words", .flash = {{{4, PAGE}}, 4, 0xff, false}, .room = PAGE};

static uint8_t *must_calloc(size_t size)
{
	uint8_t *p = calloc(size, 1);

	assert_non_null(p);
	return p;
}

static size_t blocks(const struct log_rig *rig)
{
	return rig->flash.size / rig->flash.ram_config->parameters.write_block_size;
}

int log_rig_reset(struct log_rig *rig)
{
	sim_power_init(&rig->power);
	memset(&rig->log, 0xa5, sizeof(rig->log));
	settings_backend_set(&rig->log.backend);
	return settings_log_init(&rig->log, &rig->area);
}

void log_rig_blank(struct log_rig *rig, const struct log_geometry *geometry)
{
	test_flash_init(&rig->flash, &geometry->flash);
	rig->noise = 1;
	rig->cells = (struct sim_cells){.programmed = must_calloc(blocks(rig)),
					.unstable = must_calloc(rig->flash.size),
					.noise = &rig->noise};
	sim_power_init(&rig->power);
	rig->flash.nor.cells = &rig->cells;
	rig->flash.nor.power = &rig->power;
	rig->area = (struct flash_area){
		.fa_id = 16,
		.fa_dev = rig->flash.dev,
		.fa_off = geometry->off,
		.fa_size = geometry->size == 0 ? rig->flash.size - (size_t)geometry->off
					       : geometry->size,
	};
}

void log_rig_init(struct log_rig *rig, const struct log_geometry *geometry)
{
	log_rig_blank(rig, geometry);
	assert_int_equal(log_rig_reset(rig), 0);
}

void log_rig_free(struct log_rig *rig)
{
	settings_backend_set(NULL);
	assert_string_equal(rig->flash.nor.violation, "");
	free(rig->cells.programmed);
	free(rig->cells.unstable);
	test_flash_free(&rig->flash);
}

void log_shot_init(struct log_shot *shot, const struct log_rig *rig)
{
	shot->memory = must_calloc(rig->flash.size);
	shot->programmed = must_calloc(blocks(rig));
	shot->unstable = must_calloc(rig->flash.size);
}

void log_shot_free(struct log_shot *shot)
{
	free(shot->memory);
	free(shot->programmed);
	free(shot->unstable);
}

void log_shot_take(struct log_shot *shot, const struct log_rig *rig)
{
	memcpy(shot->memory, rig->flash.memory, rig->flash.size);
	memcpy(shot->programmed, rig->cells.programmed, blocks(rig));
	memcpy(shot->unstable, rig->cells.unstable, rig->flash.size);
	shot->noise = rig->noise;
}

void log_shot_restore(const struct log_shot *shot, struct log_rig *rig)
{
	memcpy(rig->flash.memory, shot->memory, rig->flash.size);
	memcpy(rig->cells.programmed, shot->programmed, blocks(rig));
	memcpy(rig->cells.unstable, shot->unstable, rig->flash.size);
	rig->noise = shot->noise;
}

uint8_t *log_rig_bytes(struct log_rig *rig, size_t off)
{
	return rig->flash.memory + rig->area.fa_off + off;
}

void log_save(const char *name, const char *text)
{
	assert_int_equal(settings_save_one(name, text, strlen(text)), 0);
}
