/* SPDX-License-Identifier: Apache-2.0 */
#include "bootloader_rig.h"

#include <string.h>

#include <dfu/boot.h>

#define AREAS 6
#define PAGES 67

struct bl_rig bl_rig;

static struct flash_area areas[AREAS];
const struct flash_area *flash_map = areas;
const int flash_map_entries = AREAS;

static const struct flash_area layout[AREAS] = {
	{.fa_id = BOOT_S0_AREA_ID, .fa_off = 1 * BL_PAGE, .fa_size = 8 * BL_PAGE},
	{.fa_id = BOOT_S1_AREA_ID, .fa_off = 9 * BL_PAGE, .fa_size = 8 * BL_PAGE},
	{.fa_id = 0, .fa_off = 17 * BL_PAGE, .fa_size = 16 * BL_PAGE},
	{.fa_id = 1, .fa_off = 33 * BL_PAGE, .fa_size = 16 * BL_PAGE},
	{.fa_id = 3, .fa_off = 49 * BL_PAGE, .fa_size = 16 * BL_PAGE},
	{.fa_id = BOOT_SCRATCH_AREA_ID, .fa_off = BL_SCRATCH_OFF, .fa_size = 2 * BL_PAGE},
};

static int rig_read(const struct device *dev, off_t off, void *data, size_t len)
{
	(void)dev;
	if (++bl_rig.reads == bl_rig.failing_read) {
		return -EIO;
	}
	return flash_read(bl_rig.flash.dev, off, data, len);
}

static int rig_write(const struct device *dev, off_t off, const void *data, size_t len)
{
	(void)dev;
	return flash_write(bl_rig.flash.dev, off, data, len);
}

static int rig_erase(const struct device *dev, off_t off, size_t len)
{
	(void)dev;
	return flash_erase(bl_rig.flash.dev, off, len);
}

static const struct flash_parameters *rig_parameters(const struct device *dev)
{
	(void)dev;
	return flash_get_parameters(bl_rig.flash.dev);
}

static void rig_layout(const struct device *dev, const struct flash_pages_layout **runs,
		       size_t *size)
{
	(void)dev;
	*runs = bl_rig.flash.runs;
	*size = 1;
}

static const struct flash_driver_api rig_api = {
	.read = rig_read,
	.write = rig_write,
	.erase = rig_erase,
	.get_parameters = rig_parameters,
	.page_layout = rig_layout,
};

static struct flash_area *area(uint8_t area_id)
{
	for (size_t i = 0; i < AREAS; i++) {
		if (areas[i].fa_id == area_id) {
			return &areas[i];
		}
	}
	fail_msg("no area %u", area_id);
	return NULL;
}

void bl_open(enum boot_mode mode, enum bl_pair pair)
{
	const struct test_geometry geometry = {
		.runs = {{PAGES, BL_PAGE}}, .write_block_size = 4, .erase_value = 0xff};
	const struct boot_arrangement arrangement = {.mode = mode,
						     .max_align = 8,
						     .images = pair == BL_SHARED ? 1 : 2,
						     .max_sectors = 128};
	const struct boot_rules rules = {.signature = BOOT_SIGNATURE_NONE,
					 .ram_start = 0x20000000,
					 .ram_size = 0x40000,
					 .bootloader_image = pair == BL_SHARED ? 0 : 1,
					 .flash_base = BL_BASE};

	memset(&bl_rig, 0, sizeof(bl_rig));
	bl_rig.pair = pair;
	bl_rig.image = rules.bootloader_image;
	bl_rig.upload = (uint8_t)(2 * bl_rig.image + 1);
	test_flash_init(&bl_rig.flash, &geometry);
	bl_rig.dev = (struct device){.name = "rig", .api = &rig_api};
	memcpy(areas, layout, sizeof(areas));
	for (size_t i = 0; i < AREAS; i++) {
		areas[i].fa_dev = &bl_rig.dev;
	}
	if (pair == BL_SHARED) {
		bl_remove(3);
	}
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	assert_int_equal(boot_rules_set(&rules), 0);
}

void bl_close(void)
{
	assert_string_equal(bl_rig.flash.nor.violation, "");
	assert_int_equal(boot_rules_set(NULL), 0);
	test_flash_free(&bl_rig.flash);
}

void bl_remove(uint8_t area_id)
{
	area(area_id)->fa_id = BL_NOWHERE;
}

void bl_shrink(uint8_t area_id, size_t pages)
{
	area(area_id)->fa_size = pages * BL_PAGE;
}

void bl_share_page(uint8_t area_id)
{
	area(area_id)->fa_size -= 8;
}

uint8_t *bl_bytes(uint8_t area_id)
{
	return bl_rig.flash.memory + area(area_id)->fa_off;
}

uint32_t bl_off(uint8_t area_id)
{
	return (uint32_t)area(area_id)->fa_off;
}

size_t bl_size(uint8_t area_id)
{
	return area(area_id)->fa_size;
}

static void le32(uint8_t *p, uint32_t value)
{
	for (size_t i = 0; i < 4; i++) {
		p[i] = (uint8_t)(value >> (8 * i));
	}
}

void bl_begin(struct image_maker *maker, uint32_t address, uint32_t payload, uint32_t flags)
{
	maker_begin(maker, 0x200, payload, flags);
	le32(&maker->bytes[4], address);
	if (payload >= 8) {
		le32(&maker->bytes[0x200], 0x20010000);
		le32(&maker->bytes[0x204], address | 1);
	}
}

void bl_info(struct image_maker *maker, size_t off, uint32_t version)
{
	uint8_t *info = &maker->bytes[off];

	memset(info, 0, 60);
	le32(&info[0], 0x281ee6de);
	le32(&info[4], 0x8fcebb4c);
	le32(&info[8], 0x00003502);
	le32(&info[12], 60);
	le32(&info[16], 0x3000);
	le32(&info[20], version);
	le32(&info[24], 0x8200);
	le32(&info[28], 0x8201);
	le32(&info[32], 0x9102ffff);
}

void bl_make(struct image_maker *maker, uint8_t area_id, uint32_t version)
{
	bl_begin(maker, BL_BASE + bl_off(area_id) + 0x300, 3000, 0);
	bl_info(maker, 0x400, version);
	maker_hash(maker, DFU_IMAGE_TLV_SHA256);
}

void bl_make_application(struct image_maker *maker, uint8_t major)
{
	bl_begin(maker, BL_BASE + bl_off(0) + 0x300, 2000, 0);
	maker->bytes[20] = major;
	maker_hash(maker, DFU_IMAGE_TLV_SHA256);
}

void bl_put(uint8_t area_id, const struct image_maker *maker)
{
	memcpy(bl_bytes(area_id), maker->bytes, maker->len);
}

void bl_put_version(uint8_t area_id, uint32_t version)
{
	struct image_maker maker;

	bl_make(&maker, area_id, version);
	bl_put(area_id, &maker);
}

void bl_put_magic(uint8_t area_id)
{
	static const uint8_t magic[16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
					  0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};

	memcpy(bl_bytes(area_id) + bl_size(area_id) - sizeof(magic), magic, sizeof(magic));
}

static int judge(const struct image_maker *maker)
{
	const struct dfu_image_source source = dfu_image_source_memory(maker->bytes, maker->len);
	uint8_t buf[64];

	return boot_judge(bl_rig.image, &source, NULL, 0, buf, sizeof(buf), &bl_rig.judgement);
}

enum dfu_image_fault bl_judge(const struct image_maker *maker)
{
	const int rc = judge(maker);

	assert_int_equal(rc, dfu_image_fault_errno(bl_rig.judgement.report.fault));
	return bl_rig.judgement.report.fault;
}

int bl_judge_rc(const struct image_maker *maker)
{
	const int rc = judge(maker);

	assert_int_equal(bl_rig.judgement.report.fault, DFU_IMAGE_OK);
	return rc;
}
