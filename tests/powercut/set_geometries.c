/* SPDX-License-Identifier: Apache-2.0 */
#include "set_geometries.h"

#define NEIGHBOUR(flash, pages, size) {PART_NEIGHBOUR, flash, pages, size}
#define SLOT(n, flash, pages, size) {PART_SLOT##n, flash, pages, size}
#define SCRATCH(flash, pages, size) {PART_SCRATCH, flash, pages, size}
#define SETTINGS(flash, pages, size) {PART_SETTINGS, flash, pages, size}

/* Images of one page or two: what is cut here is requests, and downloads only beside them. */
const struct geometry set_geometries[] = {
	{
		.name = "set-small",
		.after = "no board: two pairs, images of one page",
		.use = GEOMETRY_FOR_PAIRS,
		.flash = {{8, 0xff, false}},
		.parts = {SLOT(0, 0, 4, 256), SLOT(1, 0, 4, 256), SLOT(2, 0, 4, 256),
			  SLOT(3, 0, 4, 256), SCRATCH(0, 1, 256), SETTINGS(0, 2, 512),
			  NEIGHBOUR(0, 1, 256)},
		.align = 8,
		.sectors = 4,
		.buf_len = 256,
		.swap_size = 229,
		.direct_size = 229,
	},
	{
		.name = "set-rram",
		.after = "nRF54L15 with two pairs: nothing is erased, max-align 16",
		.flash = {{16, 0xff, true}},
		.parts = {NEIGHBOUR(0, 1, 512), SLOT(0, 0, 4, 512), SLOT(1, 0, 4, 512),
			  SLOT(2, 0, 4, 512), SLOT(3, 0, 4, 512), SCRATCH(0, 1, 512),
			  SETTINGS(0, 2, 512), NEIGHBOUR(0, 1, 512)},
		.align = 16,
		.sectors = 4,
		.buf_len = 256,
		.swap_size = 601,
		.direct_size = 601,
	},
	{
		.name = "set-split",
		.after = "nRF5340 DK: the second pair for the network core, uploads for both on "
			 "external flash",
		.flash = {{4, 0xff, false}, {1, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 256), SLOT(0, 0, 4, 256), SLOT(2, 0, 5, 256),
			  SCRATCH(0, 1, 256), SETTINGS(0, 3, 512), SLOT(1, 1, 4, 256),
			  SLOT(3, 1, 5, 256), NEIGHBOUR(1, 1, 256)},
		.align = 8,
		.sectors = 5,
		.buf_len = 128,
		.swap_size = 379,
		.direct_size = 379,
	},
	{
		.name = "set-three",
		.after = "no board: three pairs",
		.flash = {{4, 0xff, false}},
		.parts = {NEIGHBOUR(0, 1, 256), SLOT(0, 0, 4, 256), SLOT(1, 0, 4, 256),
			  SLOT(2, 0, 4, 256), SLOT(3, 0, 4, 256), SLOT(4, 0, 4, 256),
			  SLOT(5, 0, 4, 256), SCRATCH(0, 1, 256), SETTINGS(0, 2, 512),
			  NEIGHBOUR(0, 1, 256)},
		.align = 8,
		.sectors = 4,
		.buf_len = 256,
		.swap_size = 241,
		.direct_size = 241,
	},
};

const size_t set_geometry_count = sizeof(set_geometries) / sizeof(set_geometries[0]);
