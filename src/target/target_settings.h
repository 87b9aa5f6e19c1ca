/* SPDX-License-Identifier: Apache-2.0 */
/* What targets keep in the settings: values under "dfu/<id>" and below it. */
#ifndef TARGET_TARGET_SETTINGS_H
#define TARGET_TARGET_SETTINGS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Names below "dfu/<id>". */
#define TARGET_PROGRESS ""
#define TARGET_HELD "/h"
#define TARGET_TAIL "/t"
#define TARGET_AHEAD "/a"
#define TARGET_ERASING "/e"
#define TARGET_MENDING "/m"
#define TARGET_UNTRIED "/u"

/*
 * Save a value, with len 0 delete it. An error is logged, and has cost no more than progress; it is
 * returned for those who must know. -ENOENT, not logged: there are no settings.
 */
int target_settings_save(const char *id, const char *name, const void *value, size_t len);

/* As settings_load_one(); an error but -ENOENT is logged. */
ssize_t target_settings_load(const char *id, const char *name, void *buf, size_t len);

#endif
