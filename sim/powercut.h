/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The power-cut runner: cuts the power of a simulated device at every operation, tears that
 * operation in many ways, lets the device go on, and has its flash judged.
 *
 * Nothing in RAM survives a cut. What does - the bytes of all flash, and the state of the model
 * (sim_cells) - is one block of shared memory. Each boot of the device is a process of its own,
 * forked from a parent that never called the library; the parent only reads and tears the block.
 *
 * A test describes its devices as cases. Of each case the runner asks, in this order:
 *
 * - layout(): where things lie in the block; nothing of the library is called;
 * - prepare(), in a child: the device before the operation under test;
 * - run(), in a child: the operation under test, uninterrupted; recorded, operation by operation;
 * - check_ran(): what a run that reported success has to have left;
 * - check_cut(): what may lie in flash at any moment;
 * - finish(), in a child: the device goes on, until all is well;
 * - check_end(): what has to be there in the end;
 *
 * and then, for every operation k of run() and each way to cut there: flash as it was before k,
 * with k torn, then check_cut(), finish(), check_end(). Strategies with several cuts cut finish(),
 * too, at any of its operations; finish() then starts again. So finish() must be right when it
 * begins from the top at any moment, on whatever run() or finish() left.
 *
 * A part of the block may be opaque, such as a modem: how an operation changes it only the device
 * knows. A cut inside or after one of its operations runs the device up to there.
 *
 * A planned cut that does not fire is a violation; so are a crash or a hang of a child, and a cut
 * of the whole device, run again, which leaves other bytes than the recording says.
 */
#ifndef SIM_POWERCUT_H
#define SIM_POWERCUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <dfu/compiler.h>

#include "nor.h"
#include "power.h"

#ifdef __cplusplus
extern "C" {
#endif

#define POWERCUT_FLASHES 4 /**< Flash devices of a case, at most. */
#define POWERCUT_AREAS 12  /**< Areas of a case, at most. */
#define POWERCUT_CUTS 4    /**< Cuts of one ID, at most. */
#define POWERCUT_BOOTS 32  /**< Processes that one run() or finish() may ask for. */
#define POWERCUT_SEEN 256  /**< Bytes of powercut_world.seen. */

/** Return value of run() and finish(): the device resets; call again, in a process of its own. */
#define POWERCUT_RESET 1

/** One flash device of a case: where its parts lie in the block, and its rules. */
struct powercut_flash {
	const char *name; /**< For texts: "internal". */
	uint8_t *bytes;   /**< In the block. */
	size_t size;
	size_t write_block;
	uint8_t erased;         /**< Erased value. */
	bool explicit_erase;    /**< False: a program may overwrite. */
	struct sim_cells cells; /**< All in the block; its sim_nor has the same. */
};

/** What changes by operations of kinds SIM_MODEM_*, and may change between operations, too. */
struct powercut_opaque {
	const char *name; /**< For texts: "modem". */
	uint8_t *bytes;   /**< In the block. */
	size_t size;      /**< 0: there is none. */
};

/** A part of a flash device, for texts and for the colours of a heat map. */
struct powercut_area {
	const char *name; /**< "image-1", "storage". */
	unsigned int flash;
	size_t offset;
	size_t size;
};

/** Filled in by layout(); flash n is number n in sim_operation.flash. */
struct powercut_layout {
	size_t used; /**< Bytes of the block that are in use: what a snapshot copies. */
	size_t flashes;
	struct powercut_flash flash[POWERCUT_FLASHES];
	struct powercut_opaque opaque;
	size_t areas; /**< May be 0. */
	struct powercut_area area[POWERCUT_AREAS];
};

struct powercut_worker; /* The runner's own. */

/** What every function of a scenario gets: always the runner's own, never a copy. */
struct powercut_world {
	const void *config; /**< powercut_case.config. */
	uint8_t *block; /**< All that survives; zeroed before prepare(). The same address always. */
	const struct powercut_layout *layout;
	/** Of all flash of the device, and its modem. Nothing is counted, recorded or cut before
	 * powercut_live(), so that the bootloader's step and the start of the simulator are none of
	 * it. NULL in checks. */
	struct sim_power *power;
	/** Nothing was cut and nothing fails, before or in this run: costs may be judged. */
	bool uninterrupted;
	/** Cuts and failures that lie behind: 0 in run(), 1 or more in a finish() after one. */
	unsigned int cuts;
	/** Memory beside the device, for whatever functions want to tell later ones: shared, zeroed
	 * before run(), and again before each check_cut(); it then lasts through finish() and its
	 * check_end(). No part of the device: it must decide nothing that a child does. */
	uint8_t *seen;
	struct powercut_worker *worker;
};

/** How a kind of case goes. The checks and layout() are the parent's: they call no library. */
struct powercut_scenario {
	/** Lay out the block of @p size bytes. 0, or negative errno (-ENOMEM: it is too small). */
	int (*layout)(const struct powercut_world *world, size_t size,
		      struct powercut_layout *layout);
	/** Fill the device. 0, or negative: a violation. May cut its power by sim_power_cut(), to
	 * leave something torn. */
	int (*prepare)(const struct powercut_world *world);
	/** 0: done; POWERCUT_RESET; negative: a violation, if nothing was made to fail. */
	int (*run)(const struct powercut_world *world);
	/** Go on after whatever was cut; returns as run() does, 0 when all is well. */
	int (*finish)(const struct powercut_world *world);
	void (*check_ran)(const struct powercut_world *world); /* NULL: nothing to check */
	void (*check_cut)(const struct powercut_world *world);
	void (*check_end)(const struct powercut_world *world);
};

/** Which figures a case counts for. */
enum powercut_slice {
	POWERCUT_MASS,  /**< Small images, hash or Ed25519. */
	POWERCUT_P256,  /**< ECDSA P-256. */
	POWERCUT_LARGE, /**< Large images. */
	POWERCUT_SETS,  /**< Several image pairs. */
	POWERCUT_SLICES
};

/** A scenario on one device. The three names are its ID, unique, of [a-z0-9_-]. */
struct powercut_case {
	const char *scenario; /**< "download", "download-p256" ... */
	const char *mode;     /**< "swap-move" ... */
	const char *geometry; /**< "nrf52840" ... */
	enum powercut_slice slice;
	bool pairs; /**< Small: every pair of operations. */
	const struct powercut_scenario *how;
	const void *config; /**< Of the scenario; constant. */
};

/* For scenarios. */

/**
 * @brief The device is on: operations count from here, and may be cut. Child.
 *
 * Once in each process, when the bootloader and the start of the simulator are done, before the
 * first operation of the application. What lies in the block at this moment is recorded as well.
 */
void powercut_live(const struct powercut_world *world);

/**
 * @brief An invariant is broken. Any process, any time; the first of a cut is kept.
 *
 * @param invariant  "I1" to "I7", or a word.
 */
void DFU_PRINTF(3, 4) powercut_violation(const struct powercut_world *world, const char *invariant,
					 const char *format, ...);

/** Say what happens, for the reader of a replay; elsewhere nothing is printed. */
void DFU_PRINTF(2, 3) powercut_say(const struct powercut_world *world, const char *format, ...);

/* IDs. */

enum powercut_kind {
	POWERCUT_BEFORE, /**< The power goes before operation k. */
	POWERCUT_INSIDE, /**< Inside; the seed says how it tears. */
	POWERCUT_AFTER,
	POWERCUT_FAIL, /**< No cut: operation k and all later ones fail with -EIO. */
	POWERCUT_KINDS
};

/** Where a run() or finish() is interrupted. */
struct powercut_cut {
	enum powercut_kind kind;
	unsigned long k;
	uint32_t seed; /**< Of POWERCUT_INSIDE; else 0. */
};

/** `scenario/mode/geometry/kind:k[.seed][+kind:k[.seed]]`, or `.../none`: nothing is interrupted.
 */
struct powercut_id {
	const struct powercut_case *at;
	size_t cuts; /**< 0: none. The first interrupts run(), each other finish(). */
	struct powercut_cut cut[POWERCUT_CUTS];
};

#define POWERCUT_ID_MAX 160

/** The text of @p id. */
void powercut_id_print(const struct powercut_id *id, char text[POWERCUT_ID_MAX]);

/** "before" ... as in IDs. */
const char *powercut_kind_name(enum powercut_kind kind);

/** 0; -ENOENT: no such case; -EINVAL: the rest is no list of cuts. @p id as it was then. */
DFU_MUST_CHECK int powercut_id_parse(const char *text, const struct powercut_case *cases,
				     size_t count, struct powercut_id *id);

/* Runs. */

/** What to do; zero members take the default. */
struct powercut_plan {
	unsigned int workers;       /**< Processes side by side; 0: 1. */
	unsigned int seeds;         /**< Ways to tear each operation of run(); 0: 4. */
	unsigned int pair_seeds;    /**< Of each of the two operations of a pair; 0: 1. */
	unsigned int real_one_in;   /**< Of so many cuts one runs the whole device; 0: 64. */
	unsigned long cuts;         /**< Go on with random cuts up to this many; 0: none random. */
	unsigned int most_seconds;  /**< No new work after this time; 0: no end. */
	unsigned int child_seconds; /**< A child that takes longer hangs; 0: 20. */
	unsigned long violations;   /**< Stop after this many; 0: 20. */
	const char *until;          /**< Stop when a cut breaks this invariant; NULL: never. */
	uint32_t seed;              /**< Of the random cuts. */
	unsigned int one_in;        /**< Of so many operations only one is cut first; 0: each. */
	bool spread;                /**< The first operations of all cases come first. */
	bool no_pairs;              /**< Leave out every pair of operations. */
	bool no_failures;           /**< Leave out I/O errors. */
	FILE *out;                  /**< Violations, as they are found. */
};

/** What happened. */
struct powercut_totals {
	unsigned long planned;
	unsigned long fired; /**< Cuts that fired and were judged; POWERCUT_FAIL is not one. */
	unsigned long violations;
	unsigned long by_kind[POWERCUT_KINDS];
	unsigned long by_slice[POWERCUT_SLICES];
	unsigned long by_cuts[POWERCUT_CUTS + 1]; /**< With so many cuts in a row. */
	unsigned long whole;                      /**< Cuts for which the whole device ran again. */
	unsigned long *by_case;                   /**< Caller's, one a case, or NULL. */
	unsigned long lost;                       /**< Operations lost at worst. */
	char lost_id[POWERCUT_ID_MAX];
	double seconds;
};

/** All strategies on all cases. 0, also with violations; -errno: the runner could not run. */
DFU_MUST_CHECK int powercut_run(const struct powercut_case *cases, size_t count,
				const struct powercut_plan *plan, struct powercut_totals *totals);

/** Repeat one cut, and say on @p plan->out what it did. As powercut_run(). */
DFU_MUST_CHECK int powercut_replay(const struct powercut_id *id, const struct powercut_plan *plan,
				   struct powercut_totals *totals);

/**
 * @brief What a cut at each operation of the run() of @p at costs, as lines of comma-separated
 * values under a first line of names.
 *
 * operation, kind, place, offset, bytes, and for a cut before, inside (the worst of eight) and
 * after it the operations lost: those that the device repeats beyond an uninterrupted one.
 * Otherwise as powercut_run().
 */
DFU_MUST_CHECK int powercut_costs(const struct powercut_case *at, const struct powercut_plan *plan,
				  FILE *csv, struct powercut_totals *totals);

#ifdef __cplusplus
}
#endif

#endif
