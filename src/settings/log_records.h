/* SPDX-License-Identifier: Apache-2.0 */
/* The records of the sector in force of a settings log, and the writing of one. */
#ifndef SETTINGS_LOG_RECORDS_H
#define SETTINGS_LOG_RECORDS_H

#include <settings/settings_log.h>

#include "common/bytes.h"
#include "settings/log_codec.h"

/* A name with what is to be known about its value. Positions count from the start of the area. */
struct log_record {
	size_t pos;
	size_t end; /* with the padding */
	struct log_lens lens;
	uint8_t raw[LOG_LENS_LEN + SETTINGS_MAX_NAME_LEN + 1];
};

/* Called for a newest record that is no deletion. Not 0 ends the walk, which returns it. */
typedef int (*log_record_fn)(const struct settings_log *log, const struct log_record *record,
			     void *arg);

/* What a walk offers; NULL: everything. */
struct log_wanted {
	const char *name;
	bool alone;  /* not what is below it */
	size_t from; /* position of the first record that is looked at; 0: that of all */
};

static inline const char *log_record_name(const struct log_record *record)
{
	return (const char *)record->raw + LOG_LENS_LEN;
}

static inline size_t log_record_value(const struct log_record *record)
{
	return record->pos + LOG_LENS_LEN + record->lens.name;
}

/* Rounded up to whole write blocks. */
size_t log_padded(const struct settings_log *log, size_t len);

/*
 * Read the record at `pos` of the sector at `start` and check it. -EBADMSG: there is none; `end` is
 * then behind the bytes that a record torn there can have reached.
 */
int log_record_check(const struct settings_log *log, size_t start, size_t pos,
		     struct log_record *record);

/* Walk the newest record of each name. */
int log_records_walk(const struct settings_log *log, const struct log_wanted *wanted,
		     log_record_fn fn, void *arg);

/* Program a record, in one go if it fits into the buffer. */
int log_program_record(const struct settings_log *log, size_t pos, const char *name,
		       const uint8_t *value, size_t len);

#endif
