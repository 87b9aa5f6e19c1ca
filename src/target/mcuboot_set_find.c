/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pairs have an update, for whoever asks for all of them: those of which it is known, and
 * those that hold what looks like one.
 *
 * What is known has to verify, or all are refused. What merely lies there may be anything: the old
 * image after a swap (not above what runs), a test that was given up (the running slot's trailer
 * tells of a revert), a file that another writer left. But one that was given up because the rest
 * of its set was not there is marked: the same call again means all of them.
 */
#include <dfu/boot.h>

#include "boot/arrangement.h"
#include "target/mcuboot_download.h"
#include "target/mcuboot_held.h"
#include "target/mcuboot_set.h"
#include "target/mcuboot_set_images.h"

/* Whether the upload slot has something above the running image: 1, 0 or negative. */
static DFU_NOINLINE int is_above(int img_num)
{
	struct mcuboot_candidate candidate;
	struct dfu_image running;
	struct dfu_image image;
	int rc = mcuboot_image_new(img_num, true, &candidate, &image);

	if (rc != 1) {
		return rc;
	}
	rc = mcuboot_image_running(img_num, &running);
	return rc != 1 ? rc
		       : dfu_image_version_compare(&image.header.version, &running.header.version) >
				 0;
}

/* Whether an image of which nothing is known could be an update: 1, 0 or negative. */
static int is_likely(int img_num)
{
	int rc = boot_is_unconfirmed_multi(img_num);

	if (rc == 0) {
		rc = mcuboot_image_came_by_revert(img_num);
	}
	if (rc != 0) {
		return rc < 0 ? rc : 0;
	}
	return is_above(img_num);
}

static int sort_pair(int img_num, unsigned int *known, unsigned int *likely)
{
	const enum mcuboot_known download = mcuboot_download_known(img_num);
	const bool is_there = mcuboot_pair_is_there(img_num);
	int rc = is_there ? boot_is_pending_multi(img_num) : 0;

	if (rc == 1 || download == MCUBOOT_COMPLETE) {
		*known |= image_bit(img_num);
		return 0;
	}
	if (rc == 0 && is_there && download == MCUBOOT_UNKNOWN) {
		rc = mcuboot_mark_is_set(img_num, TARGET_UNTRIED) ? 1 : is_likely(img_num);
		*likely |= rc == 1 ? image_bit(img_num) : 0;
	}
	return rc < 0 ? rc : 0;
}

/* Drop one of the likely ones that would not be taken beside all others: 1; 0: there is none. */
static int drop_refused(unsigned int known, unsigned int *likely)
{
	for (int n = 0; n < boot_arrangement()->images; n++) {
		bool is_refused;
		bool is_torn;

		if (!images_have(*likely, n)) {
			continue;
		}
		const int rc = mcuboot_schedule_check(n, known | *likely, &is_torn, &is_refused);
		if (rc != 0 && !is_refused) {
			return rc;
		}
		if (rc != 0) {
			*likely &= ~image_bit(n);
			return 1;
		}
	}
	return 0;
}

int mcuboot_set_find_updates(unsigned int *images)
{
	unsigned int known = 0;
	unsigned int likely = 0;
	int rc = mcuboot_download_is_unfinished(-1) ? -EBUSY : 0;

	for (int n = 0; rc == 0 && n < boot_arrangement()->images; n++) {
		rc = sort_pair(n, &known, &likely);
	}
	if (rc == 0) {
		do {
			rc = drop_refused(known, &likely);
		} while (rc == 1);
	}
	if (rc == 0) {
		*images = known | likely;
		rc = *images == 0 ? -ENOENT : 0;
	}
	return rc;
}
