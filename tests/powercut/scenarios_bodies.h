/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_POWERCUT_SCENARIOS_BODIES_H
#define TESTS_POWERCUT_SCENARIOS_BODIES_H

#include "scenarios_life.h"

/* The scenarios themselves. */
extern const struct scenario scenario_list[];
extern const size_t scenario_count;

/* Unrelated settings around a download: scenarios_settings.c. */
int scenario_settings_body(const struct powercut_world *world);

/* Pauses wherever one may fall: scenarios_pause.c. */
int scenario_pause_body(const struct powercut_world *world);

/* Pages erased ahead: scenarios_ahead.c. How slots are set up, and bodies. */
int scenario_ahead_prepare_all(const struct powercut_world *world);
int scenario_ahead_prepare_half(const struct powercut_world *world);
int scenario_ahead_prepare_hollow(const struct powercut_world *world);
int scenario_ahead_body(const struct powercut_world *world);
int scenario_ahead_turns_body(const struct powercut_world *world);
int scenario_ahead_again_body(const struct powercut_world *world);
int scenario_ahead_other_body(const struct powercut_world *world);
int scenario_ahead_replace_body(const struct powercut_world *world);
int scenario_ahead_hollow_body(const struct powercut_world *world);
int scenario_ahead_change_body(const struct powercut_world *world);
void scenario_ahead_check_prepared(const struct powercut_world *world);

/* A request, and the power goes in its last write: scenarios_tear.c. */
int scenario_tear_request(const struct powercut_world *world);

#endif
