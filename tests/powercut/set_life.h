/* SPDX-License-Identifier: Apache-2.0 */
/* What an application does with a device of several image pairs, a step a call; children. */
#ifndef TESTS_POWERCUT_SET_LIFE_H
#define TESTS_POWERCUT_SET_LIFE_H

#include "set_device.h"
#include "set_invariants.h"

/* As struct scenario: a body that an application runs again from the top after every reset. */
struct set_scenario {
	const char *name;
	/* In a process of its own, on a new device; NULL: nothing. */
	int (*prepare)(const struct powercut_world *world);
	/* In the process of run(), between the reset and the first cut; NULL: nothing. */
	int (*before)(const struct powercut_world *world);
	/* 0 or an error that is a violation. */
	int (*body)(const struct powercut_world *world);
	/* What has to be true when the body is through; also by the parent. */
	void (*check)(const struct powercut_world *world);
	/* Whether nothing is left to be done while all pairs run the old images; NULL: they must
	 * not. */
	bool (*is_done)(const struct powercut_world *world);
	bool permanent;  /* what is asked for */
	bool needs_test; /* only where a test is another request than one for good */
	bool for_linked; /* only for sets that are linked */
	bool crashes;   /* not for them: all run for a test, and never get as far as the recovery */
	bool for_pairs; /* every pair of cuts, on a geometry for that */
};

/* powercut_world.seen: what later checks want to know, and no device. */
struct set_seen {
	unsigned int mixtures; /* boots of one, since the cut */
	bool was_kept;         /* the cut found all new images running, one confirmed at least */
	bool is_good;          /* the application has begun to confirm what runs */
	bool has_crashed;      /* before that, once: all new images ran, and were given up; */
	bool was_asked;        /* and so they must not be asked for: checked */
};

const struct set_scenario *set_life_scenario(const struct powercut_world *world);

/* Whether every operation fails from now on. */
bool set_life_flash_fails(const struct powercut_world *world);

/* set_state_collect(), and the intent. */
void set_life_state(const struct powercut_world *world, struct set_state *state);

/* Bit mask of the pairs that have an update. */
unsigned int set_life_members(const struct powercut_world *world);

/* dfu_target_init() of a file of a pair, and the offset that it gives. */
int set_life_begin(const struct powercut_world *world, unsigned int pair, int file, size_t *offset);
/* Write the bytes of a file up to an offset. */
int set_life_write(const struct powercut_world *world, unsigned int pair, int file, size_t *offset,
		   size_t end);
/* Both, and done(true). */
int set_life_download(const struct powercut_world *world, unsigned int pair, int file);
/* Of the new files of all members whose slots show none. */
int set_life_download_missing(const struct powercut_world *world);

extern const struct powercut_scenario set_life;

#endif
