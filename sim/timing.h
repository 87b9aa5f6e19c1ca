/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The time that flash takes: a decorator around any flash device that adds up what a real
 * part would need for the same calls.
 *
 * Nothing waits. Programs and erases move a clock that all decorated devices of a process share;
 * reads, buses and the program between the calls take no time. A part is a row of a table: how long
 * each of its erases takes, and a program.
 */
#ifndef SIM_TIMING_H
#define SIM_TIMING_H

#include <stddef.h>
#include <stdint.h>

#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_TIMING_ERASES_MAX 3 /**< Sizes of erases of a part. */

/** An erase that a part offers. */
struct sim_timing_erase {
	uint32_t size; /**< Bytes; 0: none. */
	uint32_t us;
};

/** A flash part. */
struct sim_timing_part {
	const char *name;
	/** What a devicetree calls it: the compatible of the controller above a soc-nv-flash; NULL:
	 *  it is known by its JEDEC id. */
	const char *controller;
	uint32_t jedec_id; /**< Manufacturer, type, capacity, as in 0xc22817; 0: not SPI NOR. */
	/** Smallest first. None: erasing is programming. */
	struct sim_timing_erase erase[SIM_TIMING_ERASES_MAX];
	/**
	 * A command erases as much as fits, of whatever pages. Otherwise the sizes are those that
	 * pages have, and each page is erased on its own.
	 */
	bool erases_span_pages;
	uint32_t program_size; /**< Bytes that are programmed at once. */
	uint32_t program_us;   /**< For each so many that a program touches. */
	const char *source;    /**< Where the figures are from, and whether typical or most. */
};

/** Time spent. */
struct sim_timing_stats {
	uint64_t erase_us;
	uint64_t program_us;
	uint64_t longest_us; /**< Longest single call of the driver. */
};

/** A decorated device; the caller owns it and must not move it while `device` is in use. */
struct sim_timing {
	struct device device; /**< The device to use instead of `inner`. */
	const struct device *inner;
	const struct sim_timing_part *part;
	struct sim_timing_stats stats; /**< Of calls that succeeded; may be set to zeros. */
};

/** @return Number @p i of the table; NULL behind the last one. */
const struct sim_timing_part *sim_timing_part_get(size_t i);

/** @return The part with this name; NULL: there is none. */
const struct sim_timing_part *sim_timing_part_named(const char *name);

/**
 * @brief The part of an on-chip flash.
 * @param controller  Compatible of its controller.
 * @return Its row; NULL: none names this one.
 */
const struct sim_timing_part *sim_timing_part_on_chip(const char *controller);

/** @return The SPI NOR with this JEDEC id; NULL: none has it. */
const struct sim_timing_part *sim_timing_part_spi_nor(uint32_t jedec_id);

/** Microseconds that @p part takes to erase @p size bytes of @p dev in one call: whole pages. */
uint64_t sim_timing_erase_us(const struct sim_timing_part *part, const struct device *dev,
			     off_t offset, size_t size);

/** Microseconds that @p part takes to program @p len bytes in one call. */
uint64_t sim_timing_program_us(const struct sim_timing_part *part, off_t offset, size_t len);

/** Decorate @p inner, which must outlive @p timing, as must @p part. */
void sim_timing_init(struct sim_timing *timing, const struct device *inner,
		     const struct sim_timing_part *part);

/** @return The clock of the process: what all decorated devices have taken together since it began.
 */
uint64_t sim_timing_now_us(void);

#ifdef __cplusplus
}
#endif

#endif
