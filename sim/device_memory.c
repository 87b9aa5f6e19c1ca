/* SPDX-License-Identifier: Apache-2.0 */
#include "device_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <settings/settings.h>

#include "regular.h"
#include "settings/settings_file.h"

#define BOOT_MODE_NAME "sim/boot-mode"

static void active_name(char name[SETTINGS_MAX_NAME_LEN + 1], unsigned int image)
{
	(void)snprintf(name, SETTINGS_MAX_NAME_LEN + 1, "sim/active/%u", image);
}

/* Around the library, and so around the device's power: the simulator's writing is no operation. */
static int keep(const char *settings, const char *name, const void *value, size_t len)
{
	struct settings_file file;

	settings_file_init(&file, settings);
	return file.backend.api->save(&file.backend, name, value, len);
}

static int read_active(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		       void *param)
{
	int *slot = param;
	uint8_t value;
	ssize_t got;

	if (key != NULL) {
		return 0;
	}
	got = len == sizeof(value) ? read_cb(cb_arg, &value, sizeof(value)) : -EBADMSG;
	if (got < 0) {
		*slot = (int)got;
	} else {
		*slot = got == sizeof(value) && value <= 1 ? value : -EBADMSG;
	}
	return 1;
}

/* 0 for a regular file and for none, -EISDIR, -EINVAL for anything else, such as a FIFO. */
static int check_settings(const char *settings)
{
	int fd = sim_open_regular(settings, O_RDONLY);

	if (fd >= 0) {
		(void)close(fd);
		return 0;
	}
	return fd == -ENOENT ? 0 : fd;
}

static int read_boot_mode(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
			  void *param)
{
	uint8_t bytes[SIM_BOOT_MODE_SIZE];

	/* A record of another length is no request. */
	if (key == NULL && len == sizeof(bytes) &&
	    read_cb(cb_arg, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes)) {
		memcpy(param, bytes, sizeof(bytes));
	}
	return 1;
}

int sim_memory_active(const char *settings, unsigned int image)
{
	char name[SETTINGS_MAX_NAME_LEN + 1];
	int slot = -ENOENT;
	int rc = check_settings(settings);

	if (rc != 0) {
		return rc;
	}
	active_name(name, image);
	rc = settings_load_subtree_direct(name, read_active, &slot);
	return rc != 0 ? rc : slot;
}

int sim_memory_set_active(const char *settings, unsigned int image, int slot)
{
	char name[SETTINGS_MAX_NAME_LEN + 1];
	uint8_t value = (uint8_t)slot;
	int rc = check_settings(settings);

	if (rc != 0) {
		return rc;
	}
	active_name(name, image);
	return keep(settings, name, &value, slot < 0 ? 0 : sizeof(value));
}

void sim_memory_boot_mode(const char *settings, uint8_t bytes[SIM_BOOT_MODE_SIZE])
{
	uint8_t kept[SIM_BOOT_MODE_SIZE] = {0};

	if (check_settings(settings) != 0 ||
	    settings_load_subtree_direct(BOOT_MODE_NAME, read_boot_mode, kept) != 0) {
		memset(kept, 0, sizeof(kept));
	}
	memcpy(bytes, kept, sizeof(kept));
}

int sim_memory_set_boot_mode(const char *settings, const uint8_t bytes[SIM_BOOT_MODE_SIZE])
{
	static const uint8_t cold[SIM_BOOT_MODE_SIZE];
	uint8_t kept[SIM_BOOT_MODE_SIZE];
	const int rc = check_settings(settings);

	if (rc != 0) {
		return rc;
	}
	sim_memory_boot_mode(settings, kept);
	if (memcmp(kept, bytes, sizeof(kept)) == 0) {
		return 0;
	}
	return keep(settings, BOOT_MODE_NAME, bytes,
		    memcmp(bytes, cold, sizeof(cold)) == 0 ? 0 : SIM_BOOT_MODE_SIZE);
}
