/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of cases: every scenario in every mode on every geometry, but where the mode has
 * nothing to do in the scenario or can install nothing on the geometry. A few are told twice, with
 * signed files, and with a large one. Then follow the scenarios of devices with a modem, and with
 * several image pairs.
 */
#include "scenarios.h"

#include <stdlib.h>
#include <string.h>

#include "modem_scenarios.h"
#include "scenarios_bodies.h"
#include "scenarios_files.h"
#include "scenarios_life.h"
#include "set_scenarios.h"

static const enum boot_mode modes[] = {
	BOOT_MODE_SWAP_MOVE,      BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_OFFSET,
	BOOT_MODE_OVERWRITE_ONLY, BOOT_MODE_DIRECT_XIP,   BOOT_MODE_DIRECT_XIP_REVERT,
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

static const struct powercut_scenario how = {
	.layout = device_lay_out,
	.prepare = life_prepare,
	.run = life_run,
	.finish = life_finish,
	.check_ran = life_check_ran,
	.check_cut = life_check_cut,
	.check_end = life_check_end,
};

/* What a case is told again with. */
struct variant {
	const char *scenario; /* NULL: every one */
	const char *suffix;   /* of its name */
	enum powercut_slice slice;
	enum geometry_use use; /* of the geometries */
	int signature;         /* enum files_signature; -1: none */
};

static const struct variant variants[] = {
	{NULL, "", POWERCUT_MASS, GEOMETRY_IN_MASS, -1},
	{NULL, "", POWERCUT_MASS, GEOMETRY_FOR_PAIRS, -1},
	{"download", "-ed25519", POWERCUT_MASS, GEOMETRY_FOR_SIGNED, FILES_ED25519},
	{"schedule-permanent", "-ed25519", POWERCUT_MASS, GEOMETRY_FOR_SIGNED, FILES_ED25519},
	{"download", "-p256", POWERCUT_P256, GEOMETRY_FOR_SIGNED, FILES_P256},
	{"schedule-permanent", "-p256", POWERCUT_P256, GEOMETRY_FOR_SIGNED, FILES_P256},
	{"download", "-large", POWERCUT_LARGE, GEOMETRY_FOR_LARGE, -1},
	{"resume", "-large", POWERCUT_LARGE, GEOMETRY_FOR_LARGE, -1},
	{"download", "", POWERCUT_MASS, GEOMETRY_FOR_BLOCKS, -1},
	{"resume-other", "", POWERCUT_MASS, GEOMETRY_FOR_BLOCKS, -1},
	{"pause", "", POWERCUT_MASS, GEOMETRY_FOR_BLOCKS, -1},
	{"reset-part", "", POWERCUT_MASS, GEOMETRY_FOR_BLOCKS, -1},
	{"ahead-turns", "", POWERCUT_MASS, GEOMETRY_FOR_BLOCKS, -1},
	{"ahead-again", "", POWERCUT_MASS, GEOMETRY_FOR_BLOCKS, -1},
	{"ahead-change", "", POWERCUT_MASS, GEOMETRY_FOR_BLOCKS, -1},
};

#define VARIANTS (sizeof(variants) / sizeof(variants[0]))
#define CASES_MAX 4096
#define NAME_MAX_LEN 32

static struct {
	struct powercut_case cases[CASES_MAX];
	struct scenario_config configs[CASES_MAX];
	char names[CASES_MAX][NAME_MAX_LEN];
	size_t count;
} the;

static bool makes_sense(const struct scenario *scenario, const struct geometry *geometry,
			enum boot_mode mode)
{
	const bool no_erase = geometry->flash[device_area(geometry, PART_SLOT1).flash].no_erase;

	/* Only a request that a trailer makes can be raised, and only a test be confirmed. */
	return geometry_has_mode(geometry, mode) && !(scenario->needs_erase && no_erase) &&
	       (!scenario->needs_confirming || mode != BOOT_MODE_DIRECT_XIP);
}

static void add(const struct variant *variant, const struct scenario *scenario,
		const struct geometry *geometry, enum boot_mode mode)
{
	struct scenario_config *config = &the.configs[the.count];
	char *name = the.names[the.count];

	if (the.count == CASES_MAX ||
	    strlen(scenario->name) + strlen(variant->suffix) >= NAME_MAX_LEN) {
		abort();
	}
	(void)strcpy(name, scenario->name);
	(void)strcat(name, variant->suffix);
	*config = (struct scenario_config){
		.device = {.geometry = geometry, .mode = mode, .signature = BOOT_SIGNATURE_NONE},
		.scenario = scenario,
	};
	if (variant->signature >= 0) {
		files_read(&config->device, (enum files_signature)variant->signature);
	} else {
		files_make(config->device.file, geometry_image_size(geometry, mode),
			   geometry->flash[device_area(geometry, PART_SLOT1).flash].erased);
	}
	the.cases[the.count++] = (struct powercut_case){
		.scenario = name,
		.mode = boot_mode_name(mode),
		.geometry = geometry->name,
		.slice = variant->slice,
		.pairs = geometry->use == GEOMETRY_FOR_PAIRS,
		.how = &how,
		.config = config,
	};
}

static void add_scenario(const struct variant *variant, const struct scenario *scenario)
{
	if (variant->scenario != NULL && strcmp(variant->scenario, scenario->name) != 0) {
		return;
	}
	for (size_t g = 0; g < geometry_count; g++) {
		for (size_t m = 0; geometries[g].use == variant->use && m < MODES; m++) {
			if (makes_sense(scenario, &geometries[g], modes[m])) {
				add(variant, scenario, &geometries[g], modes[m]);
			}
		}
	}
}

const struct powercut_case *scenarios_cases(size_t *count)
{
	const bool is_first = the.count == 0;

	for (size_t v = 0; is_first && v < VARIANTS; v++) {
		for (size_t s = 0; s < scenario_count; s++) {
			add_scenario(&variants[v], &scenario_list[s]);
		}
	}
	if (is_first) {
		the.count += modem_scenarios_cases(&the.cases[the.count], CASES_MAX - the.count);
		the.count += set_scenarios_cases(&the.cases[the.count], CASES_MAX - the.count);
	}
	*count = the.count;
	return the.cases;
}
