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

int boot_dependency_next(const struct dfu_image *image, struct dfu_image_tlv *tlv,
			 struct boot_dependency *dependency)
{
	uint8_t raw[DEPENDENCY_LEN];

	do {
		const int rc = image_tlv_step(image, tlv);

		if (rc <= 0) {
			return rc;
		}
	} while (!tlv->is_protected || tlv->type != DFU_IMAGE_TLV_DEPENDENCY);
	*dependency = (struct boot_dependency){.is_malformed = tlv->len != sizeof(raw)};
	if (dependency->is_malformed) {
		return 1;
	}
	const int rc = dfu_image_tlv_read(image, tlv, raw, sizeof(raw));
	if (rc != 0) {
		return rc;
	}
	dependency->image = raw[OFF_IMAGE];
	dependency->lowest.major = raw[OFF_MAJOR];
	dependency->lowest.minor = raw[OFF_MINOR];
	dependency->lowest.revision = get_le16(&raw[OFF_REVISION]);
	return 1;
}

/* A malformed one asks for nothing: no image with one is ever installed. */
static bool asks_for_more(const struct boot_dependency *dependency, int other,
			  const struct dfu_image_version *version)
{
	return !dependency->is_malformed && dependency->image == other &&
	       (version == NULL || dfu_image_version_compare(version, &dependency->lowest) < 0);
}

int boot_needs(const struct dfu_image *image, int other, const struct dfu_image_version *version)
{
	struct boot_dependency dependency;
	struct dfu_image_tlv tlv = {0};
	int rc;

	while ((rc = boot_dependency_next(image, &tlv, &dependency)) == 1) {
		if (asks_for_more(&dependency, other, version)) {
			return 1;
		}
	}
	return rc;
}
