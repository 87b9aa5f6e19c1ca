/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The download of an MCUboot image into the slot that does not run.
 *
 * Order of the flash writes, and what a cut between them leaves:
 *   1. first byte arrives: the fields of the trailer,
 *      if it may have some                                    nothing is pending any more
 *   2. the pages where an old header may be                   no image is visible
 *      An erase in each of the first writes, as long as the buffer can take their bytes; 2 before 1
 *      where the bootloader reads no trailer.
 *   3. the held-back bytes into the settings, once they are whole
 *   4. the rest of the file through the stream, from the first write block behind the held-back
 *      bytes
 *   5. done(true): what 1 and 2 have left, for it read erased or no bootloader reads it; then what
 *      flash holds is verified, the held-back bytes standing in from RAM
 *   6. the held-back write blocks but the first
 *   7. the first write block, with the header's magic         the image is visible
 *
 * Where the bootloader starts what it finds, 6 and 7 are left to scheduling (mcuboot_schedule.c),
 * and so they are while the running image is unconfirmed. What is cleared the stream does not erase
 * again, and the other way round.
 *
 *   NONE --init--> ACTIVE --done(true)--> OVER          init of anything else begins a new download
 *                  |  ^  \--verification failed--> FAILED
 *       done(false)|  |init, same pair and size
 *                  v  |
 *                 PAUSED          HELD: as PAUSED, but complete and verified
 */
#include <string.h>

#include <dfu/boot.h>
#include <dfu/config.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/dfu_target_stream.h>
#include <dfu/image.h>
#include <dfu/log.h>

#include "boot/arrangement.h"
#include "common/bytes.h"
#include "stream/stream_position.h"
#include "target/download_record.h"
#include "target/identity.h"
#include "target/mcuboot_admit.h"
#include "target/mcuboot_ahead.h"
#include "target/mcuboot_clear.h"
#include "target/mcuboot_download.h"
#include "target/mcuboot_head.h"
#include "target/mcuboot_held.h"
#include "target/mcuboot_id.h"
#include "target/stream_progress.h"

_Static_assert(CONFIG_DFU_TARGET_HEADER_HOLD >= DFU_IMAGE_HEADER_LEN,
	       "CONFIG_DFU_TARGET_HEADER_HOLD: less than an image header");
_Static_assert(BOOT_IMAGES_MAX <= 16, "a bit for each image");
_Static_assert(DFU_IMAGE_HEADER_LEN == DOWNLOAD_FIRST_LEN, "a header is what a file is known by");

static struct mcuboot_download download;

static uint8_t seen[DOWNLOAD_FIRST_LEN];    /* by identify: the first bytes of the file to come */
static uint8_t record[MCUBOOT_HELD_RECORD]; /* of the held-back bytes */
static uint8_t *const held = &record[MCUBOOT_HELD_FRONT];
static struct mcuboot_slot_verifier verifier;

static const char *stream_id(void)
{
	return mcuboot_id(download.file.image);
}

static size_t stream_start(void)
{
	return mcuboot_download_stream_start(&download);
}

/*
 * Whether the stream, open or paused, is the one of this download: somebody else may have begun one
 * since a pause.
 */
static bool owns_stream(void)
{
	const struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	return download.slot.area != NULL && stream->fdev == download.slot.area->fa_dev &&
	       stream->offset == (size_t)download.slot.area->fa_off + stream_start();
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

/* Behind the bytes there are: what will be programmed with them if the file ends there. */
static void pad_held(void)
{
	memset(&held[download.held_len], flash_area_erased_val(download.slot.area),
	       (size_t)(download.slot.hold_len - download.held_len));
	download.file.first = download.held_len > 0 ? held : NULL;
}

static void save_held(void)
{
	mcuboot_held_save(download.file.image, record, download.held_len);
	pad_held();
}

/* Step 3: from here on bytes may be programmed. */
static void begin_programs(void)
{
	download.has_begun = true;
	save_held();
	if (download.is_kept) {
		mcuboot_clear_keep(&download);
	}
	stream_progress_begin(dfu_target_stream_get_stream());
}

/* Nothing has arrived. */
static void restart_download(void)
{
	stream_progress_restart(dfu_target_stream_get_stream());
	download.held_len = 0;
	pad_held();
}

/* Before a pause: what has arrived can be kept where nothing urgent is left. */
static void keep_first(void)
{
	const int rc = mcuboot_clear_urgent(&download);

	if (rc != 0) {
		DFU_WRN("pause: slot not cleared: %d: begins at 0 again", rc);
		restart_download();
	} else if (download.held_len < download.slot.hold_len) {
		save_held();
	} else {
		begin_programs();
	}
}

static void pause_download(void)
{
	if (download.state != ACTIVE) {
		return;
	}
	if (download.held_len > 0 && !download.has_begun) {
		keep_first();
	}
	const int rc = dfu_target_stream_done(false);
	(void)rc; /* 0: the stream of an active download is open */
	download.state = PAUSED;
}

/* What settings know of a download to an image pair. */
static void forget_records(int img_num)
{
	mcuboot_download_forget_progress(img_num);
	mcuboot_held_delete(img_num);
	mcuboot_mark_clear(img_num, TARGET_ERASING);
	mcuboot_mark_clear(img_num, TARGET_MENDING);
	mcuboot_mark_clear(img_num, TARGET_UNTRIED);
	if (IS_ENABLED(CONFIG_DFU_TARGET_PREPARE)) {
		(void)mcuboot_ahead_delete(img_num);
	}
}

/* Nothing of the download can be gone on with in this run. */
static void end_download(enum download_state state)
{
	if (owns_stream()) {
		dfu_target_stream_drop();
	}
	download.held_len = 0;
	download.state = (uint8_t)state;
}

/*
 * The first bytes of the download that settings know, if they can be those of the file to come.
 * *Which* file it was the record of its progress tells, which is bound to them.
 */
static void load_held(void)
{
	const int len = mcuboot_held_load(download.file.image, record, download.slot.hold_len);
	const bool is_other = len > 0 && download.has_seen &&
			      memcmp(seen, held, min_size((size_t)len, DOWNLOAD_FIRST_LEN)) != 0;

	download.held_len = (uint16_t)(len > 0 && !is_other ? len : 0);
	pad_held();
}

/* Whether the slot is as the download left it, besides the bytes of its stream. */
static bool slot_is_as_left(void)
{
	const bool is_complete = stream_progress_is_complete();
	const int head = mcuboot_head_look(&download.slot, held);

	if (!is_complete) {
		return head == MCUBOOT_HEAD_BLANK && mcuboot_slot_is_clear(&download.slot) == 1;
	}
	return head >= 0 && head != MCUBOOT_HEAD_OTHER &&
	       (head != MCUBOOT_HEAD_TORN ||
		mcuboot_head_is_mendable(&download.slot, verifier.buf_len));
}

/*
 * Whether the held-back bytes are all that come before the stream's. Settings may have fewer: those
 * of a pause, if the whole ones could not be saved after it.
 */
static bool held_are_all(const struct stream_flash_ctx *stream)
{
	if (download.held_len == download.slot.hold_len) {
		return true;
	}
	if (stream_progress_is_complete() && download.file.size != 0) {
		return download.held_len == download.file.size;
	}
	return download.held_len > 0 && stream_flash_bytes_written(stream) == 0 &&
	       stream_flash_bytes_buffered(stream) == 0;
}

/*
 * Begin again, unless the download that goes on is whole from its first byte on, and no longer than
 * the bootloader, which may be another one since, can install.
 */
static void check_what_goes_on(void)
{
	struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	if (stream_progress_goes_on() && held_are_all(stream) &&
	    bytes_received() <= download.limit && slot_is_as_left()) {
		if (stream_progress_is_complete()) {
			download.limit = bytes_received();
		}
		return;
	}
	restart_download();
}

static int open_stream(void)
{
	const struct flash_area *area = download.slot.area;
	const struct dfu_target_stream_init init = {
		.id = stream_id(),
		.fdev = area->fa_dev,
		.buf = verifier.buf,
		.len = verifier.buf_len,
		.offset = (size_t)area->fa_off + stream_start(),
		.size = area->fa_size - stream_start(),
	};

	const int rc = dfu_target_stream_open(&init, &download.file);
	if (rc == 0) {
		check_what_goes_on();
		mcuboot_clear_find(&download);
	}
	return rc;
}

/* Nothing of the file is wanted any more. */
static void refuse_download(void)
{
	end_download(FAILED);
	forget_records(download.file.image);
}

/*
 * Steps 6 and 7: from here on the slot holds an image, and the download is over. That it is
 * complete stays known until it is scheduled: a cut before costs no second download.
 */
static int publish(void)
{
	bool mended;
	const int rc =
		mcuboot_head_publish(download.file.image, &download.slot, held, &verifier, &mended);

	if (rc != 0) {
		if (mended) {
			refuse_download();
		}
		return rc;
	}
	if (mended) {
		stream_progress_complete(dfu_target_stream_get_stream());
	}
	download.visible |= (uint16_t)(1u << download.file.image);
	end_download(OVER);
	return 0;
}

/*
 * A dependency is the last thing that the bootloader asks for, and the image that meets it may come
 * later: scheduling decides.
 */
static int verify_download(bool *refused)
{
	static const struct mcuboot_slot_set alone = {0};
	enum dfu_image_fault fault;
	const int rc = mcuboot_slot_judge(download.file.image, &download.slot, bytes_received(),
					  held, &alone, &verifier, &fault);

	if (fault == DFU_IMAGE_DEPENDENCY) {
		return 0;
	}
	*refused = fault != DFU_IMAGE_OK;
	return *refused && rc == -ENOENT ? -EBADMSG : rc;
}

/* All bytes are in flash or held back, and are what they should be. */
static int finish(void)
{
	const int rc = mcuboot_slot_refuse_unconfirmed(download.file.image);
	const bool may_wait = rc == -EBUSY && IS_ENABLED(CONFIG_DFU_TARGET_ALLOW_UNCONFIRMED);
	const bool must_wait = rc == 0 && boot_is_direct();

	if (may_wait || must_wait) {
		pause_download();
		download.state = HELD;
		download.waiting |= (uint16_t)(1u << download.file.image);
		return 0;
	}
	return rc == 0 ? publish() : rc;
}

static int flush(void)
{
	struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	if (stream_progress_is_complete()) {
		return 0;
	}
	const int rc = stream_progress_flush(stream);
	if (rc == 0) {
		stream_progress_complete(stream);
		download.limit = bytes_received();
	}
	return recount(rc);
}

static int complete(void)
{
	bool is_short = false;
	bool refused = false;

	if (download.held_len < DFU_IMAGE_HEADER_LEN ||
	    (download.file.size != 0 && download.left > 0)) {
		DFU_ERR("done with %lu bytes missing", (unsigned long)download.left);
		is_short = true;
	}
	/* Of a short one, too: what was there before must not be found in its place. */
	int rc = download.held_len > 0 ? mcuboot_clear_rest(&download) : 0;
	if (rc != 0) {
		return rc;
	}
	if (is_short) {
		refuse_download();
		return -EBADMSG;
	}
	if (!download.has_begun) {
		begin_programs(); /* of a file that ends before, filled up as by the stream */
	}
	rc = flush();
	if (rc == 0 && IS_ENABLED(CONFIG_DFU_TARGET_VERIFY)) {
		rc = verify_download(&refused);
	}
	if (refused) {
		refuse_download();
	}
	return rc == 0 ? finish() : rc;
}

struct mcuboot_download *mcuboot_download_get(void)
{
	return &download;
}

const struct mcuboot_slot_verifier *mcuboot_download_verifier(void)
{
	return &verifier;
}

bool mcuboot_download_is_unfinished(int img_num)
{
	return (download.state == ACTIVE || download.state == PAUSED) &&
	       (img_num == -1 || img_num == download.file.image);
}

bool mcuboot_download_get_held(int img_num, uint8_t *bytes)
{
	if (download.state != HELD || img_num != download.file.image) {
		return false;
	}
	memcpy(bytes, held, download.slot.hold_len);
	return true;
}

enum mcuboot_known mcuboot_download_known(int img_num)
{
	if (mcuboot_download_is_unfinished(img_num)) {
		return MCUBOOT_INCOMPLETE;
	}
	if (((download.visible | download.waiting) & 1u << img_num) != 0) {
		return MCUBOOT_COMPLETE;
	}
	switch (stream_progress_stored_state(mcuboot_id(img_num))) {
	case 0:
		return MCUBOOT_UNKNOWN;
	case DOWNLOAD_COMPLETE:
		return MCUBOOT_COMPLETE;
	default:
		return MCUBOOT_INCOMPLETE;
	}
}

void mcuboot_download_forget_progress(int img_num)
{
	stream_progress_forget(mcuboot_id(img_num));
}

bool mcuboot_download_is_clearing(int img_num)
{
	return stream_progress_is_clearing(mcuboot_id(img_num));
}

bool mcuboot_download_has_left(int img_num)
{
	return (stream_progress_stored_left(mcuboot_id(img_num)) & MCUBOOT_CLEAR_TRAILER) != 0;
}

void mcuboot_download_published(int img_num)
{
	if (download.state == HELD && img_num == download.file.image) {
		end_download(OVER);
	}
	forget_records(img_num);
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
	static struct image_signer signer;

	signer = (struct image_signer){.key = key, .check = image_signature_check};
	verifier.signer = key != NULL ? &signer : NULL;
}

bool dfu_target_mcuboot_identify(const void *const buf)
{
	const uint8_t *first = buf;

	if (get_le32(first) != DFU_IMAGE_MAGIC) {
		return false;
	}
	memcpy(seen, first, sizeof(seen));
	download.has_seen = true;
	return true;
}

/*
 * Whether the download that RAM knows, under way or paused, is of this file. One that no byte has
 * arrived for is of none: settings may know more.
 */
static bool is_same_file(const struct mcuboot_slot *slot, int img_num, size_t file_size)
{
	const bool is_known =
		download.held_len > 0 &&
		(download.state == ACTIVE || download.state == PAUSED || download.state == HELD);

	return is_known && owns_stream() && slot->area == download.slot.area &&
	       img_num == download.file.image && file_size == download.file.size &&
	       download.file.id == target_identity() &&
	       !(download.has_seen &&
		 memcmp(seen, held, min_size(download.held_len, DOWNLOAD_FIRST_LEN)) != 0);
}

/*
 * Another file than the one before, or the one that only settings still know. Who begins again
 * after done(true) in the same run knows that it is complete, and wants it again.
 */
static void take_up(const struct mcuboot_slot *slot, int img_num, size_t file_size)
{
	end_download(NONE);
	download.slot = *slot;
	download.file.type = DFU_TARGET_IMAGE_TYPE_MCUBOOT;
	download.file.image = (uint8_t)img_num;
	download.file.size = (uint32_t)file_size;
	download.file.id = target_identity();
	download.file.left = &download.clearing.left;
	download.clearing = (struct mcuboot_clearing){.tail = slot->area->fa_size};
	if ((download.visible & 1u << img_num) != 0) {
		pad_held();
	} else {
		load_held();
	}
}

int dfu_target_mcuboot_init(size_t file_size, int img_num, dfu_target_callback_t cb)
{
	struct mcuboot_slot slot;
	size_t limit = 0;

	(void)cb;
	int rc = mcuboot_admit(img_num, file_size, &verifier, &slot, &limit);
	if (rc == 0 && download.has_seen) {
		rc = mcuboot_admit_first(img_num, seen);
	}
	if (rc != 0) {
		pause_download();
		return rc;
	}
	if (!is_same_file(&slot, img_num, file_size)) {
		pause_download();
		take_up(&slot, img_num, file_size);
	}
	if (download.state != ACTIVE) {
		download.limit = limit;
		rc = recount(open_stream());
		download.state = rc == 0 ? ACTIVE : NONE;
	}
	if (rc == 0) {
		download.has_seen = false;
	}
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

/* Clear a page that is urgent, or all that are if the buffer has no room for `len` bytes. */
static int clear_for(size_t len)
{
	const int rc = mcuboot_clear_begin(&download);

	if (rc != 0 || download.clearing.urgent == 0) {
		return rc;
	}
	return stream_can_hold(dfu_target_stream_get_stream(), len)
		       ? mcuboot_clear_step(&download)
		       : mcuboot_clear_urgent(&download);
}

/*
 * The first bytes of the file, which do not go into the stream, and those that have to wait until
 * the slot is cleared. Inlined, its registers would be saved for every chunk.
 */
static DFU_NOINLINE int write_first(const uint8_t *bytes, size_t len)
{
	const size_t n = min_size(len, (size_t)(download.slot.hold_len - download.held_len));
	const bool erases = download.clearing.urgent != 0;
	int rc = clear_for(len - n);

	if (rc != 0) {
		return recount(rc);
	}
	memcpy(&held[download.held_len], bytes, n);
	download.held_len = (uint16_t)(download.held_len + n);
	download.file.first = held;
	if (download.clearing.urgent == 0 && download.held_len == download.slot.hold_len) {
		begin_programs();
	}
	rc = len > n ? dfu_target_stream_append(&bytes[n], len - n, erases) : 0;
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
	if (!download.has_begun) {
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

int dfu_target_mcuboot_reset(void)
{
	struct mcuboot_slot slot;

	if (download.state == NONE) {
		return -EACCES;
	}
	int rc = mcuboot_slot_open(download.file.image, &slot);
	if (rc == 0 && slot.area != download.slot.area) {
		rc = -EBUSY; /* that slot runs now */
	}
	if (rc == 0) {
		rc = mcuboot_slot_refuse_unconfirmed(download.file.image);
	}
	if (rc == 0) {
		rc = mcuboot_clear_leave_set(download.file.image);
	}
	if (rc == 0) {
		(void)mcuboot_clear_announce(download.file.image, false);
		rc = mcuboot_slot_clear(&slot);
	}
	if (rc == 0) {
		end_download(NONE);
		forget_records(download.file.image);
		download.visible &= (uint16_t)~(1u << download.file.image);
	}
	return rc;
}
