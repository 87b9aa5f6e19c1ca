/* SPDX-License-Identifier: Apache-2.0 */
#include "marked_settings.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct marked_settings *of(const struct settings_backend *backend)
{
	return (struct marked_settings *)(uintptr_t)backend;
}

static int init(const struct settings_backend *backend)
{
	return of(backend)->init_rc;
}

static int load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	const struct settings_backend *ram = &of(backend)->ram.backend;

	return of(backend)->load_rc != 0 ? of(backend)->load_rc : ram->api->load(ram, cb, param);
}

static int save(const struct settings_backend *backend, const char *name, const void *value,
		size_t len)
{
	const struct settings_backend *ram = &of(backend)->ram.backend;

	if (++of(backend)->saves == of(backend)->fails) {
		return -EIO;
	}
	return ram->api->save(ram, name, value, len);
}

static const struct settings_backend_api api = {.init = init, .load = load, .save = save};

void marked_settings_open(struct marked_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->backend.api = &api;
	settings_ram_init(&settings->ram, settings->memory, sizeof(settings->memory));
	settings_backend_set(&settings->backend);
}

int marked_settings_stage(void)
{
	uint8_t mark[8];
	const ssize_t len = settings_load_one("dfu/FMFU", mark, sizeof(mark));

	if (len == -ENOENT) {
		return 0;
	}
	assert_int_equal(len, 6);
	assert_int_equal(mark[0], 1);
	return mark[1];
}
