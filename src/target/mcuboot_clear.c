/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps 1, 2 and 5 of a download (dfu_target_mcuboot.c), a page at a time: each of its first writes
 * takes one that is urgent, its end the rest; dfu_target_prepare() takes them all, and goes on with
 * the pages behind.
 *
 *   what settings know of the slot  ->  CLEARING  ->  what is urgent  ->  programs  ->  the rest
 *
 * What is left while programs come, the record of the progress tells. What dfu_target_prepare()
 * clears a record of its own knows, and that nothing has been programmed since (ERASED_ALL), so
 * that a download, of whatever file, goes on with it. Before its first program that is taken back
 * to what stays true (ERASED_BEHIND).
 */
#include "target/mcuboot_clear.h"

#include <dfu/config.h>

#include "boot/arrangement.h"
#include "common/bytes.h"
#include "flash/flash_caps.h"
#include "stream/stream_position.h"
#include "stream/stream_ready.h"
#include "target/mcuboot_ahead.h"
#include "target/mcuboot_held.h"
#include "target/mcuboot_id.h"
#include "target/mcuboot_schedule.h"
#include "target/mcuboot_set.h"

int mcuboot_clear_leave_set(int img_num)
{
	return boot_arrangement()->images > 1 ? mcuboot_set_leave(img_num) : 0;
}

static bool is_cleared(const struct mcuboot_download *download, unsigned int parts)
{
	return (download->clearing.left & (parts | MCUBOOT_CLEAR_ALL)) == 0;
}

/* The stream learns what is erased, once the page is that it begins in. */
static void note_cleared(const struct mcuboot_download *download)
{
	const size_t start = mcuboot_download_stream_start(download);
	const struct mcuboot_clearing *clearing = &download->clearing;

	if (is_cleared(download, MCUBOOT_CLEAR_HEADER)) {
		stream_set_erased(dfu_target_stream_get_stream(), clearing->head - start,
				  clearing->tail > start ? clearing->tail - start : 0);
	}
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

/*
 * Whether fields of the trailer may ask for what is in the slot. That they read erased counts where
 * settings would tell of an erase that was cut. Without explicit erase putting off saves nothing.
 */
static bool may_have_request(const struct mcuboot_download *download)
{
	return !flash_needs_erase(download->slot.area->fa_dev) ||
	       (boot_needs_trailer() && (!IS_ENABLED(CONFIG_DFU_TARGET_STREAM_SAVE_PROGRESS) ||
					 mcuboot_schedule_is_marked(download->file.image))) ||
	       mcuboot_slot_may_have_request(&download->slot);
}

/* What must go before a program, of what is left. */
static void find_urgent(struct mcuboot_download *download)
{
	unsigned int urgent = MCUBOOT_CLEAR_HEADER;

	if (may_have_request(download)) {
		urgent |= MCUBOOT_CLEAR_TRAILER;
	}
	if (mcuboot_slot_has_front(&download->slot) != 0) {
		urgent |= MCUBOOT_CLEAR_FRONT;
	}
	download->clearing.urgent = (uint8_t)(urgent & download->clearing.left);
}

void mcuboot_clear_find(struct mcuboot_download *download)
{
	struct stream_flash_ctx *stream = dfu_target_stream_get_stream();
	const bool goes_on = download->held_len > 0;

	if (goes_on) {
		download->clearing.left &= mcuboot_clearing_begin(&download->slot).left;
	} else {
		download->clearing.left = MCUBOOT_CLEAR_ALL;
		download->clearing.urgent = MCUBOOT_CLEAR_ALL;
	}
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
	find_urgent(download);
	note_cleared(download);
	if (!is_cleared(download, MCUBOOT_CLEAR_HEADER)) {
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

	if (download->clearing.left != MCUBOOT_CLEAR_ALL) {
		return 0;
	}
	const int rc = mcuboot_clear_leave_set(image);
	if (rc != 0) {
		return rc;
	}
	download->clearing = mcuboot_clearing_begin(&download->slot);
	find_urgent(download); /* by what settings knew before */
	widen_header(download);
	if (mcuboot_clear_announce(image, stream_has_known(dfu_target_stream_get_stream()))) {
		download->is_kept = false;
	}
	mcuboot_held_delete(image);
	download->visible &= (uint16_t)~(1u << image);
	download->waiting &= (uint16_t)~(1u << image);
	mcuboot_mark_clear(image, TARGET_UNTRIED);
	return 0;
}

int mcuboot_clear_step(struct mcuboot_download *download)
{
	struct mcuboot_clearing *clearing = &download->clearing;
	int rc = mcuboot_clear_begin(download);
	const uint8_t before = clearing->left;

	if (rc != 0 || before == 0) {
		return rc;
	}
	if (is_cleared(download, MCUBOOT_CLEAR_HEADER)) {
		/* Pages that the file has come to are not the trailer's any more. */
		clearing->head = mcuboot_download_stream_start(download) +
				 dfu_target_stream_get_stream()->erased_up_to;
	}
	rc = mcuboot_slot_clear_step(&download->slot, clearing);
	if (rc == 0) {
		note_cleared(download);
	}
	const unsigned int done = before & (unsigned int)~clearing->left;
	if ((done & MCUBOOT_CLEAR_TRAILER) != 0) {
		mcuboot_mark_clear(download->file.image, TARGET_ERASING);
	}
	if ((done & MCUBOOT_CLEAR_HEADER) != 0) {
		mcuboot_mark_clear(download->file.image, TARGET_MENDING);
	}
	return rc;
}

int mcuboot_clear_urgent(struct mcuboot_download *download)
{
	int rc = mcuboot_clear_begin(download);

	while (rc == 0 && download->clearing.urgent != 0) {
		rc = mcuboot_clear_step(download);
	}
	return rc;
}

int mcuboot_clear_rest(struct mcuboot_download *download)
{
	int rc = 0;

	while (rc == 0 && download->clearing.left != 0) {
		rc = mcuboot_clear_step(download);
	}
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
