/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dependencies between the images of a device: protected TLVs that each name an image and the
 * lowest version of it that will do.
 *
 *     image id u8 | pad u8 | pad u16 | major u8 | minor u8 | revision u16 | build u32
 *
 * A bootloader for one image does not look at them. Others look at all images that are to run after
 * the reset, not only at new ones, and one unmet dependency keeps every update of a bootloader with
 * primary slots from being installed: so a candidate may also be what another image cannot run
 * with. The direct modes set aside the image that depends, and start the rest.
 *
 * Nothing here follows dependencies from image to image, so they may well form a circle.
 */
#include "boot/arrangement.h"
#include "boot/boot_judge.h"
#include "common/bytes.h"
#include "image/image_internal.h"

#define DEPENDENCY_LEN 12
#define OFF_IMAGE 0
#define OFF_MAJOR 4
#define OFF_MINOR 5
#define OFF_REVISION 6

/* Whether a dependency is met: 1, 0, negative: from the device. */
static int is_met(const struct boot_candidate *candidate, const uint8_t raw[DEPENDENCY_LEN])
{
	const struct dfu_image_version lowest = {
		.major = raw[OFF_MAJOR],
		.minor = raw[OFF_MINOR],
		.revision = get_le16(&raw[OFF_REVISION]),
	};
	const struct dfu_image_version *version = &candidate->image->header.version;
	const int other = raw[OFF_IMAGE];
	struct boot_found found;

	if (other >= boot_arrangement()->images) {
		return 0;
	}
	if (other != candidate->image_index) {
		const int rc = boot_find_next(other, candidate, &found);

		if (rc <= 0) {
			return rc;
		}
		version = &found.header.version;
	}
	return dfu_image_version_compare(version, &lowest) >= 0;
}

/* The dependencies of one of the images that are to run. */
static int judge_image(const struct boot_candidate *candidate, const struct dfu_image *image)
{
	struct dfu_image_tlv tlv = {0};
	uint8_t raw[DEPENDENCY_LEN];

	while (image_tlv_more(image, &tlv)) {
		int rc = dfu_image_tlv_next(image, &tlv);

		if (rc != 0) {
			return rc;
		}
		if (!tlv.is_protected || tlv.type != DFU_IMAGE_TLV_DEPENDENCY) {
			continue;
		}
		if (tlv.len != sizeof(raw)) {
			return image_refuse(candidate->fault, DFU_IMAGE_TLV_FORMAT);
		}
		rc = dfu_image_tlv_read(image, &tlv, raw, sizeof(raw));
		if (rc == 0) {
			rc = is_met(candidate, raw);
		}
		if (rc <= 0) {
			return rc < 0 ? rc : image_refuse(candidate->fault, DFU_IMAGE_DEPENDENCY);
		}
	}
	return 0;
}

/* An image that cannot be followed to its TLVs has no dependencies that anybody could name. */
static int judge_other(const struct boot_candidate *candidate, int other)
{
	enum dfu_image_fault fault = DFU_IMAGE_OK;
	struct boot_found found;
	struct dfu_image image;
	int rc = boot_find_next(other, candidate, &found);

	if (rc <= 0) {
		return rc;
	}
	rc = dfu_image_open(&image, &found.source, &fault);
	if (rc != 0) {
		return fault != DFU_IMAGE_OK ? 0 : rc;
	}
	rc = judge_image(candidate, &image);
	return *candidate->fault != DFU_IMAGE_OK
		       ? image_refuse(candidate->fault, DFU_IMAGE_DEPENDENCY)
		       : rc;
}

int boot_judge_dependencies(const struct boot_candidate *candidate)
{
	const struct boot_arrangement *arrangement = boot_arrangement();
	int rc;

	if (arrangement->images < 2) {
		return 0;
	}
	rc = judge_image(candidate, candidate->image);
	for (int other = 0; rc == 0 && other < arrangement->images && !boot_is_direct(); other++) {
		if (other != candidate->image_index) {
			rc = judge_other(candidate, other);
		}
	}
	return rc;
}
