/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The invariants of DESIGN.md, asked of raw flash. Each checker is a function of plain bytes, so
 * that a test can show it bytes that are wrong.
 *
 * A checker returns NULL, or what is wrong, in a buffer that the next one uses again.
 */
#ifndef TESTS_POWERCUT_INVARIANTS_H
#define TESTS_POWERCUT_INVARIANTS_H

#include "device.h"

/* A slot and what it is compared with. */
struct evidence_slot {
	struct raw raw;
	const uint8_t *before; /* bytes when the device went live */
	const uint8_t *cells;  /* enum sim_cell, a byte a write block */
	size_t block;
	size_t start;   /* where the bootloader looks for an image that was uploaded to it */
	size_t hold;    /* bytes held back of that image */
	size_t trailer; /* where the pages (RRAM: write blocks) of the trailer begin */
};

#define EVIDENCE_OTHERS 6

/* All that is asked. */
struct evidence {
	enum boot_mode mode;
	unsigned int align;
	const struct geometry *geometry;
	const struct device_file *file; /* FILES of them */
	int first;                      /* slot of the pair: evidence.slot[i] is slot first + i */
	/* Of a pair that takes bootloaders alone slot[0] is the one of S0 and S1 that runs. */
	struct evidence_slot slot[2];
	struct evidence_slot idle;         /* and this the other one; else nothing */
	int running;                       /* 0 or 1 */
	bool restarted;                    /* device_may_have_restarted() */
	struct raw other[EVIDENCE_OTHERS]; /* neighbours */
	size_t others;
	struct raw scratch;
};

/* Of pair 0, or of any. */
void evidence_collect(const struct powercut_world *world, struct evidence *evidence);
void evidence_collect_pair(const struct powercut_world *world, unsigned int pair,
			   struct evidence *evidence);

/* The file of the bootloader that the next reset starts, if a new one in the idle slot wins. */
int evidence_next_bootloader(const struct evidence *evidence);

/* Whether a slot holds all of a file at off, for good. */
bool evidence_holds(const struct evidence *evidence, int slot, size_t off, int file);
/* Which file a slot holds at off; -1: none. */
int evidence_file_at(const struct evidence *evidence, int slot, size_t off);

/* For checkers: what is wrong, as they return it. */
const char *DFU_PRINTF(1, 2) invariant_wrong(const char *format, ...);

/*
 * I1: what the bootloader is asked for, by a trailer or, where it starts what it finds, by a
 * header, is one whole file. An old file that is being erased may still show its header there.
 */
const char *invariant_asked_is_whole(const struct evidence *evidence);

/* I2: the slot that was started holds one whole file. */
const char *invariant_running_is_whole(const struct evidence *evidence);

/* I2: no reset that follows takes the image back that runs: it is not on trial. */
const char *invariant_running_stays(const struct evidence *evidence);

/* I3: under a header lies one file, or what an erase has left of one. */
const char *invariant_no_splice(const struct evidence *evidence);

/*
 * I4: neighbours, scratch, and the slot that runs but for the fields of its trailer are as before;
 * of a bootloader both slots.
 */
const char *invariant_others_are_untouched(const struct evidence *evidence);

/*
 * I4: a slot holds a file that was uploaded, but for what is held back if `held`, and else what was
 * there before, or nothing.
 */
const char *invariant_slot_is_file(const struct evidence *evidence, int slot, int file, bool held);

/* I4: nothing is left of an upload: no header, no trailer. */
const char *invariant_slot_is_clear(const struct evidence *evidence, int slot);

/* I5: what a whole download into a slot did, uninterrupted, is what the flash demands. */
const char *invariant_cost_is_floor(const struct evidence *evidence, int slot, int file,
				    const struct device_log *log, bool scheduled);

/*
 * I5: since the log had `from` entries no page of a slot was erased. Only where erases are, not
 * programs of erased bytes.
 */
const char *invariant_nothing_is_erased(const struct evidence *evidence, int slot,
					const struct device_log *log, size_t from);

/* How much of a file a slot holds from its first byte on, what is held back taken for there. */
size_t evidence_progress(const struct evidence *evidence, int slot, int file);

/* Something was begun where the held-back bytes belong, and not ended; or a file is shown there. */
bool evidence_head_is_begun(const struct evidence *evidence, int slot);

/*
 * I6, and I3: a download of a file that goes on at `offset` has lost at most a page of what flash
 * holds, and counts no byte that flash does not hold. `cuts` lie behind.
 */
const char *invariant_progress_is_kept(const struct evidence *evidence, int slot, int file,
				       size_t offset, unsigned int cuts);

/* What a checker found, unless that is NULL, as a violation. */
void invariants_report(const struct powercut_world *world, const char *invariant,
		       const char *found);

/* I1 to I4, so far as they hold at any moment, for all pairs: reports what is wrong. */
void invariants_check(const struct powercut_world *world);

#endif
