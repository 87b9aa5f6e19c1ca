/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of cases: every scenario with every kind of set, in every mode, on every geometry with
 * so many pairs, but where the scenario has nothing to do there.
 */
#include "set_scenarios.h"

#include <stdlib.h>
#include <string.h>

#include "set_geometries.h"

#define CASES_MAX 1536
#define NAME_MAX_LEN 32

static const enum boot_mode modes[] = {
	BOOT_MODE_SWAP_MOVE,      BOOT_MODE_SWAP_SCRATCH,    BOOT_MODE_SWAP_OFFSET,
	BOOT_MODE_OVERWRITE_ONLY, BOOT_MODE_DIRECT_XIP,      BOOT_MODE_DIRECT_XIP_REVERT,
	BOOT_MODE_RAM_LOAD,       BOOT_MODE_RAM_LOAD_REVERT,
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

static struct {
	struct set_config configs[CASES_MAX];
	char names[CASES_MAX][NAME_MAX_LEN];
	size_t count;
} the;

static bool is_linked(const struct set_kind *kind, enum boot_mode mode)
{
	return boot_mode_is_direct(mode) ? kind->is_linked_direct : kind->is_linked;
}

static bool makes_sense(const struct set_scenario *scenario, const struct set_kind *kind,
			const struct geometry *geometry, enum boot_mode mode)
{
	const unsigned int pairs = device_pairs(geometry);

	if (pairs != kind->pairs ||
	    device_takes_bootloaders(geometry, pairs - 1) != kind->has_bootloader) {
		return false;
	}
	/* A bootloader is copied; what goes back leaves it where it is: that is no set for a test.
	 */
	if (kind->has_bootloader &&
	    (!scenario->permanent || scenario->needs_test || boot_mode_is_direct(mode))) {
		return false;
	}
	return (!scenario->needs_test || set_mode_reverts(mode)) &&
	       (!scenario->for_linked || is_linked(kind, mode)) &&
	       (!scenario->crashes || !is_linked(kind, mode));
}

static void add(struct powercut_case *one, const struct set_scenario *scenario,
		const struct set_kind *kind, const struct geometry *geometry, enum boot_mode mode)
{
	const bool for_ram = mode == BOOT_MODE_RAM_LOAD || mode == BOOT_MODE_RAM_LOAD_REVERT;
	struct set_config *config = &the.configs[the.count];
	char *name = the.names[the.count];
	const struct set_files *files =
		set_files_make(kind, geometry, geometry_image_size(geometry, mode), for_ram);

	if (strlen(scenario->name) + 1 + strlen(kind->name) >= NAME_MAX_LEN) {
		abort();
	}
	(void)strcpy(name, scenario->name);
	(void)strcat(name, "-");
	(void)strcat(name, kind->name);
	*config = (struct set_config){
		.device = {.geometry = geometry,
			   .mode = mode,
			   .signature = BOOT_SIGNATURE_NONE,
			   .more = &files->of[1]},
		.kind = kind,
		.scenario = scenario,
	};
	memcpy(config->device.file, files->of[0], sizeof(config->device.file));
	*one = (struct powercut_case){
		.scenario = name,
		.mode = boot_mode_name(mode),
		.geometry = geometry->name,
		.slice = POWERCUT_SETS,
		.pairs = scenario->for_pairs && geometry->use == GEOMETRY_FOR_PAIRS,
		.how = &set_life,
		.config = config,
	};
	the.count++;
}

static void add_on(struct powercut_case *cases, size_t room, const struct set_scenario *scenario,
		   const struct geometry *geometry)
{
	for (size_t k = 0; k < set_kind_count; k++) {
		for (size_t m = 0; m < MODES; m++) {
			if (!makes_sense(scenario, &set_kinds[k], geometry, modes[m])) {
				continue;
			}
			if (the.count == room || the.count == CASES_MAX) {
				abort();
			}
			add(&cases[the.count], scenario, &set_kinds[k], geometry, modes[m]);
		}
	}
}

size_t set_scenarios_cases(struct powercut_case *cases, size_t room)
{
	for (size_t s = 0; s < set_scenario_count; s++) {
		for (size_t g = 0; g < set_geometry_count; g++) {
			add_on(cases, room, &set_scenario_list[s], &set_geometries[g]);
		}
	}
	return the.count;
}
