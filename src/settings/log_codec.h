/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a settings log, without flash; FORMATS.md, "Settings log". */
#ifndef SETTINGS_LOG_CODEC_H
#define SETTINGS_LOG_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LENS_LEN 2
#define LOG_CRC_LEN 4
/* CRC-32 of any bytes that end with their own CRC-32, little endian. */
#define LOG_CRC_RESIDUE 0x2144df1cU

/* The header is a record, too, under a name that no setting can have. */
#define LOG_HEADER_NAME "=SLOG"
#define LOG_HEADER_VALUE_LEN 16
#define LOG_HEADER_LEN                                                                             \
	(LOG_LENS_LEN + sizeof(LOG_HEADER_NAME) - 1 + LOG_HEADER_VALUE_LEN + LOG_CRC_LEN)

struct log_header {
	uint32_t sequence;
	uint32_t snapshot; /* bytes from the start of the sector to the end of its first records */
	uint32_t room;     /* bytes of the sector */
	uint16_t write_block; /* bytes */
};

void log_header_encode(uint8_t value[LOG_HEADER_VALUE_LEN], const struct log_header *header);
/* Whether the version can be read; only then is `header` set. The first byte counts for nothing. */
bool log_header_decode(struct log_header *header, const uint8_t value[LOG_HEADER_VALUE_LEN]);

/* Lengths of name and value of a record. */
struct log_lens {
	size_t name;
	size_t value;
};

void log_lens_encode(uint8_t raw[LOG_LENS_LEN], const struct log_lens *lens);
/* Whether a record can have these; erased bytes of either kind are no lengths. */
bool log_lens_decode(struct log_lens *lens, const uint8_t raw[LOG_LENS_LEN]);

/* Bytes of a record without padding. */
static inline size_t log_record_len(const struct log_lens *lens)
{
	return LOG_LENS_LEN + lens->name + lens->value + LOG_CRC_LEN;
}

#endif
