/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fw_info: what a firmware of the nRF Connect SDK says of itself, and what its first stage chooses
 * a bootloader by. The structure lies somewhere behind the vector table, at one of a few offsets
 * from the start of the slot, the header of an MCUboot image included; FORMATS.md has its fields.
 *
 * The first place with the magic counts, whatever the fields hold. The magic's third word names
 * kind of chip and of hash, which differ from board to board and are not looked at.
 */
#include <dfu/bootloader.h>

#include "common/bytes.h"
#include "image/image_internal.h"

#define MAGIC_0 0x281ee6deu
#define MAGIC_1 0x8fcebb4cu

#define OFF_MAGIC_0 0
#define OFF_MAGIC_1 4
#define OFF_TOTAL_SIZE 12
#define OFF_SIZE 16
#define OFF_VERSION 20
#define OFF_ADDRESS 24
#define OFF_BOOT_ADDRESS 28
#define OFF_VALID 32
#define FIELDS_LEN 36
_Static_assert(FIELDS_LEN <= FW_INFO_LEN, "fields beyond the structure");

#define PLACE_FIRST 0x0
#define PLACE_LAST 0x1200
#define PLACE_STEP 0x200

static bool decode(struct fw_info_fields *info, const uint8_t raw[FIELDS_LEN])
{
	if (get_le32(&raw[OFF_MAGIC_0]) != MAGIC_0 || get_le32(&raw[OFF_MAGIC_1]) != MAGIC_1) {
		return false;
	}
	*info = (struct fw_info_fields){
		.total_size = get_le32(&raw[OFF_TOTAL_SIZE]),
		.size = get_le32(&raw[OFF_SIZE]),
		.version = get_le32(&raw[OFF_VERSION]),
		.address = get_le32(&raw[OFF_ADDRESS]),
		.boot_address = get_le32(&raw[OFF_BOOT_ADDRESS]),
		.valid = get_le32(&raw[OFF_VALID]),
	};
	return true;
}

int fw_info_find(const struct dfu_image_source *source, struct fw_info_fields *info)
{
	uint8_t raw[FIELDS_LEN];

	for (size_t off = PLACE_FIRST;
	     off <= PLACE_LAST && range_fits(off, FW_INFO_LEN, source->size); off += PLACE_STEP) {
		const int rc = image_read(source, off, raw, sizeof(raw));

		if (rc != 0) {
			return rc;
		}
		if (decode(info, raw)) {
			return 0;
		}
	}
	return -ENOENT;
}
