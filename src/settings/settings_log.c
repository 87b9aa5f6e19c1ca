/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings in a log on flash.
 *
 * The area is a ring of sectors. One of them is in force: the one whose header is valid and has the
 * newest sequence number. It is all there is; what other sectors read does not matter. Records lie
 * behind its header, the newest of a name counts, an empty value deletes. The first record that is
 * not valid ends the log: a program was torn there, or nothing was programmed yet.
 *
 * A rotation moves on to the next sector of the ring, in this order:
 *
 *     erase its pages | copy the newest record of each name | the new record | its header
 *
 * The header commits. Up to it the old sector is in force and has not been touched; from it on the
 * new one is, and is complete. The sector that is erased is never the one in force, and whatever a
 * torn erase makes of its old header, that one is older. A first rotation puts an empty sector in
 * force before a record exists, so that flash which was blank and then cut reads as blank but for a
 * part of that one header; all else without a header is foreign.
 *
 * Records are appended only to a sector that this run has erased, as long as no program has failed.
 * After a reset the place behind the last record may hide a program that was torn before any bit
 * changed; a block must not be programmed twice, so the first save rotates. RAM says nothing that
 * flash does not: after an error, too, everything is read again (`rc`).
 */
#include <settings/settings_log.h>

#include <string.h>

#include <dfu/config.h>

#include "common/bytes.h"
#include "settings/log_codec.h"

#define CHUNK 64
#define NOT_READ_YET (-EAGAIN)
#define FIRST_SEQUENCE 1
/* The least and the most that a record can take, padding apart. */
#define RECORD_MIN (LOG_LENS_LEN + 1 + 1 + LOG_CRC_LEN)
#define RECORD_MAX (LOG_LENS_LEN + SETTINGS_MAX_NAME_LEN + SETTINGS_MAX_VAL_LEN + LOG_CRC_LEN)

struct record {
	size_t pos; /* in the sector */
	size_t end; /* with the padding */
	struct log_lens lens;
	char name[SETTINGS_MAX_NAME_LEN + 1];
};

struct part {
	const void *data;
	size_t len;
};

/* What is wanted of the log: a name alone, or with all below it; NULL for all. */
struct wanted {
	const char *name;
	bool alone;
};

/* Called for a newest record that is no deletion. Not 0 ends the walk, which returns it. */
typedef int (*record_fn)(const struct settings_log *log, const struct record *record, void *arg);

static size_t write_block(const struct settings_log *log)
{
	return flash_area_align(log->area);
}

static size_t padded(const struct settings_log *log, size_t len)
{
	return round_up(len, write_block(log));
}

static size_t first_record(const struct settings_log *log)
{
	return padded(log, LOG_HEADER_LEN);
}

/* In the area; its pages were checked once. */
static size_t page_end(const struct flash_area *area, size_t pos)
{
	struct flash_pages_info page;
	int rc = flash_get_page_info_by_offs(area->fa_dev, area->fa_off + (off_t)pos, &page);

	return rc != 0 ? area->fa_size : (size_t)(page.start_offset - area->fa_off) + page.size;
}

/* Pages too few for a sector of their own belong to the one before them. */
static size_t sector_end(const struct settings_log *log, size_t start)
{
	const struct flash_area *area = log->area;
	size_t end = start;

	do {
		end = page_end(area, end);
	} while (end < area->fa_size && end - start < log->room);
	return area->fa_size - end < log->room ? area->fa_size : end;
}

static size_t value_pos(const struct record *record)
{
	return record->pos + LOG_LENS_LEN + record->lens.name;
}

static int read_sector(const struct settings_log *log, size_t pos, void *dst, size_t len)
{
	return flash_area_read(log->area, (off_t)(log->start + pos), dst, len);
}

/* In one read. -EBADMSG: no record can be there; `end` is then behind what its lengths take. */
static int read_record(const struct settings_log *log, size_t pos, struct record *record)
{
	uint8_t raw[LOG_LENS_LEN + SETTINGS_MAX_NAME_LEN];
	const size_t len = min_size(sizeof(raw), log->room - pos);
	size_t size;
	int rc;

	record->pos = pos;
	record->end = min_size(pos + padded(log, LOG_LENS_LEN), log->room);
	if (len < LOG_LENS_LEN) {
		return -EBADMSG;
	}
	rc = read_sector(log, pos, raw, len);
	if (rc != 0) {
		return rc;
	}
	if (!log_lens_decode(&record->lens, raw)) {
		return -EBADMSG;
	}
	size = padded(log, log_record_len(&record->lens));
	if (size > log->room - pos) {
		return -EBADMSG;
	}
	record->end = pos + size;
	memcpy(record->name, raw + LOG_LENS_LEN, record->lens.name);
	record->name[record->lens.name] = '\0';
	return 0;
}

static int check_record(const struct settings_log *log, const struct record *record)
{
	const size_t end = record->pos + log_record_len(&record->lens);
	uint8_t buf[CHUNK];
	uint32_t crc = 0;

	for (size_t pos = record->pos; pos < end; pos += CHUNK) {
		const size_t len = min_size(CHUNK, end - pos);
		const int rc = read_sector(log, pos, buf, len);

		if (rc != 0) {
			return rc;
		}
		crc = crc32_ieee(crc, buf, len);
	}
	return crc == LOG_CRC_RESIDUE ? 0 : -EBADMSG;
}

/*
 * Whether a range of the area is erased, but for bits that `torn` has, too: bytes of which a
 * program at its start may have reached any part.
 */
static int check_erased(const struct settings_log *log, size_t pos, size_t end,
			const struct part *torn)
{
	const uint8_t erased = flash_area_erased_val(log->area);
	const uint8_t *data = torn->data;
	size_t left = torn->len;
	uint8_t buf[CHUNK];

	for (; pos < end; pos += CHUNK) {
		const size_t len = min_size(CHUNK, end - pos);
		const int rc = flash_area_read(log->area, (off_t)pos, buf, len);

		if (rc != 0) {
			return rc;
		}
		for (size_t i = 0; i < len; i++) {
			uint8_t allowed = 0;

			if (left > 0) {
				allowed = *data++ ^ erased;
				left--;
			}
			if (((buf[i] ^ erased) & ~allowed) != 0) {
				return -EBADMSG;
			}
		}
	}
	return 0;
}

static bool is_wanted(const struct wanted *wanted, const char *name)
{
	if (wanted->name == NULL) {
		return true;
	}
	return wanted->alone ? strcmp(name, wanted->name) == 0
			     : settings_name_steq(name, wanted->name, NULL) != 0;
}

/*
 * Looks behind a record for a newer one of its name: `newer`, whose position is the end if there is
 * none. `next` is the first record behind it that is wanted, or the end.
 */
static int find_newer(const struct settings_log *log, const struct wanted *wanted,
		      const struct record *record, struct record *newer, size_t *next)
{
	size_t pos;

	*next = log->end;
	for (pos = record->end; pos < log->end; pos = newer->end) {
		const int rc = read_record(log, pos, newer);

		if (rc != 0) {
			return rc;
		}
		if (*next == log->end && is_wanted(wanted, newer->name)) {
			*next = pos;
		}
		if (strcmp(newer->name, record->name) == 0) {
			return 0;
		}
	}
	newer->pos = log->end;
	return 0;
}

/*
 * Goes from a record to the newer one of its name without a second look at either, so that a walk
 * over one name reads each record once.
 */
static int each_newest(const struct settings_log *log, const struct wanted *wanted, record_fn fn,
		       void *arg)
{
	struct record record;
	struct record newer = {.pos = log->end};
	size_t pos = first_record(log);

	while (pos < log->end) {
		int rc = 0;

		if (pos == newer.pos) {
			record = newer;
		} else {
			rc = read_record(log, pos, &record);
		}
		pos = record.end;
		if (rc == 0 && is_wanted(wanted, record.name)) {
			rc = find_newer(log, wanted, &record, &newer, &pos);
			if (rc == 0 && newer.pos == log->end && record.lens.value > 0) {
				rc = fn(log, &record, arg);
			}
		}
		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}

struct writer {
	const struct flash_area *area;
	size_t off;  /* of the buffer, in the area */
	size_t size; /* whole write blocks */
	size_t fill;
	uint8_t buf[CONFIG_SETTINGS_LOG_BUFFER_SIZE];
};

static int put(struct writer *w, const struct part *part)
{
	const uint8_t *data = part->data;
	size_t left = part->len;

	while (left > 0) {
		const size_t len = min_size(left, w->size - w->fill);

		memcpy(w->buf + w->fill, data, len);
		w->fill += len;
		data += len;
		left -= len;
		if (w->fill == w->size) {
			const int rc = flash_area_write(w->area, (off_t)w->off, w->buf, w->size);

			if (rc != 0) {
				return rc;
			}
			w->off += w->size;
			w->fill = 0;
		}
	}
	return 0;
}

/* All parts as one run of bytes, padded; one program if they fit into the buffer. */
static int program(const struct settings_log *log, size_t off, const struct part *parts,
		   size_t count)
{
	struct writer w = {.area = log->area, .off = off};
	size_t len;

	w.size = round_down(sizeof(w.buf), write_block(log));
	for (; count > 0; count--, parts++) {
		const int rc = put(&w, parts);

		if (rc != 0) {
			return rc;
		}
	}
	len = padded(log, w.fill);
	memset(w.buf + w.fill, flash_area_erased_val(log->area), len - w.fill);
	return flash_area_write(log->area, (off_t)w.off, w.buf, len);
}

static int program_record(const struct settings_log *log, size_t off, const char *name,
			  const void *value, const struct log_lens *lens)
{
	uint8_t raw_lens[LOG_LENS_LEN];
	uint8_t raw_crc[LOG_CRC_LEN];
	const struct part parts[] = {{raw_lens, sizeof(raw_lens)},
				     {name, lens->name},
				     {value, lens->value},
				     {raw_crc, sizeof(raw_crc)}};
	uint32_t crc;

	log_lens_encode(raw_lens, lens);
	crc = crc32_ieee(0, raw_lens, sizeof(raw_lens));
	crc = crc32_ieee(crc, (const uint8_t *)name, lens->name);
	put_le32(raw_crc, crc32_ieee(crc, value, lens->value));
	return program(log, off, parts, 4);
}

static struct log_header header_of(const struct settings_log *log, uint32_t sequence,
				   size_t snapshot)
{
	return (struct log_header){
		.sequence = sequence,
		.room = (uint32_t)log->room,
		.snapshot = (uint32_t)snapshot,
		.write_block = (uint16_t)write_block(log),
	};
}

/* Blank, or blank with a part of the first header: an empty log that nobody has written to. */
static int check_blank(const struct settings_log *log)
{
	const struct log_header header = header_of(log, FIRST_SEQUENCE, first_record(log));
	uint8_t raw[LOG_HEADER_LEN];
	const struct part torn = {raw, sizeof(raw)};
	int rc;

	log_header_encode(raw, &header);
	rc = check_erased(log, 0, log->area->fa_size, &torn);
	return rc == -EBADMSG ? -EILSEQ : rc;
}

/*
 * Finds the end of the records. A torn program leaves whole blocks, then one that is not, then
 * erased ones: so what follows it is erased, or the record was whole once.
 */
static int read_records(struct settings_log *log, size_t snapshot)
{
	static const struct part nothing = {0};
	struct record record;
	int rc;

	log->end = first_record(log);
	for (;;) {
		rc = read_record(log, log->end, &record);
		if (rc == 0) {
			rc = check_record(log, &record);
		}
		if (rc != 0) {
			break;
		}
		log->end = record.end;
	}
	if (rc != -EBADMSG || log->end < snapshot) {
		return rc;
	}
	return check_erased(log, log->start + record.end,
			    log->start + min_size(record.end + RECORD_MAX, log->room), &nothing);
}

static int mount(struct settings_log *log)
{
	const struct flash_area *area = log->area;
	size_t snapshot = 0;

	log->formatted = false;
	log->appendable = false;
	log->end = first_record(log);
	for (size_t pos = 0; pos < area->fa_size; pos = sector_end(log, pos)) {
		uint8_t raw[LOG_HEADER_LEN];
		struct log_header header;
		const int rc = flash_area_read(area, (off_t)pos, raw, sizeof(raw));

		if (rc != 0) {
			return rc;
		}
		if (!log_header_decode(&header, raw) || header.room != log->room ||
		    header.write_block != write_block(log)) {
			continue;
		}
		/* The difference, because numbers wrap. */
		if (!log->formatted || (int32_t)(header.sequence - log->sequence) > 0) {
			log->formatted = true;
			log->start = pos;
			log->sequence = header.sequence;
			snapshot = header.snapshot;
		}
	}
	return log->formatted ? read_records(log, snapshot) : check_blank(log);
}

static int ready(struct settings_log *log)
{
	if (log->room == 0) {
		return log->rc;
	}
	if (log->rc != 0) {
		log->rc = mount(log);
	}
	return log->rc;
}

static int erase_sector(struct settings_log *log, size_t start)
{
	const size_t end = sector_end(log, start);

	while (start < end) {
		const size_t next = page_end(log->area, start);
		const int rc = flash_area_flatten(log->area, (off_t)start, next - start);

		log->erases++;
		if (rc != 0) {
			return rc;
		}
		start = next;
	}
	return 0;
}

/* A sector in the making. */
struct snapshot {
	size_t start;        /* of the sector, in the area */
	size_t end;          /* of its records, in the sector */
	const char *without; /* name that is left out */
	bool counting;
};

static int take_record(const struct settings_log *log, const struct record *record, void *arg)
{
	uint8_t buf[CONFIG_SETTINGS_LOG_BUFFER_SIZE];
	struct snapshot *snapshot = arg;
	const size_t size = record->end - record->pos;
	int rc = 0;

	if (strcmp(record->name, snapshot->without) == 0) {
		return 0;
	}
	if (!snapshot->counting) {
		rc = flash_area_copy(log->area, (off_t)(log->start + record->pos), log->area,
				     (off_t)(snapshot->start + snapshot->end), (off_t)size, buf,
				     round_down(sizeof(buf), write_block(log)));
	}
	snapshot->end += size;
	return rc;
}

/* The header of the sector, which puts it in force. */
static int commit(struct settings_log *log, const struct snapshot *snapshot)
{
	const uint32_t sequence = log->formatted ? log->sequence + 1 : FIRST_SEQUENCE;
	const struct log_header header = header_of(log, sequence, snapshot->end);
	uint8_t raw[LOG_HEADER_LEN];
	const struct part part = {raw, sizeof(raw)};
	int rc;

	log_header_encode(raw, &header);
	rc = program(log, snapshot->start, &part, 1);
	if (rc != 0) {
		return rc;
	}
	log->start = snapshot->start;
	log->end = snapshot->end;
	log->sequence = sequence;
	log->formatted = true;
	log->appendable = true;
	log->rc = 0;
	return 0;
}

static size_t next_sector(const struct settings_log *log)
{
	size_t next = log->formatted ? sector_end(log, log->start) : 0;

	return next == log->area->fa_size ? 0 : next;
}

/* An empty sector. */
static int begin(struct settings_log *log)
{
	const struct snapshot snapshot = {.start = next_sector(log), .end = first_record(log)};
	int rc;

	log->rc = NOT_READ_YET;
	rc = erase_sector(log, snapshot.start);
	return rc != 0 ? rc : commit(log, &snapshot);
}

static int rotate(struct settings_log *log, const char *name, const void *value,
		  const struct log_lens *lens)
{
	static const struct wanted all = {0};
	const size_t size = lens->value == 0 ? 0 : padded(log, log_record_len(lens));
	struct snapshot snapshot = {.start = next_sector(log),
				    .end = first_record(log),
				    .without = name,
				    .counting = true};
	int rc = each_newest(log, &all, take_record, &snapshot);

	if (rc != 0) {
		return rc;
	}
	if (snapshot.end > log->room || size > log->room - snapshot.end) {
		return -ENOSPC;
	}
	log->rc = NOT_READ_YET;
	rc = erase_sector(log, snapshot.start);
	if (rc != 0) {
		return rc;
	}
	snapshot.end = first_record(log);
	snapshot.counting = false;
	rc = each_newest(log, &all, take_record, &snapshot);
	if (rc == 0 && size > 0) {
		rc = program_record(log, snapshot.start + snapshot.end, name, value, lens);
		snapshot.end += size;
	}
	return rc != 0 ? rc : commit(log, &snapshot);
}

static int append(struct settings_log *log, const char *name, const void *value,
		  const struct log_lens *lens)
{
	int rc;

	log->rc = NOT_READ_YET;
	rc = program_record(log, log->start + log->end, name, value, lens);
	if (rc == 0) {
		log->end += padded(log, log_record_len(lens));
		log->rc = 0;
	}
	return rc;
}

/* The value in force and the one to be saved. */
struct comparison {
	const uint8_t *value;
	size_t len;
	bool found;
	bool equal;
};

static int compare(const struct settings_log *log, const struct record *record, void *arg)
{
	struct comparison *c = arg;
	size_t pos = value_pos(record);
	uint8_t buf[CHUNK];

	c->found = true;
	c->equal = record->lens.value == c->len;
	for (size_t i = 0; c->equal && i < c->len; i += CHUNK) {
		const size_t len = min_size(CHUNK, c->len - i);
		const int rc = read_sector(log, pos + i, buf, len);

		if (rc != 0) {
			return rc;
		}
		c->equal = memcmp(buf, c->value + i, len) == 0;
	}
	return 0;
}

/* The calls take the back-end as const; the log around it is the application's, and mutable. */
static struct settings_log *log_of(const struct settings_backend *backend)
{
	return (struct settings_log *)(uintptr_t)backend;
}

static int settings_log_open(const struct settings_backend *backend)
{
	return ready(log_of(backend));
}

static int settings_log_save(const struct settings_backend *backend, const char *name,
			     const void *value, size_t len)
{
	struct settings_log *log = log_of(backend);
	const struct log_lens lens = {.name = strlen(name), .value = len};
	const struct wanted wanted = {.name = name, .alone = true};
	struct comparison comparison = {.value = value, .len = len};
	int rc = ready(log);

	if (rc == 0) {
		rc = each_newest(log, &wanted, compare, &comparison);
	}
	if (rc != 0) {
		return rc;
	}
	if (comparison.found ? comparison.equal : len == 0) {
		return 0;
	}
	if (!log->formatted) {
		rc = begin(log);
		if (rc != 0) {
			return rc;
		}
	}
	if (!log->appendable || padded(log, log_record_len(&lens)) > log->room - log->end) {
		return rotate(log, name, value, &lens);
	}
	return append(log, name, value, &lens);
}

struct offer {
	settings_backend_cb cb;
	void *param;
};

struct reading {
	const struct settings_log *log;
	size_t pos;
	size_t len;
};

static ssize_t read_value(void *cb_arg, void *data, size_t len)
{
	const struct reading *reading = cb_arg;
	const size_t n = min_size(len, reading->len);
	const int rc = read_sector(reading->log, reading->pos, data, n);

	return rc != 0 ? rc : (ssize_t)n;
}

static int offer_record(const struct settings_log *log, const struct record *record, void *arg)
{
	const struct offer *offer = arg;
	struct reading reading = {.log = log, .pos = value_pos(record), .len = record->lens.value};

	return offer->cb(record->name, reading.len, read_value, &reading, offer->param) != 0 ? 1
											     : 0;
}

static int settings_log_load_subtree(const struct settings_backend *backend, const char *subtree,
				     settings_backend_cb cb, void *param)
{
	struct settings_log *log = log_of(backend);
	const struct wanted wanted = {.name = subtree};
	struct offer offer = {.cb = cb, .param = param};
	int rc = ready(log);

	if (rc == 0) {
		rc = each_newest(log, &wanted, offer_record, &offer);
	}
	return rc < 0 ? rc : 0;
}

static int settings_log_load(const struct settings_backend *backend, settings_backend_cb cb,
			     void *param)
{
	return settings_log_load_subtree(backend, NULL, cb, param);
}

static const struct settings_backend_api settings_log_api = {
	.init = settings_log_open,
	.load = settings_log_load,
	.save = settings_log_save,
	.load_subtree = settings_log_load_subtree,
};

static uint32_t count_sectors(const struct settings_log *log, size_t *smallest)
{
	uint32_t count = 0;
	size_t end;

	*smallest = SIZE_MAX;
	for (size_t start = 0; start < log->area->fa_size; start = end) {
		end = sector_end(log, start);
		*smallest = min_size(*smallest, end - start);
		count++;
	}
	return count;
}

static bool has_whole_pages(const struct flash_area *area)
{
	const struct device *dev = area->fa_dev;
	const off_t end = area->fa_off + (off_t)area->fa_size;
	struct flash_pages_info first;
	struct flash_pages_info last;

	return area->fa_size > 0 && flash_get_page_info_by_offs(dev, area->fa_off, &first) == 0 &&
	       flash_get_page_info_by_offs(dev, end - 1, &last) == 0 &&
	       first.start_offset == area->fa_off && last.start_offset + (off_t)last.size == end;
}

/* Sectors as large as asked for, or as large as two of them can be. */
static int divide(struct settings_log *log)
{
	for (size_t room = CONFIG_SETTINGS_LOG_SECTOR_SIZE; room > 0; room /= 2) {
		size_t smallest;

		log->room = room;
		if (count_sectors(log, &smallest) > 1) {
			log->room = smallest;
			return 0;
		}
	}
	return -EINVAL;
}

int settings_log_init(struct settings_log *log, const struct flash_area *area)
{
	int rc;

	if (log == NULL) {
		return -EINVAL;
	}
	*log = (struct settings_log){
		.backend = {.api = &settings_log_api}, .area = area, .rc = -EINVAL};
	if (area == NULL) {
		return -EINVAL;
	}
	if (!flash_area_device_is_ready(area)) {
		log->rc = -ENODEV;
		return -ENODEV;
	}
	if (write_block(log) > CONFIG_SETTINGS_LOG_BUFFER_SIZE || !has_whole_pages(area)) {
		return -EINVAL;
	}
	rc = divide(log);
	if (rc != 0 || log->room < first_record(log) + padded(log, RECORD_MIN)) {
		log->room = 0;
		return -EINVAL;
	}
	log->rc = NOT_READ_YET;
	return ready(log);
}

int settings_log_format(struct settings_log *log)
{
	int rc = ready(log);

	if (rc != 0 && rc != -EILSEQ && rc != -EBADMSG) {
		return rc;
	}
	return begin(log);
}

void settings_log_stats(const struct settings_log *log, struct settings_log_stats *stats)
{
	size_t smallest;

	*stats = (struct settings_log_stats){.erases = log->erases};
	if (log->room == 0) {
		return;
	}
	stats->sectors = count_sectors(log, &smallest);
	stats->sequence = log->formatted ? log->sequence : 0;
	stats->used = log->end;
	stats->room = log->room;
}
