/* SPDX-License-Identifier: Apache-2.0 */
/* What devices with several image pairs do while their power is cut. */
#ifndef TESTS_POWERCUT_SET_SCENARIOS_H
#define TESTS_POWERCUT_SET_SCENARIOS_H

#include "set_life.h"

extern const struct set_scenario set_scenario_list[];
extern const size_t set_scenario_count;

/* Fill in all cases; there is room for so many. Returns how many there are. */
size_t set_scenarios_cases(struct powercut_case *cases, size_t room);

#endif
