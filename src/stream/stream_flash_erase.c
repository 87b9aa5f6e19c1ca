/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erase on demand: the frontier.
 *
 * erased_up_to is where the pages that may be programmed end. It is always a page end (or 0, or the
 * end of the region), counted from the start of the region, so that a region that begins inside a
 * page needs no rule of its own. It moves only after a page is ready, one page at a time, and only
 * when bytes for that page are about to be programmed.
 *
 *        offset                                        offset + available
 *   |......[#########|###############|###############|######].........|
 *     shared          own: erased                      shared
 *     never erased                                     never erased
 *
 * A page that another owner has a part of is never erased. It is ready if the region's part of it
 * reads erased. Pages that the region's owner has erased (erased_from), and all pages of a device
 * without explicit erase, are ready as they are.
 */
#include <errno.h>

#include <storage/stream_flash.h>

#include "common/bytes.h"
#include "flash/flash_caps.h"
#include "stream/stream_ready.h"

/* Make the page at the frontier ready and move the frontier to its end. */
static int make_next_page_ready(struct stream_flash_ctx *ctx)
{
	size_t frontier = ctx->offset + ctx->erased_up_to;
	size_t region_end = ctx->offset + ctx->available;
	struct flash_pages_info page;
	size_t start;
	size_t end;
	int rc;

	rc = flash_get_page_info_by_offs(ctx->fdev, (off_t)frontier, &page);
	if (rc != 0) {
		return rc;
	}
	start = (size_t)page.start_offset;
	end = min_size(start + page.size, region_end);
	if (start >= ctx->offset + ctx->erased_from || !flash_needs_erase(ctx->fdev)) {
		rc = 0;
	} else if (start < ctx->offset || end - start < page.size) {
		rc = stream_check_blank(ctx, ctx->erased_up_to, end - ctx->offset, -EEXIST);
	} else {
		rc = flash_erase(ctx->fdev, page.start_offset, page.size);
	}
	if (rc == 0) {
		ctx->erased_up_to = end - ctx->offset;
	}
	return rc;
}

int stream_make_ready(struct stream_flash_ctx *ctx, size_t end)
{
	int rc = 0;

	while (ctx->erased_up_to < end && rc == 0) {
		rc = make_next_page_ready(ctx);
	}
	return rc;
}

int stream_flash_erase_page(struct stream_flash_ctx *ctx, off_t off)
{
	struct flash_pages_info page;
	size_t used; /* where bytes of the stream end; after a failed program, where they may end */
	int rc;

	if (ctx == NULL) {
		return -EFAULT;
	}
	/* One comparison for both ends: below the region the difference wraps. */
	if ((uint64_t)off - ctx->offset >= ctx->available) {
		return -ERANGE;
	}
	rc = flash_get_page_info_by_offs(ctx->fdev, off, &page);
	if (rc != 0) {
		return rc;
	}
	used = ctx->bytes_written + (ctx->suspect ? ctx->buf_len : 0);
	if ((used > 0 && (size_t)page.start_offset < ctx->offset + used) ||
	    (size_t)page.start_offset > ctx->offset + ctx->erased_up_to) {
		return -EINVAL;
	}
	return stream_make_ready(ctx, (size_t)off - ctx->offset + 1);
}
