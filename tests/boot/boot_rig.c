/* SPDX-License-Identifier: Apache-2.0 */
#include "boot_rig.h"

#include <string.h>

const struct rig_case rig_cases[] = {
	{"4K pages, block 4", 4096, 8, 4, 0xff, false, 8, 24576},
	{"1K pages, block 1", 1024, 32, 1, 0xff, false, 8, 30720},
	{"2K pages, block 8, erased 0", 2048, 16, 8, 0x00, false, 8, 26624},
	{"4K pages, block 16", 4096, 8, 16, 0xff, false, 16, 20480},
	{"4K pages, block 4, fields 32 apart", 4096, 8, 4, 0xff, false, 32, 24576},
	{"128K pages, block 32, erased 0", 131072, 3, 32, 0x00, false, 32, 131072},
	{"no erase, block 16", 4096, 8, 16, 0xff, true, 16, 20480},
	{"no erase, block 1, erased 0", 4096, 8, 1, 0x00, true, 8, 24576},
};
const size_t rig_case_count = ARRAY_LEN(rig_cases);

struct rig rig;

const struct flash_area *flash_map = rig.areas;
const int flash_map_entries = ARRAY_LEN(rig.areas);

/* Whether this operation is the one to be cut; it is written down in any case. */
static bool note(bool is_erase, off_t off, size_t len)
{
	assert_true(rig.op_count < RIG_OPS_MAX);
	rig.ops[rig.op_count] = (struct rig_op){is_erase, (size_t)off, len};
	rig.op_count++;
	return (long)rig.op_count - 1 == rig.cut;
}

static int rig_read(const struct device *dev, off_t off, void *data, size_t len)
{
	(void)dev;
	return flash_read(rig.flash.dev, off, data, len);
}

/* Torn: the first half of the bytes, whatever write blocks there are. */
static int rig_write(const struct device *dev, off_t off, const void *data, size_t len)
{
	(void)dev;
	if (!note(false, off, len)) {
		return flash_write(rig.flash.dev, off, data, len);
	}
	if (rig.torn) {
		memcpy(&rig.flash.memory[off], data, (len + 1) / 2);
	}
	return rig.cut_rc;
}

/* Torn: the second half is erased, the first one is as before. */
static int rig_erase(const struct device *dev, off_t off, size_t len)
{
	(void)dev;
	if (!note(true, off, len)) {
		return flash_erase(rig.flash.dev, off, len);
	}
	if (rig.torn) {
		memset(&rig.flash.memory[(size_t)off + len / 2], rig.what->erased, len - len / 2);
	}
	return rig.cut_rc;
}

static const struct flash_parameters *rig_parameters(const struct device *dev)
{
	(void)dev;
	return flash_get_parameters(rig.flash.dev);
}

static void rig_layout(const struct device *dev, const struct flash_pages_layout **layout,
		       size_t *size)
{
	(void)dev;
	*layout = rig.flash.runs;
	*size = 1;
}

static const struct flash_driver_api rig_api = {
	.read = rig_read,
	.write = rig_write,
	.erase = rig_erase,
	.get_parameters = rig_parameters,
	.page_layout = rig_layout,
};

void rig_open_mode(const struct rig_case *what, enum boot_mode mode)
{
	const size_t size = what->page * what->pages;
	const struct test_geometry geometry = {
		.runs = {{2 * what->pages + 2, what->page}},
		.write_block_size = what->write,
		.erase_value = what->erased,
		.no_explicit_erase = what->no_erase,
	};
	const struct boot_arrangement arrangement = {
		.mode = mode, .max_align = what->align, .images = 1, .max_sectors = 128};

	memset(&rig, 0, sizeof(rig));
	rig.what = what;
	rig.mode = mode;
	rig.layout = trailer_bytes(what->align);
	rig.cut = -1;
	rig.cut_rc = -EINTR;
	test_flash_init(&rig.flash, &geometry);
	rig.dev = (struct device){.name = "rig", .api = &rig_api};
	for (uint8_t i = 0; i < 2; i++) {
		rig.areas[i] = (struct flash_area){.fa_id = i,
						   .fa_off = (off_t)(what->page + i * size),
						   .fa_size = size,
						   .fa_dev = &rig.dev};
	}
	rig.areas[2] = (struct flash_area){
		.fa_id = BOOT_SCRATCH_AREA_ID, .fa_size = what->page, .fa_dev = &rig.dev};
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
}

void rig_open(const struct rig_case *what)
{
	rig_open_mode(what, BOOT_MODE_SWAP_MOVE);
}

void rig_close(void)
{
	rig_assert_no_violation();
	test_flash_free(&rig.flash);
}

uint8_t *rig_end(int slot)
{
	return rig.flash.memory + rig.areas[slot].fa_off + rig.areas[slot].fa_size;
}

void rig_start(long cut, bool torn)
{
	rig.op_count = 0;
	rig.cut = cut;
	rig.torn = torn;
}

void rig_put(int slot, size_t distance, uint8_t value)
{
	rig_end(slot)[-(ptrdiff_t)distance] = value;
}

void rig_put_magic(int slot)
{
	memcpy(rig_end(slot) - 16, rig.layout->magic, 16);
}

size_t rig_base(int slot)
{
	return rig.mode == BOOT_MODE_SWAP_OFFSET && slot == 1 ? rig.what->page : 0;
}

/* Header of 32 bytes, payload, a TLV area with one hash. */
void rig_put_image(int slot, size_t size)
{
	static const uint8_t header[32] = {0x3d, 0xb8, 0xf3, 0x96, 0, 0, 0, 0, 32, 0, 0, 0, 0,
					   0,    0,    0,    0,    0, 0, 0, 1, 2,  3, 0, 4};
	static const uint8_t tlvs[8] = {0x07, 0x69, 40, 0, 0x10, 0, 32, 0};
	uint8_t *image = rig_end(slot) - rig.areas[slot].fa_size + rig_base(slot);
	const size_t payload = size - 32 - 40;

	memcpy(image, header, sizeof(header));
	for (size_t i = 0; i < 4; i++) {
		image[12 + i] = (uint8_t)(payload >> (8 * i));
	}
	test_pattern(&image[32], payload, 7);
	memcpy(&image[32 + payload], tlvs, sizeof(tlvs));
	test_pattern(&image[40 + payload], 32, 11);
}

const char *rig_meaning(void)
{
	/* The row that only swap-offset has. */
	if (rig.mode == BOOT_MODE_SWAP_OFFSET && trailer_has_magic(rig.layout, rig_end(1)) &&
	    rig_end(1)[-(ptrdiff_t)rig.layout->image_ok] == rig.what->erased &&
	    rig_end(1)[-(ptrdiff_t)rig.layout->copy_done] == 1) {
		return "revert";
	}
	return trailer_meaning(rig.layout, rig_end(0), rig.what->erased, rig_end(1),
			       rig.what->erased);
}

void rig_assert_no_violation(void)
{
	assert_string_equal(rig.flash.nor.violation, "");
}
