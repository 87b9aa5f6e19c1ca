/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps 1 and 2 of a download (dfu_target_mcuboot.c), a page at a time: the first byte takes all of
 * them, dfu_target_prepare() one after the other, and then goes on with the pages behind.
 *
 *   what settings know of the slot  ->  CLEARING  ->  trailer  ->  header  ->  pages ahead
 *
 * From the end of clearing on a record says that nothing has been programmed since (ERASED_ALL), so
 * that a download, of whatever file, begins at once. Before its first program that is taken back to
 * what stays true (ERASED_BEHIND).
 */
#include "target/mcuboot_clear.h"

#include <dfu/config.h>

#include "boot/arrangement.h"
#include "stream/stream_position.h"
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

void mcuboot_clear_find(struct mcuboot_download *download)
{
	struct stream_flash_ctx *stream = dfu_target_stream_get_stream();

	download->clearing.stage = 0;
	stream_set_end(stream, mcuboot_download_stream_end(download));
	if (!IS_ENABLED(CONFIG_DFU_TARGET_PREPARE)) {
		return;
	}
	download->is_kept = true; /* until it is known to be gone */
	if (mcuboot_ahead_find(download->file.image, &download->slot, stream,
			       download->held_len > 0, &download->clearing)) {
		note_cleared(download);
	}
}

/* What is known of the slot's content goes before that does. */
static int begin(struct mcuboot_download *download)
{
	const uint8_t image = download->file.image;
	const int rc = mcuboot_clear_leave_set(image);
	char id[MCUBOOT_ID_SIZE];

	if (rc != 0) {
		return rc;
	}
	if (IS_ENABLED(CONFIG_DFU_TARGET_PREPARE) &&
	    !stream_has_known(dfu_target_stream_get_stream())) {
		mcuboot_ahead_delete(image);
		download->is_kept = false;
	}
	mcuboot_make_id(id, image);
	stream_progress_clearing(id);
	mcuboot_held_delete(image);
	download->visible &= (uint16_t)~(1u << image);
	download->waiting &= (uint16_t)~(1u << image);
	mcuboot_mark_clear(image, TARGET_UNTRIED);
	download->clearing = mcuboot_clearing_begin(&download->slot);
	return 0;
}

int mcuboot_clear_step(struct mcuboot_download *download)
{
	int rc = download->clearing.stage == 0 ? begin(download) : 0;

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

void mcuboot_clear_keep(struct mcuboot_download *download)
{
	const bool is_touched = download->held_len == download->slot.hold_len;

	if (IS_ENABLED(CONFIG_DFU_TARGET_PREPARE) &&
	    (is_touched || download->clearing.stage == MCUBOOT_CLEAR_DONE)) {
		mcuboot_ahead_save(download->file.image, dfu_target_stream_get_stream(),
				   is_touched ? ERASED_BEHIND : ERASED_ALL);
		download->is_kept = true;
	}
}
