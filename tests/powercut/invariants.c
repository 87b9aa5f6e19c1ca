/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image counts for a bootloader when a trailer's magic asks for it, or its header is found. So
 * wherever raw flash shows one of these, or might, a whole file must lie behind it.
 *
 * Two things cannot be prevented, and no bootloader takes them, for the hash is wrong:
 * - an old file whose header's page is being erased may show its header over a page that is half
 *   gone. It is told from a new file with its header too early by the bytes of before: an erase
 *   takes bits away from them, and nothing else;
 * - the write block that shows a new file, torn, may have the magic and lack other bits. All else
 *   of the file is there.
 */
#include "invariants.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char text[240];

const char *DFU_PRINTF(1, 2) invariant_wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

bool evidence_holds(const struct evidence *evidence, int slot, size_t off, int file)
{
	const struct device_file *what = &evidence->file[file];

	return what->bytes != NULL &&
	       raw_is(&evidence->slot[slot].raw, off, what->bytes, what->size) == RAW_YES;
}

int evidence_file_at(const struct evidence *evidence, int slot, size_t off)
{
	for (int i = 0; i < FILES; i++) {
		if (evidence_holds(evidence, slot, off, i)) {
			return i;
		}
	}
	return -1;
}

/* Since the device went live nothing but erasing has happened to any byte of a file at off. */
static bool is_being_erased(const struct evidence *evidence, int slot, size_t off)
{
	const struct evidence_slot *where = &evidence->slot[slot];
	size_t longest = 0;

	for (int i = 0; i < FILES; i++) {
		longest = evidence->file[i].size > longest ? evidence->file[i].size : longest;
	}
	const size_t room = where->trailer > off ? where->trailer - off : 0;
	return raw_is_remainder(&where->raw, off, where->before + off,
				longest < room ? longest : room);
}

/*
 * A file whose first write block, which makes it visible and is the last one to be programmed, was
 * torn: it may show its magic and lack other bits. The hash that holds for all of it tells.
 */
static bool is_being_shown(const struct evidence *evidence, int slot, size_t off)
{
	const struct evidence_slot *where = &evidence->slot[slot];

	for (int i = 0; i < FILES; i++) {
		const struct device_file *file = &evidence->file[i];

		if (file->size > where->block &&
		    raw_is_remainder(&where->raw, off, file->bytes, where->block) &&
		    raw_is(&where->raw, off + where->block, file->bytes + where->block,
			   file->size - where->block) == RAW_YES) {
			return true;
		}
	}
	return false;
}

const char *invariant_asked_is_whole(const struct evidence *evidence)
{
	const bool is_direct = boot_mode_is_direct(evidence->mode);
	const int slot = is_direct ? 1 - evidence->running : 1;
	const struct evidence_slot *where = &evidence->slot[slot];
	const enum raw_answer asks = is_direct ? raw_shows_header(&where->raw, where->start)
					       : raw_has_magic(&where->raw, evidence->align);

	if (asks == RAW_NO || evidence_file_at(evidence, slot, where->start) >= 0) {
		return NULL;
	}
	if (is_direct && (is_being_erased(evidence, slot, where->start) ||
			  is_being_shown(evidence, slot, where->start))) {
		return NULL;
	}
	return invariant_wrong("slot %d %s asked for by its %s, and holds no whole file",
			       evidence->first + slot, asks == RAW_YES ? "is" : "may be",
			       is_direct ? "header" : "trailer");
}

const char *invariant_running_is_whole(const struct evidence *evidence)
{
	if (evidence_file_at(evidence, evidence->running, 0) >= 0) {
		return NULL;
	}
	return invariant_wrong("slot %d runs and holds no whole file",
			       evidence->first + evidence->running);
}

const char *invariant_running_stays(const struct evidence *evidence)
{
	const struct raw *raw = &evidence->slot[evidence->running].raw;

	if (boot_mode_needs_trailer(evidence->mode) &&
	    raw_copy_done(raw, evidence->align) == RAW_SET &&
	    raw_image_ok(raw, evidence->align) == RAW_UNSET) {
		return invariant_wrong("slot %d runs on trial",
				       evidence->first + evidence->running);
	}
	return NULL;
}

int evidence_next_bootloader(const struct evidence *evidence)
{
	const struct device_file *new_one = &evidence->file[FILE_NEW];

	return raw_is(&evidence->idle.raw, 0, new_one->bytes, new_one->size) == RAW_YES
		       ? FILE_NEW
		       : evidence_file_at(evidence, 0, 0);
}

static const char *check_header(const struct evidence *evidence, int slot, size_t off)
{
	if (raw_shows_header(&evidence->slot[slot].raw, off) == RAW_NO ||
	    evidence_file_at(evidence, slot, off) >= 0 || is_being_erased(evidence, slot, off) ||
	    is_being_shown(evidence, slot, off)) {
		return NULL;
	}
	return invariant_wrong("slot %d shows a header at %#zx without its file",
			       evidence->first + slot, off);
}

const char *invariant_no_splice(const struct evidence *evidence)
{
	const char *found = NULL;

	for (int slot = 0; found == NULL && slot < 2; slot++) {
		found = check_header(evidence, slot, 0);
		if (found == NULL && evidence->slot[slot].start > 0) {
			found = check_header(evidence, slot, evidence->slot[slot].start);
		}
	}
	return found;
}

const char *invariant_others_are_untouched(const struct evidence *evidence)
{
	const struct evidence_slot *runs = &evidence->slot[evidence->running];
	const size_t fields = runs->raw.len - raw_fields_len(evidence->align);

	for (size_t i = 0; i < evidence->others; i++) {
		const struct raw *raw = &evidence->other[i];

		if (!raw_is_filled(raw, 0, raw->len, DEVICE_NEIGHBOUR)) {
			return invariant_wrong("neighbour %zu changed", i);
		}
	}
	if (!raw_is_blank(&evidence->scratch, 0, evidence->scratch.len)) {
		return invariant_wrong("scratch changed");
	}
	if (evidence->idle.raw.len > 0 &&
	    memcmp(evidence->idle.raw.bytes, evidence->idle.before, evidence->idle.raw.len) != 0) {
		return invariant_wrong("the bootloader's slot that does not run changed");
	}
	if (memcmp(runs->raw.bytes, runs->before, runs->trailer) != 0) {
		return invariant_wrong("slot %d runs, and its image changed",
				       evidence->first + evidence->running);
	}
	/* A confirmation that was torn is mended by an erase. */
	if (!raw_is_remainder(&runs->raw, runs->trailer, runs->before + runs->trailer,
			      fields - runs->trailer)) {
		return invariant_wrong("slot %d runs, and its status changed",
				       evidence->first + evidence->running);
	}
	return NULL;
}

static size_t round_up_to(size_t n, size_t unit)
{
	return (n + unit - 1) / unit * unit;
}

/*
 * Nothing is shown of what is held back. A request that was cut may have programmed some of it, but
 * whole write blocks.
 */
static bool is_held(const struct evidence_slot *where, const struct device_file *file)
{
	for (size_t off = 0; off < where->hold && off + where->block <= file->size;
	     off += where->block) {
		if (!raw_is_blank(&where->raw, where->start + off, where->block) &&
		    raw_is(&where->raw, where->start + off, file->bytes + off, where->block) !=
			    RAW_YES) {
			return false;
		}
	}
	return raw_shows_header(&where->raw, where->start) == RAW_NO;
}

const char *invariant_slot_is_file(const struct evidence *evidence, int slot, int file, bool held)
{
	const struct evidence_slot *where = &evidence->slot[slot];
	const struct device_file *what = &evidence->file[file];
	const size_t hidden = !held ? 0 : what->size < where->hold ? what->size : where->hold;
	const size_t end = where->start + what->size;
	const size_t padded = round_up_to(end, where->block);
	const size_t fields = where->raw.len - raw_fields_len(evidence->align);

	if (raw_is(&where->raw, where->start + hidden, what->bytes + hidden, what->size - hidden) !=
	    RAW_YES) {
		return invariant_wrong("slot %d does not hold file %d", evidence->first + slot,
				       file);
	}
	if (held && !is_held(where, what)) {
		return invariant_wrong("slot %d: what is held back is in flash",
				       evidence->first + slot);
	}
	if (!raw_is_blank(&where->raw, end, padded - end)) {
		return invariant_wrong("slot %d: no erased bytes fill the last write block",
				       evidence->first + slot);
	}
	if (!raw_is_remainder(&where->raw, 0, where->before, where->start) ||
	    (padded < fields &&
	     !raw_is_remainder(&where->raw, padded, where->before + padded, fields - padded))) {
		return invariant_wrong("slot %d: bytes beside the file changed",
				       evidence->first + slot);
	}
	return NULL;
}

const char *invariant_slot_is_clear(const struct evidence *evidence, int slot)
{
	const struct evidence_slot *where = &evidence->slot[slot];

	if (raw_shows_header(&where->raw, 0) != RAW_NO ||
	    raw_shows_header(&where->raw, where->start) != RAW_NO) {
		return invariant_wrong("slot %d still shows a header", evidence->first + slot);
	}
	if (!raw_is_blank(&where->raw, where->raw.len - raw_fields_len(evidence->align),
			  raw_fields_len(evidence->align))) {
		return invariant_wrong("slot %d still has a trailer", evidence->first + slot);
	}
	return NULL;
}

size_t evidence_progress(const struct evidence *evidence, int slot, int file)
{
	const struct evidence_slot *where = &evidence->slot[slot];
	const struct device_file *what = &evidence->file[file];

	if (what->size <= where->hold) {
		return 0;
	}
	const size_t n = raw_prefix(&where->raw, where->start + where->hold,
				    what->bytes + where->hold, what->size - where->hold);
	/* Bytes that look erased in front of the frontier are no progress. */
	const size_t whole = where->hold + n == what->size ? n : n / where->block * where->block;
	return whole == 0 ? 0 : where->hold + whole;
}

bool evidence_head_is_begun(const struct evidence *evidence, int slot)
{
	const struct evidence_slot *where = &evidence->slot[slot];

	for (size_t i = where->start / where->block;
	     i < (where->start + where->hold) / where->block; i++) {
		if (where->cells[i] != SIM_CELL_ERASED) {
			return true;
		}
	}
	return !raw_is_blank(&where->raw, where->start, where->hold);
}

const char *invariant_progress_is_kept(const struct evidence *evidence, int slot, int file,
				       size_t offset, unsigned int cuts)
{
	const struct evidence_slot *where = &evidence->slot[slot];
	const size_t size = evidence->file[file].size;
	const size_t there = evidence_progress(evidence, slot, file);
	const size_t most = (there > where->hold ? there : where->hold) + where->block;
	const struct device_page first =
		device_page_at(evidence->geometry, evidence->first + slot, where->start);
	const bool fits = evidence->geometry->buf_len >= first.size;

	if (offset > most && there < size) {
		return invariant_wrong("goes on at %zu, and flash holds %zu", offset, there);
	}
	if (there == 0 || evidence_holds(evidence, slot, where->start, file)) {
		return NULL; /* nothing to lose; or nothing left to do */
	}
	if (evidence_head_is_begun(evidence, slot) ? !fits || cuts > 1 : evidence->restarted) {
		return NULL;
	}
	if (fits && cuts > 1 && there == size) {
		return NULL; /* a cut in the page that was written again */
	}
	const size_t page =
		device_page_at(evidence->geometry, evidence->first + slot, where->start + there - 1)
			.start;
	if (offset + where->start < page) {
		return invariant_wrong(
			"goes on at %zu, though flash holds %zu: more than a page is lost", offset,
			there);
	}
	return NULL;
}
