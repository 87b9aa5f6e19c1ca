/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One download of an image into a slot on a real part, in simulated time: the work that
 * bench/timing.py tabulates.
 *
 *     bench_timing PART IMAGE [IDLE_MS]
 *
 * Flash is strict, was never erased, and takes the time of a part of sim/timing_parts.c; so does
 * that of the settings, on the same chip, or beside SPI NOR on an nRF9160. With IDLE_MS the
 * application has idle times of so many milliseconds before the first byte, as many as
 * dfu_target_prepare() has a use for; what they take is told apart. Prints, all in microseconds,
 * "download settings longest-write longest-write-without-settings idle longest-idle".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <flash/flash_ram.h>
#include <nor.h>
#include <storage/flash_map.h>
#include <timing.h>

#include "storage.h"

#define KIB 1024u
#define MEMORY_MAX (2 * 768 * KIB)
#define BUFFER_SIZE 512
#define CHUNK 512

extern const struct flash_area *flash_map;
extern const int flash_map_entries;

/* How a part is used: pages, write block, and slots that hold 512 KiB and a trailer. */
static const struct use {
	const char *part;
	size_t page;
	size_t write_block;
	size_t slot;
	bool no_explicit_erase;
} uses[] = {
	{"nRF52840", 4 * KIB, 4, 576 * KIB, false},   {"nRF9160", 4 * KIB, 4, 576 * KIB, false},
	{"nRF54L", 4 * KIB, 16, 576 * KIB, true},     {"STM32L4", 2 * KIB, 8, 576 * KIB, false},
	{"STM32F4", 128 * KIB, 1, 768 * KIB, false},  {"STM32H7", 128 * KIB, 32, 768 * KIB, false},
	{"MX25R6435F", 4 * KIB, 1, 576 * KIB, false}, {"GD25LE255E", 4 * KIB, 1, 576 * KIB, false},
};

static _Alignas(4) uint8_t memory[MEMORY_MAX];
static struct flash_pages_layout pages;
static struct flash_ram_config *ram_config;
static struct device ram;
static struct sim_nor nor;
static struct sim_timing timing;
static struct flash_area areas[2];
const struct flash_area *flash_map = areas;
const int flash_map_entries = 2;

static uint8_t file[512 * KIB];
static size_t file_size;

struct result {
	uint64_t longest_write;
	uint64_t longest_slot;
	uint64_t idle;
	uint64_t idle_settings; /* of that */
	uint64_t longest_idle;
};

static uint64_t slot_us(void)
{
	return timing.stats.erase_us + timing.stats.program_us;
}

static uint64_t max_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t settings_us(void)
{
	struct storage_cost settings;

	storage_get_cost(&settings);
	return settings.us;
}

static uint32_t now_us(void)
{
	return (uint32_t)sim_timing_now_us();
}

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

static const struct use *use_of(const char *part)
{
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		if (strcmp(uses[i].part, part) == 0) {
			return &uses[i];
		}
	}
	return NULL;
}

static int open_flash(const struct use *use)
{
	const struct flash_ram_config config = {
		.memory = memory,
		.parameters = {.write_block_size = use->write_block,
			       .caps = {.no_explicit_erase = use->no_explicit_erase},
			       .erase_value = 0xff},
		.layout = &pages,
		.layout_size = 1,
	};

	/* Never erased, so that every page costs its erase; the trailer of what runs is blank. */
	memset(memory + use->slot - use->page, 0xff, use->page);
	pages = (struct flash_pages_layout){2 * use->slot / use->page, use->page};
	ram_config = malloc(sizeof(*ram_config));
	if (ram_config == NULL) {
		return -ENOMEM;
	}
	memcpy(ram_config, &config, sizeof(config));
	ram = (struct device){.name = use->part, .config = ram_config, .api = &flash_ram_api};
	sim_nor_init(&nor, &ram);
	sim_timing_init(&timing, &nor.device, sim_timing_part_named(use->part));
	for (uint8_t i = 0; i < 2; i++) {
		areas[i] = (struct flash_area){.fa_id = i,
					       .fa_off = (off_t)(i * use->slot),
					       .fa_size = use->slot,
					       .fa_dev = &timing.device};
	}
	return 0;
}

static int open_device(const struct use *use)
{
	const struct boot_arrangement arrangement = {
		.mode = BOOT_MODE_SWAP_MOVE,
		.max_align = use->write_block > 8 ? (uint8_t)use->write_block : 8,
		.images = 1,
		.max_sectors = (uint16_t)max_of(128, use->slot / use->page),
	};
	const bool is_chip = sim_timing_part_named(use->part)->controller != NULL;
	int rc = open_flash(use);

	rc = rc != 0 ? rc : boot_arrangement_set(&arrangement);
	storage_time(sim_timing_part_named(is_chip ? use->part : "nRF9160"));
	dfu_target_clock_set(now_us);
	return rc != 0 ? rc : storage_open(true);
}

/* As long as there is something to do in idle times. */
static int prepare(uint32_t idle_ms, struct result *result)
{
	int rc = 1;

	while (rc == 1) {
		const uint64_t start = sim_timing_now_us();

		rc = dfu_target_prepare(idle_ms);
		const uint64_t took = sim_timing_now_us() - start;
		if (rc == 1 && took == 0) {
			return -ETIME; /* no erase fits */
		}
		result->idle += took;
		result->longest_idle = max_of(result->longest_idle, took);
	}
	result->idle_settings = settings_us();
	return rc;
}

static int write_all(struct result *result)
{
	int rc = 0;

	for (size_t at = 0; at < file_size && rc == 0; at += CHUNK) {
		const uint64_t start = sim_timing_now_us();
		const uint64_t slot_start = slot_us();

		rc = dfu_target_write(file + at, CHUNK < file_size - at ? CHUNK : file_size - at);
		result->longest_write = max_of(result->longest_write, sim_timing_now_us() - start);
		result->longest_slot = max_of(result->longest_slot, slot_us() - slot_start);
	}
	return rc;
}

static int download(uint32_t idle_ms, const struct use *use, struct result *result)
{
	static _Alignas(4) uint8_t buffer[BUFFER_SIZE];
	int rc = dfu_target_mcuboot_set_buf(buffer, sizeof(buffer));

	rc = rc != 0 ? rc : dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, file_size, NULL);
	if (rc == 0 && idle_ms > 0) {
		rc = prepare(idle_ms, result);
	}
	rc = rc != 0 ? rc : write_all(result);
	rc = rc != 0 ? rc : dfu_target_done(true);
	if (rc == 0 && memcmp(memory + use->slot, file, file_size) != 0) {
		rc = -EIO;
	}
	return rc;
}

int main(int argc, char **argv)
{
	const struct use *use = argc >= 3 ? use_of(argv[1]) : NULL;
	const uint32_t idle_ms = argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;
	struct result result = {0};

	if (use == NULL) {
		fprintf(stderr, "usage: bench_timing PART IMAGE [IDLE_MS]\n");
		return 2;
	}
	int rc = read_file(argv[2]);
	rc = rc != 0 ? rc : open_device(use);
	const uint64_t start = sim_timing_now_us();
	rc = rc != 0 ? rc : download(idle_ms, use, &result);
	if (rc != 0) {
		fprintf(stderr, "bench_timing: %s %s\n", strerror(-rc), nor.violation);
		return 1;
	}
	printf("%llu %llu %llu %llu %llu %llu\n",
	       (unsigned long long)(sim_timing_now_us() - start - result.idle),
	       (unsigned long long)(settings_us() - result.idle_settings),
	       (unsigned long long)result.longest_write, (unsigned long long)result.longest_slot,
	       (unsigned long long)result.idle, (unsigned long long)result.longest_idle);
	return 0;
}
