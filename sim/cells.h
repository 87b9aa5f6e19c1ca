/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief What flash cells know beside the bytes that they read as.
 *
 * A write block that was programmed, or of which a cut has let any bit change, is not erased any
 * more, whatever it reads as; a program cut before the first bit has not begun. A page whose
 * erase was torn is not erased either, and some of its bits may read at random. All this outlives
 * the power, as the bytes do, and ends with the next whole erase of the page.
 */
#ifndef SIM_CELLS_H
#define SIM_CELLS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Of a write block: why it may not be programmed. */
enum sim_cell {
	SIM_CELL_ERASED, /**< It may. */
	SIM_CELL_BEGUN,  /**< A program was begun since its last erase. */
	SIM_CELL_TORN,   /**< The erase of its page was torn. */
};

/** Of one device; all memory is the caller's, and zeros are flash that was erased as a whole. */
struct sim_cells {
	uint8_t *programmed; /**< A byte a write block: enum sim_cell. */
	uint8_t *unstable;   /**< A byte a byte of flash: mask of bits that read at random. */
	uint32_t *noise;     /**< State of that randomness: where it was, the next read repeats. */
};

/*
 * Offsets and lengths are whole write blocks, or whole pages for erases; of a NULL @p cells nothing
 * is kept.
 */

/** These write blocks were programmed, or begun to be. */
void sim_cells_program(const struct sim_cells *cells, size_t offset, size_t len,
		       size_t write_block);

/** A page was erased as a whole. */
void sim_cells_erase(const struct sim_cells *cells, size_t offset, size_t len, size_t write_block);

/** The erase of a page was torn; its unstable bits are sim_tear_erase()'s. */
void sim_cells_tear(const struct sim_cells *cells, size_t offset, size_t len, size_t write_block);

/** Let the unstable ones among bytes that were read, at any offset and length, be random. */
void sim_cells_read(const struct sim_cells *cells, size_t offset, uint8_t *data, size_t len);

#ifdef __cplusplus
}
#endif

#endif
