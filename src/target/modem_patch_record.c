/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "dfu/MODEM_DELTA/h" has the first bytes of the file, as far as they are known, and
 * "dfu/MODEM_DELTA" the record of a download that is bound to them. The bytes are saved first:
 * until the record follows, it is that of other bytes, and counts as none. How far the patch is,
 * the modem knows; the record only changes while the first bytes arrive.
 */
#include "target/modem_patch_record.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target.h>

#include "target/target_settings.h"

static const char patch_id[] = "MODEM_DELTA";

static struct download_record make_record(const struct modem_patch *patch)
{
	return (struct download_record){
		.state = DOWNLOAD_RUNNING,
		.type = DFU_TARGET_IMAGE_TYPE_MODEM_DELTA,
		.file_size = patch->size,
		.size = patch->area,
	};
}

int modem_patch_record_save(const struct modem_patch *patch)
{
	const struct download_record record = make_record(patch);
	const struct download_binding binding = {.id = patch->id, .first = patch->first};
	uint8_t raw[DOWNLOAD_RECORD_LEN];

	download_record_encode(raw, &record, &binding);
	const int rc = target_settings_save(patch_id, TARGET_HELD, patch->first, patch->known);
	return rc == 0 ? target_settings_save(patch_id, TARGET_PROGRESS, raw, sizeof(raw)) : rc;
}

bool modem_patch_record_load(struct modem_patch *patch)
{
	const struct download_record record = make_record(patch);
	uint8_t first[DOWNLOAD_FIRST_LEN] = {0};
	const struct download_binding binding = {.id = patch->id, .first = first};
	uint8_t raw[DOWNLOAD_RECORD_LEN];
	uint8_t expected[DOWNLOAD_RECORD_LEN];

	if (target_settings_load(patch_id, TARGET_PROGRESS, raw, sizeof(raw)) !=
	    (ssize_t)sizeof(raw)) {
		return false;
	}
	const ssize_t len = target_settings_load(patch_id, TARGET_HELD, first, sizeof(first));
	download_record_encode(expected, &record, &binding);
	if (len <= 0 || memcmp(raw, expected, sizeof(raw)) != 0) {
		return false;
	}
	patch->known = (uint8_t)len;
	patch->is_saved = true;
	memcpy(patch->first, first, sizeof(first));
	return true;
}

int modem_patch_record_delete(void)
{
	const int rc = target_settings_save(patch_id, TARGET_PROGRESS, NULL, 0);

	if (rc == 0) {
		(void)target_settings_save(patch_id, TARGET_HELD, NULL, 0);
	}
	return rc == -ENOENT ? 0 : rc;
}
