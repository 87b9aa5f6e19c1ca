/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The invariants of DESIGN.md for modems, asked of raw flash and of the modem's block. A checker
 * returns NULL, or what is wrong, in a buffer that the next one uses again.
 */
#ifndef TESTS_POWERCUT_MODEM_INVARIANTS_H
#define TESTS_POWERCUT_MODEM_INVARIANTS_H

#include "invariants.h"
#include "modem_device.h"

/* I2: the modem has one whole firmware, or is unbootable while an update is on its way. */
const char *modem_is_whole(const struct powercut_world *world);

/* I3: what the patch area holds begins one file. */
const char *modem_area_is_one_file(const struct powercut_world *world);

/* I4: neighbours are as before. */
const char *modem_neighbours_are_untouched(const struct powercut_world *world);

/* I4: the patch area holds all of a file. */
const char *modem_area_is(const struct powercut_world *world, const struct device_file *file);

/* I4: the store holds all of a file, and else what was there before, or nothing. */
const char *modem_store_is(const struct powercut_world *world, const struct device_file *file);

/* Whether the store begins with a whole file that the modem would be given; NULL: none. */
const struct device_file *modem_store_file(const struct powercut_world *world);

/* I5: what a whole download into the store did, uninterrupted, is what flash demands. */
const char *modem_store_cost_is_floor(const struct powercut_world *world,
				      const struct device_file *file, const struct device_log *log);

/* I3: what a full file goes on behind are its own bytes. */
const char *modem_store_is_begun_by(const struct powercut_world *world,
				    const struct device_file *file, size_t offset);

/* I6: a download of a full file has lost at most a page of what flash holds. */
const char *modem_store_progress_is_kept(const struct powercut_world *world,
					 const struct device_file *file, size_t offset);

/* Bytes of a patch that the area holds; 0 also if they are too few to tell it from another. */
size_t modem_area_progress(const struct powercut_world *world, const struct device_file *file);

/* I3: what a patch goes on behind are its own bytes, all that the area has. */
const char *modem_area_is_begun_by(const struct powercut_world *world,
				   const struct device_file *file, size_t offset);

/* All that holds at any moment: reports what is wrong. */
void modem_invariants_check(const struct powercut_world *world);

#endif
