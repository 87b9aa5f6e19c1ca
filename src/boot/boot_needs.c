/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dependencies of one image on one other pair, by themselves: which of two images that are to
 * be installed together has to be asked for first follows from them. Whether all are met in the end
 * is boot_judge_dependencies()'s.
 */
#include "boot/boot_needs.h"

#include "common/bytes.h"
#include "image/image_internal.h"

#define DEPENDENCY_LEN 12
#define OFF_IMAGE 0
#define OFF_MAJOR 4
#define OFF_MINOR 5
#define OFF_REVISION 6

/* A malformed one asks for nothing: no image with one is ever installed. */
static bool asks_for_more(const uint8_t raw[DEPENDENCY_LEN], int other,
			  const struct dfu_image_version *version)
{
	const struct dfu_image_version lowest = {
		.major = raw[OFF_MAJOR],
		.minor = raw[OFF_MINOR],
		.revision = get_le16(&raw[OFF_REVISION]),
	};

	return raw[OFF_IMAGE] == other &&
	       (version == NULL || dfu_image_version_compare(version, &lowest) < 0);
}

int boot_needs(const struct dfu_image *image, int other, const struct dfu_image_version *version)
{
	struct dfu_image_tlv tlv = {0};
	uint8_t raw[DEPENDENCY_LEN];

	while (image_tlv_more(image, &tlv)) {
		int rc = dfu_image_tlv_next(image, &tlv);

		if (rc != 0) {
			return rc;
		}
		if (!tlv.is_protected || tlv.type != DFU_IMAGE_TLV_DEPENDENCY ||
		    tlv.len != sizeof(raw)) {
			continue;
		}
		rc = dfu_image_tlv_read(image, &tlv, raw, sizeof(raw));
		if (rc != 0) {
			return rc;
		}
		if (asks_for_more(raw, other, version)) {
			return 1;
		}
	}
	return 0;
}
