/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One download of a whole modem firmware to serial flash, verified at its end: what bench/run.py
 * counts.
 *
 *     bench_full_modem CHUNK BUFFER FILE
 *
 * The flash is strict and counts. The program prints what reached it, "erases programs bytes", and
 * what reached the settings and theirs, "records deletions erases programs bytes".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_full_modem.h>
#include <flash/flash_ram.h>
#include <nor.h>
#include <storage/flash_map.h>

#include "storage.h"

/* The geometry of an MX25R64, of which the store takes the half that files need. */
#define PAGE_SIZE 4096
#define WRITE_BLOCK 1
#define STORE_SIZE DFU_TARGET_FULL_MODEM_SIZE_WANTED
#define BUFFER_MAX PAGE_SIZE

extern const struct flash_area *flash_map;
extern const int flash_map_entries;

static uint8_t memory[STORE_SIZE];
static const struct flash_pages_layout pages = {sizeof(memory) / PAGE_SIZE, PAGE_SIZE};
static const struct flash_ram_config ram_config = {
	.memory = memory,
	.parameters = {.write_block_size = WRITE_BLOCK, .erase_value = 0xff},
	.layout = &pages,
	.layout_size = 1,
};
static const struct device ram = {.name = "ram", .config = &ram_config, .api = &flash_ram_api};
static struct sim_nor nor;

/* No partition is asked for. */
const struct flash_area *flash_map;
const int flash_map_entries;

static uint8_t file[STORE_SIZE];
static size_t file_size;

static int read_file(const char *name)
{
	FILE *stream = fopen(name, "rb");

	if (stream == NULL) {
		return -errno;
	}
	file_size = fread(file, 1, sizeof(file), stream);
	(void)fclose(stream);
	return file_size > 0 ? 0 : -ENODATA;
}

static int configure(size_t buffer_len)
{
	static uint8_t buffer[BUFFER_MAX];
	struct dfu_target_fmfu_fdev store = {.dev = &nor.device};
	const struct dfu_target_full_modem_params params = {buffer, buffer_len, &store};

	return buffer_len > sizeof(buffer) ? -EINVAL : dfu_target_full_modem_cfg(&params);
}

static int download(size_t chunk)
{
	int rc = dfu_target_init((int)dfu_target_img_type(file, file_size), 0, file_size, NULL);

	for (size_t at = 0; at < file_size && rc == 0; at += chunk) {
		rc = dfu_target_write(file + at, chunk < file_size - at ? chunk : file_size - at);
	}
	if (rc == 0) {
		rc = dfu_target_done(true);
	}
	return rc == 0 && memcmp(memory, file, file_size) != 0 ? -EIO : rc;
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
	const size_t chunk = argc == 4 ? (size_t)strtoul(argv[1], NULL, 10) : 0;

	if (chunk == 0) {
		fprintf(stderr, "usage: bench_full_modem CHUNK BUFFER FILE\n");
		return 2;
	}
	/* Never erased, so that every page costs its erase. */
	memset(memory, 0, sizeof(memory));
	sim_nor_init(&nor, &ram);
	int rc = storage_open(true);
	if (rc == 0) {
		rc = read_file(argv[3]);
	}
	if (rc == 0) {
		rc = configure((size_t)strtoul(argv[2], NULL, 10));
	}
	if (rc == 0) {
		rc = download(chunk);
	}
	if (rc != 0) {
		fprintf(stderr, "bench_full_modem: %s %s\n", strerror(-rc), nor.violation);
		return 1;
	}
	print_costs();
	return 0;
}
