/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a download of a whole file has to cost, counted from nothing but the geometry: the pages of
 * the file, of the trailer and of old headers are erased once each, the blocks of the file
 * programmed once each, and a record is saved for each page, and two at the start.
 */
#include "invariants.h"

#include <string.h>

#define BLOCKS_MAX 65536

/* How often each write block of a slot was erased, and programmed. */
static struct {
	uint8_t erased[BLOCKS_MAX];
	uint8_t programmed[BLOCKS_MAX];
} tally;

static const char *count(const struct device_area *area, const struct device_area *settings,
			 size_t block, const struct device_log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		const struct device_op *op = &log->op[i];
		uint8_t *tallies = op->is_erase ? tally.erased : tally.programmed;

		if (op->flash == settings->flash && op->off >= settings->off &&
		    op->off - settings->off < settings->size) {
			continue;
		}
		if (op->flash != area->flash || op->off < area->off ||
		    op->off - area->off + op->len > area->size) {
			return invariant_wrong("%s at %#zx of flash %u, outside the slot",
					       op->is_erase ? "erase" : "program", op->off,
					       op->flash);
		}
		for (size_t b = 0; b < op->len / block; b++) {
			tallies[(op->off - area->off) / block + b]++;
		}
	}
	return NULL;
}

static bool is_in(size_t off, size_t start, size_t end)
{
	return off >= start && off < end;
}

/* Times that the block at off has to be erased. */
static unsigned int due_erases(const struct evidence *evidence, int slot, size_t off, size_t end)
{
	const struct evidence_slot *where = &evidence->slot[slot];
	const struct device_page here =
		device_page_at(evidence->geometry, evidence->first + slot, off);
	const struct device_page first =
		device_page_at(evidence->geometry, evidence->first + slot, where->start);

	return off >= where->trailer || here.start == 0 || here.start == first.start ||
	       is_in(off, first.start, end) || (end > here.start && end < here.start + here.size);
}

static const char *check_block(const struct evidence *evidence, int slot, size_t off, size_t end,
			       bool held, bool scheduled)
{
	const struct evidence_slot *where = &evidence->slot[slot];
	const unsigned int times = tally.programmed[off / where->block];
	const bool is_file = is_in(off, where->start + (held ? where->hold : 0), end);
	const bool is_field = off >= where->raw.len - raw_fields_len(evidence->align);
	const unsigned int most = is_file || (scheduled && is_field) ? 1 : 0;
	/* A block of erased bytes need not be programmed. */
	const unsigned int least = is_file && !raw_is_blank(&where->raw, off, where->block) ? 1 : 0;

	if (times < least || times > most) {
		return invariant_wrong("the block at %#zx of slot %d was programmed %u times", off,
				       slot, times);
	}
	return NULL;
}

static const char *check_blocks(const struct evidence *evidence, int slot, size_t end, bool held,
				bool scheduled)
{
	const struct evidence_slot *where = &evidence->slot[slot];
	const struct device_area area =
		device_area(evidence->geometry, slot == 0 ? PART_SLOT0 : PART_SLOT1);
	const bool no_erase = evidence->geometry->flash[area.flash].no_erase;
	const char *found = NULL;

	for (size_t off = 0; found == NULL && off < where->raw.len; off += where->block) {
		const unsigned int erases = tally.erased[off / where->block];
		const unsigned int due = due_erases(evidence, slot, off, end);

		if (no_erase ? erases > due : erases != due) {
			return invariant_wrong("%#zx of slot %d was erased %u times, %u needed",
					       off, slot, erases, due);
		}
		found = check_block(evidence, slot, off, end, held, scheduled);
	}
	return found;
}

static unsigned int pages_of(const struct evidence *evidence, int slot, size_t start, size_t end)
{
	unsigned int pages = 0;

	while (start < end) {
		const struct device_page page =
			device_page_at(evidence->geometry, evidence->first + slot, start);

		pages++;
		start = page.start + page.size;
	}
	return pages;
}

const char *invariant_cost_is_floor(const struct evidence *evidence, int slot, int file,
				    const struct device_log *log, bool scheduled)
{
	const struct evidence_slot *where = &evidence->slot[slot];
	const struct device_area area =
		device_area(evidence->geometry, slot == 0 ? PART_SLOT0 : PART_SLOT1);
	const struct device_area settings = device_area(evidence->geometry, PART_SETTINGS);
	const size_t size = evidence->file[file].size;
	const size_t end = where->start + (size + where->block - 1) / where->block * where->block;
	const unsigned int pages = pages_of(evidence, slot, where->start, end);
	const bool held = boot_mode_is_direct(evidence->mode) && !scheduled;
	const char *found;

	if (log->count > DEVICE_OPS_MAX || area.size / where->block > BLOCKS_MAX) {
		return invariant_wrong("too much to count");
	}
	memset(&tally, 0, sizeof(tally));
	found = count(&area, &settings, where->block, log);
	if (found == NULL) {
		found = check_blocks(evidence, slot, end, held, scheduled);
	}
	/* Each call that has erased may save a record, and the first program takes the last one
	 * back. */
	const unsigned int ahead = log->prepares > 0 ? log->prepares + 1 : 0;
	if (found == NULL && log->saves > pages + 2 + ahead) {
		found = invariant_wrong("%u records for %u pages", log->saves, pages);
	}
	return found;
}

const char *invariant_nothing_is_erased(const struct evidence *evidence, int slot,
					const struct device_log *log, size_t from)
{
	const struct device_area area =
		device_area(evidence->geometry, slot == 0 ? PART_SLOT0 : PART_SLOT1);

	if (log->count > DEVICE_OPS_MAX) {
		return invariant_wrong("too much to look at");
	}
	for (size_t i = from; i < log->count && !evidence->geometry->flash[area.flash].no_erase;
	     i++) {
		const struct device_op *op = &log->op[i];

		if (op->is_erase && op->flash == area.flash &&
		    is_in(op->off, area.off, area.off + area.size)) {
			return invariant_wrong("%#zx of slot %d was erased ahead, and is again",
					       op->off - area.off, slot);
		}
	}
	return NULL;
}
