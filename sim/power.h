/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The power of a simulated device, which can be cut before, inside or after any operation.
 *
 * All flash (sim_nor), the settings (sim_settings) and the modem (sim_modem) of one device share
 * it. An operation is a program call, the erase of one page, the saving of one setting, or a change
 * of what the modem keeps; they are counted together, in the order in which they happen, or only
 * those of some kinds (`counts`). A cut before or after an operation lets it take place not at all
 * or as a whole; one inside tears it (tear.h).
 *
 * From the cut on nothing changes any more and everything fails, reads too, so that code which
 * unwinds can do no good and no harm. Its results, and what it holds in RAM, mean nothing: only
 * what flash, settings and modem hold does, after sim_power_init() and a new start of the program.
 * A device whose process ends with its power ends it in `off`.
 */
#ifndef SIM_POWER_H
#define SIM_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sim_cut { SIM_CUT_BEFORE, SIM_CUT_INSIDE, SIM_CUT_AFTER };

/** What comes true at a numbered operation. */
enum sim_plan { SIM_PLAN_NONE, SIM_PLAN_CUT, SIM_PLAN_FAIL };

enum sim_operation_kind {
	SIM_PROGRAM,
	SIM_ERASE,
	SIM_SAVE,
	SIM_MODEM_PATCH,    /**< The modem writes to its patch area. */
	SIM_MODEM_CLEAR,    /**< It begins to erase that. */
	SIM_MODEM_REQUEST,  /**< It is asked to apply the patch, or to roll back. */
	SIM_MODEM_UPDATE,   /**< It applies what was asked for, at its start. */
	SIM_MODEM_CHUNK,    /**< It writes a chunk of bootloader or firmware. */
	SIM_MODEM_COMPLETE, /**< A full update ends, or its signature is refused. */
};

#define SIM_ALL_KINDS 0u /**< sim_power.counts: every operation. */

/** An operation, as long as it lasts: pointers are the caller's of the driver. */
struct sim_operation {
	enum sim_operation_kind kind;
	unsigned int flash; /**< `flash` of its sim_nor; else 0. */
	off_t offset;     /**< In the flash device, patch area, or address in the modem; else 0. */
	size_t len;       /**< Bytes programmed, erased or saved; 0 saved: the name is deleted. */
	const void *data; /**< Programmed or saved; NULL for an erase. */
	const char *name; /**< Of the setting; NULL but for a save. */
};

/** The caller owns it; read the members, but set those above `off` by the functions. */
struct sim_power {
	unsigned long operations; /**< Begun since sim_power_init() or the last plan. */
	bool fired;               /**< The plan has come true: power is off, or flash fails. */
	enum sim_plan plan;
	unsigned long at; /**< Number of the operation. */
	enum sim_cut when;
	uint32_t seed;
	int rc;
	/** Only operations of these kinds count, a bit each (1u << kind); SIM_ALL_KINDS: all. The
	 *  others take place uncounted. Set it before the plan. */
	unsigned int counts;
	bool is_counted; /**< The operation that has begun. */
	/** Called at the moment the power goes, flash being as the cut left it; need not return.
	 *  NULL: none. */
	void (*off)(void *arg);
	/** Called for each operation that the device asks for with its power on, before anything of
	 *  it takes place and also if the plan keeps it from that. NULL: none. */
	void (*watch)(void *arg, const struct sim_operation *operation);
	void *arg; /**< Of both. */
};

/** Power on; no operation counted, nothing planned, nobody called. */
void sim_power_init(struct sim_power *power);

/**
 * @brief Plan a cut, and count operations from 0 again. Power must be on.
 *
 * After the last operation (@p k at or above their number) none happens: see `fired`.
 *
 * @param k     Number of the operation; the next one is 0.
 * @param seed  How it is torn; only SIM_CUT_INSIDE.
 * @param rc    Negative errno of everything from then on; also of operation @p k, of which the
 *              caller never learns whether it took place.
 */
void sim_power_cut(struct sim_power *power, unsigned long k, enum sim_cut when, uint32_t seed,
		   int rc);

/**
 * @brief Plan an I/O error, and count operations from 0 again. Power must be on.
 *
 * Operation @p k and all later ones return @p rc and do nothing. Reads work; power stays on.
 */
void sim_power_fail(struct sim_power *power, unsigned long k, int rc);

/*
 * For devices that share the power; NULL is power that is never cut. Each int is 0 to go on, or the
 * errno to return at once.
 */
DFU_MUST_CHECK int sim_power_check(const struct sim_power *power); /**< Whatever is asked. */
/** An operation begins. */
DFU_MUST_CHECK int sim_power_begin(struct sim_power *power, const struct sim_operation *operation);
/** Whether the operation that has begun is to be torn by `seed`, before sim_power_end(). */
bool sim_power_tears(const struct sim_power *power);
/** It is over, with result @p rc; returned if power is still on. */
DFU_MUST_CHECK int sim_power_end(struct sim_power *power, int rc);

#ifdef __cplusplus
}
#endif

#endif
