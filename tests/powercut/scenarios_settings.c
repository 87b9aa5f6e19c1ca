/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of somebody else, saved and deleted around a download, large enough that the log goes
 * round several times.
 *
 * Each value holds the number of the step that saved it, and so all values together tell which step
 * was the last: there must be one after which they would be just so. A cut that took one value back
 * or lost another would leave a set that no step leaves. The body goes on from that step.
 */
#include "scenarios_bodies.h"

#include <errno.h>
#include <string.h>

#include <settings/settings.h>

#define NAMES 3
#define STEPS 14
#define VALUE_MAX 120
#define DOWNLOAD_BEFORE 7 /* the step that comes after the download */

static const char *const names[NAMES] = {"app/a", "app/b", "app/c/longer"};

/* Of each step: which name, and how many bytes; 0 deletes it. */
static const struct {
	uint8_t name;
	uint8_t len;
} steps[STEPS + 1] = {
	{0, 0}, /* the state of before */
	{0, 80}, {1, 9},  {2, 120}, {1, 0},   {0, 81}, {2, 60}, {1, 33},
	{2, 0},  {0, 79}, {1, 34},  {2, 119}, {0, 0},  {1, 35}, {0, 80},
};

static size_t value_of(unsigned int step, uint8_t value[VALUE_MAX])
{
	for (size_t i = 0; i < steps[step].len; i++) {
		value[i] = (uint8_t)(step + i * step);
	}
	return steps[step].len;
}

/* The step that decided a name, when that many steps are done. */
static unsigned int last_step_of(unsigned int name, unsigned int done)
{
	for (unsigned int step = done; step > 0; step--) {
		if (steps[step].name == name) {
			return step;
		}
	}
	return 0;
}

struct found {
	ssize_t len;
	uint8_t value[VALUE_MAX];
};

static bool is_state(const struct found found[NAMES], unsigned int done)
{
	for (unsigned int name = 0; name < NAMES; name++) {
		const unsigned int step = last_step_of(name, done);
		uint8_t value[VALUE_MAX];
		const size_t len = step == 0 ? 0 : value_of(step, value);

		if (found[name].len != (ssize_t)len ||
		    (len > 0 && memcmp(found[name].value, value, len) != 0)) {
			return false;
		}
	}
	return true;
}

/* Steps done, -errno if the settings do not say so. */
static int find_state(const struct powercut_world *world)
{
	struct found found[NAMES];

	for (unsigned int name = 0; name < NAMES; name++) {
		const ssize_t len = settings_load_one(names[name], found[name].value, VALUE_MAX);

		if (len < 0 && len != -ENOENT) {
			powercut_violation(world, "settings", "%s: %d", names[name], (int)len);
			return (int)len;
		}
		found[name].len = len < 0 ? 0 : len;
	}
	for (unsigned int done = STEPS + 1; done-- > 0;) {
		if (is_state(found, done)) {
			return (int)done;
		}
	}
	powercut_violation(world, "settings", "values of no moment: %d, %d, %d bytes",
			   (int)found[0].len, (int)found[1].len, (int)found[2].len);
	return -EIO;
}

static int take_step(unsigned int step)
{
	uint8_t value[VALUE_MAX];
	const size_t len = value_of(step, value);

	return len == 0 ? settings_delete(names[steps[step].name])
			: settings_save_one(names[steps[step].name], value, len);
}

int scenario_settings_body(const struct powercut_world *world)
{
	int rc = settings_subsys_init();
	int step = rc == 0 ? find_state(world) : rc;

	powercut_say(world, "settings: %d steps done", step);
	rc = step < 0 ? step : 0;
	while (rc == 0 && step < STEPS) {
		step++;
		if (step == DOWNLOAD_BEFORE) {
			rc = life_download(world, FILE_NEW);
		}
		if (rc == 0) {
			rc = take_step((unsigned int)step);
		}
		if (rc == 0 && find_state(world) != step) {
			powercut_violation(world, "settings", "step %d left another state", step);
		}
	}
	return rc;
}
