/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps 1 and 2 of a download (dfu_target_mcuboot.c), a page at a time: each of its first writes
 * takes one, so does dfu_target_prepare(), which goes on with the pages behind.
 *
 *   what settings know of the slot  ->  CLEARING  ->  trailer, header  ->  pages ahead
 *
 * What dfu_target_prepare() clears a record knows, and that nothing has been programmed since
 * (ERASED_ALL), so that a download, of whatever file, goes on with it. Before its first program
 * that is taken back to what stays true (ERASED_BEHIND).
 */
#include "target/mcuboot_clear.h"

#include <dfu/config.h>

#include "boot/arrangement.h"
#include "flash/flash_caps.h"
#include "stream/stream_position.h"
#include "stream/stream_ready.h"
#include "target/mcuboot_ahead.h"
#include "target/mcuboot_held.h"
#include "target/mcuboot_id.h"
#include "target/mcuboot_set.h"

int mcuboot_clear_leave_set(int img_num)
{
	return boot_arrangement()->images > 1 ? mcuboot_set_leave(img_num) : 0;
}

static void note_cleared(const struct mcuboot_download *download)
{
	const size_t start = mcuboot_download_stream_start(download);
	const struct mcuboot_clearing *clearing = &download->clearing;

	stream_set_erased(dfu_target_stream_get_stream(), clearing->head - start,
			  clearing->tail > start ? clearing->tail - start : 0);
}

/* The header's page goes with the pages of the file behind it, if a block is erased at once. */
static void widen_header(struct mcuboot_download *download)
{
	const struct flash_area *area = download->slot.area;
	const size_t start = (size_t)area->fa_off + download->slot.start;
	struct flash_pages_info page;

	if (CONFIG_STREAM_FLASH_ERASE_BLOCK > 0 && flash_needs_erase(area->fa_dev) &&
	    flash_get_page_info_by_offs(area->fa_dev, (off_t)start, &page) == 0) {
		download->clearing.head =
			stream_erase_end(dfu_target_stream_get_stream(), start, start + page.size) -
			(size_t)area->fa_off;
	}
}

void mcuboot_clear_find(struct mcuboot_download *download)
{
	struct stream_flash_ctx *stream = dfu_target_stream_get_stream();
	const bool goes_on = download->held_len > 0;

	download->clearing.stage = goes_on ? MCUBOOT_CLEAR_DONE : 0;
	download->has_begun = download->held_len == download->slot.hold_len ||
			      stream_progress_is_complete();
	stream_set_end(stream, mcuboot_download_stream_end(download));
	if (!IS_ENABLED(CONFIG_DFU_TARGET_PREPARE)) {
		return;
	}
	download->is_kept = true; /* until it is known to be gone */
	if (!mcuboot_ahead_find(download->file.image, &download->slot, stream, goes_on,
				&download->clearing)) {
		return;
	}
	if (download->clearing.stage == MCUBOOT_CLEAR_DONE) {
		note_cleared(download);
	} else if ((download->clearing.stage & MCUBOOT_CLEAR_HEADER) != 0) {
		widen_header(download);
	}
}

bool mcuboot_clear_announce(int img_num, bool keeps_ahead)
{
	const bool is_gone = !keeps_ahead && (!IS_ENABLED(CONFIG_DFU_TARGET_PREPARE) ||
					      mcuboot_ahead_delete(img_num) == 0);

	if (is_gone || keeps_ahead) {
		stream_progress_clearing(mcuboot_id(img_num));
	} else {
		/* A record that could not be deleted would be believed beside that one. */
		mcuboot_mark_set(img_num, TARGET_ERASING);
	}
	return is_gone;
}

int mcuboot_clear_begin(struct mcuboot_download *download)
{
	const uint8_t image = download->file.image;

	if (download->clearing.stage != 0) {
		return 0;
	}
	const int rc = mcuboot_clear_leave_set(image);
	if (rc != 0) {
		return rc;
	}
	if (mcuboot_clear_announce(image, stream_has_known(dfu_target_stream_get_stream()))) {
		download->is_kept = false;
	}
	mcuboot_held_delete(image);
	download->visible &= (uint16_t)~(1u << image);
	download->waiting &= (uint16_t)~(1u << image);
	mcuboot_mark_clear(image, TARGET_UNTRIED);
	download->clearing = mcuboot_clearing_begin(&download->slot);
	widen_header(download);
	return 0;
}

int mcuboot_clear_step(struct mcuboot_download *download)
{
	int rc = mcuboot_clear_begin(download);

	if (rc != 0 || download->clearing.stage == MCUBOOT_CLEAR_DONE) {
		return rc;
	}
	rc = mcuboot_slot_clear_step(&download->slot, &download->clearing);
	if (rc == 0) {
		mcuboot_mark_clear(download->file.image, TARGET_ERASING);
		mcuboot_mark_clear(download->file.image, TARGET_MENDING);
		note_cleared(download);
	}
	return rc;
}

int mcuboot_clear_rest(struct mcuboot_download *download)
{
	int rc;

	do {
		rc = mcuboot_clear_step(download);
	} while (rc > 0);
	return rc;
}

void mcuboot_clear_keep(struct mcuboot_download *download)
{
	if (IS_ENABLED(CONFIG_DFU_TARGET_PREPARE)) {
		mcuboot_ahead_save(download->file.image, dfu_target_stream_get_stream(),
				   download->has_begun ? ERASED_BEHIND : ERASED_ALL,
				   &download->clearing);
		download->is_kept = true;
	}
}
