/* SPDX-License-Identifier: Apache-2.0 */
#include "cells.h"

#include <stdbool.h>
#include <string.h>

#include "tear.h"

#define STEP 0x9e3779b9u

static void mark(const struct sim_cells *cells, size_t offset, size_t len, size_t write_block,
		 enum sim_cell cell)
{
	memset(&cells->programmed[offset / write_block], (int)cell, len / write_block);
}

void sim_cells_program(const struct sim_cells *cells, size_t offset, size_t len, size_t write_block)
{
	if (cells != NULL) {
		mark(cells, offset, len, write_block, SIM_CELL_BEGUN);
	}
}

void sim_cells_erase(const struct sim_cells *cells, size_t offset, size_t len, size_t write_block)
{
	if (cells != NULL) {
		mark(cells, offset, len, write_block, SIM_CELL_ERASED);
		memset(&cells->unstable[offset], 0, len);
	}
}

void sim_cells_tear(const struct sim_cells *cells, size_t offset, size_t len, size_t write_block)
{
	if (cells != NULL) {
		mark(cells, offset, len, write_block, SIM_CELL_TORN);
	}
}

/* Nearly all reads are of such bytes, and a runner reads a great many. */
static bool are_stable(const uint8_t *masks, size_t len)
{
	return len == 0 || (masks[0] == 0 && memcmp(masks, masks + 1, len - 1) == 0);
}

void sim_cells_read(const struct sim_cells *cells, size_t offset, uint8_t *data, size_t len)
{
	if (cells == NULL || are_stable(&cells->unstable[offset], len)) {
		return;
	}
	for (size_t i = 0; i < len; i++) {
		const uint8_t mask = cells->unstable[offset + i];

		if (mask != 0) {
			*cells->noise += STEP;
			data[i] ^= mask & (uint8_t)sim_tear_mix(*cells->noise);
		}
	}
}
