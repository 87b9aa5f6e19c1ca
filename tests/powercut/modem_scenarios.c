/* SPDX-License-Identifier: Apache-2.0 */
#include "modem_scenarios.h"

#include <stdlib.h>

#include "modem_geometries.h"

#define CASES_MAX 256

static struct modem_config configs[CASES_MAX];

static void add(struct powercut_case *one, struct modem_config *config,
		const struct modem_scenario *scenario, const struct modem_geometry *geometry)
{
	*config = (struct modem_config){
		.device = {.geometry = &geometry->flash},
		.files = modem_files_get(geometry->scale),
		.scenario = scenario,
	};
	*one = (struct powercut_case){
		.scenario = scenario->name,
		.mode = "modem",
		.geometry = geometry->flash.name,
		.slice = POWERCUT_MASS,
		.pairs = geometry->flash.use == GEOMETRY_FOR_PAIRS,
		.how = &modem_life,
		.config = config,
	};
}

size_t modem_scenarios_cases(struct powercut_case *cases, size_t room)
{
	const size_t scenarios = modem_delta_scenario_count + modem_full_scenario_count;
	size_t count = 0;

	for (size_t s = 0; s < scenarios; s++) {
		const struct modem_scenario *scenario =
			s < modem_delta_scenario_count
				? &modem_delta_scenarios[s]
				: &modem_full_scenarios[s - modem_delta_scenario_count];

		for (size_t g = 0; g < modem_geometry_count; g++) {
			if (count == room || count == CASES_MAX) {
				abort();
			}
			add(&cases[count], &configs[count], scenario, &modem_geometries[g]);
			count++;
		}
	}
	return count;
}
