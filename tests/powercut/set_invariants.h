/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of a set of images: functions of plain data, so that a test can show them what is
 * wrong. A checker returns NULL, or what is wrong, in a buffer that the next one uses again.
 */
#ifndef TESTS_POWERCUT_SET_INVARIANTS_H
#define TESTS_POWERCUT_SET_INVARIANTS_H

#include "invariants.h"
#include "set_files.h"

/* What the pairs of a device run, of its files; and what is known of the set. */
struct set_state {
	const struct set_kind *kind;
	bool is_direct;
	int runs[GEOMETRY_PAIRS_MAX]; /* enum device_file_number; -1: none of them */
	bool is_on_trial[GEOMETRY_PAIRS_MAX];
	bool is_confirmed[GEOMETRY_PAIRS_MAX];
	bool has_intent; /* on flash */
};

/* All but the intent, which takes a child to read. */
void set_state_collect(const struct powercut_world *world, struct set_state *state);

/* Whether a test is another request than one for good. */
bool set_mode_reverts(enum boot_mode mode);

bool set_is_linked(const struct set_state *state);
/* All pairs, or one at least, run their new image. */
bool set_all_new(const struct set_state *state);
bool set_any_new(const struct set_state *state);
bool set_any_on_trial(const struct set_state *state);
/* A part of it is new, and all of that part on trial. */
bool set_part_is_on_trial(const struct set_state *state);

/* I2: every pair runs the image of before, or the new one. */
const char *set_runs_images(const struct set_state *state);

/*
 * I2, at any boot: linked images are all the old ones or all the new ones. Others may be a mixture
 * while an intent tells of it.
 */
const char *set_is_no_mixture(const struct set_state *state);

/* I2, once the start-up recovery has nothing left to do: no mixture, and no intent. */
const char *set_is_settled(const struct set_state *state);

/* I1: the bootloader is asked for the new image of a pair, where that differs for a test. */
const char *set_pair_is_asked_for_a_test(const struct evidence *evidence);
const char *set_pair_is_asked_for_good(const struct evidence *evidence);

/* I1: it is asked for nothing. */
const char *set_pair_is_not_asked(const struct evidence *evidence);

/* I2: what a pair runs is confirmed, where that makes a difference. */
const char *set_pair_is_confirmed(const struct evidence *evidence);

#endif
