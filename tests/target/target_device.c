/* SPDX-License-Identifier: Apache-2.0 */
#include "target_device.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <settings/settings_ram.h> /* ports/ */
#include <storage/flash_map.h>

#include "support/test_files.h"

#define SLOTS 4

const struct device_case device_cases[] = {
	{"4K pages, block 4", 4096, 8, 4, 0xff, false, 8, false},
	{"slot 1 at offset 0", 4096, 8, 4, 0xff, false, 8, true},
	{"256 byte pages, block 1", 256, 64, 1, 0xff, false, 8, false},
	{"2K pages, block 8, erased 0", 2048, 16, 8, 0x00, false, 8, false},
	{"4K pages, block 16", 4096, 8, 16, 0xff, false, 16, false},
	{"128K pages, block 32", 131072, 3, 32, 0xff, false, 32, false},
	{"no erase, block 16", 4096, 8, 16, 0xff, true, 16, false},
};
const size_t device_case_count = ARRAY_LEN(device_cases);

struct target_device dut;

struct flash_area target_device_areas[5];
const struct flash_area *flash_map = target_device_areas;
const int flash_map_entries = ARRAY_LEN(target_device_areas);

/* As large as the largest write block that the cases need, on a 4-byte boundary. */
static uint32_t stream_buf[512 / sizeof(uint32_t)];

static struct settings_ram settings;
static uint8_t settings_memory[2048];

static const uint8_t magic8[16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
				   0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};
static const uint8_t magic_rest[14] = {0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d,
				       0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a};

static void magic_of(uint8_t align, uint8_t magic[16])
{
	if (align == 8) {
		memcpy(magic, magic8, 16);
	} else {
		magic[0] = align;
		magic[1] = 0;
		memcpy(&magic[2], magic_rest, 14);
	}
}

/* Distance of image_ok from the slot's end, from the published table. */
static size_t image_ok_distance(void)
{
	switch (dut.what->max_align) {
	case 8:
		return 24;
	case 16:
		return 32;
	default:
		return 64;
	}
}

static void put_area(int index, uint8_t id, size_t off, size_t size)
{
	target_device_areas[index] = (struct flash_area){
		.fa_id = id, .fa_off = (off_t)off, .fa_size = size, .fa_dev = dut.flash.dev};
}

void target_device_open(const struct device_case *what)
{
	const size_t slot_size = what->page_size * what->slot_pages;
	const size_t first = what->slot1_first ? 0 : what->page_size;
	const struct test_geometry geometry = {
		.runs = {{4 * what->slot_pages + (what->slot1_first ? 2 : 3), what->page_size}},
		.write_block_size = what->write_block_size,
		.erase_value = what->erase_value,
		.no_explicit_erase = what->no_explicit_erase,
	};
	const struct boot_arrangement arrangement = {
		.mode = BOOT_MODE_SWAP_MOVE,
		.max_align = what->max_align,
		.images = 1,
		.max_sectors = 128,
	};

	memset(&dut, 0, sizeof(dut));
	dut.what = what;
	dut.before = what->erase_value;
	dut.slot_size = slot_size;
	dut.upload = 1;
	test_flash_init(&dut.flash, &geometry);
	const size_t scratch = first + 2 * slot_size + what->page_size;
	const size_t offsets[SLOTS] = {
		what->slot1_first ? slot_size : first,
		what->slot1_first ? 0 : first + slot_size,
		scratch + what->page_size,
		scratch + what->page_size + slot_size,
	};
	for (uint8_t slot = 0; slot < SLOTS; slot++) {
		put_area(slot, slot, offsets[slot], slot_size);
		dut.slot[slot] = dut.flash.memory + offsets[slot];
	}
	put_area(SLOTS, BOOT_SCRATCH_AREA_ID, scratch, what->page_size);
	memset(dut.flash.memory, 0x5a, first);
	memset(dut.flash.memory + first + 2 * slot_size, 0x5a, what->page_size);
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	settings_ram_init(&settings, settings_memory, sizeof(settings_memory));
	target_device_settings(true);
	dfu_target_mcuboot_set_key(NULL);
	const size_t buf_len = what->page_size < sizeof(stream_buf) ? what->page_size
								    : sizeof(stream_buf);
	assert_int_equal(dfu_target_mcuboot_set_buf((uint8_t *)stream_buf, buf_len), 0);
}

void target_device_settings(bool there)
{
	settings_backend_set(there ? &settings.backend : NULL);
}

/*
 * The target's state outlives a device, and reset is what makes it forget; in a mode that any flash
 * will do for.
 */
static void forget_download(void)
{
	const struct boot_arrangement arrangement = *boot_arrangement_get();
	const int running = boot_running_slot(0);
	const struct target_device before = dut;

	settings_backend_set(NULL);
	target_device_mode(BOOT_MODE_DIRECT_XIP, 0);
	if (target_device_init(0, 1) == 0) {
		assert_int_equal(dfu_target_reset(), 0);
	}
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	for (int image = 0; image < arrangement.images; image++) {
		assert_int_equal(boot_running_slot_set(image, running < 0 ? -1 : running), 0);
	}
	dut.upload = before.upload;
	dut.start = before.start;
}

void target_device_power_cycle(void)
{
	const struct sim_nor_stats stats = dut.flash.nor.stats;
	uint8_t *memory = malloc(dut.flash.size);

	assert_non_null(memory);
	memcpy(memory, dut.flash.memory, dut.flash.size);
	dut.flash.nor.fail_after = -1;
	forget_download();
	memcpy(dut.flash.memory, memory, dut.flash.size);
	free(memory);
	dut.flash.nor.stats = stats;
	target_device_settings(true);
}

void target_device_close(void)
{
	dut.flash.nor.fail_after = -1;
	forget_download();
	test_flash_free(&dut.flash);
	free(dut.image);
	dut.image = NULL;
}

void target_device_images(uint8_t images)
{
	struct boot_arrangement arrangement = *boot_arrangement_get();

	arrangement.images = images;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
}

void target_device_mode(enum boot_mode mode, int running)
{
	struct boot_arrangement arrangement = *boot_arrangement_get();

	arrangement.mode = mode;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	for (int image = 0; image < arrangement.images; image++) {
		assert_int_equal(boot_running_slot_set(image, running), 0);
	}
	dut.upload = 1 - running;
	dut.start = mode == BOOT_MODE_SWAP_OFFSET ? dut.what->page_size : 0;
}

int target_device_setup(void **state)
{
	(void)state;
	target_device_open(&device_cases[0]);
	target_device_factory(0, OLD_IMAGE);
	target_device_load(NEW_IMAGE);
	return 0;
}

int target_device_teardown(void **state)
{
	(void)state;
	target_device_close();
	return 0;
}

void target_device_load(const char *name)
{
	char path[128];

	free(dut.image);
	snprintf(path, sizeof(path), "images/%s", name);
	dut.image = test_read_file(path, &dut.image_len);
}

void target_device_factory(int slot, const char *name)
{
	char path[128];
	size_t len;

	snprintf(path, sizeof(path), "images/%s", name);
	uint8_t *file = test_read_file(path, &len);
	assert_true(len <= dut.slot_size);
	memset(dut.slot[slot], dut.what->erase_value, dut.slot_size);
	memcpy(dut.slot[slot], file, len);
	free(file);
}

void target_device_put_trailer(int slot, bool magic, bool image_ok, bool copy_done)
{
	uint8_t *end = dut.slot[slot] + dut.slot_size;

	if (magic) {
		magic_of(dut.what->max_align, end - 16);
	}
	if (image_ok) {
		end[-(ptrdiff_t)image_ok_distance()] = 1;
	}
	if (copy_done) {
		end[-(ptrdiff_t)(image_ok_distance() + dut.what->max_align)] = 1;
	}
}

bool target_device_has_magic(int slot)
{
	uint8_t magic[16];

	magic_of(dut.what->max_align, magic);
	return memcmp(dut.slot[slot] + dut.slot_size - 16, magic, 16) == 0;
}

bool target_device_image_ok(int slot)
{
	return dut.slot[slot][dut.slot_size - image_ok_distance()] == 1;
}

bool target_device_copy_done(int slot)
{
	return dut.slot[slot][dut.slot_size - image_ok_distance() - dut.what->max_align] == 1;
}

uint8_t target_device_swap_info(int slot)
{
	const size_t distance = image_ok_distance() + 2 * (size_t)dut.what->max_align;

	return dut.slot[slot][dut.slot_size - distance];
}

size_t target_device_max_image(void)
{
	/* 128 sectors, three status records each, four fields and the magic. */
	const size_t a = dut.what->max_align;
	const size_t trailer = 128 * 3 * dut.what->write_block_size + 4 * a + (a == 32 ? 32 : 16);
	const size_t pages = (trailer + dut.what->page_size - 1) / dut.what->page_size + 1;

	return dut.slot_size - pages * dut.what->page_size;
}

int target_device_init(int img_num, size_t file_size)
{
	return dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, img_num, file_size, NULL);
}

size_t target_device_offset(void)
{
	size_t offset = SIZE_MAX;

	assert_int_equal(dfu_target_offset_get(&offset), 0);
	return offset;
}

static int stream_image(int img_num, size_t file_size, size_t chunk)
{
	size_t offset;
	int rc = target_device_init(img_num, file_size);

	if (rc == 0) {
		rc = dfu_target_offset_get(&offset);
	}
	while (rc == 0 && offset < dut.image_len) {
		const size_t n = dut.image_len - offset < chunk ? dut.image_len - offset : chunk;

		rc = dfu_target_write(dut.image + offset, n);
		offset += n;
	}
	return rc;
}

int target_device_stream(size_t file_size, size_t chunk)
{
	return stream_image(0, file_size, chunk);
}

int target_device_download_image(int img_num, size_t chunk)
{
	const int rc = stream_image(img_num, dut.image_len, chunk);

	return rc == 0 ? dfu_target_done(true) : rc;
}

int target_device_download(size_t chunk)
{
	return target_device_download_image(0, chunk);
}

void target_device_assert_body(size_t len)
{
	const uint8_t *image = dut.slot[dut.upload] + dut.start;

	assert_memory_equal(image + len, dut.image + len, dut.image_len - len);
	assert_string_equal(dut.flash.nor.violation, "");
}

void target_device_assert_no_header(void)
{
	const uint8_t *image = dut.slot[dut.upload] + dut.start;

	for (size_t i = 0; i < 32; i++) {
		assert_int_equal(image[i], dut.what->erase_value);
		assert_int_equal(dut.slot[dut.upload][i], dut.what->erase_value);
	}
}

void target_device_assert_slot1_is_file(void)
{
	const size_t around = dut.what->slot1_first ? 0 : dut.what->page_size;
	const uint8_t *behind = dut.flash.memory + around + 2 * dut.slot_size;
	const size_t trailer_fields = 5 * (size_t)dut.what->max_align + 32;

	assert_memory_equal(dut.slot[1], dut.image, dut.image_len);
	for (size_t i = dut.image_len; i < dut.slot_size - trailer_fields; i++) {
		assert_true(dut.slot[1][i] == dut.what->erase_value ||
			    dut.slot[1][i] == dut.before);
	}
	for (size_t i = 0; i < around; i++) {
		assert_int_equal(dut.flash.memory[i], 0x5a);
	}
	for (size_t i = 0; i < dut.what->page_size; i++) {
		assert_int_equal(behind[i], 0x5a);
	}
	assert_string_equal(dut.flash.nor.violation, "");
}
