/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the dependencies between the images of a device are met, by what is to run.
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
#include "boot/boot_needs.h"
#include "image/image_internal.h"

/* Whether a dependency is met: 1, 0, negative: from the device. */
static int is_met(const struct boot_candidate *candidate, const struct boot_dependency *dependency)
{
	const struct dfu_image_version *version = &candidate->image->header.version;
	const int other = dependency->image;
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
	return dfu_image_version_compare(version, &dependency->lowest) >= 0;
}

/* The dependencies of one of the images that are to run. */
static int judge_image(const struct boot_candidate *candidate, const struct dfu_image *image)
{
	struct boot_dependency dependency;
	struct dfu_image_tlv tlv = {0};
	int rc;

	while ((rc = boot_dependency_next(image, &tlv, &dependency)) == 1) {
		if (dependency.is_malformed) {
			return image_refuse(candidate->fault, DFU_IMAGE_TLV_FORMAT);
		}
		rc = is_met(candidate, &dependency);
		if (rc <= 0) {
			return rc < 0 ? rc : image_refuse(candidate->fault, DFU_IMAGE_DEPENDENCY);
		}
	}
	return rc;
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
