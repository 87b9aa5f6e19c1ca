/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record "dfu/MCUBOOT<n>/a" of image n: FORMATS.md, "Pages erased ahead".
 *
 *   page after page of the slot is cleared,
 *   then erased ahead                         ERASED_ALL, once a call
 *   the first program is about to come        ERASED_BEHIND: the first page is no longer known
 *   the download goes on                      nothing: the record of its progress says which pages
 *                                             have been programmed
 *   another download is about to begin        deleted, before settings forget how far this one was
 *
 * It says of pages what no reading can: that an erase of them has come to its end. What it says is
 * read all the same, because settings may have failed in between, and somebody else may write to
 * the slot.
 */
#include "target/mcuboot_ahead.h"

#include <errno.h>

#include "stream/stream_position.h"
#include "target/mcuboot_id.h"
#include "target/stream_progress.h"
#include "target/target_settings.h"

_Static_assert((int)MCUBOOT_CLEAR_TRAILER == (int)ERASED_LEFT_TRAILER &&
		       (int)MCUBOOT_CLEAR_HEADER == (int)ERASED_LEFT_HEADER &&
		       (int)MCUBOOT_CLEAR_FRONT == (int)ERASED_LEFT_FRONT,
	       "bits of a record");

void mcuboot_ahead_save(int img_num, const struct stream_flash_ctx *stream,
			enum erased_record_state state, const struct mcuboot_clearing *clearing)
{
	const struct erased_record record = {
		.state = (uint8_t)state,
		.left = clearing->left,
		.offset = (uint32_t)stream->offset,
		.size = (uint32_t)stream->available,
		.up_to = (uint32_t)stream_known_end(stream),
		.tail = (clearing->left & MCUBOOT_CLEAR_TRAILER) != 0 ? (uint32_t)clearing->tail
								      : 0,
	};
	uint8_t raw[ERASED_RECORD_LEN];

	if ((uint64_t)stream->offset + stream->available > UINT32_MAX) {
		return;
	}
	erased_record_encode(raw, &record);
	(void)target_settings_save(mcuboot_id(img_num), TARGET_AHEAD, raw, sizeof(raw));
}

/* Whether there is a record of the stream's region. */
static bool load(int img_num, const struct stream_flash_ctx *stream, struct erased_record *record)
{
	uint8_t raw[ERASED_RECORD_LEN];

	const ssize_t len =
		target_settings_load(mcuboot_id(img_num), TARGET_AHEAD, raw, sizeof(raw));
	return len > 0 && erased_record_decode(record, raw, (size_t)len) == 0 &&
	       record->offset == stream->offset && record->size == stream->available &&
	       record->up_to <= stream->available;
}

/* Where the page of the stream's position ends: pages behind it have not been programmed. */
static size_t untouched_from(const struct stream_flash_ctx *stream)
{
	size_t start;
	size_t end;

	return stream_page_at(stream, stream->bytes_written, &start, &end) == 0 ? end
										: stream->available;
}

bool mcuboot_ahead_find(int img_num, const struct mcuboot_slot *slot,
			struct stream_flash_ctx *stream, bool goes_on,
			struct mcuboot_clearing *clearing)
{
	struct erased_record record;

	stream_set_known(stream, 0, 0);
	if (!load(img_num, stream, &record)) {
		return false;
	}
	struct mcuboot_clearing found = {
		.tail = record.tail,
		.left = record.left,
	};
	if (!goes_on && record.state == ERASED_ALL && mcuboot_slot_reads_clear(slot, &found) == 1) {
		stream_set_known(stream, record.left == 0 ? 0 : untouched_from(stream),
				 record.up_to);
		*clearing = found;
		return true;
	}
	if (goes_on && record.state == ERASED_BEHIND) {
		clearing->left &= record.left; /* what this download has cleared ahead */
	}
	/* Before a page was whole, settings know no position: the download's first page is lost. */
	if (goes_on || stream_progress_is_clearing(mcuboot_id(img_num))) {
		stream_set_known(stream, untouched_from(stream), record.up_to);
	}
	return false;
}

int mcuboot_ahead_delete(int img_num)
{
	const int rc = target_settings_save(mcuboot_id(img_num), TARGET_AHEAD, NULL, 0);

	return rc == -ENOENT ? 0 : rc;
}
