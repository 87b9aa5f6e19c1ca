/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SLOTWISE_SETTINGS_H
#define SLOTWISE_SETTINGS_H

#include <zephyr/settings/settings.h>

/* src/settings/settings_load_one.c, by slotwise_names.h */
ssize_t slotwise_settings_load_one(const char *name, void *buf, size_t len);

#endif
