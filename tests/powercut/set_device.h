/* SPDX-License-Identifier: Apache-2.0 */
/* A device with several image pairs, all of which belong to one set. */
#ifndef TESTS_POWERCUT_SET_DEVICE_H
#define TESTS_POWERCUT_SET_DEVICE_H

#include "set_files.h"

struct set_scenario;

struct set_config {
	struct device_config device;
	const struct set_kind *kind;
	const struct set_scenario *scenario;
};

static inline const struct set_config *set_config(const struct powercut_world *world)
{
	return world->config;
}

#endif
