/* SPDX-License-Identifier: Apache-2.0 */
/* Values straight from and to the handlers; nothing is stored. */
#include <settings/settings.h>

#include <limits.h>
#include <string.h>

#include "common/bytes.h"
#include "settings/settings_handlers.h"

struct memory {
	const void *data;
	size_t len;
};

static ssize_t read_memory(void *cb_arg, void *data, size_t len)
{
	const struct memory *memory = cb_arg;
	const size_t n = min_size(len, memory->len);

	if (n > 0) {
		memcpy(data, memory->data, n);
	}
	return (ssize_t)n;
}

int settings_runtime_get(const char *name, void *data, size_t len)
{
	struct settings_handler_static handler;
	const char *key;

	if (!settings_handler_find(name, &handler, &key)) {
		return -EINVAL;
	}
	if (handler.h_get == NULL) {
		return -ENOTSUP;
	}
	return handler.h_get(key, data, len > INT_MAX ? INT_MAX : (int)len);
}

int settings_runtime_set(const char *name, const void *data, size_t len)
{
	struct memory memory = {.data = data, .len = len};
	struct settings_handler_static handler;
	const char *key;

	if (!settings_handler_find(name, &handler, &key)) {
		return -EINVAL;
	}
	return handler.h_set == NULL ? -ENOTSUP : handler.h_set(key, len, read_memory, &memory);
}

int settings_runtime_commit(const char *name)
{
	struct settings_handler_static handler;
	const char *key;

	if (!settings_handler_find(name, &handler, &key)) {
		return -EINVAL;
	}
	return handler.h_commit == NULL ? 0 : handler.h_commit();
}
