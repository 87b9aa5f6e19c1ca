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

#include "settings/log_records.h"

#define CHUNK 64
#define NOT_MOUNTED (-EAGAIN)
#define FIRST_SEQUENCE 1
/* The least and the most that a record can take, padding apart. */
#define RECORD_MIN (LOG_LENS_LEN + 1 + 1 + LOG_CRC_LEN)
#define RECORD_MAX (LOG_LENS_LEN + SETTINGS_MAX_NAME_LEN + SETTINGS_MAX_VAL_LEN + LOG_CRC_LEN)

static size_t header_size(const struct settings_log *log)
{
	return log_padded(log, LOG_HEADER_LEN);
}

/* SIZE_MAX if no page is there. */
static size_t page_end(const struct flash_area *area, size_t pos)
{
	struct flash_pages_info page;
	int rc = flash_get_page_info_by_offs(area->fa_dev, area->fa_off + (off_t)pos, &page);

	return rc != 0 ? SIZE_MAX : (size_t)(page.start_offset - area->fa_off) + page.size;
}

/* Pages too few for a sector of their own belong to the one before them. */
static size_t sector_end(const struct settings_log *log, size_t start)
{
	const size_t size = log->area->fa_size;
	size_t end = start;

	do {
		end = page_end(log->area, end);
	} while (end < size && end - start < log->room);
	return size - end < log->room ? size : end;
}

/* Whether flash holds other bytes than these (data NULL: than erased ones): 1, 0 or -errno. */
static int differs(const struct settings_log *log, size_t pos, size_t end, const uint8_t *data)
{
	const uint8_t erased = flash_area_erased_val(log->area);
	uint8_t buf[CHUNK];

	while (pos < end) {
		const size_t len = min_size(CHUNK, end - pos);
		const int rc = flash_area_read(log->area, (off_t)pos, buf, len);

		if (rc != 0) {
			return rc;
		}
		if (data == NULL ? !bytes_are(buf, len, erased) : memcmp(buf, data, len) != 0) {
			return 1;
		}
		data = data == NULL ? NULL : data + len;
		pos += len;
	}
	return 0;
}

/*
 * Finds the end of the records. A torn program leaves whole blocks, then one that is not, then
 * erased ones: so what follows it is erased, or the record was whole once.
 */
static int find_end(struct settings_log *log, size_t snapshot)
{
	struct log_record record;
	int rc;

	for (;;) {
		rc = log_record_check(log, log->start, log->end, &record);
		if (rc != 0) {
			break;
		}
		log->end = record.end;
	}
	if (rc != -EBADMSG || log->end - log->start < snapshot) {
		return rc;
	}
	rc = differs(log, record.end, min_size(record.end + RECORD_MAX, log->start + log->room),
		     NULL);
	return rc > 0 ? -EBADMSG : rc;
}

static int read_header(const struct settings_log *log, size_t start, struct log_header *header)
{
	struct log_record record;
	const int rc = log_record_check(log, start, start, &record);

	if (rc != 0) {
		return rc;
	}
	/*
	 * The value is short enough to have been read with the name. Where an erase was torn, bytes
	 * may read otherwise the next time: these are the ones that have to be right.
	 */
	if (strcmp(log_record_name(&record), LOG_HEADER_NAME) != 0 ||
	    record.lens.value != LOG_HEADER_VALUE_LEN ||
	    crc32_ieee(0, record.raw, LOG_HEADER_LEN) != LOG_CRC_RESIDUE ||
	    !log_header_decode(header, record.raw + LOG_LENS_LEN + record.lens.name) ||
	    header->room != log->room || header->write_block != log->write_block) {
		return -EBADMSG;
	}
	return 0;
}

static int mount(struct settings_log *log)
{
	const size_t size = log->area->fa_size;
	size_t snapshot = 0;
	int rc;

	log->appendable = false;
	log->end = 0;
	log->start = 0;
	log->last = 0;
	log->sequence = 0;
	for (size_t pos = 0; pos < size; pos = sector_end(log, pos)) {
		struct log_header header;

		rc = read_header(log, pos, &header);
		/* The difference, because numbers wrap. */
		if (rc == 0 && (log->end == 0 || (int32_t)(header.sequence - log->sequence) > 0)) {
			log->start = pos;
			log->end = pos + header_size(log);
			log->sequence = header.sequence;
			snapshot = header.snapshot;
		}
		if (rc != 0 && rc != -EBADMSG) {
			return rc;
		}
	}
	if (log->end != 0) {
		return find_end(log, snapshot);
	}
	/* The first header may have been torn: behind it nothing was ever programmed. */
	rc = differs(log, LOG_HEADER_LEN, size, NULL);
	return rc > 0 ? -EILSEQ : rc;
}

/* A log that init has refused has no room. */
static int ready(struct settings_log *log)
{
	if (log->rc != 0 && log->room != 0) {
		log->rc = mount(log);
	}
	return log->rc;
}

/* A sector in the making. */
struct snapshot {
	size_t start;
	size_t end;          /* of its records */
	const char *without; /* name that is left out */
	bool counting;
};

static int copy(const struct settings_log *log, size_t from, size_t end, size_t to)
{
	uint8_t buf[CONFIG_SETTINGS_LOG_BUFFER_SIZE];
	const size_t room = round_down(sizeof(buf), log->write_block);
	int rc = 0;

	for (size_t len; rc == 0 && from < end; from += len, to += len) {
		len = min_size(room, end - from);
		rc = flash_area_read(log->area, (off_t)from, buf, len);
		if (rc == 0) {
			rc = flash_area_write(log->area, (off_t)to, buf, len);
		}
	}
	return rc;
}

static int take_record(const struct settings_log *log, const struct log_record *record, void *arg)
{
	struct snapshot *snapshot = arg;
	const size_t to = snapshot->end;

	if (strcmp(log_record_name(record), snapshot->without) == 0) {
		return 0;
	}
	snapshot->end += record->end - record->pos;
	return snapshot->counting ? 0 : copy(log, record->pos, record->end, to);
}

static int take_all(const struct settings_log *log, struct snapshot *snapshot, bool counting)
{
	static const struct log_wanted all = {0};

	snapshot->end = snapshot->start + header_size(log);
	snapshot->counting = counting;
	return snapshot->without == NULL ? 0 : log_records_walk(log, &all, take_record, snapshot);
}

/* Every page of it that is erased is counted, also if that fails. */
static int erase_sector(struct settings_log *log, size_t start)
{
	const size_t end = sector_end(log, start);
	int rc = 0;

	while (rc == 0 && start < end) {
		const size_t next = page_end(log->area, start);

		rc = flash_area_flatten(log->area, (off_t)start, next - start);
		log->erases++;
		start = next;
	}
	return rc;
}

/* The header of the sector, which puts it in force. */
static int commit(struct settings_log *log, const struct snapshot *snapshot)
{
	const struct log_header header = {
		.sequence = log->end == 0 ? FIRST_SEQUENCE : log->sequence + 1,
		.snapshot = (uint32_t)(snapshot->end - snapshot->start),
		.room = (uint32_t)log->room,
		.write_block = (uint16_t)log->write_block,
	};
	uint8_t value[LOG_HEADER_VALUE_LEN];
	int rc;

	log_header_encode(value, &header);
	rc = log_program_record(log, snapshot->start, LOG_HEADER_NAME, value, sizeof(value));
	if (rc == 0) {
		log->start = snapshot->start;
		log->end = snapshot->end;
		log->sequence = header.sequence;
		log->appendable = true;
		log->rc = 0;
	}
	return rc;
}

/* On to the next sector, with a record of `size` bytes; 0: none. Without a name it is empty. */
static int rotate(struct settings_log *log, const char *name, const void *value, size_t len,
		  size_t size)
{
	struct snapshot snapshot = {.without = name};
	int rc;

	if (log->end != 0) {
		snapshot.start = sector_end(log, log->start);
		if (snapshot.start == log->area->fa_size) {
			snapshot.start = 0;
		}
	}
	rc = take_all(log, &snapshot, true);
	if (rc != 0) {
		return rc;
	}
	if (snapshot.end + size > snapshot.start + log->room) {
		return -ENOSPC;
	}
	log->rc = NOT_MOUNTED;
	log->last = 0;
	rc = erase_sector(log, snapshot.start);
	if (rc == 0) {
		rc = take_all(log, &snapshot, false);
	}
	if (rc == 0 && size > 0) {
		rc = log_program_record(log, snapshot.end, name, value, len);
		snapshot.end += size;
	}
	return rc != 0 ? rc : commit(log, &snapshot);
}

/* The value in force and the one to be saved. */
struct comparison {
	const uint8_t *value;
	size_t len;
	bool found;
	bool equal;
};

static int compare(const struct settings_log *log, const struct log_record *record, void *arg)
{
	struct comparison *c = arg;
	const size_t pos = log_record_value(record);
	int rc = 1;

	c->found = true;
	if (record->lens.value == c->len) {
		rc = differs(log, pos, pos + c->len, c->value);
	}
	c->equal = rc == 0;
	return rc < 0 ? rc : 0;
}

/* Looks at the last record first: what changes often is often saved twice in a row. */
static int find_value(const struct settings_log *log, const char *name, struct comparison *c)
{
	struct log_wanted wanted = {.name = name, .alone = true, .from = log->last};
	int rc = log_records_walk(log, &wanted, compare, c);

	if (rc == 0 && !c->found) {
		wanted.from = 0;
		rc = log_records_walk(log, &wanted, compare, c);
	}
	return rc;
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
	struct comparison comparison = {.value = value, .len = len};
	const size_t size = log_padded(log, log_record_len(&lens));
	int rc = ready(log);

	if (rc == 0) {
		rc = find_value(log, name, &comparison);
	}
	if (rc != 0 || (comparison.found ? comparison.equal : len == 0)) {
		return rc;
	}
	if (log->end == 0) {
		rc = rotate(log, NULL, NULL, 0, 0);
		if (rc != 0) {
			return rc;
		}
	}
	if (!log->appendable || size > log->start + log->room - log->end) {
		return rotate(log, name, value, len, len == 0 ? 0 : size);
	}
	log->rc = NOT_MOUNTED;
	rc = log_program_record(log, log->end, name, value, len);
	if (rc == 0) {
		log->last = log->end;
		log->end += size;
		log->rc = 0;
	}
	return rc;
}

struct offer {
	settings_backend_cb cb;
	void *param;
};

struct reading {
	const struct settings_log *log;
	const struct log_record *record;
};

static ssize_t read_value(void *cb_arg, void *data, size_t len)
{
	const struct reading *reading = cb_arg;
	const size_t n = min_size(len, reading->record->lens.value);
	const int rc = flash_area_read(reading->log->area, (off_t)log_record_value(reading->record),
				       data, n);

	return rc != 0 ? rc : (ssize_t)n;
}

static int offer_record(const struct settings_log *log, const struct log_record *record, void *arg)
{
	const struct offer *offer = arg;
	struct reading reading = {.log = log, .record = record};
	const int rc = offer->cb(log_record_name(record), record->lens.value, read_value, &reading,
				 offer->param);

	return rc != 0 ? 1 : 0;
}

static int settings_log_load_subtree(const struct settings_backend *backend, const char *subtree,
				     settings_backend_cb cb, void *param)
{
	struct settings_log *log = log_of(backend);
	const struct log_wanted wanted = {.name = subtree};
	struct offer offer = {.cb = cb, .param = param};
	int rc = ready(log);

	if (rc == 0) {
		rc = log_records_walk(log, &wanted, offer_record, &offer);
	}
	return rc > 0 ? 0 : rc;
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

/* Sectors of at least log->room, and the size of the smallest. */
static uint32_t count_sectors(const struct settings_log *log, size_t *smallest)
{
	const size_t size = log->area->fa_size;
	uint32_t count = 0;
	size_t end;

	*smallest = size;
	for (size_t start = 0; start < size; start = end) {
		end = sector_end(log, start);
		*smallest = min_size(*smallest, end - start);
		count++;
	}
	return count;
}

/* Sectors as large as asked for, or as large as two of them can be; none: no room. */
static void divide(struct settings_log *log)
{
	const struct flash_area *area = log->area;
	struct flash_pages_info first;
	size_t smallest;

	if (flash_get_page_info_by_offs(area->fa_dev, area->fa_off, &first) != 0 ||
	    first.start_offset != area->fa_off ||
	    page_end(area, area->fa_size - 1) != area->fa_size) {
		return;
	}
	for (log->room = CONFIG_SETTINGS_LOG_SECTOR_SIZE; log->room > 0; log->room /= 2) {
		if (count_sectors(log, &smallest) > 1) {
			log->room = smallest < header_size(log) + log_padded(log, RECORD_MIN)
					    ? 0
					    : smallest;
			return;
		}
	}
}

int settings_log_init(struct settings_log *log, const struct flash_area *area)
{
	if (log == NULL) {
		return -EINVAL;
	}
	*log = (struct settings_log){.backend = {.api = &settings_log_api},
				     .area = area,
				     .write_block = 1,
				     .rc = -EINVAL};
	if (area == NULL) {
		return -EINVAL;
	}
	if (!flash_area_device_is_ready(area)) {
		log->rc = -ENODEV;
		return -ENODEV;
	}
	log->write_block = flash_area_align(area);
	if (log->write_block <= CONFIG_SETTINGS_LOG_BUFFER_SIZE) {
		divide(log);
	}
	return ready(log);
}

int settings_log_format(struct settings_log *log)
{
	int rc = ready(log);

	if (rc != 0 && rc != -EILSEQ && rc != -EBADMSG) {
		return rc;
	}
	return rotate(log, NULL, NULL, 0, 0);
}

void settings_log_stats(const struct settings_log *log, struct settings_log_stats *stats)
{
	size_t smallest;

	*stats = (struct settings_log_stats){.erases = log->erases};
	if (log->room != 0) {
		stats->sectors = count_sectors(log, &smallest);
		stats->sequence = log->sequence;
		stats->used = log->end - log->start;
		stats->room = log->room;
	}
}
