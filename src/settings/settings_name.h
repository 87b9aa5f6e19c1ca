/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SETTINGS_SETTINGS_NAME_H
#define SETTINGS_SETTINGS_NAME_H

#include <stdbool.h>

/* Whether a name can be stored: not empty, not too long, without '='. NULL is not. */
bool settings_name_is_valid(const char *name);

#endif
