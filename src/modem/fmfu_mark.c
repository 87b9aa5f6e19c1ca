/* SPDX-License-Identifier: Apache-2.0 */
#include "modem/fmfu_mark.h"

#include <errno.h>
#include <stdint.h>

#include <dfu/log.h>
#include <settings/settings.h>

#define NAME "dfu/FMFU"
#define VERSION 1
#define LEN 2

enum fmfu_mark fmfu_mark_load(void)
{
	uint8_t value[LEN];

	if (settings_subsys_init() != 0) {
		return FMFU_MARK_FIRMWARE;
	}
	const ssize_t len = settings_load_one(NAME, value, sizeof(value));
	if (len == -ENOENT) {
		return FMFU_MARK_NONE;
	}
	if (len != LEN || value[0] != VERSION ||
	    (value[1] != FMFU_MARK_BOOTLOADER && value[1] != FMFU_MARK_REFUSED)) {
		return FMFU_MARK_FIRMWARE;
	}
	return value[1];
}

static int save(const uint8_t *value, size_t len)
{
	int rc = settings_subsys_init();

	if (rc == 0) {
		rc = settings_save_one(NAME, value, len);
	}
	if (rc != 0) {
		DFU_ERR(NAME " not %s: %d", len == 0 ? "deleted" : "saved", rc);
	}
	return rc;
}

int fmfu_mark_save(enum fmfu_mark mark)
{
	const uint8_t value[LEN] = {VERSION, (uint8_t)mark};

	return save(value, sizeof(value));
}

void fmfu_mark_delete(void)
{
	const int rc = save(NULL, 0);

	(void)rc;
}
