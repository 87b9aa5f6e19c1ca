/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the bootloader for what a download left in the slot, and taking that back.
 *
 * Needs no download in this run: what flash holds counts, with the held-back bytes where the slot
 * has no header yet. They come from RAM right after done(true), else from the settings; what has a
 * header needs none, and a record beside it is a left-over. Order, after all has been verified:
 *
 *   swap, overwrite-only                     direct-xip, ram-load, firmware-loader
 *   1. swap-offset: the first page           1. revert variants: copy_done and image_ok (permanent
 *      is erased if a header may be there       only), then the magic
 *   2. held-back bytes, if still out         2. held-back bytes
 *   3. image_ok, swap_info, then the magic
 *
 * The last write block of the last step commits. Before it nothing was asked for: without the magic
 * the one kind of bootloader looks no further, without a header the other. A cut leaves what the
 * same call finds done, and goes on with. In the revert variants a header without a magic costs the
 * slot, so the magic cannot come second there.
 */
#include "target/mcuboot_schedule.h"

#include <string.h>

#include <dfu/boot.h>
#include <dfu/config.h>
#include <dfu/dfu_target_mcuboot.h>

#include "boot/arrangement.h"
#include "boot/boot_slot.h"
#include "target/mcuboot_download.h"
#include "target/mcuboot_head.h"
#include "target/mcuboot_held.h"
#include "target/mcuboot_set.h"

/*
 * Bytes that were held back for the slot: 0, or -ENOENT. The record may be of a download that was
 * cut: only verification tells.
 */
static int load_held(int img_num, struct mcuboot_candidate *candidate)
{
	const size_t len = candidate->slot.hold_len;
	uint8_t *bytes = &candidate->record[MCUBOOT_HELD_FRONT];

	if (len > CONFIG_DFU_TARGET_HEADER_HOLD) {
		return -ENOENT;
	}
	if (mcuboot_download_get_held(img_num, bytes)) {
		return 0;
	}
	if (!IS_ENABLED(CONFIG_DFU_TARGET_VERIFY)) {
		return -ENOENT;
	}
	const int rc = mcuboot_held_load(img_num, candidate->record, len);
	if (rc < 0) {
		return rc;
	}
	memset(&bytes[rc], flash_area_erased_val(candidate->slot.area), len - (size_t)rc);
	return 0;
}

/*
 * -ENOENT: no header, and nothing that is held back for it. is_torn: what a cut could have left is
 * no header.
 */
static int find_head(int img_num, bool is_torn, struct mcuboot_candidate *candidate)
{
	const uint8_t *bytes = &candidate->record[MCUBOOT_HELD_FRONT];
	int rc = mcuboot_slot_has_header(&candidate->slot);
	const bool has_header = rc > 0;

	candidate->head = NULL;
	candidate->may_be_torn = false;
	if (rc < 0) {
		return rc;
	}
	rc = load_held(img_num, candidate);
	if (rc != 0) {
		candidate->is_none = !has_header && rc == -ENOENT;
		return has_header ? 0 : rc;
	}
	rc = mcuboot_head_look(&candidate->slot, bytes);
	if (rc < 0) {
		return rc;
	}
	candidate->may_be_torn = has_header && (rc == MCUBOOT_HEAD_PART || rc == MCUBOOT_HEAD_TORN);
	if (!has_header || (candidate->may_be_torn && is_torn)) {
		candidate->head = bytes;
	}
	return 0;
}

int mcuboot_candidate_find(int img_num, bool is_torn, struct mcuboot_candidate *candidate)
{
	const int rc = mcuboot_slot_open(img_num, &candidate->slot);

	candidate->is_none = false;
	return rc == 0 ? find_head(img_num, is_torn, candidate) : rc;
}

/* For the judgement of another image that is scheduled together with this one. */
static int held_header(int img_num, uint8_t raw[DFU_IMAGE_HEADER_LEN])
{
	struct mcuboot_candidate candidate;
	int rc = mcuboot_candidate_find(img_num, true, &candidate);

	if (rc == 0 && candidate.head == NULL) {
		rc = -ENOENT;
	}
	if (rc == 0) {
		memcpy(raw, candidate.head, DFU_IMAGE_HEADER_LEN);
	}
	return rc;
}

/* What flash holds counts: since it was verified last others may have written there. */
static int verify(int img_num, const struct mcuboot_candidate *candidate, unsigned int together,
		  bool *is_refused)
{
	const struct mcuboot_slot_set set = {
		.images = together,
		.header = boot_arrangement()->images > 1 ? held_header : NULL,
	};
	const struct mcuboot_slot_verifier *verifier = mcuboot_download_verifier();
	const size_t size = candidate->slot.area->fa_size - candidate->slot.start;
	enum dfu_image_fault fault;

	if (verifier->buf == NULL || verifier->buf_len < MCUBOOT_SLOT_WORK_BUF) {
		return -ENODEV;
	}
	const int rc = mcuboot_slot_judge(img_num, &candidate->slot, size, candidate->head, &set,
					  verifier, &fault);
	*is_refused = fault != DFU_IMAGE_OK;
	return rc;
}

/* Verified as it lies there, or else as it would be without the cut: *is_torn. */
static int verify_either(int img_num, unsigned int together, bool *is_torn, bool *is_refused)
{
	struct mcuboot_candidate candidate;
	int rc = mcuboot_candidate_find(img_num, false, &candidate);

	if (rc != 0 || !IS_ENABLED(CONFIG_DFU_TARGET_VERIFY)) {
		*is_refused = candidate.is_none;
		return rc;
	}
	rc = verify(img_num, &candidate, together, is_refused);
	if (rc != 0 && candidate.may_be_torn) {
		bool refused;

		candidate.head = &candidate.record[MCUBOOT_HELD_FRONT];
		*is_torn = verify(img_num, &candidate, together, &refused) == 0;
	}
	return *is_torn ? 0 : rc;
}

int mcuboot_schedule_check(int img_num, unsigned int together, bool *is_torn, bool *is_refused)
{
	const bool verifies = IS_ENABLED(CONFIG_DFU_TARGET_VERIFY);
	struct mcuboot_slot slot;
	int rc = mcuboot_slot_open(img_num, &slot);

	*is_torn = false;
	*is_refused = false;
	if (rc == 0) {
		rc = mcuboot_slot_refuse_unconfirmed(img_num);
	}
	if (rc == 0 && mcuboot_download_is_unfinished(verifies ? -1 : img_num)) {
		/* Not whole; or its bytes wait in the buffer that verification needs. */
		rc = -EBUSY;
	}
	if (rc == 0) {
		rc = verify_either(img_num, together, is_torn, is_refused);
	}
	if (rc == 0) {
		/* Installing it would change nothing, and cost the image in the first page. */
		rc = mcuboot_slot_is_remainder(img_num, &slot);
	}
	if (rc == 1) {
		*is_refused = true;
		rc = -ENOENT;
	}
	return rc;
}

static int publish(int img_num, const struct mcuboot_candidate *candidate)
{
	bool mended;

	return candidate->head == NULL
		       ? 0
		       : mcuboot_head_publish(img_num, &candidate->slot, candidate->head,
					      mcuboot_download_verifier(), &mended);
}

bool mcuboot_schedule_is_marked(int img_num)
{
	return IS_ENABLED(CONFIG_SETTINGS) && (mcuboot_mark_is_set(img_num, TARGET_ERASING) ||
					       mcuboot_download_is_clearing(img_num));
}

static int erase_again(int img_num, const struct mcuboot_slot *slot, const uint8_t *head)
{
	const int rc = mcuboot_slot_forget_request(slot, head);

	if (rc != 0) {
		return rc;
	}
	mcuboot_mark_clear(img_num, TARGET_ERASING);
	if (mcuboot_download_is_clearing(img_num)) {
		mcuboot_download_forget_progress(img_num);
	}
	return 0;
}

/* Ask for the image. Settings say when an erase of the trailer is begun. */
static int request(int img_num, const struct mcuboot_slot *slot, const uint8_t *head,
		   bool permanent)
{
	int rc = 0;

	if (mcuboot_schedule_is_marked(img_num)) {
		rc = erase_again(img_num, slot, head);
	} else if (IS_ENABLED(CONFIG_SETTINGS) && mcuboot_slot_is_torn(slot)) {
		mcuboot_mark_set(img_num, TARGET_ERASING);
	} else if (IS_ENABLED(CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS) &&
		   !mcuboot_slot_may_have_request(slot) && mcuboot_download_has_left(img_num)) {
		rc = mcuboot_slot_clear_trailer(slot, head);
	}
	if (rc == 0) {
		rc = mcuboot_slot_request(slot, head, permanent);
	}
	if (rc == 0) {
		mcuboot_mark_clear(img_num, TARGET_ERASING);
	}
	return rc;
}

static int schedule_direct(int img_num, const struct mcuboot_candidate *candidate, bool permanent)
{
	int rc = 0;

	if (boot_needs_trailer()) {
		rc = request(img_num, &candidate->slot, candidate->head, permanent);
	}
	return rc == 0 ? publish(img_num, candidate) : rc;
}

static int schedule_by_trailer(int img_num, const struct mcuboot_candidate *candidate,
			       bool permanent)
{
	int rc = mcuboot_slot_free_first_page(&candidate->slot);

	if (rc == 0) {
		rc = publish(img_num, candidate);
	}
	return rc == 0 ? request(img_num, &candidate->slot, NULL, permanent) : rc;
}

int mcuboot_schedule_one(int img_num, bool is_torn, bool permanent)
{
	struct mcuboot_candidate candidate;
	int rc = mcuboot_candidate_find(img_num, is_torn, &candidate);

	if (rc == 0) {
		rc = boot_is_direct() ? schedule_direct(img_num, &candidate, permanent)
				      : schedule_by_trailer(img_num, &candidate, permanent);
	}
	if (rc == 0) {
		mcuboot_download_published(img_num);
	}
	return rc;
}

int dfu_target_mcuboot_has_held(int img_num)
{
	struct mcuboot_candidate candidate;

	if (!boot_image_exists(img_num)) {
		return -EINVAL;
	}
	int rc = mcuboot_slot_open(img_num, &candidate.slot);
	if (rc == 0) {
		rc = load_held(img_num, &candidate);
	}
	return rc == 0 ? 1 : rc == -ENOENT ? 0 : rc;
}

/* Where there is one image pair. */
static int schedule_alone(bool permanent)
{
	bool is_refused;
	bool is_torn;
	const int rc = mcuboot_schedule_check(0, 1, &is_torn, &is_refused);

	return rc == 0 ? mcuboot_schedule_one(0, is_torn, permanent) : rc;
}

static int schedule(unsigned int images, bool permanent)
{
	return boot_arrangement()->images > 1 ? mcuboot_set_schedule(images, permanent)
					      : schedule_alone(permanent);
}

int dfu_target_mcuboot_schedule_set(unsigned int images, int permanent)
{
	return images == 0 || images >> boot_arrangement()->images != 0
		       ? -ENOENT
		       : schedule(images, permanent != BOOT_UPGRADE_TEST);
}

int dfu_target_mcuboot_schedule(int img_num, int permanent)
{
	unsigned int images = 1;

	if (img_num != -1 && !boot_image_exists(img_num)) {
		return -ENOENT;
	}
	if (img_num != -1) {
		images <<= img_num;
	} else if (boot_arrangement()->images > 1) {
		const int rc = mcuboot_set_find_updates(&images);

		if (rc != 0) {
			return rc;
		}
	}
	return schedule(images, permanent != BOOT_UPGRADE_TEST);
}

int dfu_target_mcuboot_schedule_update(int img_num)
{
	return dfu_target_mcuboot_schedule(img_num, BOOT_UPGRADE_TEST);
}

/* As in request(); what boot_cancel_upgrade_multi() leaves alone needs no mark. */
static int cancel(int img_num, struct mcuboot_candidate *candidate)
{
	const struct mcuboot_slot *slot = &candidate->slot;
	int rc = 0;

	if (!boot_needs_trailer()) {
		return boot_cancel_upgrade_multi(img_num);
	}
	if (mcuboot_schedule_is_marked(img_num)) {
		rc = find_head(img_num, true, candidate);
		rc = erase_again(img_num, slot, rc == 0 ? candidate->head : NULL);
		rc = rc == -EUCLEAN ? 0 : rc; /* beside a torn header nothing can be asked for */
	} else if (IS_ENABLED(CONFIG_SETTINGS) && mcuboot_slot_is_clear(slot) == 0) {
		mcuboot_mark_set(img_num, TARGET_ERASING);
	}
	if (rc == 0) {
		rc = boot_cancel_upgrade_multi(img_num);
	}
	if (rc == 0 || rc == -ENOENT || rc == -EUCLEAN) {
		mcuboot_mark_clear(img_num, TARGET_ERASING);
	}
	return rc;
}

int mcuboot_cancel_one(int img_num)
{
	struct mcuboot_candidate candidate;
	const int rc = mcuboot_slot_refuse_unconfirmed(img_num);

	if (rc != 0) {
		return rc;
	}
	return mcuboot_slot_open(img_num, &candidate.slot) == 0
		       ? cancel(img_num, &candidate)
		       : boot_cancel_upgrade_multi(img_num);
}

int dfu_target_mcuboot_cancel(int img_num)
{
	return boot_arrangement()->images > 1 ? mcuboot_set_cancel(img_num)
					      : mcuboot_cancel_one(img_num == -1 ? 0 : img_num);
}
