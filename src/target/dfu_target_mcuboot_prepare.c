/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erasing ahead, an erase a step, as long as there is time.
 *
 * How long an erase takes is measured, the longest counts; before one has been measured one is
 * made, as nobody knows better. A call saves one record of all that it has erased: pages that a cut
 * loses sight of are erased again, no more.
 */
#include <dfu/config.h>
#include <dfu/dfu_target_mcuboot.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "flash/flash_caps.h"
#include "stream/stream_position.h"
#include "stream/stream_ready.h"
#include "target/mcuboot_clear.h"

static uint32_t longest_us; /* step since the start; 0: none was measured */

/* Whether one more erase ends in time; never without time: the clock may be a coarse one. */
static bool has_time(uint32_t budget_ms, uint32_t passed_us)
{
	return clock_is_there() && budget_ms > 0 &&
	       (uint64_t)passed_us + longest_us <= (uint64_t)budget_ms * 1000;
}

static bool must_clear(const struct mcuboot_download *download)
{
	return download->clearing.left != 0;
}

/* 1: something is left to erase; 0: nothing. */
static int is_left(const struct mcuboot_download *download)
{
	const struct stream_flash_ctx *stream = dfu_target_stream_get_stream();
	const size_t end = min_size(mcuboot_download_stream_end(download), stream->erased_from);

	if (!flash_needs_erase(stream->fdev) || stream_progress_is_complete()) {
		return 0;
	}
	return must_clear(download) || stream->erased_up_to < end;
}

static int erase_one(struct mcuboot_download *download)
{
	const int rc = must_clear(download)
			       ? mcuboot_clear_step(download)
			       : stream_erase_ahead(dfu_target_stream_get_stream(),
						    mcuboot_download_stream_end(download));

	return rc < 0 ? rc : is_left(download);
}

int dfu_target_mcuboot_prepare(uint32_t budget_ms)
{
	struct mcuboot_download *download = mcuboot_download_get();
	const uint32_t began = clock_now_us();
	uint32_t passed = 0;

	if (download->state != ACTIVE) {
		return download->state == NONE ? -EACCES : -EPERM;
	}
	const struct stream_flash_ctx *stream = dfu_target_stream_get_stream();
	const size_t known = stream_known_end(stream);
	const struct mcuboot_clearing clearing = download->clearing;
	int rc = is_left(download);
	if (rc == 0 ||
	    (longest_us > 0 && budget_ms > 0 && clock_is_there() && !has_time(budget_ms, 0))) {
		return rc;
	}
	/* What settings then write is no erase of the slot, and not measured as one. */
	rc = mcuboot_clear_begin(download);
	if (rc != 0) {
		return rc;
	}
	passed = clock_now_us() - began;
	do {
		const uint32_t before = passed;

		rc = erase_one(download);
		passed = clock_now_us() - began;
		if (passed - before > longest_us) {
			longest_us = passed - before;
		}
	} while (rc == 1 && has_time(budget_ms, passed));
	if (stream->erased_up_to > known || download->clearing.left != clearing.left ||
	    download->clearing.tail != clearing.tail) {
		mcuboot_clear_keep(download);
	}
	return rc;
}
