/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SLOTWISE_SETTINGS_H
#define SLOTWISE_SETTINGS_H

#include <zephyr/settings/settings.h>

/* zephyr/src/settings_one.c */
ssize_t slotwise_settings_load_one(const char *name, void *buf, size_t len);

#endif
