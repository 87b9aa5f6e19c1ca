/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about bytes: that programs, erases and reads do what they were asked, all of it and nothing
 * beside it.
 *
 * Writes have lengths of which neither the pages nor what a chip programs at a time are multiples,
 * so that they begin and end everywhere in those and run across their borders.
 */
#include <string.h>

#include "conformance/flash_conformance_parts.h"

#define READS 60u
#define READ_MAX 40u
#define CANARY_LEN 8u

static size_t page_end(const struct conformance_run *run, size_t at)
{
	struct flash_pages_info page;

	/* In the scratch range, which is whole pages. */
	if (flash_get_page_info_by_offs(run->dev, (off_t)at, &page) != 0) {
		return run->end;
	}
	return (size_t)page.start_offset + page.size;
}

/* The first block of each page alone: whether all of the page is erased is another rule. */
const char *conformance_erased_value(struct conformance_run *run)
{
	const struct flash_driver_api *api = run->dev->api;

	if (api->erase == NULL) {
		return "the device has no erase";
	}
	if (!conformance_blank(run, run->start, run->end - run->start)) {
		return NULL;
	}
	for (size_t at = run->start; at < run->end; at = page_end(run, at)) {
		(void)conformance_expect(run, at, run->block, CONFORMANCE_BLANK);
	}
	return NULL;
}

/* Write number `i` of those that fill a range; the last one ends it. */
static size_t write_length(const struct conformance_run *run, unsigned int i, size_t left)
{
	static const uint8_t blocks[] = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233};
	size_t len = blocks[i % sizeof(blocks)] * run->block;

	len = len < run->chunk ? len : run->chunk;
	return len < left ? len : left;
}

/* Only writes number 0, `step`, 2 * `step` ... of the range take place. */
static bool write_all(struct conformance_run *run, size_t at, size_t end, unsigned int step,
		      unsigned int seed)
{
	for (unsigned int i = 0; at < end; i++) {
		size_t len = write_length(run, i, end - at);

		if (i % step == 0 && !conformance_program(run, at, len, seed)) {
			return false;
		}
		at += len;
	}
	return true;
}

const char *conformance_write_result(struct conformance_run *run)
{
	if (conformance_prepare(run, CONFORMANCE_BLANK)) {
		(void)write_all(run, run->inner, run->end, 1, conformance_seed(run));
	}
	return NULL;
}

const char *conformance_write_whole(struct conformance_run *run)
{
	const unsigned int seed = conformance_seed(run);

	if (conformance_prepare(run, CONFORMANCE_BLANK) &&
	    write_all(run, run->inner, run->end, 1, seed)) {
		(void)conformance_expect(run, run->inner, run->end - run->inner, seed);
	}
	return NULL;
}

const char *conformance_write_range(struct conformance_run *run)
{
	const unsigned int seed = conformance_seed(run);
	size_t at = run->inner;

	if (!conformance_prepare(run, CONFORMANCE_BLANK) ||
	    !write_all(run, run->inner, run->end, 2, seed)) {
		return NULL;
	}
	for (unsigned int i = 0; at < run->end; i++) {
		size_t len = write_length(run, i, run->end - at);

		(void)conformance_expect(run, at, len, i % 2 == 0 ? seed : CONFORMANCE_BLANK);
		at += len;
	}
	(void)conformance_expect(run, run->start, run->inner - run->start, CONFORMANCE_BLANK);
	return NULL;
}

static void check_canaries(struct conformance_run *run, size_t first, size_t len, size_t at)
{
	const uint8_t *buf = run->suite->buf;

	for (size_t i = 0; i < CANARY_LEN + 4 + READ_MAX + CANARY_LEN; i++) {
		bool is_read = i >= first && i - first < len;

		if (!is_read && buf[i] != CONFORMANCE_CANARY) {
			conformance_fail_call(run, "beside the bytes of flash_read", (long long)at,
					      len, buf[i]);
		}
	}
}

static void read_part(struct conformance_run *run, size_t at, size_t first, size_t len,
		      unsigned int seed)
{
	uint8_t *buf = run->suite->buf;

	memset(buf, CONFORMANCE_CANARY, CANARY_LEN + 4 + READ_MAX + CANARY_LEN);
	if (!conformance_read(run, at, buf + first, len)) {
		return;
	}
	for (size_t i = 0; i < len; i++) {
		uint8_t expected = conformance_byte(run, at + i, seed);

		if (buf[first + i] != expected) {
			conformance_fail_byte(run, at + i, buf[first + i], expected);
		}
	}
	check_canaries(run, first, len, at);
}

/* Reads know no alignment, of offset, length or destination. Also reports what the rules before it
 * came upon. */
const char *conformance_read_range(struct conformance_run *run)
{
	const unsigned int seed = conformance_seed(run);
	const size_t room = run->end - run->inner - READ_MAX;

	if (run->misread) {
		conformance_fail_read(run, run->misread_at,
				      " read in shorter reads gave other bytes");
	}
	if (run->end - run->inner <= READ_MAX) {
		return "pages are too small";
	}
	if (!conformance_prepare(run, seed)) {
		return NULL;
	}
	for (size_t i = 0; i < READS; i++) {
		size_t at = run->inner + (i * 1021 + i) % room;

		read_part(run, at, CANARY_LEN + i % 4, 1 + (i * 7) % READ_MAX, seed);
	}
	/* Across the border of two pages. */
	read_part(run, run->inner + run->inner_page - 3, CANARY_LEN + 1, 7, seed);
	return NULL;
}

const char *conformance_erase_whole(struct conformance_run *run)
{
	const struct flash_driver_api *api = run->dev->api;
	const size_t len = run->inner_end - run->inner;

	if (api->erase == NULL) {
		return "the device has no erase";
	}
	if (conformance_prepare(run, conformance_seed(run)) &&
	    conformance_blank(run, run->inner, run->inner_page) &&
	    conformance_expect(run, run->inner, run->inner_page, CONFORMANCE_BLANK) &&
	    conformance_prepare(run, conformance_seed(run)) &&
	    conformance_blank(run, run->inner, len)) {
		(void)conformance_expect(run, run->inner, len, CONFORMANCE_BLANK);
	}
	return NULL;
}

/* Whether an erase of [at, end) leaves what is before and behind. */
static void erase_between(struct conformance_run *run, size_t at, size_t end)
{
	const unsigned int seed = conformance_seed(run);

	if (conformance_prepare(run, seed) && conformance_blank(run, at, end - at)) {
		(void)conformance_expect(run, run->start, at - run->start, seed);
		(void)conformance_expect(run, end, run->end - end, seed);
	}
}

const char *conformance_erase_granularity(struct conformance_run *run)
{
	const struct flash_driver_api *api = run->dev->api;
	const size_t second = run->inner + run->inner_page;

	if (api->erase == NULL) {
		return "the device has no erase";
	}
	erase_between(run, run->inner, second);
	if (second < run->inner_end) {
		erase_between(run, second, page_end(run, second));
		erase_between(run, run->inner, run->inner_end);
	}
	return NULL;
}
