/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What raw flash says to a bootloader: trailers, headers, TLVs and the hash, read a second time.
 * Written from the published layout; it shares no line and no number with the library.
 *
 * An erase that was cut short leaves bits that read differently each time. So an answer about such
 * bytes may be "maybe", and what must never be is not allowed to be maybe either.
 */
#ifndef TESTS_POWERCUT_PARSER_H
#define TESTS_POWERCUT_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of flash, as they lie there. */
struct raw {
	const uint8_t *bytes;
	const uint8_t *unstable; /* bits of each byte that read at random; NULL: none */
	size_t len;
	uint8_t erased;
};

enum raw_answer { RAW_NO, RAW_MAYBE, RAW_YES };

/* Whether len bytes at off are these; NO also if they would pass the end. */
enum raw_answer raw_is(const struct raw *raw, size_t off, const uint8_t *bytes, size_t len);

/* Whether len bytes at off are all of one value, and will stay so; or erased. */
bool raw_is_filled(const struct raw *raw, size_t off, size_t len, uint8_t value);
bool raw_is_blank(const struct raw *raw, size_t off, size_t len);

/* Whether the bootloader sees a header at off: it looks at the magic alone. */
enum raw_answer raw_shows_header(const struct raw *raw, size_t off);

/* Whether the trailer at the end has the magic of max-align 8, 16 or 32. */
enum raw_answer raw_has_magic(const struct raw *raw, unsigned int align);

/* That magic: 16 bytes. */
const uint8_t *raw_magic(unsigned int align);

enum raw_flag { RAW_UNSET, RAW_SET, RAW_BAD }; /* BAD also if it may read differently */

enum raw_flag raw_image_ok(const struct raw *raw, unsigned int align);
enum raw_flag raw_copy_done(const struct raw *raw, unsigned int align);

/* Bytes from swap_info to the end: all that an application ever writes of a trailer. */
size_t raw_fields_len(unsigned int align);

/*
 * Bytes of the image that begins at off: header, TLV areas and the SHA-256 hold. 0: there is none,
 * or a byte of it may read differently.
 */
size_t raw_image_len(const struct raw *raw, size_t off);

/*
 * Whether each bit of len bytes at off is old's or the erased value's: what an erase leaves of old
 * wherever it is cut.
 */
bool raw_is_remainder(const struct raw *raw, size_t off, const uint8_t *old, size_t len);

/* How many of the len bytes from off on are these, without a gap and for good. */
size_t raw_prefix(const struct raw *raw, size_t off, const uint8_t *bytes, size_t len);

#endif
