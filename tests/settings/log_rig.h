/* SPDX-License-Identifier: Apache-2.0 */
/* A settings log on strict flash of any geometry, mounted and mounted again. */
#ifndef TESTS_SETTINGS_LOG_RIG_H
#define TESTS_SETTINGS_LOG_RIG_H

#include <settings/settings_log.h>

#include "support/test_flash.h"

struct log_geometry {
	const char *name;
	struct test_geometry flash;
	off_t off;   /* of the area on the device */
	size_t size; /* of the area; 0: to the end of the device */
};

struct log_rig {
	struct test_flash flash;
	struct flash_area area;
	struct settings_log log;
};

/* Geometries on which a log works, with a capacity for the conformance suite. */
extern const struct log_geometry log_geometries[];
extern const size_t log_geometries_count;

/* Blank flash, opened, and the back-end of the settings. */
void log_rig_init(struct log_rig *rig, const struct log_geometry *geometry);
/* No rule of flash was broken. */
void log_rig_free(struct log_rig *rig);
/* As after a reset; the result is that of settings_log_init(). */
int log_rig_reset(struct log_rig *rig);

#endif
