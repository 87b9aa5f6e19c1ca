/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers come from two places: the linker's list of pointers to those that the image has
 * (pointers, because a compiler may align structs more than their type asks for, and leave gaps),
 * and a list of registered ones, linked through themselves. Of handlers that fit a name the one
 * with the longest name is asked, so "app/radio" may be another's than "app".
 */
#include "settings/settings_handlers.h"

#include "settings/settings_name.h"

/* The linker knows its list by these names, if anything is in it; so one entry is, always. */
extern const struct settings_handler_static *const __start_slotwise_settings_handlers[];
extern const struct settings_handler_static *const __stop_slotwise_settings_handlers[];

SETTINGS_STATIC_HANDLER_DEFINE(nobody, NULL, NULL, NULL, NULL, NULL);

static struct settings_handler *registered;

bool settings_walk_next(struct settings_walk *walk, struct settings_handler_static *handler)
{
	const struct settings_handler *next = registered;
	const size_t statics =
		(size_t)(__stop_slotwise_settings_handlers - __start_slotwise_settings_handlers);

	if (walk->statics < statics) {
		*handler = *__start_slotwise_settings_handlers[walk->statics++];
		return true;
	}
	if (walk->last != NULL) {
		next = walk->last->next;
	}
	if (next == NULL) {
		return false;
	}
	walk->last = next;
	*handler = (struct settings_handler_static){.name = next->name,
						    .h_get = next->h_get,
						    .h_set = next->h_set,
						    .h_commit = next->h_commit,
						    .h_export = next->h_export};
	return true;
}

bool settings_handler_find(const char *name, struct settings_handler_static *handler,
			   const char **key)
{
	struct settings_walk walk = {0};
	struct settings_handler_static next;
	const char *rest;
	bool found = false;

	while (settings_walk_next(&walk, &next)) {
		/* Of two names that both fit, the longer one lies below the other. */
		if (settings_name_steq(name, next.name, &rest) != 0 &&
		    (!found || settings_name_steq(next.name, handler->name, NULL) != 0)) {
			*handler = next;
			*key = rest;
			found = true;
		}
	}
	return found;
}

int settings_register(struct settings_handler *handler)
{
	struct settings_walk walk = {0};
	struct settings_handler_static other;
	struct settings_handler **end = &registered;
	const char *rest;

	if (handler == NULL || !settings_name_is_valid(handler->name)) {
		return -EINVAL;
	}
	while (settings_walk_next(&walk, &other)) {
		if (settings_name_steq(other.name, handler->name, &rest) != 0 && rest == NULL) {
			return -EEXIST;
		}
	}
	while (*end != NULL) {
		end = &(*end)->next;
	}
	handler->next = NULL;
	*end = handler;
	return 0;
}
