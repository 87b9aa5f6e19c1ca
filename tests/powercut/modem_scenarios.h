/* SPDX-License-Identifier: Apache-2.0 */
/* What devices with a modem do while their power is cut. */
#ifndef TESTS_POWERCUT_MODEM_SCENARIOS_H
#define TESTS_POWERCUT_MODEM_SCENARIOS_H

#include "modem_life.h"

/* The scenarios: modem_scenarios_delta.c, modem_scenarios_full.c. */
extern const struct modem_scenario modem_delta_scenarios[];
extern const size_t modem_delta_scenario_count;
extern const struct modem_scenario modem_full_scenarios[];
extern const size_t modem_full_scenario_count;

/* Their cases, every scenario on every geometry: how many of @p room. */
size_t modem_scenarios_cases(struct powercut_case *cases, size_t room);

#endif
