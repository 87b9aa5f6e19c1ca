/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the stream is, in the settings under "dfu/<id>".
 *
 *   RUNNING   saved for each page that is whole: flash holds all before the start of the next page.
 *             What may lie in that page is erased with it
 *   PAUSED    by done(false): exact to the byte. Whole write blocks are in flash, the rest under
 *             "dfu/<id>/t"
 *   COMPLETE  by done(true): nothing is missing
 *   CLEARING  no download: before the trailer of the slot is erased. An erase that is cut can read
 *             as a whole one and fade later, so that page may not be trusted
 *
 * A position inside a page is only true while nothing is programmed behind it. So a stream that
 * goes on from such a record takes it back to the start of the page first; if that cannot be saved,
 * the stream goes back there instead, and the page is erased.
 *
 * A record is believed if it is of this id, region and file, and if flash reads as it did when the
 * record was saved (running_sum.h). Otherwise the stream begins at 0, and the record is deleted
 * before the first program. Settings that fail cost progress, never the update.
 */
#include "target/stream_progress.h"

#include <errno.h>
#include <string.h>

#include <dfu/config.h>
#include <dfu/log.h>

#include "common/bytes.h"
#include "stream/stream_position.h"
#include "target/download_record.h"
#include "target/running_sum.h"
#include "target/target_settings.h"

static struct {
	const char *id;
	const struct stream_file *file; /* NULL: the id stands for it */
	struct running_sum sum;         /* of the first `noted` bytes in flash */
	size_t noted;
	size_t page_end; /* of the page that `noted` lies in; SIZE_MAX: there is none */
	uint8_t state;   /* enum download_record_state */
	bool is_saved;   /* PAUSED: settings say so, too */
	bool has_stale;  /* settings may hold a record of something else */
	bool goes_on;
} progress;

/* Where flash stands, and what it holds up to there. */
struct place {
	struct stream_position position;
	struct running_sum sum;
};

static struct download_record make_record(const struct stream_flash_ctx *stream)
{
	const struct stream_file *file = progress.file;
	struct download_record record = {
		.offset = (uint32_t)stream->offset,
		.size = (uint32_t)stream->available,
	};

	if (file != NULL) {
		record.type = file->type;
		record.image = file->image;
		record.file_size = file->size;
		record.left = file->left != NULL ? *file->left : 0;
	}
	return record;
}

static struct download_binding make_binding(const struct stream_flash_ctx *stream)
{
	const struct stream_file *file = progress.file;

	return (struct download_binding){
		.id = file != NULL ? file->id : 0,
		.first = file != NULL ? file->first : NULL,
		.tail = stream->buf,
	};
}

/* A record has 32 bits for each of these. */
static bool can_be_recorded(const struct stream_flash_ctx *stream)
{
	return (uint64_t)stream->offset + stream->available <= UINT32_MAX;
}

static int save(const struct stream_flash_ctx *stream, enum download_record_state state,
		size_t written, size_t tail_len, const struct running_sum *sum)
{
	const struct download_binding binding = make_binding(stream);
	struct download_record record = make_record(stream);
	uint8_t raw[DOWNLOAD_RECORD_LEN];

	if (!can_be_recorded(stream)) {
		return -EFBIG;
	}
	record.state = (uint8_t)state;
	record.written = (uint32_t)written;
	record.tail_len = (uint16_t)tail_len;
	record.sum = running_sum_value(sum);
	download_record_encode(raw, &record, &binding);
	return target_settings_save(progress.id, TARGET_PROGRESS, raw, sizeof(raw));
}

/* Add up what flash holds; false if it cannot be read. */
static bool add_from_flash(struct running_sum *sum, const struct stream_flash_ctx *stream,
			   size_t from, size_t to)
{
	uint8_t chunk[64];

	while (from < to) {
		const size_t n = min_size(sizeof(chunk), to - from);

		if (flash_read(stream->fdev, (off_t)(stream->offset + from), chunk, n) != 0) {
			return false;
		}
		running_sum_add(sum, chunk, n);
		from += n;
	}
	return true;
}

/* The page that `written` lies in, or just behind the region. */
static bool find_page(const struct stream_flash_ctx *stream, size_t written, size_t *start,
		      size_t *end)
{
	if (written == stream->available) {
		*start = written;
		*end = SIZE_MAX;
		return true;
	}
	return stream_page_at(stream, written, start, end) == 0;
}

/* Whether flash reads as `sum` says up to `written`; *page: the same at the start of its page. */
static bool check_flash(const struct stream_flash_ctx *stream, size_t written, uint32_t sum,
			struct place *page, struct running_sum *all)
{
	size_t start;
	size_t end;

	if (!find_page(stream, written, &start, &end)) {
		return false;
	}
	*page = (struct place){.position = {start, start}};
	if (!add_from_flash(&page->sum, stream, 0, start)) {
		return false;
	}
	*all = page->sum;
	return add_from_flash(all, stream, start, written) && running_sum_value(all) == sum;
}

/*
 * A program ends where its page does: with bytes of the next page in it a cut behind it would cost
 * more than a page.
 */
static void end_with_page(struct stream_flash_ctx *stream)
{
	const size_t left = progress.page_end - stream->bytes_written;

	if (left < stream->buf_fill) {
		stream->buf_fill = left;
	}
}

static void stand_at(struct stream_flash_ctx *stream, const struct place *place)
{
	size_t start;

	stream_set_position(stream, &place->position);
	progress.sum = place->sum;
	progress.noted = place->position.written;
	if (!find_page(stream, progress.noted, &start, &progress.page_end)) {
		progress.page_end = SIZE_MAX; /* no record will be saved */
	}
	if (place->position.erased_up_to == progress.noted && progress.page_end != SIZE_MAX &&
	    stream->erased_from < progress.page_end) {
		stream->erased_from = progress.page_end; /* it may have been programmed since */
	}
	end_with_page(stream);
}

/*
 * A position inside a page may only be gone on from while no record says so any more: a cut behind
 * it would not be seen.
 */
static bool take_back(const struct stream_flash_ctx *stream, const struct place *page)
{
	return !progress.is_saved ||
	       save(stream, DOWNLOAD_RUNNING, page->position.written, 0, &page->sum) == 0;
}

/* Where to go on after a pause inside a page; false: only at its start. */
static bool find_inside(const struct stream_flash_ctx *stream, const struct place *page,
			struct place *here)
{
	const size_t written = here->position.written;
	const bool is_taken_back = take_back(stream, page);

	return progress.state == DOWNLOAD_PAUSED && is_taken_back && !stream->suspect &&
	       !stream->spent && stream_find_position(stream, written, &here->position) == 0 &&
	       here->position.erased_up_to > written;
}

/*
 * Go on behind `written` bytes that add up to `sum`, with `tail_len` more in the buffer. False:
 * flash is not as it was, or has to be erased by the one who owns the first page.
 */
static bool go_on(struct stream_flash_ctx *stream, size_t written, uint32_t sum, size_t tail_len)
{
	struct place page;
	struct place here = {.position = {written, written}};

	if (!check_flash(stream, written, sum, &page, &here.sum)) {
		DFU_WRN("%s: flash is not as %lu bytes of it were left", progress.id,
			(unsigned long)written);
		return false;
	}
	const bool is_shared = page.position.written == 0 && stream_shares_first_page(stream);
	const bool is_inside = page.position.written != written || is_shared;
	if (progress.state != DOWNLOAD_COMPLETE && is_inside &&
	    !find_inside(stream, &page, &here)) {
		if (is_shared) {
			return false;
		}
		here = page;
		tail_len = 0;
	} else if (progress.state == DOWNLOAD_PAUSED && !is_inside && tail_len > 0 &&
		   !take_back(stream, &page)) {
		tail_len = 0; /* the record of it must not outlive the next tail */
	}
	stand_at(stream, &here);
	/* What a flush left in the buffer that failed may be more than is programmed next. */
	stream->buf_bytes = tail_len <= stream->buf_fill ? tail_len : 0;
	return true;
}

/* Only modem files have their first bytes in the stream. */
static bool begins_as_seen(const struct download_record *record,
			   const struct stream_flash_ctx *stream)
{
	return !IS_ENABLED(CONFIG_DFU_TARGET_FULL_MODEM) || progress.file == NULL ||
	       progress.file->seen == NULL ||
	       dfu_target_stream_begins_with(stream, record->written, record->tail_len,
					     progress.file->seen);
}

static bool is_of_stream(const struct download_record *record,
			 const struct stream_flash_ctx *stream)
{
	const struct download_record expected = make_record(stream);

	return can_be_recorded(stream) && record->state != DOWNLOAD_CLEARING &&
	       record->type == expected.type && record->image == expected.image &&
	       record->file_size == expected.file_size && record->offset == expected.offset &&
	       record->size == expected.size && record->written <= record->size &&
	       record->tail_len < stream->write_block_size;
}

/* The record of this stream and file, its tail in the buffer; false if there is none. */
static bool load(const struct stream_flash_ctx *stream, struct download_record *record)
{
	const struct download_binding binding = make_binding(stream);
	uint8_t raw[DOWNLOAD_RECORD_LEN];
	const ssize_t len = target_settings_load(progress.id, TARGET_PROGRESS, raw, sizeof(raw));

	if (len < 0) {
		return false;
	}
	if (download_record_decode(record, raw, (size_t)len) != 0) {
		DFU_WRN("%s: no record of progress in %ld bytes", progress.id, (long)len);
		return false;
	}
	if (!is_of_stream(record, stream)) {
		return false;
	}
	if (record->tail_len > 0 &&
	    target_settings_load(progress.id, TARGET_TAIL, stream->buf, record->tail_len) !=
		    (ssize_t)record->tail_len) {
		return false;
	}
	return download_record_check(raw, record, &binding) == 0 && begins_as_seen(record, stream);
}

void stream_progress_restart(struct stream_flash_ctx *stream)
{
	const struct place start = {.position = {0, 0}};

	stand_at(stream, &start);
	progress.state = DOWNLOAD_RUNNING;
	progress.is_saved = false;
	progress.has_stale = true;
	progress.goes_on = false;
}

void stream_progress_open(struct stream_flash_ctx *stream, const char *id,
			  const struct stream_file *file, bool was_paused)
{
	struct download_record record;

	progress.id = id;
	progress.file = file;
	progress.goes_on = false;
	if (!can_be_recorded(stream)) {
		DFU_WRN("%s: too far up for a record of its progress", id);
	}
	if (was_paused) {
		/* A spent buffer has what was read back, not the bytes of the stream. */
		progress.goes_on = go_on(stream, progress.noted, running_sum_value(&progress.sum),
					 stream->spent ? 0 : stream->buf_bytes);
	} else if (load(stream, &record)) {
		progress.state = record.state;
		progress.is_saved = true;
		progress.has_stale = false;
		if (file != NULL && file->left != NULL) {
			*file->left = record.left;
		}
		progress.goes_on = go_on(stream, record.written, record.sum, record.tail_len);
	}
	if (!progress.goes_on) {
		stream_progress_restart(stream);
	} else if (progress.state == DOWNLOAD_PAUSED) {
		progress.state = DOWNLOAD_RUNNING;
	}
}

bool stream_progress_goes_on(void)
{
	return progress.goes_on;
}

bool stream_progress_is_complete(void)
{
	return progress.state == DOWNLOAD_COMPLETE;
}

void stream_progress_begin(struct stream_flash_ctx *stream)
{
	if (!stream_shares_first_page(stream)) {
		(void)save(stream, DOWNLOAD_RUNNING, 0, 0, &progress.sum);
	}
}

void stream_progress_clearing(const char *id)
{
	const struct download_record record = {.state = DOWNLOAD_CLEARING};
	const struct download_binding binding = {.id = 0};
	uint8_t raw[DOWNLOAD_RECORD_LEN];

	download_record_encode(raw, &record, &binding);
	if (target_settings_save(id, TARGET_PROGRESS, raw, sizeof(raw)) == 0) {
		progress.has_stale = false;
	}
}

bool stream_progress_is_clearing(const char *id)
{
	const struct download_binding binding = {.id = 0};
	struct download_record record;
	uint8_t raw[DOWNLOAD_RECORD_LEN];
	const ssize_t len = target_settings_load(id, TARGET_PROGRESS, raw, sizeof(raw));

	return len > 0 && download_record_decode(&record, raw, (size_t)len) == 0 &&
	       record.state == DOWNLOAD_CLEARING && record.tail_len == 0 &&
	       download_record_check(raw, &record, &binding) == 0;
}

/* The record of whatever file that settings have under an id; false if there is none. */
static bool peek(const char *id, struct download_record *record)
{
	uint8_t raw[DOWNLOAD_RECORD_LEN];
	const ssize_t len = target_settings_load(id, TARGET_PROGRESS, raw, sizeof(raw));

	return len > 0 && download_record_decode(record, raw, (size_t)len) == 0;
}

uint8_t stream_progress_stored_state(const char *id)
{
	struct download_record record;

	return peek(id, &record) ? record.state : 0;
}

uint8_t stream_progress_stored_left(const char *id)
{
	struct download_record record;

	return peek(id, &record) ? record.left : 0;
}

void stream_progress_begins(void)
{
	if (progress.has_stale) {
		progress.has_stale = false;
		(void)target_settings_save(progress.id, TARGET_PROGRESS, NULL, 0);
	}
}

/* Add up what has been programmed since; a callback may have used the buffer for its own. */
static void add_up(const struct stream_flash_ctx *stream)
{
	const size_t end = stream->bytes_written;

	if (stream->callback == NULL) {
		running_sum_add(&progress.sum, stream->buf, end - progress.noted);
	} else if (!add_from_flash(&progress.sum, stream, progress.noted, end)) {
		DFU_WRN("%s: not readable: no progress from here on", progress.id);
	}
	progress.noted = end;
}

void stream_progress_note(struct stream_flash_ctx *stream)
{
	size_t start;

	add_up(stream);
	if (progress.noted == progress.page_end) {
		(void)save(stream, DOWNLOAD_RUNNING, progress.noted, 0, &progress.sum);
		if (!find_page(stream, progress.noted, &start, &progress.page_end)) {
			progress.page_end = SIZE_MAX;
		}
	}
	end_with_page(stream);
}

int stream_progress_flush(struct stream_flash_ctx *stream)
{
	stream_progress_begins();
	return stream_flash_buffered_write(stream, NULL, 0, true);
}

/* Whether nothing of the stream has arrived yet. */
static bool is_untouched(const struct stream_flash_ctx *stream)
{
	return stream->bytes_written == 0 && stream->buf_bytes == 0 &&
	       (progress.file == NULL || progress.file->first == NULL);
}

void stream_progress_pause(struct stream_flash_ctx *stream)
{
	if (progress.state == DOWNLOAD_COMPLETE || is_untouched(stream)) {
		return;
	}
	progress.state = DOWNLOAD_PAUSED;
	progress.is_saved = false;
	if (stream->spent || stream->bytes_written % stream->write_block_size != 0) {
		return; /* the record of the last page stands */
	}
	struct running_sum sum = progress.sum;
	running_sum_add(&sum, stream->buf, round_down(stream->buf_bytes, stream->write_block_size));
	stream_progress_begins();
	const int rc = stream_flush_blocks(stream);
	if (rc != 0) {
		DFU_WRN("%s: pause: %d", progress.id, rc);
		return;
	}
	progress.sum = sum;
	progress.noted = stream->bytes_written;
	const size_t tail_len = stream->buf_bytes;
	if (tail_len == 0 ||
	    target_settings_save(progress.id, TARGET_TAIL, stream->buf, tail_len) == 0) {
		progress.is_saved =
			save(stream, DOWNLOAD_PAUSED, progress.noted, tail_len, &progress.sum) == 0;
	}
}

void stream_progress_complete(struct stream_flash_ctx *stream)
{
	add_up(stream);
	progress.state = DOWNLOAD_COMPLETE;
	(void)save(stream, DOWNLOAD_COMPLETE, progress.noted, 0, &progress.sum);
}

void stream_progress_forget(const char *id)
{
	(void)target_settings_save(id, TARGET_PROGRESS, NULL, 0);
	(void)target_settings_save(id, TARGET_TAIL, NULL, 0);
}
