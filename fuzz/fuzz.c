/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_check(bool holds, const char *condition, int line)
{
	if (!holds) {
		(void)fprintf(stderr, "line %d: not %s\n", line, condition);
		abort();
	}
}

static int load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	const struct fuzz_settings *settings = (const struct fuzz_settings *)(const void *)backend;

	return settings->store.backend.api->load(&settings->store.backend, cb, param);
}

static int save(const struct settings_backend *backend, const char *name, const void *value,
		size_t len)
{
	const struct fuzz_settings *settings = (const struct fuzz_settings *)(const void *)backend;
	const int rc = len > 0 ? settings->fail() : 0;

	return rc != 0 ? rc
		       : settings->store.backend.api->save(&settings->store.backend, name, value,
							   len);
}

static const struct settings_backend_api api = {.load = load, .save = save};

void fuzz_settings_begin(struct fuzz_settings *settings, int (*fail)(void))
{
	settings->backend.api = &api;
	settings->fail = fail;
	settings_ram_init(&settings->store, settings->memory, sizeof(settings->memory));
	settings_backend_set(&settings->backend);
}
