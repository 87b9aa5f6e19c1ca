/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees of values that nobody stores. Handlers are linked through themselves, in no order: the one
 * whose name is the longest that fits answers, so "app/radio" may be another's than "app".
 */
#include <settings/settings.h>

#include <limits.h>
#include <string.h>

#include "settings/settings_name.h"

static struct settings_handler *handlers;

static const struct settings_handler *find(const char *name, const char **key)
{
	const struct settings_handler *found = NULL;

	for (const struct settings_handler *h = handlers; h != NULL; h = h->next) {
		const char *rest;

		/* Of two names that both fit, the longer one lies below the other. */
		if (settings_name_steq(name, h->name, &rest) != 0 &&
		    (found == NULL || settings_name_steq(h->name, found->name, NULL) != 0)) {
			found = h;
			*key = rest;
		}
	}
	return found;
}

int settings_register(struct settings_handler *handler)
{
	if (handler == NULL || !settings_name_is_valid(handler->name)) {
		return -EINVAL;
	}
	for (const struct settings_handler *h = handlers; h != NULL; h = h->next) {
		if (strcmp(h->name, handler->name) == 0) {
			return -EEXIST;
		}
	}
	handler->next = handlers;
	handlers = handler;
	return 0;
}

int settings_runtime_get(const char *name, void *data, size_t len)
{
	const char *key = NULL;
	const struct settings_handler *handler = find(name, &key);

	if (handler == NULL) {
		return -EINVAL;
	}
	if (handler->h_get == NULL) {
		return -ENOTSUP;
	}
	return handler->h_get(key, data, len > INT_MAX ? INT_MAX : (int)len);
}
