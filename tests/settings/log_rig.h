/* SPDX-License-Identifier: Apache-2.0 */
/* A settings log on strict flash of any geometry, whose power can be cut, opened again and again.
 */
#ifndef TESTS_SETTINGS_LOG_RIG_H
#define TESTS_SETTINGS_LOG_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <settings/settings_log.h>

#include <cells.h> /* sim/ */

#include "support/test_flash.h"

#define LOG_GEOMETRIES 13
#define PAGE 4096 /* of log_words */

struct log_geometry {
	const char *name;
	struct test_geometry flash;
	off_t off;   /* of the area on the device */
	size_t size; /* of the area; 0: to the end of the device */
	size_t room; /* of a sector, counted by hand */
};

struct log_rig {
	struct test_flash flash;
	struct sim_power power;
	struct sim_cells cells;
	uint32_t noise;
	struct flash_area area;
	struct settings_log log;
};

/* What outlives the power. */
struct log_shot {
	uint8_t *memory;
	uint8_t *programmed;
	uint8_t *unstable;
	uint32_t noise;
};

/* Geometries on which a log works, with room for the conformance suite. */
extern const struct log_geometry log_geometries[LOG_GEOMETRIES];

/* Four pages with write blocks of 4. */
extern const struct log_geometry log_words;

/* Blank flash, nothing opened. */
void log_rig_blank(struct log_rig *rig, const struct log_geometry *geometry);
/* Blank flash, opened, and the back-end of the settings. */
void log_rig_init(struct log_rig *rig, const struct log_geometry *geometry);
/* No rule of flash was broken. */
void log_rig_free(struct log_rig *rig);
/* As after a reset, with power on; the result is that of settings_log_init(). */
int log_rig_reset(struct log_rig *rig);

void log_shot_init(struct log_shot *shot, const struct log_rig *rig);
void log_shot_free(struct log_shot *shot);
void log_shot_take(struct log_shot *shot, const struct log_rig *rig);
void log_shot_restore(const struct log_shot *shot, struct log_rig *rig);

/* Save a text, which succeeds. */
void log_save(const char *name, const char *text);

/* Bytes from the start of the area. */
uint8_t *log_rig_bytes(struct log_rig *rig, size_t off);

#endif
