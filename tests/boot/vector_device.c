/* SPDX-License-Identifier: Apache-2.0 */
#include "vector_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>

struct vector_device vector_device;

/* Of fixed length; the unused ones have an id that nobody opens. */
static struct flash_area areas[VECTOR_AREAS_MAX];
static char parts[VECTOR_AREAS_MAX][32];
const struct flash_area *flash_map = areas;
const int flash_map_entries = VECTOR_AREAS_MAX;

static void parse_pages(const json_t *page, size_t size, struct flash_pages_layout *runs)
{
	if (json_is_integer(page)) {
		runs[0].pages_size = (size_t)json_integer_value(page);
		runs[0].pages_count = size / runs[0].pages_size;
		return;
	}
	assert_true(json_array_size(page) <= TEST_FLASH_RUNS_MAX);
	for (size_t i = 0; i < json_array_size(page); i++) {
		const json_t *run = json_array_get(page, i);

		runs[i].pages_count = (size_t)json_integer_value(json_array_get(run, 0));
		runs[i].pages_size = (size_t)json_integer_value(json_array_get(run, 1));
	}
}

static uint8_t area_id(const char *part)
{
	unsigned int slot;

	if (strcmp(part, "scratch_partition") == 0) {
		return BOOT_SCRATCH_AREA_ID;
	}
	return sscanf(part, "slot%u_partition", &slot) == 1 ? (uint8_t)slot
							    : (uint8_t)(100 + vector_device.areas);
}

static void add_area(const json_t *part, const struct device *dev)
{
	const size_t i = vector_device.areas;

	assert_true(i < VECTOR_AREAS_MAX);
	snprintf(parts[i], sizeof(parts[i]), "%s", json_string_value(json_array_get(part, 0)));
	areas[i] = (struct flash_area){
		.fa_id = area_id(parts[i]),
		.fa_off = (off_t)json_integer_value(json_array_get(part, 2)),
		.fa_size = (size_t)json_integer_value(json_array_get(part, 3)),
		.fa_dev = dev,
		.fa_label = parts[i],
	};
	vector_device.areas++;
}

static void add_flash(const json_t *json)
{
	struct test_flash *flash = &vector_device.flash[vector_device.flashes];
	const json_t *part_list = json_object_get(json, "parts");
	struct test_geometry geometry = {
		.write_block_size = (size_t)vector_number(json, "write"),
		.erase_value = (uint8_t)vector_number(json, "erased"),
	};

	assert_true(vector_device.flashes < VECTOR_FLASHES_MAX);
	parse_pages(json_object_get(json, "page"), (size_t)vector_number(json, "size"),
		    geometry.runs);
	test_flash_init(flash, &geometry);
	assert_int_equal(flash->size, vector_number(json, "size"));
	vector_device.flashes++;
	for (size_t i = 0; i < json_array_size(part_list); i++) {
		add_area(json_array_get(part_list, i), flash->dev);
	}
}

static void set_arrangement(const json_t *mcuboot)
{
	struct boot_arrangement arrangement = {
		.mode = BOOT_MODE_COUNT,
		.max_align = (uint8_t)vector_number(mcuboot, "max_align"),
		.images = (uint8_t)vector_number(mcuboot, "images"),
		.max_sectors = (uint16_t)vector_number(mcuboot, "max_sectors"),
	};

	for (unsigned int mode = 0; mode < BOOT_MODE_COUNT; mode++) {
		if (strcmp(boot_mode_name((enum boot_mode)mode), vector_string(mcuboot, "mode")) ==
		    0) {
			arrangement.mode = (enum boot_mode)mode;
		}
	}
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
}

void vector_device_open(const json_t *record)
{
	const json_t *flashes = json_object_get(record, "flash");

	memset(&vector_device, 0, sizeof(vector_device));
	for (size_t i = 0; i < VECTOR_AREAS_MAX; i++) {
		areas[i] = (struct flash_area){.fa_id = 255};
	}
	for (size_t i = 0; i < json_array_size(flashes); i++) {
		add_flash(json_array_get(flashes, i));
	}
	set_arrangement(json_object_get(record, "mcuboot"));
}

void vector_device_close(void)
{
	for (size_t i = 0; i < vector_device.flashes; i++) {
		test_flash_free(&vector_device.flash[i]);
	}
}

const struct flash_area *vector_area(const char *part)
{
	for (size_t i = 0; i < vector_device.areas; i++) {
		if (strcmp(areas[i].fa_label, part) == 0) {
			return &areas[i];
		}
	}
	fail_msg("no area %s", part);
	return NULL;
}

const struct flash_area *vector_slot(size_t slot)
{
	const struct flash_area *fa;

	assert_int_equal(flash_area_open((uint8_t)slot, &fa), 0);
	return fa;
}

uint8_t *vector_bytes(const struct flash_area *fa)
{
	for (size_t i = 0; i < vector_device.flashes; i++) {
		if (vector_device.flash[i].dev == fa->fa_dev) {
			return vector_device.flash[i].memory + fa->fa_off;
		}
	}
	fail_msg("area %s on no flash", fa->fa_label);
	return NULL;
}

void vector_assert_no_violation(const char *id)
{
	for (size_t i = 0; i < vector_device.flashes; i++) {
		if (vector_device.flash[i].nor.violation[0] != '\0') {
			fail_msg("%s: %s", id, vector_device.flash[i].nor.violation);
		}
	}
}

size_t vector_hex(const char *hex, uint8_t *bytes, size_t room)
{
	const size_t len = strlen(hex) / 2;

	assert_true(len <= room);
	for (size_t i = 0; i < len; i++) {
		const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return len;
}

const char *vector_string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (value == NULL) {
		fail_msg("no string %s", key);
	}
	return value;
}

long vector_number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value)) {
		fail_msg("no number %s", key);
	}
	return (long)json_integer_value(value);
}
