/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings facade: checks names and lengths once and hands them to the one back-end. The API
 * has no context argument, so the pointer to the back-end is the state that this file has to keep;
 * the values are the back-end's.
 */
#include <settings/settings.h>

#include "settings/settings_backend.h"
#include "settings/settings_name.h"

struct subtree {
	const char *name;
	settings_load_direct_cb cb;
	void *param;
};

static const struct settings_backend *the_backend;

/* '=' ends a name as '\0' does: stores keep "name=value". */
static bool ends_part(char c)
{
	return c == SETTINGS_NAME_SEPARATOR || c == SETTINGS_NAME_END || c == '\0';
}

static const char *after_part(const char *end)
{
	return *end == SETTINGS_NAME_SEPARATOR ? end + 1 : NULL;
}

static int offer(const char *name, size_t len, settings_read_cb read_cb, void *cb_arg, void *param)
{
	const struct subtree *subtree = param;
	const char *key = name;

	if (subtree->name != NULL && settings_name_steq(name, subtree->name, &key) == 0) {
		return 0;
	}
	return subtree->cb(key, len, read_cb, cb_arg, subtree->param);
}

/* Looks no further than the longest name goes. */
bool settings_name_is_valid(const char *name)
{
	size_t len = 0;

	if (name == NULL) {
		return false;
	}
	while (len <= SETTINGS_MAX_NAME_LEN && name[len] != '\0') {
		if (name[len] == SETTINGS_NAME_END) {
			return false;
		}
		len++;
	}
	return len > 0 && len <= SETTINGS_MAX_NAME_LEN;
}

void settings_backend_set(const struct settings_backend *backend)
{
	the_backend = backend;
}

int settings_subsys_init(void)
{
	if (the_backend == NULL || the_backend->api->init == NULL) {
		return 0;
	}
	return the_backend->api->init(the_backend);
}

int settings_save_one(const char *name, const void *value, size_t val_len)
{
	if (the_backend == NULL) {
		return -ENOENT;
	}
	if (!settings_name_is_valid(name) || val_len > SETTINGS_MAX_VAL_LEN) {
		return -EINVAL;
	}
	return the_backend->api->save(the_backend, name, value, value == NULL ? 0 : val_len);
}

int settings_delete(const char *name)
{
	return settings_save_one(name, NULL, 0);
}

int settings_backend_load(const char *subtree, settings_backend_cb cb, void *param)
{
	if (the_backend == NULL) {
		return 0;
	}
	if (the_backend->api->load_subtree != NULL) {
		return the_backend->api->load_subtree(the_backend, subtree, cb, param);
	}
	return the_backend->api->load(the_backend, cb, param);
}

int settings_load_subtree_direct(const char *subtree, settings_load_direct_cb cb, void *param)
{
	struct subtree wanted = {.name = subtree, .cb = cb, .param = param};

	return settings_backend_load(subtree, offer, &wanted);
}

int settings_name_steq(const char *name, const char *key, const char **next)
{
	const char *rest = NULL;
	bool matches = false;

	if (name != NULL && key != NULL) {
		while (*key != '\0' && *key == *name) {
			key++;
			name++;
		}
		matches = *key == '\0' && ends_part(*name);
		if (matches) {
			rest = after_part(name);
		}
	}
	if (next != NULL) {
		*next = rest;
	}
	return matches ? 1 : 0;
}

int settings_name_next(const char *name, const char **next)
{
	const char *rest = NULL;
	int len = 0;

	if (name != NULL) {
		while (!ends_part(name[len])) {
			len++;
		}
		rest = after_part(name + len);
	}
	if (next != NULL) {
		*next = rest;
	}
	return len;
}
