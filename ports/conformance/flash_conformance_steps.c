/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules are made of: bytes that tell where they belong, programmed, erased and read back.
 *
 * A byte depends on its offset and on a seed, through a mixing function and a prime modulus, so
 * that bytes which come from another place, another page or an earlier rule are not taken for
 * right. A comparison that fails is made again: where the second read is right the device was still
 * busy, and where block by block is right the long read was wrong. These are the matter of two
 * rules, read-while-busy and read-range, and not of the one that runs.
 */
#include <string.h>

#include "conformance/flash_conformance_parts.h"

#define PRIME 251u

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

unsigned int conformance_seed(struct conformance_run *run)
{
	run->seed++;
	return run->seed;
}

uint8_t conformance_byte(const struct conformance_run *run, size_t at, unsigned int seed)
{
	uint32_t mixed = ((uint32_t)at + seed * 0x9e3779b9u) * 0x85ebca6bu;

	if (seed == CONFORMANCE_BLANK) {
		return run->erased;
	}
	mixed = (mixed ^ (mixed >> 13)) * 0xc2b2ae35u;
	return (uint8_t)(1 + (mixed ^ (mixed >> 16)) % PRIME);
}

void conformance_fill(const struct conformance_run *run, size_t skip, size_t at, size_t len,
		      unsigned int seed)
{
	for (size_t i = 0; i < len; i++) {
		run->suite->buf[skip + i] = conformance_byte(run, at + i, seed);
	}
}

bool conformance_read(struct conformance_run *run, size_t at, void *data, size_t len)
{
	return conformance_ok(run, "flash_read", (long long)at, len,
			      flash_read(run->dev, (off_t)at, data, len));
}

/* Bytes of a chunk, which has been read, that are as they should be. */
static size_t count_right(const struct conformance_run *run, size_t at, size_t len,
			  unsigned int seed)
{
	size_t right = 0;

	while (right < len && run->suite->buf[right] == conformance_byte(run, at + right, seed)) {
		right++;
	}
	return right;
}

/* Compare a chunk in reads of `step` bytes: `wrong` is the first offset that differs, or the end.
 */
static bool find_wrong(struct conformance_run *run, size_t at, size_t len, size_t step,
		       unsigned int seed, size_t *wrong)
{
	const size_t end = at + len;

	for (*wrong = at; *wrong < end; at += step) {
		size_t part = smaller(step, end - at);

		if (!conformance_read(run, at, run->suite->buf, part)) {
			return false;
		}
		*wrong = at + count_right(run, at, part, seed);
		if (*wrong < at + part) {
			run->wrong_byte = run->suite->buf[*wrong - at];
			return true;
		}
	}
	return true;
}

static bool expect_chunk(struct conformance_run *run, size_t at, size_t len, unsigned int seed)
{
	const size_t end = at + len;
	size_t first;
	size_t again;
	size_t alone;

	if (!find_wrong(run, at, len, len, seed, &first)) {
		return false;
	}
	if (first == end) {
		return true;
	}
	if (!find_wrong(run, at, len, len, seed, &again)) {
		return false;
	}
	if (again == end) {
		run->stale = true;
		run->stale_at = first;
		return true;
	}
	if (!find_wrong(run, at, len, run->block, seed, &alone)) {
		return false;
	}
	if (alone == end) {
		run->misread = true;
		run->misread_at = again;
		return true;
	}
	conformance_fail_byte(run, alone, run->wrong_byte, conformance_byte(run, alone, seed));
	return false;
}

bool conformance_expect(struct conformance_run *run, size_t at, size_t len, unsigned int seed)
{
	while (len > 0) {
		size_t part = smaller(len, run->chunk);

		if (!expect_chunk(run, at, part, seed)) {
			return false;
		}
		at += part;
		len -= part;
	}
	return true;
}

/* How far a write that failed got belongs to the note: a port may fail late. */
static void fail_write(struct conformance_run *run, size_t at, size_t len, unsigned int seed,
		       int rc)
{
	bool is_first = !run->failed;

	conformance_fail_call(run, "flash_write", (long long)at, len, rc);
	if (is_first && flash_read(run->dev, (off_t)at, run->suite->buf, len) == 0) {
		conformance_text_add(&run->note, " after ");
		conformance_text_number(&run->note, (long long)count_right(run, at, len, seed));
		conformance_text_add(&run->note, " bytes");
	}
}

bool conformance_program(struct conformance_run *run, size_t at, size_t len, unsigned int seed)
{
	while (len > 0) {
		/* A source need not be aligned. */
		const size_t skip = run->writes++ % CONFORMANCE_SKIPS;
		size_t part = smaller(len, run->chunk);
		int rc;

		conformance_fill(run, skip, at, part, seed);
		rc = flash_write(run->dev, (off_t)at, run->suite->buf + skip, part);
		if (rc != 0) {
			fail_write(run, at, part, seed, rc);
			return false;
		}
		at += part;
		len -= part;
	}
	return true;
}

bool conformance_blank(struct conformance_run *run, size_t at, size_t len)
{
	const struct flash_driver_api *api = run->dev->api;

	if (api->erase == NULL) {
		return conformance_program(run, at, len, CONFORMANCE_BLANK);
	}
	return conformance_ok(run, "flash_erase", (long long)at, len,
			      flash_erase(run->dev, (off_t)at, len));
}

bool conformance_prepare(struct conformance_run *run, unsigned int seed)
{
	const size_t len = run->end - run->start;

	return conformance_blank(run, run->start, len) &&
	       (seed == CONFORMANCE_BLANK || conformance_program(run, run->start, len, seed));
}
