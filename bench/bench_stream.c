/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One download of an image into a slot on RAM flash: the work that bench/run.py measures.
 *
 *     bench_stream dfu_target|flash_img CHUNK IMAGE [count|pause]
 *
 * Callgrind counts from entry to exit of measured_writes(), which only writes, or of another
 * function that it is told. With "pause" the download is paused at its last byte, and opened again.
 * With "count" the flash is strict and the program prints what reached it in all, "erases programs
 * bytes", and what reached the settings and theirs, "records deletions erases programs bytes". All
 * end with a look at the flash: the slot holds the file, byte for byte.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/flash_img.h>
#include <flash/flash_ram.h>
#include <nor.h>
#include <storage/flash_map.h>

#include "storage.h"

/* The geometry of an nRF52840, with slots for 512 KiB. */
#define PAGE_SIZE 4096
#define WRITE_BLOCK 4
#define SLOT_SIZE 0x90000
#define SLOT1_OFFSET SLOT_SIZE
#define BUFFER_SIZE 512

extern const struct flash_area *flash_map;
extern const int flash_map_entries;

static uint8_t memory[2 * SLOT_SIZE];
static const struct flash_pages_layout pages = {sizeof(memory) / PAGE_SIZE, PAGE_SIZE};
static const struct flash_ram_config ram_config = {
	.memory = memory,
	.parameters = {.write_block_size = WRITE_BLOCK, .erase_value = 0xff},
	.layout = &pages,
	.layout_size = 1,
};
static const struct device ram = {.name = "ram", .config = &ram_config, .api = &flash_ram_api};
static struct sim_nor nor;
/* A copy of one of the two above: devices may be copied. */
static struct device flash;

static const struct flash_area areas[] = {
	{.fa_id = 0, .fa_off = 0, .fa_size = SLOT_SIZE, .fa_dev = &flash, .fa_label = "image-0"},
	{.fa_id = 1,
	 .fa_off = SLOT1_OFFSET,
	 .fa_size = SLOT_SIZE,
	 .fa_dev = &flash,
	 .fa_label = "image-1"},
};
const struct flash_area *flash_map = areas;
const int flash_map_entries = 2;

static struct flash_img_context img;
static size_t file_size;

struct path {
	const char *name;
	int (*init)(void);
	int (*write)(const uint8_t *data, size_t len);
	int (*pause)(void);
	int (*done)(void);
};

static int target_init(void)
{
	static uint8_t buffer[BUFFER_SIZE] __attribute__((aligned(4)));
	int rc = dfu_target_mcuboot_set_buf(buffer, sizeof(buffer));

	return rc != 0 ? rc : dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, file_size, NULL);
}

static int target_write(const uint8_t *data, size_t len)
{
	return dfu_target_write(data, len);
}

static int target_pause(void)
{
	return dfu_target_done(false);
}

static int target_done(void)
{
	return dfu_target_done(true);
}

static int img_init(void)
{
	return flash_img_init_id(&img, 1);
}

static int img_write(const uint8_t *data, size_t len)
{
	return flash_img_buffered_write(&img, data, len, false);
}

/* Has none: it goes on as it is. */
static int img_pause(void)
{
	return 0;
}

static int img_done(void)
{
	return flash_img_buffered_write(&img, NULL, 0, true);
}

static const struct path paths[] = {
	{"dfu_target", target_init, target_write, target_pause, target_done},
	{"flash_img", img_init, img_write, img_pause, img_done},
};

static const struct path *path_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (strcmp(paths[i].name, name) == 0) {
			return &paths[i];
		}
	}
	return NULL;
}

__attribute__((noinline)) static int measured_writes(const struct path *path, const uint8_t *file,
						     size_t chunk)
{
	int rc = 0;

	for (size_t at = 0; at < file_size && rc == 0; at += chunk) {
		rc = path->write(file + at, chunk < file_size - at ? chunk : file_size - at);
	}
	return rc;
}

static uint8_t *file_read(const char *name)
{
	static uint8_t file[SLOT_SIZE];
	FILE *stream = fopen(name, "rb");

	if (stream == NULL) {
		return NULL;
	}
	file_size = fread(file, 1, sizeof(file), stream);
	(void)fclose(stream);
	return file;
}

static int download(const struct path *path, const uint8_t *file, size_t chunk, bool pause)
{
	int rc = path->init();

	if (rc == 0) {
		rc = measured_writes(path, file, chunk);
	}
	if (rc == 0 && pause) {
		rc = path->pause();
		rc = rc != 0 ? rc : path->init();
	}
	if (rc == 0) {
		rc = path->done();
	}
	if (rc == 0 && memcmp(memory + SLOT1_OFFSET, file, file_size) != 0) {
		rc = -EIO;
	}
	return rc;
}

static void print_costs(void)
{
	struct storage_cost settings;

	storage_get_cost(&settings);
	printf("%lu %lu %llu %lu %lu %lu %lu %llu\n", nor.stats.erases, nor.stats.programs,
	       (unsigned long long)nor.stats.bytes_programmed, settings.records, settings.deletions,
	       settings.erases, settings.programs, settings.bytes);
}

int main(int argc, char **argv)
{
	const struct path *path = argc >= 4 ? path_by_name(argv[1]) : NULL;
	size_t chunk = path != NULL ? (size_t)strtoul(argv[2], NULL, 10) : 0;
	const uint8_t *file = chunk > 0 ? file_read(argv[3]) : NULL;
	const char *mode = argc == 5 ? argv[4] : "";
	const bool count = strcmp(mode, "count") == 0;
	int rc;

	if (file == NULL) {
		fprintf(stderr,
			"usage: bench_stream dfu_target|flash_img CHUNK IMAGE [count|pause]\n");
		return 2;
	}
	/*
	 * Never erased, so that every page costs its erase. Blank trailers: nothing pending,
	 * nothing to confirm.
	 */
	memset(memory, 0, sizeof(memory));
	memset(memory + SLOT1_OFFSET - PAGE_SIZE, 0xff, PAGE_SIZE);
	sim_nor_init(&nor, &ram);
	flash = count ? nor.device : ram;
	rc = storage_open(count);
	if (rc == 0) {
		rc = download(path, file, chunk, strcmp(mode, "pause") == 0);
	}
	if (rc != 0) {
		fprintf(stderr, "bench_stream: %s: %s %s\n", path->name, strerror(-rc),
			nor.violation);
		return 1;
	}
	if (count) {
		print_costs();
	}
	return 0;
}
