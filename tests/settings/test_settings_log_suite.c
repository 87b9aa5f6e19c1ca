/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance suite on a log of each geometry. */
#include "suite.h"

#include "log_rig.h"

static const struct log_geometry *geometry;
static struct log_rig rig;

static const struct settings_backend *open_log(void)
{
	log_rig_init(&rig, geometry);
	return &rig.log.backend;
}

static void close_log(void)
{
	log_rig_free(&rig);
}

int main(void)
{
	int failed = 0;

	for (size_t i = 0; i < LOG_GEOMETRIES; i++) {
		const struct settings_suite suite = {log_geometries[i].name, open_log, close_log};

		geometry = &log_geometries[i];
		failed += run_settings_suite(&suite);
	}
	return failed;
}
