/* SPDX-License-Identifier: Apache-2.0 */
/* What the devices do while their power is cut, in every mode and on every geometry. */
#ifndef TESTS_POWERCUT_SCENARIOS_H
#define TESTS_POWERCUT_SCENARIOS_H

#include "device.h"

/*
 * A scenario is a body that an application runs again from the top after every reset, whatever it
 * finds; what comes before it is set up once.
 */
struct scenario {
	const char *name;
	/* In a process of its own, before anything can be cut; NULL: the factory state. */
	int (*prepare)(const struct powercut_world *world);
	/* In the process of run(), between the reset and the first cut; NULL: nothing. */
	int (*before)(const struct powercut_world *world);
	/* 0, POWERCUT_RESET, or an error that is a violation. */
	int (*body)(const struct powercut_world *world);
	/* What flash has to say when the body of run() is through; also by the parent. */
	void (*check)(const struct powercut_world *world);
	/* What it must not say at any moment, besides what holds for all; parent; NULL: nothing. */
	void (*check_cut)(const struct powercut_world *world);
	enum device_file_number goal; /* runs in the end */
	size_t chunk;                 /* bytes of a write */
	bool keeps_progress;          /* I6 is asked of every download: the body gives none up */
	bool needs_confirming;        /* only where a new image is on trial at first */
	bool brings_all;  /* check holds whenever the body is through, not only at first */
	bool names_files; /* each file by its hash */
	bool needs_erase; /* only on flash that is erased before it is programmed */
};

struct scenario_config {
	struct device_config device;
	const struct scenario *scenario;
};

/* All cases; files and names are made at the first call. */
const struct powercut_case *scenarios_cases(size_t *count);

#endif
