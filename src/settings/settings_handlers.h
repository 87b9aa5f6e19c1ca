/* SPDX-License-Identifier: Apache-2.0 */
/* All handlers: those in the image and those that were registered. */
#ifndef SETTINGS_SETTINGS_HANDLERS_H
#define SETTINGS_SETTINGS_HANDLERS_H

#include <stdbool.h>

#include <settings/settings.h>

/* Zero before the first one. */
struct settings_walk {
	size_t statics; /* behind us */
	const struct settings_handler *last;
};

/* The next handler, as a copy; false after the last. */
bool settings_walk_next(struct settings_walk *walk, struct settings_handler_static *handler);

/* The handler with the longest name that fits, and what follows it in `name`; false: none. */
bool settings_handler_find(const char *name, struct settings_handler_static *handler,
			   const char **key);

#endif
