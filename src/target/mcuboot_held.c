/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record "dfu/MCUBOOT<n>/h" of image n:
 *
 *     0       1  version, 1
 *     1       1  0
 *     2       2  len, little endian
 *     4     len  the held-back bytes, the first of the file
 *     4+len   4  CRC-32 of all before, little endian
 *
 * It is saved once, before the first byte of the file is programmed, and deleted when a download
 * begins at 0, when the slot is reset, and once the bytes have been programmed. A cut may leave one
 * behind that nobody needs any more, so a record counts only while the slot has no header of its
 * own, and only together with a slot that verifies with it. Without a back-end nothing is kept.
 */
#include "target/mcuboot_held.h"

#include <errno.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/log.h>
#include <settings/settings.h>

#include "common/bytes.h"

#define VERSION 1

#define OFF_VERSION 0
#define OFF_RESERVED 1
#define OFF_LEN 2

#define NAME "dfu/MCUBOOT0/h"
#define NAME_DIGIT 11

_Static_assert(OFF_LEN + 2 == MCUBOOT_HELD_FRONT, "the bytes follow their length");
_Static_assert(sizeof(NAME) - 1 == NAME_DIGIT + sizeof("/h"), "the digit ends the image's name");
_Static_assert(BOOT_IMAGES_MAX <= 10, "one digit for the image");
_Static_assert(MCUBOOT_HELD_RECORD <= SETTINGS_MAX_VAL_LEN, "a record is one value");

struct reading {
	uint8_t *record;
	size_t len;
	ssize_t rc; /* bytes read; 0: no record of this length */
};

static void make_name(char name[sizeof(NAME)], int img_num)
{
	memcpy(name, NAME, sizeof(NAME));
	name[NAME_DIGIT] = (char)(name[NAME_DIGIT] + img_num);
}

static uint32_t checksum(const uint8_t *record, size_t len)
{
	return crc32_ieee(0, record, MCUBOOT_HELD_FRONT + len);
}

static int read_record(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		       void *param)
{
	struct reading *reading = param;

	if (key != NULL) {
		return 0; /* something below the name */
	}
	if (len == reading->len) {
		reading->rc = read_cb(cb_arg, reading->record, len);
	}
	return 1;
}

static int store(int img_num, const uint8_t *record, size_t len)
{
	char name[sizeof(NAME)];
	const int rc = settings_subsys_init();

	make_name(name, img_num);
	return rc == 0 ? settings_save_one(name, record, len) : rc;
}

void mcuboot_held_save(int img_num, uint8_t *record, size_t len)
{
	record[OFF_VERSION] = VERSION;
	record[OFF_RESERVED] = 0;
	put_le16(&record[OFF_LEN], (uint16_t)len);
	put_le32(&record[MCUBOOT_HELD_FRONT + len], checksum(record, len));
	const int rc = store(img_num, record, MCUBOOT_HELD_FRONT + len + MCUBOOT_HELD_BACK);
	if (rc != 0 && rc != -ENOENT) {
		DFU_WRN("image %d: first bytes not saved: %d", img_num, rc);
	}
}

int mcuboot_held_load(int img_num, uint8_t *record, size_t len)
{
	struct reading reading = {.record = record,
				  .len = MCUBOOT_HELD_FRONT + len + MCUBOOT_HELD_BACK};
	char name[sizeof(NAME)];
	int rc = settings_subsys_init();

	make_name(name, img_num);
	if (rc == 0) {
		rc = settings_load_subtree_direct(name, read_record, &reading);
	}
	if (rc != 0) {
		return rc;
	}
	if (reading.rc < 0) {
		return (int)reading.rc;
	}
	if ((size_t)reading.rc != reading.len || record[OFF_VERSION] != VERSION ||
	    record[OFF_RESERVED] != 0 || get_le16(&record[OFF_LEN]) != len ||
	    get_le32(&record[MCUBOOT_HELD_FRONT + len]) != checksum(record, len)) {
		return -ENOENT;
	}
	return 0;
}

void mcuboot_held_delete(int img_num)
{
	const int rc = store(img_num, NULL, 0);

	if (rc != 0 && rc != -ENOENT) {
		DFU_WRN("image %d: saved first bytes not deleted: %d", img_num, rc);
	}
}
