/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MCUboot images into the secondary slot of an image pair.
 *
 * Order of the flash writes, and what a cut between them leaves:
 *   1. first byte arrives: the page of the trailer's magic,
 *      then the rest of the trailer                           nothing is pending any more
 *   2. the page that holds the old header                     no image is visible
 *   3. the rest of the file through the stream, from the first write block behind the held-back
 *      bytes
 *   4. done(true): what flash holds is verified, the held-back bytes standing in from RAM
 *   5. the held-back write blocks but the first
 *   6. the first write block, with the header's magic         the image is visible
 *   7. schedule: the boot layer's trailer, its magic last     the update is pending
 *
 * The first page is erased in step 2 and the trailer's pages in step 1, so the stream is told not
 * to erase them again.
 *
 *   NONE --init--> ACTIVE --done(true)--> OVER          init of anything else begins a new download
 *                  |  ^  \--verification failed--> FAILED
 *       done(false)|  |init, same pair and size
 *                  v  |
 *                 PAUSED          HELD: as PAUSED, but complete and verified (ALLOW_UNCONFIRMED)
 */
#include <string.h>

#include <dfu/boot.h>
#include <dfu/config.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/dfu_target_stream.h>
#include <dfu/image.h>
#include <dfu/log.h>

#include "common/bytes.h"
#include "target/mcuboot_slot.h"

#define WORK_BUF_MIN 64 /* what dfu_image_verify() needs */

_Static_assert(CONFIG_DFU_TARGET_HEADER_HOLD >= DFU_IMAGE_HEADER_LEN,
	       "CONFIG_DFU_TARGET_HEADER_HOLD: less than an image header");

enum download_state { NONE, ACTIVE, PAUSED, HELD, FAILED, OVER };

static struct {
	const struct flash_area *slot;
	size_t limit;      /* bytes of the file, or the most there may be */
	size_t left;       /* of them not received yet */
	uint16_t hold_len; /* bytes to hold back: the header, in whole write blocks */
	uint16_t held_len; /* of them received */
	uint8_t img_num;
	uint8_t state;
	bool size_known;
	bool other_file; /* identify saw other first bytes than those of the paused download */
} download;

static uint8_t held[CONFIG_DFU_TARGET_HEADER_HOLD];
static struct mcuboot_slot_verifier verifier; /* its buffer is the stream's, too */

/*
 * Whether the stream, open or paused, is the one of this download: somebody else may have begun one
 * since a pause.
 */
static bool owns_stream(void)
{
	const struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	return download.slot != NULL && stream->fdev == download.slot->fa_dev &&
	       stream->offset == (size_t)download.slot->fa_off + download.hold_len;
}

static size_t bytes_received(void)
{
	const struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	if (!owns_stream()) {
		return 0;
	}
	return download.held_len + stream_flash_bytes_written(stream) +
	       stream_flash_bytes_buffered(stream);
}

/*
 * What is left to receive, where only the stream knows how much of a call it took. Inlined, its
 * registers would be saved for every chunk.
 */
static DFU_NOINLINE int recount(int rc)
{
	download.left = download.limit - bytes_received();
	return rc;
}

static void pause_download(void)
{
	if (download.state == ACTIVE) {
		const int rc = dfu_target_stream_done(false);

		(void)rc; /* 0: the stream of an active download is open */
		download.state = PAUSED;
	}
}

/* Nothing of the download can be resumed. */
static void end_download(enum download_state state)
{
	pause_download();
	if (owns_stream()) {
		memset(dfu_target_stream_get_stream(), 0, sizeof(struct stream_flash_ctx));
	}
	download.held_len = 0;
	download.state = (uint8_t)state;
}

static int open_stream(void)
{
	const struct dfu_target_stream_init init = {
		.id = "MCUBOOT", /* of which image, the region says */
		.fdev = download.slot->fa_dev,
		.buf = verifier.buf,
		.len = verifier.buf_len,
		.offset = (size_t)download.slot->fa_off + download.hold_len,
		.size = download.slot->fa_size - download.hold_len,
	};

	return dfu_target_stream_init(&init);
}

/* Steps 1 and 2, before the first byte; the stream learns that the first page is erased. */
static int begin_content(void)
{
	size_t head;
	const int rc = mcuboot_slot_clear(download.slot, download.hold_len, &head);

	if (rc == 0) {
		dfu_target_stream_get_stream()->erased_up_to = head - download.hold_len;
	}
	return rc;
}

/* Steps 5 and 6: from here on the slot holds an image, and the download is history. */
static int publish(void)
{
	const int rc = mcuboot_slot_program_head(download.slot, held, download.hold_len);

	if (rc == 0) {
		end_download(OVER);
	} else if (rc == -EUCLEAN) {
		end_download(FAILED); /* no repetition can mend a torn block */
	}
	return rc == -EUCLEAN ? -EIO : rc;
}

static int verify_download(bool *judged)
{
	size_t total_size;
	const int rc = mcuboot_slot_verify(download.slot, bytes_received(), held, download.hold_len,
					   &verifier, &total_size, judged);

	return *judged && rc == -ENOENT ? -EBADMSG : rc;
}

static int complete(void)
{
	bool judged = false;

	if (download.held_len < download.hold_len || (download.size_known && download.left > 0)) {
		DFU_ERR("done with %lu bytes missing", (unsigned long)download.left);
		end_download(FAILED);
		return -EBADMSG;
	}
	int rc = stream_flash_buffered_write(dfu_target_stream_get_stream(), NULL, 0, true);
	if (rc == 0 && IS_ENABLED(CONFIG_DFU_TARGET_VERIFY)) {
		rc = verify_download(&judged);
	}
	if (judged) {
		end_download(FAILED);
	}
	if (rc != 0) {
		return rc;
	}
	rc = mcuboot_slot_refuse_unconfirmed(download.img_num);
	if (rc == -EBUSY && IS_ENABLED(CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED)) {
		pause_download();
		download.state = HELD;
		return 0;
	}
	return rc == 0 ? publish() : rc;
}

int dfu_target_mcuboot_set_buf(uint8_t *buf, size_t len)
{
	if (buf == NULL || (uintptr_t)buf % 4 != 0 || len == 0) {
		return -EINVAL;
	}
	if (buf == verifier.buf && len == verifier.buf_len) {
		return 0;
	}
	if (download.state == ACTIVE || download.state == PAUSED || download.state == HELD) {
		return -EBUSY;
	}
	verifier.buf = buf;
	verifier.buf_len = len;
	return 0;
}

void dfu_target_mcuboot_set_key(const struct dfu_image_key *key)
{
	verifier.key = key;
}

bool dfu_target_mcuboot_identify(const void *const buf)
{
	const uint8_t *first = buf;

	if (get_le32(first) != DFU_IMAGE_MAGIC) {
		return false;
	}
	download.other_file =
		memcmp(first, held, min_size(download.held_len, DFU_IMAGE_HEADER_LEN)) != 0;
	return true;
}

static bool is_same_file(int img_num, size_t file_size)
{
	return (download.state == PAUSED || download.state == HELD) && owns_stream() &&
	       img_num == download.img_num && !download.other_file &&
	       file_size == (download.size_known ? download.limit : 0);
}

/* What a download to a slot needs of the two buffers. */
static int check_buffers(const struct flash_area *slot, size_t hold_len)
{
	if (hold_len > sizeof(held)) {
		DFU_ERR("CONFIG_DFU_TARGET_HEADER_HOLD: %lu bytes needed", (unsigned long)hold_len);
		return -EINVAL;
	}
	if (verifier.buf_len < WORK_BUF_MIN || verifier.buf_len % flash_area_align(slot) != 0) {
		DFU_ERR("buffer of %lu bytes", (unsigned long)verifier.buf_len);
		return -EINVAL;
	}
	return 0;
}

int dfu_target_mcuboot_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	const struct flash_area *slot;

	(void)cb;
	pause_download();
	if (verifier.buf == NULL) {
		return -ENODEV;
	}
	int rc = mcuboot_slot_open_secondary(img_num, &slot);
	if (rc != 0) {
		return rc;
	}
	const size_t hold_len = round_up(DFU_IMAGE_HEADER_LEN, flash_area_align(slot));
	rc = check_buffers(slot, hold_len);
	if (rc == 0 && !IS_ENABLED(CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED)) {
		rc = mcuboot_slot_refuse_unconfirmed(img_num);
	}
	if (rc != 0) {
		return rc;
	}
	const ssize_t max_size = boot_get_max_image_size(img_num);
	if (max_size < 0) {
		return (int)max_size;
	}
	if (file_size > (size_t)max_size) {
		return -EFBIG;
	}
	if (!is_same_file(img_num, file_size)) {
		end_download(NONE);
	}
	download.slot = slot;
	download.size_known = file_size != 0;
	download.limit = download.size_known ? file_size : (size_t)max_size;
	download.hold_len = (uint16_t)hold_len;
	download.img_num = (uint8_t)img_num;
	download.other_file = false;
	rc = recount(open_stream());
	download.state = rc == 0 ? ACTIVE : NONE;
	return rc;
}

int dfu_target_mcuboot_offset_get(size_t *offset)
{
	if (offset == NULL) {
		return -EINVAL;
	}
	if (download.state == NONE) {
		return -EACCES;
	}
	*offset = bytes_received();
	return 0;
}

/*
 * The first bytes of the file, which do not go into the stream; before the very first one the slot
 * is cleared. Inlined, its registers would be saved for every chunk.
 */
static DFU_NOINLINE int write_first(const uint8_t *bytes, size_t len)
{
	const size_t n = min_size(len, (size_t)(download.hold_len - download.held_len));
	int rc = download.held_len == 0 ? begin_content() : 0;

	if (rc == 0) {
		memcpy(&held[download.held_len], bytes, n);
		download.held_len = (uint16_t)(download.held_len + n);
	}
	if (rc == 0 && len > n) {
		rc = dfu_target_stream_write(&bytes[n], len - n);
	}
	return recount(rc);
}

int dfu_target_mcuboot_write(const void *const buf, size_t len)
{
	if (buf == NULL) {
		return -EINVAL;
	}
	if (download.state != ACTIVE) {
		return download.state == NONE ? -EACCES : -EPERM;
	}
	if (len > download.left) {
		return -EFBIG;
	}
	if (download.held_len < download.hold_len) {
		return len == 0 ? 0 : write_first(buf, len);
	}
	const int rc = dfu_target_stream_write(buf, len);
	if (rc != 0) {
		return recount(rc);
	}
	download.left -= len;
	return 0;
}

int dfu_target_mcuboot_done(bool successful)
{
	switch (download.state) {
	case NONE:
		return -EACCES;
	case ACTIVE:
		break;
	case FAILED:
		return successful ? -EALREADY : 0;
	default:
		return -EALREADY;
	}
	if (successful) {
		return complete();
	}
	pause_download();
	return 0;
}

/*
 * Verify what a slot holds, the held-back bytes standing in where its own download left them out.
 */
static int verify_for_schedule(const struct flash_area *slot, int img_num, bool is_held)
{
	const ssize_t max_size = boot_get_max_image_size(img_num);
	size_t total_size;
	bool judged;

	if (verifier.buf_len < WORK_BUF_MIN) {
		return -ENODEV;
	}
	if (max_size < 0) {
		return (int)max_size;
	}
	const int rc = mcuboot_slot_verify(slot, slot->fa_size, is_held ? held : NULL,
					   is_held ? download.hold_len : 0, &verifier, &total_size,
					   &judged);
	if (rc != 0) {
		return rc;
	}
	return total_size > (size_t)max_size ? -EFBIG : 0;
}

/* What flash holds counts, however long ago it was verified: others may have written there since.
 */
static int check_schedulable(int img_num)
{
	const bool is_own = img_num == download.img_num;
	const bool is_unfinished = download.state == ACTIVE || download.state == PAUSED;
	const struct flash_area *slot;
	int rc = mcuboot_slot_open_secondary(img_num, &slot);

	if (rc == 0) {
		rc = mcuboot_slot_refuse_unconfirmed(img_num);
	}
	if (rc != 0) {
		return rc == -EINVAL ? -ENOENT : rc;
	}
	if (is_unfinished && (is_own || IS_ENABLED(CONFIG_DFU_TARGET_VERIFY))) {
		/* Not whole; or its bytes wait in the buffer that verification needs. */
		return -EBUSY;
	}
	return IS_ENABLED(CONFIG_DFU_TARGET_VERIFY)
		       ? verify_for_schedule(slot, img_num, is_own && download.state == HELD)
		       : 0;
}

static int schedule_one(int img_num, int permanent)
{
	if (download.state == HELD && download.img_num == img_num) {
		const int rc = publish();
		if (rc != 0) {
			return rc;
		}
	}
	return boot_request_upgrade_multi(img_num, permanent);
}

int dfu_target_mcuboot_schedule(int img_num, int permanent)
{
	const int first = img_num == -1 ? 0 : img_num;
	const int last = img_num == -1 ? boot_arrangement_get()->images - 1 : img_num;
	int rc = 0;

	for (int n = first; rc == 0 && n <= last; n++) {
		rc = check_schedulable(n);
	}
	for (int n = first; rc == 0 && n <= last; n++) {
		rc = schedule_one(n, permanent);
	}
	return rc;
}

int dfu_target_mcuboot_schedule_update(int img_num)
{
	return dfu_target_mcuboot_schedule(img_num, BOOT_UPGRADE_TEST);
}

int dfu_target_mcuboot_cancel(int img_num)
{
	int rc = mcuboot_slot_refuse_unconfirmed(img_num);

	return rc != 0 ? rc : boot_cancel_upgrade_multi(img_num);
}

int dfu_target_mcuboot_reset(void)
{
	size_t head;

	if (download.state == NONE) {
		return -EACCES;
	}
	int rc = mcuboot_slot_refuse_unconfirmed(download.img_num);
	if (rc == 0) {
		rc = mcuboot_slot_clear(download.slot, download.hold_len, &head);
	}
	if (rc == 0) {
		end_download(NONE);
	}
	return rc;
}
