/* SPDX-License-Identifier: Apache-2.0 */
/* What is stored, to the handlers and from them. */
#include <settings/settings.h>

#include <stdint.h>

#include <dfu/log.h>

#include "settings/settings_backend.h"
#include "settings/settings_handlers.h"

static int set_value(const char *name, size_t len, settings_read_cb read_cb, void *cb_arg,
		     void *param)
{
	const char *subtree = param;
	struct settings_handler_static handler;
	const char *key;
	int rc;

	if ((subtree != NULL && settings_name_steq(name, subtree, NULL) == 0) ||
	    !settings_handler_find(name, &handler, &key) || handler.h_set == NULL) {
		return 0;
	}
	rc = handler.h_set(key, len, read_cb, cb_arg);
	if (rc != 0) {
		DFU_WRN("settings: %s is not taken: %d", name, rc);
	}
	return 0;
}

static int commit(const struct settings_handler_static *handler)
{
	return handler->h_commit == NULL ? 0 : handler->h_commit();
}

static int export(const struct settings_handler_static *handler)
{
	return handler->h_export == NULL ? 0 : handler->h_export(settings_save_one);
}

/* The first error; all are called. */
static int for_each(const char *subtree, int (*call)(const struct settings_handler_static *handler))
{
	struct settings_walk walk = {0};
	struct settings_handler_static handler;
	int first = 0;

	while (settings_walk_next(&walk, &handler)) {
		if (subtree == NULL || settings_name_steq(handler.name, subtree, NULL) != 0) {
			const int rc = call(&handler);

			first = first == 0 ? rc : first;
		}
	}
	return first;
}

int settings_load_subtree(const char *subtree)
{
	const int rc = settings_backend_load(subtree, set_value, (void *)(uintptr_t)subtree);

	return rc != 0 ? rc : settings_commit_subtree(subtree);
}

int settings_load(void)
{
	return settings_load_subtree(NULL);
}

int settings_save_subtree(const char *subtree)
{
	return for_each(subtree, export);
}

int settings_save(void)
{
	return settings_save_subtree(NULL);
}

int settings_commit_subtree(const char *subtree)
{
	return for_each(subtree, commit);
}

int settings_commit(void)
{
	return settings_commit_subtree(NULL);
}
