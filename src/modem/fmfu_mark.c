/* SPDX-License-Identifier: Apache-2.0 */
#include "modem/fmfu_mark.h"

#include <errno.h>
#include <stdint.h>

#include <dfu/log.h>
#include <settings/settings.h>

#include "common/bytes.h"

#define NAME "dfu/FMFU"
#define VERSION 1
#define OFF_STAGE 1
#define OFF_TAKEN 2
#define LEN 6

enum fmfu_mark fmfu_mark_load(uint32_t *taken)
{
	uint8_t value[LEN];

	*taken = 0;
	if (settings_subsys_init() != 0) {
		return FMFU_MARK_FIRMWARE;
	}
	const ssize_t len = settings_load_one(NAME, value, sizeof(value));
	if (len == -ENOENT) {
		return FMFU_MARK_NONE;
	}
	if (len != LEN || value[0] != VERSION || value[OFF_STAGE] < FMFU_MARK_BOOTLOADER ||
	    value[OFF_STAGE] > FMFU_MARK_REFUSED) {
		return FMFU_MARK_FIRMWARE;
	}
	*taken = get_le32(&value[OFF_TAKEN]);
	return value[OFF_STAGE];
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

int fmfu_mark_save(enum fmfu_mark mark, uint32_t taken)
{
	uint8_t value[LEN] = {VERSION, (uint8_t)mark};

	put_le32(&value[OFF_TAKEN], taken);
	return save(value, sizeof(value));
}

void fmfu_mark_delete(void)
{
	const int rc = save(NULL, 0);

	(void)rc;
}
