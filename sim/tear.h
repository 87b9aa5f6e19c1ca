/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief What a power cut inside an operation leaves: pure functions of the bytes and a seed.
 *
 * A torn program: any number of its write blocks are whole, of the next one any of the bits that
 * would change have changed, also none or all, and the rest was not begun. A torn erase: part of
 * the page is erased, bits of a part that follows are as they were or erased, the rest is as it
 * was; bits that had begun to change may read at random until the next erase.
 *
 * The last three bits of a seed say what kind of tear it is, so that eight seeds in a row have all
 * kinds; everything else follows from all of its bits.
 */
#ifndef SIM_TEAR_H
#define SIM_TEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which of the bits that would change are taken. */
enum sim_tear_bits {
	SIM_TEAR_NONE,
	SIM_TEAR_FEW,  /**< Of a write block one; of a page one in some hundred. */
	SIM_TEAR_SOME, /**< Each with odds of one to one. */
	SIM_TEAR_MOST, /**< The other ones of SIM_TEAR_FEW. */
	SIM_TEAR_ALL,
};

/** How a program is torn. */
struct sim_torn_program {
	size_t whole;            /**< Write blocks programmed as a whole; below their number. */
	enum sim_tear_bits bits; /**< Of the next one, which is the last that was begun. */
	uint32_t seed;
};

/** How the erase of a page is torn. */
struct sim_torn_erase {
	size_t erased;           /**< Bytes from the page's start that are erased. */
	size_t touched;          /**< Bytes from there of which bits may be; at least `erased`. */
	enum sim_tear_bits bits; /**< From `erased` to `touched`. */
	enum sim_tear_bits unstable; /**< Below `touched`, of the bits that were to be erased. */
	uint8_t erase_value;
	uint32_t seed;
};

/** The tear of a program of so many write blocks, 1 or more. */
struct sim_torn_program sim_tear_program_plan(size_t blocks, uint32_t seed);

/**
 * @brief Tear the write block after the whole ones.
 * @param bytes  What flash holds there; becomes what it holds after the cut.
 * @param data   What would have been programmed; @p len bytes, a write block.
 * @return Whether any bit changed: a program cut before the first of them has not begun.
 */
bool sim_tear_block(const struct sim_torn_program *torn, uint8_t *bytes, const uint8_t *data,
		    size_t len);

/**
 * @brief Tear a program in memory: both functions above.
 * @param bytes  What flash holds; becomes what it holds after the cut.
 * @param len    Whole write blocks, 1 or more.
 * @return Bytes of the write blocks that were begun, from the first one on: the whole ones, and the
 *         next one if any bit of it changed.
 */
size_t sim_tear_program(uint8_t *bytes, const uint8_t *data, size_t len, size_t write_block,
			uint32_t seed);

/**
 * @brief The tear of the erase of a page.
 *
 * On a device without explicit erase it is a program of erased values, torn as such: bits are
 * mixed in one write block and none is unstable.
 *
 * @param page_size  Bytes; whole write blocks.
 */
struct sim_torn_erase sim_tear_erase_plan(size_t page_size,
					  const struct flash_parameters *parameters, uint32_t seed);

/**
 * @brief Tear a part of the page, which may be all of it.
 *
 * @param offset    Of the part in the page.
 * @param bytes     What flash holds there; becomes what it holds after the cut.
 * @param unstable  Gets the bits that have become unstable added, byte for byte. NULL: nobody keeps
 *                  them; @p bytes is what they read at that moment.
 */
void sim_tear_erase(const struct sim_torn_erase *torn, size_t offset, uint8_t *bytes,
		    uint8_t *unstable, size_t len);

/** Whether a setting has its new value after a cut inside its saving; else the old one. */
bool sim_tear_saves(uint32_t seed);

/** Numbers without pattern from numbers with one, such as 0, 1, 2. */
uint32_t sim_tear_mix(uint32_t number);

#ifdef __cplusplus
}
#endif

#endif
