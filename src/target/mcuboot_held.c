/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record "dfu/MCUBOOT<n>/h" of image n: FORMATS.md, "Held-back bytes".
 *
 * Saved once, before the first byte of the file is programmed (and before, with what there is of
 * them, if the download is paused). It outlives the program of the bytes, so that one that a cut
 * has torn can be mended, and is deleted once the image is scheduled, with a download that is
 * refused or reset, and by the next one. A cut may leave one behind that nobody needs any more. So
 * a record counts only where the slot has no whole header of its own, and only together with a slot
 * that verifies with it, or with a record of progress that is bound to it. Without a back-end
 * nothing is kept.
 *
 * "dfu/MCUBOOT<n>/e" is one byte, 1, while the slot's trailer is erased for a request or by a
 * cancel; "dfu/MCUBOOT<n>/m" while the page of a torn header is erased and written again.
 */
#include "target/mcuboot_held.h"

#include <errno.h>

#include <settings/settings.h>

#include "common/bytes.h"
#include "target/mcuboot_id.h"
#include "target/target_settings.h"

#define VERSION 1
#define MARK 1 /* value of a mark, while it is there */

#define OFF_VERSION 0
#define OFF_RESERVED 1
#define OFF_LEN 2

_Static_assert(OFF_LEN + 2 == MCUBOOT_HELD_FRONT, "the bytes follow their length");
_Static_assert(MCUBOOT_HELD_RECORD <= SETTINGS_MAX_VAL_LEN, "a record is one value");

static uint32_t checksum(const uint8_t *record, size_t len)
{
	return crc32_ieee(0, record, MCUBOOT_HELD_FRONT + len);
}

void held_record_save(int img_num, uint8_t *record, size_t len)
{
	record[OFF_VERSION] = VERSION;
	record[OFF_RESERVED] = 0;
	put_le16(&record[OFF_LEN], (uint16_t)len);
	put_le32(&record[MCUBOOT_HELD_FRONT + len], checksum(record, len));
	(void)target_settings_save(mcuboot_id(img_num), TARGET_HELD, record,
				   MCUBOOT_HELD_FRONT + len + MCUBOOT_HELD_BACK);
}

int held_record_load(int img_num, uint8_t *record, size_t max_len)
{
	const ssize_t n = target_settings_load(mcuboot_id(img_num), TARGET_HELD, record,
					       MCUBOOT_HELD_FRONT + max_len + MCUBOOT_HELD_BACK);
	if (n < 0) {
		return n == -EOVERFLOW ? -ENOENT : (int)n;
	}
	if (n <= MCUBOOT_HELD_FRONT + MCUBOOT_HELD_BACK) {
		return -ENOENT;
	}
	const size_t len = (size_t)n - MCUBOOT_HELD_FRONT - MCUBOOT_HELD_BACK;
	if (get_le16(&record[OFF_LEN]) != len || record[OFF_VERSION] != VERSION ||
	    record[OFF_RESERVED] != 0 ||
	    get_le32(&record[MCUBOOT_HELD_FRONT + len]) != checksum(record, len)) {
		return -ENOENT;
	}
	return (int)len;
}

void held_mark_set(int img_num, const char *name)
{
	static const uint8_t mark = MARK;

	(void)target_settings_save(mcuboot_id(img_num), name, &mark, sizeof(mark));
}

/* Whatever the value is: a mark that is damaged costs an erase. */
bool held_mark_is_set(int img_num, const char *name)
{
	uint8_t mark;

	const ssize_t len = target_settings_load(mcuboot_id(img_num), name, &mark, sizeof(mark));
	return len > 0 || len == -EOVERFLOW;
}

void held_mark_clear(int img_num, const char *name)
{
	(void)target_settings_save(mcuboot_id(img_num), name, NULL, 0);
}
