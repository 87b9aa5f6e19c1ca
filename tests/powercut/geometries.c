/* SPDX-License-Identifier: Apache-2.0 */
#include "geometries.h"

#define NEIGHBOUR(flash, pages, size) {PART_NEIGHBOUR, flash, pages, size}
#define SLOT0(flash, pages, size) {PART_SLOT0, flash, pages, size}
#define SLOT1(flash, pages, size) {PART_SLOT1, flash, pages, size}
#define SCRATCH(flash, pages, size) {PART_SCRATCH, flash, pages, size}
#define SETTINGS(flash, pages, size) {PART_SETTINGS, flash, pages, size}

/*
 * Sizes of images are no multiple of anything, and leave the last page partly empty. swap-offset
 * needs two pages more than the image, one of them for its trailer.
 */
const struct geometry geometries[] = {
	{
		.name = "nrf52840dk",
		.after = "nRF52840 DK; pages a quarter, slots of 6 instead of 118",
		.flash = {{4, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 1024), SLOT0(0, 6, 1024), SLOT1(0, 6, 1024),
			  SCRATCH(0, 1, 1024), SETTINGS(0, 2, 1024), NEIGHBOUR(0, 1, 1024)},
		.align = 8,
		.sectors = 8,
		.buf_len = 256, /* the first page does not fit */
		.swap_size = 2467,
		.direct_size = 4517,
	},
	{
		.name = "nrf9160dk",
		.after = "nRF9160 DK, slot 1 on its SPI NOR; pages a quarter, slots of 6 instead "
			 "of 232",
		.flash = {{4, 0xff, false}, {1, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 1024), SLOT0(0, 6, 1024), SCRATCH(0, 1, 1024),
			  SETTINGS(0, 2, 1024), SLOT1(1, 6, 1024), NEIGHBOUR(1, 1, 1024)},
		.align = 8,
		.sectors = 8,
		.buf_len = 1024, /* the first page fits, just so */
		.swap_size = 3001,
		.direct_size = 3001,
		.at_once = true,
	},
	{
		.name = "stm32f4",
		.after = "STM32F4; pages of 512, 1K and 4K bytes instead of 16K, 64K and 128K",
		.flash = {{1, 0xff, false}},
		.parts = {NEIGHBOUR(0, 2, 512), SETTINGS(0, 2, 512), NEIGHBOUR(0, 1, 1024),
			  SLOT0(0, 3, 4096), SLOT1(0, 3, 4096), SCRATCH(0, 1, 4096)},
		.align = 8,
		.sectors = 8,
		.buf_len = 1024,
		.swap_size = 3989, /* one page is all that swap-move leaves of three */
		.direct_size = 7907,
	},
	{
		.name = "stm32h7",
		.after = "STM32H7; pages of 1 KiB instead of 128",
		.flash = {{32, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 1024), SLOT0(0, 6, 1024), SLOT1(0, 6, 1024),
			  SCRATCH(0, 1, 1024), SETTINGS(0, 2, 1024), NEIGHBOUR(0, 1, 1024)},
		.align = 32,
		.sectors = 8,
		.buf_len = 1024,
		.swap_size = 2503,
		.direct_size = 3007,
	},
	{
		.name = "nrf54l15",
		.after = "nRF54L15, RRAM; pages a quarter, slots of 6 instead of 166",
		.flash = {{16, 0xff, true}},
		.parts = {NEIGHBOUR(0, 1, 1024), SLOT0(0, 6, 1024), SLOT1(0, 6, 1024),
			  SCRATCH(0, 1, 1024), SETTINGS(0, 2, 1024), NEIGHBOUR(0, 1, 1024)},
		.align = 16,
		.sectors = 8,
		.buf_len = 512,
		.swap_size = 3011,
		.direct_size = 5081,
	},
	{
		.name = "erased-00",
		.after = "no board: flash that erases to 0x00, write blocks of 8, pages of 512",
		.flash = {{8, 0x00, false}},
		.parts = {NEIGHBOUR(0, 1, 512), SLOT0(0, 9, 512), SLOT1(0, 9, 512),
			  SCRATCH(0, 2, 512), SETTINGS(0, 4, 512), NEIGHBOUR(0, 1, 512)},
		.align = 8,
		.sectors = 32, /* a trailer of two pages */
		.buf_len = 512,
		.swap_size = 2301,
		.direct_size = 3507,
	},
	{
		.name = "unequal",
		.after = "no board: four pages of slot 0 against one of slot 1",
		.flash = {{2, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 512), SLOT0(0, 4, 512), SLOT0(0, 2, 2048),
			  SLOT1(0, 3, 2048), SCRATCH(0, 1, 2048), SETTINGS(0, 3, 1024),
			  NEIGHBOUR(0, 1, 1024)},
		.align = 8,
		.sectors = 16,
		.buf_len = 512,
		.swap_size = 3151,
		.direct_size = 3151,
		.unequal = true,
	},
	{
		.name = "small",
		.after = "no board: two pages of image, few operations",
		.use = GEOMETRY_FOR_PAIRS,
		.flash = {{4, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 256), SLOT0(0, 4, 256), SLOT1(0, 4, 256),
			  SCRATCH(0, 1, 256), SETTINGS(0, 2, 512), NEIGHBOUR(0, 1, 256)},
		.align = 8,
		.sectors = 4,
		.buf_len = 128,
		.swap_size = 389,
		.direct_size = 389,
	},
	{
		.name = "small-fits",
		.after = "no board: a page fits the buffer; max-align 16",
		.use = GEOMETRY_FOR_PAIRS,
		.flash = {{16, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 512), SLOT0(0, 4, 512), SLOT1(0, 4, 512),
			  SCRATCH(0, 1, 512), SETTINGS(0, 2, 512), NEIGHBOUR(0, 1, 512)},
		.align = 16,
		.sectors = 4,
		.buf_len = 512,
		.swap_size = 997,
		.direct_size = 997,
	},
	{
		.name = "small-rram",
		.after = "no board: as RRAM, nothing is erased",
		.use = GEOMETRY_FOR_PAIRS,
		.flash = {{16, 0xff, true}},
		.parts = {NEIGHBOUR(0, 1, 512), SLOT0(0, 4, 512), SLOT1(0, 4, 512),
			  SCRATCH(0, 1, 512), SETTINGS(0, 2, 512), NEIGHBOUR(0, 1, 512)},
		.align = 16,
		.sectors = 4,
		.buf_len = 256,
		.swap_size = 709,
		.direct_size = 709,
	},
	{
		.name = "signed",
		.after = "nRF52840 DK, pages of 1 KiB: files of 4 KiB in slots of 8 pages",
		.use = GEOMETRY_FOR_SIGNED,
		.flash = {{4, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 1024), SLOT0(0, 8, 1024), SLOT1(0, 8, 1024),
			  SCRATCH(0, 1, 1024), SETTINGS(0, 2, 1024), NEIGHBOUR(0, 1, 1024)},
		.align = 8,
		.sectors = 8,
		.buf_len = 1024,
	},
	{
		.name = "large",
		.after = "nRF52840 DK, slots of 24 pages instead of 118",
		.use = GEOMETRY_FOR_LARGE,
		.flash = {{4, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 4096), SLOT0(0, 24, 4096), SLOT1(0, 24, 4096),
			  SCRATCH(0, 1, 4096), SETTINGS(0, 2, 4096), NEIGHBOUR(0, 1, 4096)},
		.align = 8,
		.sectors = 32,
		.buf_len = 4096,
		.swap_size = 70001,
		.direct_size = 70001,
	},
	{
		.name = "nor-blocks",
		.after = "nRF52840 DK, slot 1 on its SPI NOR; pages an eighth, slots of 12",
		.use = GEOMETRY_FOR_BLOCKS,
		.flash = {{4, 0xff, false}, {1, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 512), SLOT0(0, 12, 512), SCRATCH(0, 1, 512),
			  SETTINGS(0, 2, 512), NEIGHBOUR(1, 2, 512), SLOT1(1, 12, 512),
			  NEIGHBOUR(1, 2, 512)},
		.align = 8,
		.sectors = 16,
		.buf_len = 512,
		.swap_size = 4607,
		.direct_size = 4607,
		.at_once = true,
	},
};

const size_t geometry_count = sizeof(geometries) / sizeof(geometries[0]);

bool geometry_has_mode(const struct geometry *geometry, enum boot_mode mode)
{
	return !geometry->unequal || (mode != BOOT_MODE_SWAP_MOVE && mode != BOOT_MODE_SWAP_OFFSET);
}

size_t geometry_image_size(const struct geometry *geometry, enum boot_mode mode)
{
	return mode == BOOT_MODE_SWAP_MOVE || mode == BOOT_MODE_SWAP_OFFSET ? geometry->swap_size
									    : geometry->direct_size;
}
