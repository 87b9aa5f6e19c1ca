/* SPDX-License-Identifier: Apache-2.0 */
#include "settings_power.h"

#include <string.h>

#include "tear.h"

static const struct sim_settings *settings_of(const struct settings_backend *backend)
{
	return (const struct sim_settings *)backend;
}

static int power_init(const struct settings_backend *backend)
{
	const struct sim_settings *settings = settings_of(backend);
	int rc = sim_power_check(settings->power);

	if (rc != 0 || settings->inner->api->init == NULL) {
		return rc;
	}
	return settings->inner->api->init(settings->inner);
}

static int power_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	const struct sim_settings *settings = settings_of(backend);
	int rc = sim_power_check(settings->power);

	return rc != 0 ? rc : settings->inner->api->load(settings->inner, cb, param);
}

static int find_name(const char *name, size_t len, settings_read_cb read_cb, void *cb_arg,
		     void *param)
{
	const char **wanted = param;

	(void)len;
	(void)read_cb;
	(void)cb_arg;
	if (strcmp(name, *wanted) != 0) {
		return 0;
	}
	*wanted = NULL;
	return 1;
}

/* Whether a deletion has something to delete; a store that cannot tell may have. */
static bool has(const struct sim_settings *settings, const char *name)
{
	const char *wanted = name;

	return settings->inner->api->load(settings->inner, find_name, &wanted) != 0 ||
	       wanted == NULL;
}

static int power_save(const struct settings_backend *backend, const char *name, const void *value,
		      size_t len)
{
	const struct sim_settings *settings = settings_of(backend);
	const struct sim_operation operation = {
		.kind = SIM_SAVE, .len = len, .data = value, .name = name};
	int rc = sim_power_check(settings->power);

	if (rc != 0 || (len == 0 && !has(settings, name))) {
		return rc;
	}
	rc = sim_power_begin(settings->power, &operation);
	if (rc != 0) {
		return rc;
	}
	if (!sim_power_tears(settings->power) || sim_tear_saves(settings->power->seed)) {
		rc = settings->inner->api->save(settings->inner, name, value, len);
	}
	return sim_power_end(settings->power, rc);
}

static const struct settings_backend_api power_api = {
	.init = power_init, .load = power_load, .save = power_save};

void sim_settings_init(struct sim_settings *settings, const struct settings_backend *inner,
		       struct sim_power *power)
{
	*settings = (struct sim_settings){
		.backend = {.api = &power_api}, .inner = inner, .power = power};
}
