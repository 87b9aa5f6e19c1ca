/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the suite share. */
#ifndef PORTS_FLASH_CONFORMANCE_PARTS_H
#define PORTS_FLASH_CONFORMANCE_PARTS_H

#include <conformance/flash_conformance.h>

#define CONFORMANCE_LINE_SIZE 200

/* Text of bounded length; what does not fit is left out. */
struct conformance_text {
	char text[CONFORMANCE_LINE_SIZE];
	size_t used;
};

void conformance_text_begin(struct conformance_text *text);
void conformance_text_add(struct conformance_text *text, const char *part);
void conformance_text_number(struct conformance_text *text, long long number);
void conformance_text_hex(struct conformance_text *text, unsigned long long number);

/*
 * A run. The first page of the scratch range and the last one are watched while the pages between
 * them are worked on. All ranges begin at write blocks.
 */
struct conformance_run {
	const struct flash_conformance *suite;
	const struct device *dev;
	size_t block;
	size_t chunk; /* most bytes of a write, a multiple of the block; some of buf remain */
	uint8_t erased;
	size_t device_end; /* by the pages */
	size_t start;      /* scratch range */
	size_t end;
	size_t inner; /* its second page */
	size_t inner_page;
	size_t inner_end; /* its last page */
	unsigned int seed;
	unsigned int writes;
	bool failed; /* the rule that runs */
	bool stale;  /* some rule read bytes that a second read corrected */
	size_t stale_at;
	bool misread; /* some rule read bytes that shorter reads corrected */
	size_t misread_at;
	uint8_t wrong_byte;           /* what the last comparison found */
	struct conformance_text note; /* why, of the first failure in a rule */
};

/* Seed of bytes that are erased; conformance_seed() never gives it. */
#define CONFORMANCE_BLANK 0u

/* A seed that no earlier rule had, so that what was left from those is not taken for right. */
unsigned int conformance_seed(struct conformance_run *run);

/* Byte of a programmed range: never 0x00, 0xff or CONFORMANCE_CANARY. */
uint8_t conformance_byte(const struct conformance_run *run, size_t at, unsigned int seed);
#define CONFORMANCE_CANARY 0xfe

/*
 * Each fails the rule and notes why, if the device does not do it. `program` needs erased blocks,
 * `blank` erases pages, or what stands for it; `prepare` does both with the whole scratch range.
 */
bool conformance_program(struct conformance_run *run, size_t at, size_t len, unsigned int seed);
bool conformance_blank(struct conformance_run *run, size_t at, size_t len);
bool conformance_prepare(struct conformance_run *run, unsigned int seed);
bool conformance_expect(struct conformance_run *run, size_t at, size_t len, unsigned int seed);
bool conformance_read(struct conformance_run *run, size_t at, void *data, size_t len);

/* What a call gave: it should be 0, or an error where it is to be refused. The rule fails if not.
 */
bool conformance_ok(struct conformance_run *run, const char *call, long long at, size_t len,
		    int rc);
void conformance_refused(struct conformance_run *run, const char *call, long long at, size_t len,
			 int rc);

/* Fail the rule; the first note stays. `first` leaves it to the caller: true, there is none yet. */
bool conformance_fail_first(struct conformance_run *run);
void conformance_fail(struct conformance_run *run, const char *why);
void conformance_fail_call(struct conformance_run *run, const char *call, long long at, size_t len,
			   int rc);
void conformance_fail_read(struct conformance_run *run, size_t at, const char *why);
void conformance_fail_byte(struct conformance_run *run, size_t at, uint8_t is, uint8_t expected);

/* In `buf` conformance_program() begins before this. */
#define CONFORMANCE_SKIPS 4

/* Fill `buf` + skip with what conformance_program() programs there. */
void conformance_fill(const struct conformance_run *run, size_t skip, size_t at, size_t len,
		      unsigned int seed);

/* A rule: NULL, it was asked and `failed` is the answer; or why it does not apply. */
typedef const char *conformance_rule(struct conformance_run *run);

conformance_rule conformance_parameters;
conformance_rule conformance_page_layout;
conformance_rule conformance_size;
conformance_rule conformance_aliasing;
conformance_rule conformance_bounds;
conformance_rule conformance_alignment;
conformance_rule conformance_zero_length;
conformance_rule conformance_erased_value;
conformance_rule conformance_write_result;
conformance_rule conformance_write_whole;
conformance_rule conformance_write_range;
conformance_rule conformance_read_range;
conformance_rule conformance_erase_whole;
conformance_rule conformance_erase_granularity;
conformance_rule conformance_program_once;
conformance_rule conformance_rewrite;
conformance_rule conformance_persistence;
conformance_rule conformance_cut_program;
conformance_rule conformance_cut_erase;
conformance_rule conformance_read_while_busy;

/* Leave the range as conformance_after_reset() wants to find it. */
conformance_rule conformance_before_reset;
conformance_rule conformance_after_reset;

#endif
