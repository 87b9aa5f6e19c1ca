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
 *
 * What reads erased, or as it should become, may be the remains of an erase or a program that power
 * loss cut, and read differently tomorrow. So reading alone is believed only where an option says
 * so, and never of the page at which a stream goes on (in_doubt), where such remains are likely.
 */
#include <errno.h>
#include <string.h>

#include <dfu/config.h>
#include <storage/stream_flash.h>

#include "common/bytes.h"
#include "flash/flash_caps.h"
#include "stream/stream_position.h"
#include "stream/stream_ready.h"

_Static_assert((CONFIG_STREAM_FLASH_ERASE_BLOCK & (CONFIG_STREAM_FLASH_ERASE_BLOCK - 1)) == 0,
	       "CONFIG_STREAM_FLASH_ERASE_BLOCK: no power of two");

/* Whether the region's bytes [from, to) read erased, and a record or an option lets that count. */
static int is_erased(const struct stream_flash_ctx *ctx, size_t from, size_t to)
{
	const bool is_known = from >= ctx->known_from && to <= ctx->known_to;

	if (!is_known && (!IS_ENABLED(CONFIG_STREAM_FLASH_TRUST_BLANK) || ctx->in_doubt)) {
		return 0;
	}
	const int rc = stream_check_blank(ctx, from, to, 1);
	return rc < 0 ? rc : !rc;
}

/*
 * The largest power of two of bytes that the option allows, as parts erase such blocks at once, if
 * all of it is to be erased and it is whole pages; else the page.
 */
size_t stream_erase_end(const struct stream_flash_ctx *ctx, size_t start, size_t page_end)
{
	size_t limit = ctx->offset + min_size(ctx->erase_end, ctx->erased_from);
	size_t len = CONFIG_STREAM_FLASH_ERASE_BLOCK;
	struct flash_pages_info page;

	if (stream_has_known(ctx) && start < ctx->offset + ctx->known_from) {
		limit = min_size(limit, ctx->offset + ctx->known_from);
	}
	for (; len > page_end - start; len /= 2) {
		if (start % len == 0 && range_fits(start, len, limit) &&
		    flash_get_page_info_by_offs(ctx->fdev, (off_t)(start + len - 1), &page) == 0 &&
		    (size_t)page.start_offset + page.size == start + len) {
			return start + len;
		}
	}
	return page_end;
}

/* Make what begins at the frontier ready and move the frontier to its end. 1: by an erase. */
static int make_next_ready(struct stream_flash_ctx *ctx)
{
	size_t frontier = ctx->offset + ctx->erased_up_to;
	size_t region_end = ctx->offset + ctx->available;
	struct flash_pages_info page;
	bool erased = false;
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
		rc = is_erased(ctx, ctx->erased_up_to, end - ctx->offset);
		erased = rc == 0;
		if (erased) {
			end = stream_erase_end(ctx, start, end);
			rc = flash_erase(ctx->fdev, page.start_offset, end - start);
		}
	}
	if (rc < 0) {
		return rc;
	}
	ctx->erased_up_to = end - ctx->offset;
	ctx->in_doubt = false;
	return erased;
}

/* Whether the buffer's `len` bytes are all of the page at the frontier, and it holds them. */
static int is_equal(const struct stream_flash_ctx *ctx, size_t len)
{
	const size_t at = ctx->offset + ctx->bytes_written;
	struct flash_pages_info page;
	uint8_t chunk[64];
	size_t n;
	int rc;

	if (ctx->in_doubt || ctx->erased_up_to != ctx->bytes_written) {
		return 0;
	}
	rc = flash_get_page_info_by_offs(ctx->fdev, (off_t)at, &page);
	if (rc != 0 || (size_t)page.start_offset != at || page.size != len) {
		return rc;
	}
	for (size_t done = 0; done < len; done += n) {
		n = min_size(sizeof(chunk), len - done);
		rc = flash_read(ctx->fdev, (off_t)(at + done), chunk, n);
		if (rc != 0) {
			return rc;
		}
		if (memcmp(chunk, &ctx->buf[done], n) != 0) {
			return 0;
		}
	}
	return 1;
}

int stream_skip_equal(struct stream_flash_ctx *ctx, size_t len)
{
	const int rc = is_equal(ctx, len);

	if (rc == 1) {
		ctx->erased_up_to += len;
	}
	return rc;
}

int stream_make_ready(struct stream_flash_ctx *ctx, size_t end)
{
	int rc = 0;

	while (ctx->erased_up_to < end && rc >= 0) {
		rc = make_next_ready(ctx);
	}
	return rc < 0 ? rc : 0;
}

int stream_erase_ahead(struct stream_flash_ctx *ctx, size_t end)
{
	int rc = 0;

	while (ctx->erased_up_to < end && rc == 0) {
		rc = make_next_ready(ctx);
	}
	return rc < 0 ? rc : ctx->erased_up_to < end;
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
