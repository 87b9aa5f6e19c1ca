/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device with a modem: settings, a store for modem files and neighbours on strict flash, and the
 * simulated modem. All that survives lies in the one block of its world, that of the modem as its
 * opaque part.
 */
#ifndef TESTS_POWERCUT_MODEM_DEVICE_H
#define TESTS_POWERCUT_MODEM_DEVICE_H

#include <modem.h> /* sim/ */

#include "device.h"
#include "modem_files.h"

struct modem_scenario;

struct modem_config {
	struct device_config device; /* of which only the geometry counts */
	const struct modem_files *files;
	const struct modem_scenario *scenario;
};

/* For parent and children: raw bytes, and what the configuration says. */

const struct modem_config *modem_config(const struct powercut_world *world);

/* powercut_scenario.layout */
int modem_lay_out(const struct powercut_world *world, size_t size, struct powercut_layout *layout);

/* What the modem's block says of itself. False: it says nothing. */
bool modem_record(const struct powercut_world *world, struct sim_modem_record *record);
/* The patch area's bytes. */
const uint8_t *modem_area(const struct powercut_world *world);

/* The store's bytes when the device went live. */
const uint8_t *modem_store_before(const struct powercut_world *world);

enum modem_running {
	MODEM_DEAD = -1,   /* unbootable */
	MODEM_BROKEN = -2, /* it runs what is none of the firmwares */
};

/* The firmware that would run: enum modem_version, or one of those. */
int modem_running(const struct powercut_world *world);

/* For children. */

/* Bytes of the buffer for writing to the modem: some more than a wrapper. */
#define MODEM_LOAD_LEN 384

/* Flash, settings, targets and the modem, as a reset finds them; the modem is not started. */
int modem_device_open(const struct powercut_world *world);

/* From here on the power may go. */
void modem_device_live(const struct powercut_world *world);

/* A new device: neighbours, and the old firmware in the modem. How prepare() begins. */
int modem_device_make(const struct powercut_world *world);

struct sim_modem *modem_device_sim(void);

/* fmfu_fdev_load() of what is stored. */
int modem_device_load(const struct powercut_world *world);

#endif
