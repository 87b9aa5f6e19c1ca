/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams into regions that begin or end inside a page, cut before and after every operation.
 *
 * The shared page is never erased; the region's part of it takes bytes only while they read erased,
 * otherwise nothing is written; and whatever happens, the neighbour's bytes stay what they were.
 * That is so at every cut, and in the process that begins again after it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <storage/stream_flash.h>

#include "life.h"

#define BUF_LEN 512
#define THEIRS 0xa5
#define DIRT 0x3c
#define PAGES 5

/* Where a region lies in slot 0, in eighths of a page, and which pages are not its alone. */
struct region {
	size_t start;
	size_t end;
};

static const struct region regions[] = {
	{8 + 4, 8 * 4},     /* begins inside a page */
	{8, 8 * 3 + 4},     /* ends inside one */
	{8 + 6, 8 * 3 + 2}, /* both */
	{8 + 7, 8 * 4 + 7}, /* both, a little of the first, much of the last */
	{8 + 2, 8 + 6},     /* within one page */
	{8 + 4, 8 * 2 + 4}, /* no page of its own */
};

static const struct rig_layout layouts[] = {
	{"5x256", "1x256", "1x256", "1x256"},
	{"5x1K", "1x1K", "1x1K", "1x1K"},
	{"5x4K", "1x4K", "1x4K", "1x4K"},
};

static const size_t blocks[] = {1, 2, 4, 8, 16, 32, 512};

static struct region region; /* in bytes from the start of slot 0 */
static uint8_t content[PAGES * 4096];
static uint32_t work_buf[BUF_LEN / sizeof(uint32_t)];
static unsigned long streams;
static unsigned long cuts;

static struct rig_slot *slot(void)
{
	return &rig.slots[0];
}

static size_t page(void)
{
	return slot()->page_min;
}

static int stream(void)
{
	const size_t size = region.end - region.start;
	struct stream_flash_ctx ctx;
	int rc = stream_flash_init(&ctx, &slot()->flash->dev, (uint8_t *)work_buf,
				   page() < BUF_LEN ? page() : BUF_LEN, slot()->off + region.start,
				   size, NULL);

	for (size_t off = 0; rc == 0 && off < size; off += 100) {
		rc = stream_flash_buffered_write(&ctx, &content[off],
						 size - off < 100 ? size - off : 100,
						 size - off <= 100);
	}
	return rc;
}

static bool is_shared(size_t page_start)
{
	return page_start < region.start || page_start + page() > region.end;
}

static void check_neighbours(void)
{
	const uint8_t *was = &slot()->flash->before[slot()->off];

	CHECK(rig_is_unchanged_outside(0));
	CHECK(memcmp(slot()->bytes, was, region.start) == 0);
	CHECK(memcmp(&slot()->bytes[region.end], &was[region.end], slot()->size - region.end) == 0);
	CHECK(rig.shared->violation[0] == '\0');
	for (size_t i = 0; i < rig.shared->op_count; i++) {
		const struct rig_op *op = &rig.shared->ops[i];

		CHECK(!op->is_erase || slot()->no_erase || !is_shared(op->off - slot()->off));
	}
}

/* Old content in pages that are the region's alone; `dirt` bytes of others' in its shared parts. */
static void set_up(bool dirty_first, bool dirty_last)
{
	memset(slot()->bytes, THEIRS, slot()->size);
	for (size_t off = region.start; off < region.end; off += slot()->block) {
		const size_t start = off / page() * page();

		memset(&slot()->bytes[off], is_shared(start) ? slot()->erased : DIRT,
		       slot()->block);
	}
	if (dirty_first) {
		slot()->bytes[region.start] = DIRT;
	}
	if (dirty_last) {
		slot()->bytes[region.end - 1] = DIRT;
	}
	rig_snapshot();
	rig_forget_ops();
	streams++;
}

static bool holds_content(void)
{
	return memcmp(&slot()->bytes[region.start], content, region.end - region.start) == 0;
}

/* Whether a shared part holds anything, so that beginning again is refused. */
static bool is_touched(void)
{
	for (size_t off = region.start; off < region.end; off++) {
		if (is_shared(off / page() * page()) && slot()->bytes[off] != slot()->erased) {
			return true;
		}
	}
	return false;
}

static void cut_everywhere(void)
{
	for (long at = 0;; at++) {
		const bool after = at % 2 != 0;

		rig_restore();
		rig_forget_ops();
		if (rig_run(stream, at / 2, after) != RIG_CUT) {
			break;
		}
		cuts++;
		check_neighbours();
		const int rc = is_touched() && !slot()->no_erase ? -EEXIST : 0;
		CHECK_RC(rig_run(stream, -1, false), rc);
		CHECK(rc != 0 || holds_content());
		check_neighbours();
	}
}

static void try_clean(void)
{
	set_up(false, false);
	CHECK_RC(rig_run(stream, -1, false), 0);
	CHECK(holds_content());
	CHECK(rig_ops_are_at_the_floor());
	check_neighbours();
	cut_everywhere();
}

static void try_dirty(bool first, bool last)
{
	const size_t last_start = (region.end - 1) / page() * page();
	const bool is_first = first && is_shared(region.start / page() * page());
	const bool is_last = last && is_shared(last_start);

	if (!is_first && !is_last) {
		return;
	}
	set_up(is_first, is_last);
	CHECK_RC(rig_run(stream, -1, false), slot()->no_erase ? 0 : -EEXIST);
	check_neighbours();
	if (slot()->no_erase) {
		CHECK(holds_content());
		return;
	}
	if (is_first) {
		CHECK(rig_is_unchanged_outside(-1));
	}
	/* Of a last page that is refused not a byte is programmed. */
	for (size_t off = last_start > region.start ? last_start : region.start; off < region.end;
	     off++) {
		CHECK(slot()->bytes[off] == slot()->flash->before[slot()->off + off]);
	}
}

static bool choose(const struct region *eighths)
{
	region.start = eighths->start * page() / 8;
	region.end = eighths->end * page() / 8;
	return region.start % slot()->block == 0 && region.end % slot()->block == 0;
}

static void try_flash(const struct rig_case *what)
{
	if (!rig_open(what)) {
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(regions); i++) {
		if (choose(&regions[i])) {
			try_clean();
			try_dirty(true, false);
			try_dirty(false, true);
		}
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(content); i++) {
		content[i] = (uint8_t)(i % 251);
	}
	for (size_t i = 0; i < ARRAY_LEN(layouts) * ARRAY_LEN(blocks) * 4; i++) {
		const struct rig_case what = {
			.mode = BOOT_MODE_SWAP_MOVE,
			.layout = &layouts[i / 4 / ARRAY_LEN(blocks)],
			.block = blocks[i / 4 % ARRAY_LEN(blocks)],
			.align = 8,
			.erased = i % 2 == 0 ? 0xff : 0x00,
			.no_erase = i / 2 % 2 != 0,
		};

		try_flash(&what);
	}
	printf("%lu streams, %lu cuts\n", streams, cuts);
	return 0;
}
