/* SPDX-License-Identifier: Apache-2.0 */
#include "modem_geometries.h"

#define NEIGHBOUR(flash, pages, size) {PART_NEIGHBOUR, flash, pages, size}
#define SETTINGS(flash, pages, size) {PART_SETTINGS, flash, pages, size}
#define STORE(flash, pages, size) {PART_STORE, flash, pages, size}

/* A write buffer is not more than a page, and not less than a wrapper. */
const struct modem_geometry modem_geometries[] = {
	{{
		 .name = "nrf9160dk",
		 .after = "nRF9160 DK, its SPI NOR for modem files; pages a quarter",
		 .flash = {{4, 0xff, false}, {1, 0xff, false}},
		 .parts = {NEIGHBOUR(0, 1, 1024), SETTINGS(0, 2, 1024), NEIGHBOUR(0, 1, 1024),
			   NEIGHBOUR(1, 1, 1024), STORE(1, 5, 1024), NEIGHBOUR(1, 1, 1024)},
		 .buf_len = 512,
	 },
	 4},
	{{
		 .name = "nor-4",
		 .after =
			 "no board: the external flash has write blocks of 4 and the buffer a page",
		 .flash = {{4, 0xff, false}, {4, 0xff, false}},
		 .parts = {SETTINGS(0, 3, 512), NEIGHBOUR(0, 1, 512), STORE(1, 8, 512),
			   NEIGHBOUR(1, 1, 512)},
		 .buf_len = 512,
	 },
	 3},
	{{
		 .name = "rram",
		 .after = "nRF91 with RRAM: settings and modem files on it, nothing is erased",
		 .flash = {{16, 0xff, true}},
		 .parts = {NEIGHBOUR(0, 1, 1024), SETTINGS(0, 2, 1024), NEIGHBOUR(0, 1, 1024),
			   STORE(0, 5, 1024), NEIGHBOUR(0, 1, 1024)},
		 .buf_len = 1024,
	 },
	 4},
	{{
		 .name = "erased-00",
		 .after = "no board: flash that erases to 0x00, write blocks of 8",
		 .flash = {{8, 0x00, false}, {8, 0x00, false}},
		 .parts = {SETTINGS(0, 4, 512), NEIGHBOUR(0, 1, 512), NEIGHBOUR(1, 1, 512),
			   STORE(1, 7, 512), NEIGHBOUR(1, 1, 512)},
		 .buf_len = 512,
	 },
	 3},
	{{
		 .name = "small",
		 .after = "no board: few operations",
		 .use = GEOMETRY_FOR_PAIRS,
		 .flash = {{4, 0xff, false}, {1, 0xff, false}},
		 .parts = {SETTINGS(0, 2, 512), NEIGHBOUR(0, 1, 512), STORE(1, 3, 512),
			   NEIGHBOUR(1, 1, 512)},
		 .buf_len = 512,
	 },
	 1},
	{{
		 .name = "small-rram",
		 .after = "no board: as RRAM, few operations",
		 .use = GEOMETRY_FOR_PAIRS,
		 .flash = {{16, 0xff, true}},
		 .parts = {SETTINGS(0, 2, 512), NEIGHBOUR(0, 1, 512), STORE(0, 3, 512),
			   NEIGHBOUR(0, 1, 512)},
		 .buf_len = 512,
	 },
	 1},
};

const size_t modem_geometry_count = sizeof(modem_geometries) / sizeof(modem_geometries[0]);
