/* SPDX-License-Identifier: Apache-2.0 */
#include "target/target_settings.h"

#include <errno.h>
#include <string.h>

#include <dfu/config.h>
#include <dfu/dfu_target_stream.h>
#include <dfu/log.h>
#include <settings/settings.h>

#include "target/target_stats.h"

#define TREE "dfu/"
#define KEY_SIZE (sizeof(TREE) + DFU_TARGET_STREAM_ID_MAX + 2)

_Static_assert(KEY_SIZE <= SETTINGS_MAX_NAME_LEN, "a key is a name");

/* The key of a value, and settings that can be asked. */
static int begin(char key[KEY_SIZE], const char *id, const char *name)
{
	const size_t len = strlen(id);

	memcpy(key, TREE, sizeof(TREE) - 1);
	memcpy(&key[sizeof(TREE) - 1], id, len);
	memcpy(&key[sizeof(TREE) - 1 + len], name, strlen(name) + 1);
	return settings_subsys_init();
}

int target_settings_save(const char *id, const char *name, const void *value, size_t len)
{
	char key[KEY_SIZE];
	int rc = begin(key, id, name);

	if (rc == 0) {
		rc = settings_save_one(key, value, len);
	}
	if (IS_ENABLED(CONFIG_DFU_TARGET_STATS) && rc == 0 && len > 0) {
		target_stats_saved();
	}
	if (rc != 0 && rc != -ENOENT) {
		DFU_WRN("%s not %s: %d", key, len == 0 ? "deleted" : "saved", rc);
	}
	return rc;
}

ssize_t target_settings_load(const char *id, const char *name, void *buf, size_t len)
{
	char key[KEY_SIZE];
	ssize_t rc = begin(key, id, name);

	if (rc == 0) {
		rc = settings_load_one(key, buf, len);
	}
	if (rc < 0 && rc != -ENOENT) {
		DFU_WRN("%s not loaded: %ld", key, (long)rc);
	}
	return rc;
}
