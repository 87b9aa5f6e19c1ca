/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Strict NOR: a decorator around any flash device that asserts the rules of real flash on
 * every operation.
 *
 * Rules: an access lies inside the device; a program is whole, aligned write blocks; on a device
 * with explicit erase every byte of a programmed block reads erased before; an erase is whole
 * pages. With `cells` such a device also remembers what was begun: a block is programmed once
 * between two erases, and a page whose erase was torn is not erased. A broken rule changes nothing,
 * returns -EIO and is kept as text. Operations are counted, any of them can be made to fail, and
 * the power can be cut before, inside or after any (power.h).
 */
#ifndef SIM_NOR_H
#define SIM_NOR_H

#include <drivers/flash.h>

#include "cells.h"
#include "power.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What happened to a device. */
struct sim_nor_stats {
	unsigned long reads;
	unsigned long programs; /**< Program calls. */
	unsigned long erases;   /**< Pages erased; calls with erases_at_once. */
	uint64_t bytes_programmed;
	uint64_t bytes_erased;
};

/** A decorated device; the caller owns it and must not move it while `device` is in use. */
struct sim_nor {
	struct device device; /**< The device to use instead of `inner`. */
	const struct device *inner;
	struct sim_nor_stats stats;
	char violation[200]; /**< The first broken rule: device, operation, offset, rule; "" if
				none. */
	/** Countdown to an injected failure: operation number `fail_after` + 1 from now returns
	 * `fail_rc` and does nothing. Negative: none. Which operations count: `fail_reads`, else
	 * programs and erases. */
	long fail_after;
	int fail_rc;
	bool fail_reads;
	struct sim_power *power; /**< Of all flash of the device; NULL: never cut. */
	unsigned int flash;      /**< Number of this one among them, for operations. */
	/** What outlives the power beside the bytes; the caller's. NULL: nothing, so that a torn
	 *  erase is what it reads as at that moment. */
	const struct sim_cells *cells;
	/** An erase of several pages is one operation, as of a part that has larger erases; else
	 * page after page. */
	bool erases_at_once;
};

/** Decorate @p inner, which must outlive @p nor. Counters are 0, nothing fails, no power and no
 * cells named. */
void sim_nor_init(struct sim_nor *nor, const struct device *inner);

#ifdef __cplusplus
}
#endif

#endif
