/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records lie one behind the other, each on whole write blocks: lengths, name, value, CRC-32. An
 * empty value deletes. Of records of one name the last one counts, and because nothing in RAM knows
 * which that is, a walk looks ahead from each one. It goes from a record straight to the newer one
 * of its name if nothing that is wanted lies between, so that the look-up of one name reads each
 * record once.
 *
 * Records up to log->end have been checked when the log was mounted, or were programmed since.
 */
#include "settings/log_records.h"

#include <string.h>

#include <dfu/config.h>

#define CHUNK 64

size_t log_padded(const struct settings_log *log, size_t len)
{
	return round_up(len, log->write_block);
}

/* In one read. -EBADMSG: no record begins there. */
static int read_record(const struct settings_log *log, size_t start, size_t pos,
		       struct log_record *record)
{
	const size_t left = start + log->room - pos;
	const size_t len = min_size(LOG_LENS_LEN + SETTINGS_MAX_NAME_LEN, left);
	size_t size = log_padded(log, LOG_LENS_LEN);
	int rc = 0;

	record->pos = pos;
	if (left < size) {
		size = left;
		rc = -EBADMSG;
	} else {
		rc = flash_area_read(log->area, (off_t)pos, record->raw, len);
	}
	if (rc == 0 && log_lens_decode(&record->lens, record->raw)) {
		size = log_padded(log, log_record_len(&record->lens));
		record->raw[LOG_LENS_LEN + record->lens.name] = '\0';
	} else if (rc == 0) {
		rc = -EBADMSG;
	}
	if (size > left) {
		size = left;
		rc = -EBADMSG;
	}
	record->end = pos + size;
	return rc;
}

int log_record_check(const struct settings_log *log, size_t start, size_t pos,
		     struct log_record *record)
{
	uint8_t buf[CHUNK];
	uint32_t crc = 0;
	size_t left;
	size_t len;
	int rc = read_record(log, start, pos, record);

	if (rc != 0) {
		return rc;
	}
	left = log_record_len(&record->lens);
	for (; left > 0; pos += len) {
		len = min_size(CHUNK, left);
		rc = flash_area_read(log->area, (off_t)pos, buf, len);
		if (rc != 0) {
			return rc;
		}
		crc = crc32_ieee(crc, buf, len);
		left -= len;
	}
	return crc == LOG_CRC_RESIDUE ? 0 : -EBADMSG;
}

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool is_wanted(const struct log_wanted *wanted, const struct log_record *record)
{
	const char *name = log_record_name(record);

	return wanted->name == NULL || is_same(name, wanted->name) ||
	       (!wanted->alone && settings_name_steq(name, wanted->name, NULL) != 0);
}

/*
 * Looks behind a record for a newer one of its name: `newer`, whose position is the end if there is
 * none. `next` is the first record behind it that is wanted, or the end.
 */
static int find_newer(const struct settings_log *log, const struct log_wanted *wanted,
		      const struct log_record *record, struct log_record *newer, size_t *next)
{
	size_t pos;

	*next = log->end;
	for (pos = record->end; pos < log->end; pos = newer->end) {
		const int rc = read_record(log, log->start, pos, newer);

		if (rc != 0) {
			return rc;
		}
		if (*next == log->end && is_wanted(wanted, newer)) {
			*next = pos;
		}
		if (is_same(log_record_name(newer), log_record_name(record))) {
			return 0;
		}
	}
	newer->pos = log->end;
	return 0;
}

int log_records_walk(const struct settings_log *log, const struct log_wanted *wanted,
		     log_record_fn fn, void *arg)
{
	struct log_record record;
	struct log_record newer = {.pos = log->end};
	size_t pos = wanted->from != 0 ? wanted->from
				       : log->start + log_padded(log, LOG_HEADER_LEN);
	int rc = 0;

	while (rc == 0 && pos < log->end) {
		if (pos == newer.pos) {
			record = newer;
		} else {
			rc = read_record(log, log->start, pos, &record);
		}
		pos = record.end;
		if (rc == 0 && is_wanted(wanted, &record)) {
			rc = find_newer(log, wanted, &record, &newer, &pos);
			if (rc == 0 && newer.pos == log->end && record.lens.value > 0) {
				rc = fn(log, &record, arg);
			}
		}
	}
	return rc;
}

struct writer {
	const struct settings_log *log;
	size_t pos;
	size_t fill;
	uint32_t crc;
	int rc;
	uint8_t buf[CONFIG_SETTINGS_LOG_BUFFER_SIZE];
};

static void flush(struct writer *w)
{
	if (w->rc == 0) {
		w->rc = flash_area_write(w->log->area, (off_t)w->pos, w->buf, w->fill);
	}
	w->pos += w->fill;
	w->fill = 0;
}

/* Whole write blocks: a record of any length goes through a small buffer. */
static void put(struct writer *w, const uint8_t *data, size_t len)
{
	const size_t room = round_down(sizeof(w->buf), w->log->write_block);

	w->crc = crc32_ieee(w->crc, data, len);
	while (len > 0) {
		const size_t n = min_size(len, room - w->fill);

		memcpy(&w->buf[w->fill], data, n);
		w->fill += n;
		data += n;
		len -= n;
		if (w->fill == room) {
			flush(w);
		}
	}
}

/* With padding, if that is missing. */
static int finish(struct writer *w)
{
	const size_t size = log_padded(w->log, w->fill);

	memset(&w->buf[w->fill], flash_area_erased_val(w->log->area), size - w->fill);
	w->fill = size;
	flush(w);
	return w->rc;
}

int log_program_record(const struct settings_log *log, size_t pos, const char *name,
		       const uint8_t *value, size_t len)
{
	const struct log_lens lens = {.name = strlen(name), .value = len};
	struct writer w = {.log = log, .pos = pos};
	uint8_t raw[LOG_CRC_LEN];

	log_lens_encode(raw, &lens);
	put(&w, raw, LOG_LENS_LEN);
	put(&w, (const uint8_t *)name, lens.name);
	put(&w, value, len);
	put_le32(raw, w.crc);
	put(&w, raw, LOG_CRC_LEN);
	return finish(&w);
}
