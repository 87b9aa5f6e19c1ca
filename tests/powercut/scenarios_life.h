/* SPDX-License-Identifier: Apache-2.0 */
/* What an application does with its device, a step a call, for the bodies of scenarios. Children.
 */
#ifndef TESTS_POWERCUT_SCENARIOS_LIFE_H
#define TESTS_POWERCUT_SCENARIOS_LIFE_H

#include "invariants.h"
#include "scenarios.h"

/* powercut_world.seen: what later checks want to know, and no device. */
struct scenario_seen {
	bool is_run; /* the first time that the body runs */
	bool paused; /* and nothing has been asked of the target since */
	size_t paused_at;
	bool went_on; /* a download did not begin at 0 */
};

struct scenario_seen *life_seen(const struct powercut_world *world);
const struct scenario *life_scenario(const struct powercut_world *world);

/* Whether every operation fails from now on: nothing is promised of what could not be saved. */
bool life_flash_fails(const struct powercut_world *world);

/* The slot that uploads go to. */
int life_upload_slot(const struct powercut_world *world);

/* The running file. -1, with the violation reported, if it is none that may run. */
int life_running_file(const struct powercut_world *world);

/* dfu_target_init() of a file, and the offset it gives, which is judged. */
int life_begin(const struct powercut_world *world, int file, size_t *offset);
/* Write the bytes of a file up to an offset. */
int life_write(const struct powercut_world *world, int file, size_t *offset, size_t end);
/* Both, and done(true). */
int life_download(const struct powercut_world *world, int file);

/* Write about so many percent of a file, and forget it as a reset would. */
int life_download_part(const struct powercut_world *world, int file, unsigned int percent);

/* Until a file is what the next reset starts for good; then that reset. */
int life_bring_up(const struct powercut_world *world, int file);

/* powercut_scenario's */
int life_prepare(const struct powercut_world *world);
int life_run(const struct powercut_world *world);
int life_finish(const struct powercut_world *world);
void life_check_ran(const struct powercut_world *world);
void life_check_cut(const struct powercut_world *world);
void life_check_end(const struct powercut_world *world);

#endif
