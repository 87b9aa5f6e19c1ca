/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_rig.h"

#include <string.h>

#include <dfu/boot.h>

struct judge_rig judge_rig;

static struct flash_area areas[JUDGE_SLOTS + 1];
const struct flash_area *flash_map = areas;
const int flash_map_entries = JUDGE_SLOTS + 1;

static int rig_read(const struct device *dev, off_t off, void *data, size_t len)
{
	(void)dev;
	if (++judge_rig.reads == judge_rig.failing_read) {
		return judge_rig.read_error;
	}
	return flash_read(judge_rig.flash.dev, off, data, len);
}

static int rig_write(const struct device *dev, off_t off, const void *data, size_t len)
{
	(void)dev;
	fail_msg("%zu bytes written at %ld", len, (long)off);
	return data != NULL ? -EIO : -EINVAL;
}

static int rig_erase(const struct device *dev, off_t off, size_t len)
{
	(void)dev;
	fail_msg("%zu bytes erased at %ld", len, (long)off);
	return -EIO;
}

static const struct flash_parameters *rig_parameters(const struct device *dev)
{
	(void)dev;
	return flash_get_parameters(judge_rig.flash.dev);
}

static void rig_layout(const struct device *dev, const struct flash_pages_layout **layout,
		       size_t *size)
{
	(void)dev;
	*layout = judge_rig.flash.runs;
	*size = 1;
}

static const struct flash_driver_api rig_api = {
	.read = rig_read,
	.write = rig_write,
	.erase = rig_erase,
	.get_parameters = rig_parameters,
	.page_layout = rig_layout,
};

void judge_rig_rules(const struct boot_rules *rules)
{
	assert_int_equal(boot_rules_set(rules), 0);
}

void judge_rig_open(enum boot_mode mode, uint8_t images)
{
	const struct test_geometry geometry = {
		.runs = {{2 + JUDGE_SLOTS * (JUDGE_SLOT / JUDGE_PAGE), JUDGE_PAGE}},
		.write_block_size = 4,
		.erase_value = 0xff,
	};
	const struct boot_arrangement arrangement = {
		.mode = mode, .max_align = 8, .images = images, .max_sectors = 128};

	memset(&judge_rig, 0, sizeof(judge_rig));
	test_flash_init(&judge_rig.flash, &geometry);
	judge_rig.dev = (struct device){.name = "rig", .api = &rig_api};
	for (unsigned int i = 0; i < JUDGE_SLOTS; i++) {
		areas[i] = (struct flash_area){.fa_id = (uint8_t)i,
					       .fa_off = JUDGE_OFF(i),
					       .fa_size = JUDGE_SLOT,
					       .fa_dev = &judge_rig.dev};
	}
	areas[JUDGE_SLOTS] = (struct flash_area){.fa_id = BOOT_SCRATCH_AREA_ID,
						 .fa_off = JUDGE_OFF(JUDGE_SLOTS),
						 .fa_size = JUDGE_PAGE,
						 .fa_dev = &judge_rig.dev};
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	for (int i = 0; i < images; i++) {
		assert_int_equal(boot_running_slot_set(i, 0), 0);
	}
	judge_rig_rules(&(struct boot_rules){
		.signature = BOOT_SIGNATURE_NONE, .ram_start = 0x20000000, .ram_size = 0x40000});
}

void judge_rig_close(void)
{
	judge_rig_rules(NULL);
	test_flash_free(&judge_rig.flash);
}

static void le(uint8_t *p, uint32_t value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		p[i] = (uint8_t)(value >> (8 * i));
	}
}

void judge_image_begin(struct image_maker *maker, unsigned int major, unsigned int minor,
		       unsigned int revision, unsigned int build, uint32_t flags)
{
	maker_begin(maker, 32, 500, flags);
	maker->bytes[20] = (uint8_t)major;
	maker->bytes[21] = (uint8_t)minor;
	le(&maker->bytes[22], revision, 2);
	le(&maker->bytes[24], build, 4);
}

void judge_image_load_at(struct image_maker *maker, uint32_t address)
{
	le(&maker->bytes[4], address, 4);
}

void judge_image(struct image_maker *maker, unsigned int major, unsigned int minor,
		 unsigned int revision)
{
	judge_image_begin(maker, major, minor, revision, 0, 0);
	maker_hash(maker, DFU_IMAGE_TLV_SHA256);
}

void judge_image_needs(struct image_maker *maker, unsigned int image, unsigned int major,
		       unsigned int minor, unsigned int revision, unsigned int build)
{
	uint8_t value[12] = {(uint8_t)image, 0, 0, 0, (uint8_t)major, (uint8_t)minor};

	le(&value[6], revision, 2);
	le(&value[8], build, 4);
	maker_protected(maker, DFU_IMAGE_TLV_DEPENDENCY, value, sizeof(value));
}

void judge_image_counter(struct image_maker *maker, uint32_t counter)
{
	uint8_t value[4];

	le(value, counter, 4);
	maker_protected(maker, DFU_IMAGE_TLV_SEC_CNT, value, sizeof(value));
}

static uint8_t *slot_end(unsigned int slot)
{
	return judge_rig.flash.memory + JUDGE_OFF(slot + 1);
}

void judge_put(unsigned int slot, size_t off, const struct image_maker *maker)
{
	memcpy(judge_rig.flash.memory + JUDGE_OFF(slot) + off, maker->bytes, maker->len);
}

void judge_put_version(unsigned int slot, unsigned int major, unsigned int minor,
		       unsigned int revision)
{
	struct image_maker maker;

	judge_image(&maker, major, minor, revision);
	judge_put(slot, 0, &maker);
}

void judge_put_magic(unsigned int slot)
{
	static const uint8_t magic[16] = {0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f,
					  0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80};

	memcpy(slot_end(slot) - sizeof(magic), magic, sizeof(magic));
}

void judge_put_image_ok(unsigned int slot)
{
	slot_end(slot)[-24] = 1;
}

void judge_put_copy_done(unsigned int slot)
{
	slot_end(slot)[-32] = 1;
}

static int judge(int image_index, unsigned int together, const struct image_maker *maker)
{
	const struct dfu_image_source source = dfu_image_source_memory(maker->bytes, maker->len);
	uint8_t buf[64];

	return boot_judge(image_index, &source, NULL, together, buf, sizeof(buf),
			  &judge_rig.judgement);
}

enum dfu_image_fault judge_memory(int image_index, unsigned int together,
				  const struct image_maker *maker)
{
	const int rc = judge(image_index, together, maker);

	assert_int_equal(rc, dfu_image_fault_errno(judge_rig.judgement.report.fault));
	return judge_rig.judgement.report.fault;
}

int judge_memory_rc(int image_index, const struct image_maker *maker)
{
	const int rc = judge(image_index, 0, maker);

	assert_int_equal(judge_rig.judgement.report.fault, DFU_IMAGE_OK);
	return rc;
}
