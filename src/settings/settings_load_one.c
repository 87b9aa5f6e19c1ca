/* SPDX-License-Identifier: Apache-2.0 */
/* Over Zephyr's settings, too: its own settings_load_one() is of 2025. */
#include <errno.h>

#include <settings/settings.h>

struct reading {
	void *buf;
	size_t len;
	ssize_t rc;
};

static int read_value(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		      void *param)
{
	struct reading *reading = param;

	if (settings_name_next(key, NULL) != 0) {
		return 0; /* something below the name */
	}
	reading->rc = len > reading->len ? -EOVERFLOW : read_cb(cb_arg, reading->buf, len);
	return 1;
}

ssize_t settings_load_one(const char *name, void *buf, size_t len)
{
	struct reading reading = {.buf = buf, .len = len, .rc = -ENOENT};
	const int rc = settings_load_subtree_direct(name, read_value, &reading);

	return rc != 0 ? rc : reading.rc;
}
