/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SETTINGS_SETTINGS_BACKEND_H
#define SETTINGS_SETTINGS_BACKEND_H

#include <settings/settings.h>

/* Entries of the back-end, if there is one; not only those of the subtree. */
int settings_backend_load(const char *subtree, settings_backend_cb cb, void *param);

#endif
