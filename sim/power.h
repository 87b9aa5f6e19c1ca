/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The power of a simulated device, which can be cut before or after any operation.
 *
 * All flash (sim_nor) and the settings (sim_settings) of one device share it. An operation is a
 * program call, the erase of one page, or the saving of one setting; they are counted together, in
 * the order in which they happen. A plain cut: an operation takes place as a whole or not at all.
 *
 * From the cut on nothing changes any more and everything fails, reads too, so that code which
 * unwinds can do no good and no harm. Its results, and what it holds in RAM, mean nothing: only
 * what flash and settings hold does, after sim_power_init() and a new start of the program.
 */
#ifndef SIM_POWER_H
#define SIM_POWER_H

#include <stdbool.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sim_cut { SIM_CUT_BEFORE, SIM_CUT_AFTER };

/** The caller owns it; read the members, but set them by the functions. */
struct sim_power {
	unsigned long operations; /**< Begun since the last sim_power_init() or sim_power_cut(). */
	bool fired;               /**< The cut has happened: power is off. */
	bool planned;
	unsigned long cut_at;
	enum sim_cut when;
	int rc;
};

/** Power on; no operation counted, no cut planned. */
void sim_power_init(struct sim_power *power);

/**
 * @brief Plan a cut, and count operations from 0 again. Power must be on.
 *
 * After the last operation (@p k at or above their number) none happens: see `fired`.
 *
 * @param k   Number of the operation; the next one is 0.
 * @param rc  Negative errno of everything from then on; also of operation @p k, of which the caller
 *            never learns whether it took place.
 */
void sim_power_cut(struct sim_power *power, unsigned long k, enum sim_cut when, int rc);

/*
 * For devices that share the power; NULL is power that is never cut. Each returns 0 to go on, or
 * the errno to return at once.
 */
DFU_MUST_CHECK int sim_power_check(const struct sim_power *power); /**< Whatever is asked. */
DFU_MUST_CHECK int sim_power_begin(struct sim_power *power);       /**< An operation begins. */
/** It is over, with result @p rc; returned if power is still on. */
DFU_MUST_CHECK int sim_power_end(struct sim_power *power, int rc);

#ifdef __cplusplus
}
#endif

#endif
