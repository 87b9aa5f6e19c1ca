/* SPDX-License-Identifier: Apache-2.0 */
#include "target/mcuboot_intent_record.h"

#include <errno.h>
#include <string.h>

#include "common/bytes.h"
#include "target/image_bits.h"

#define VERSION 1

#define OFF_VERSION 0
#define OFF_KIND 1
#define OFF_IMAGES 2
#define OFF_REVERTED 3
#define OFF_IDS 4
#define CRC_LEN 4

_Static_assert(OFF_IDS + BOOT_IMAGES_MAX * MCUBOOT_INTENT_ID_LEN + CRC_LEN == MCUBOOT_INTENT_MAX,
	       "the checksum ends the record");

/* Bytes before the checksum. */
static size_t length_of(uint8_t images)
{
	size_t len = OFF_IDS;

	for (unsigned int rest = images; rest != 0; rest &= rest - 1) {
		len += MCUBOOT_INTENT_ID_LEN;
	}
	return len;
}

size_t mcuboot_intent_encode(uint8_t raw[MCUBOOT_INTENT_MAX], const struct mcuboot_intent *intent)
{
	size_t len = OFF_IDS;

	raw[OFF_VERSION] = VERSION;
	raw[OFF_KIND] = intent->kind;
	raw[OFF_IMAGES] = intent->images;
	raw[OFF_REVERTED] = intent->reverted;
	for (int n = 0; n < BOOT_IMAGES_MAX; n++) {
		if (images_have(intent->images, n)) {
			memcpy(&raw[len], intent->id[n], MCUBOOT_INTENT_ID_LEN);
			len += MCUBOOT_INTENT_ID_LEN;
		}
	}
	put_le32(&raw[len], crc32_ieee(0, raw, len));
	return len + CRC_LEN;
}

int mcuboot_intent_decode(struct mcuboot_intent *intent, const uint8_t *raw, size_t len)
{
	if (len < OFF_IDS + CRC_LEN || raw[OFF_VERSION] != VERSION ||
	    (raw[OFF_REVERTED] & ~raw[OFF_IMAGES]) != 0 || raw[OFF_KIND] < MCUBOOT_INTENT_TEST ||
	    raw[OFF_KIND] > MCUBOOT_INTENT_CONFIRM || raw[OFF_IMAGES] == 0 ||
	    len != length_of(raw[OFF_IMAGES]) + CRC_LEN ||
	    get_le32(&raw[len - CRC_LEN]) != crc32_ieee(0, raw, len - CRC_LEN)) {
		return -EBADMSG;
	}
	size_t off = OFF_IDS;
	*intent = (struct mcuboot_intent){
		.kind = raw[OFF_KIND],
		.images = raw[OFF_IMAGES],
		.reverted = raw[OFF_REVERTED],
	};
	for (int n = 0; n < BOOT_IMAGES_MAX; n++) {
		if (images_have(intent->images, n)) {
			memcpy(intent->id[n], &raw[off], MCUBOOT_INTENT_ID_LEN);
			off += MCUBOOT_INTENT_ID_LEN;
		}
	}
	return 0;
}
