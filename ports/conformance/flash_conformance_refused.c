/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what the device must refuse, and what it must not.
 *
 * What may be accepted by mistake does little harm: programs are of erased bytes, which change
 * nothing where programs only clear bits, and erases begin in the scratch range or outside of the
 * device.
 */
#include <string.h>

#include "conformance/flash_conformance_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A range that must be refused by each call it suits. */
struct refused {
	long long at;
	size_t len;
};

typedef void refuse_call(struct conformance_run *run, const struct refused *range);

static void refuse_write(struct conformance_run *run, const struct refused *range)
{
	uint8_t *buf = run->suite->buf;

	memset(buf, run->erased, run->suite->buf_size);
	conformance_refused(run, "flash_write", range->at, range->len,
			    flash_write(run->dev, (off_t)range->at, buf, range->len));
}

static void refuse_erase(struct conformance_run *run, const struct refused *range)
{
	const struct flash_driver_api *api = run->dev->api;

	if (api->erase != NULL) {
		conformance_refused(run, "flash_erase", range->at, range->len,
				    flash_erase(run->dev, (off_t)range->at, range->len));
	}
}

static void refuse_read(struct conformance_run *run, const struct refused *range)
{
	conformance_refused(run, "flash_read", range->at, range->len,
			    flash_read(run->dev, (off_t)range->at, run->suite->buf, range->len));
}

/* Nothing of a length of 0: that is another rule. */
static void refuse_each(struct conformance_run *run, refuse_call *refuse,
			const struct refused *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].len > 0) {
			refuse(run, &ranges[i]);
		}
	}
}

/*
 * Outside, across an end, and sums that wrap into the scratch range. The lengths stay within `buf`
 * but for those that wrap, which nobody can mean; a sum that wraps to its own start is nothing.
 */
const char *conformance_bounds(struct conformance_run *run)
{
	const unsigned int seed = conformance_seed(run);
	const long long end = (long long)run->device_end;
	const long long block = (long long)run->block;
	const long long page = (long long)run->inner_page;
	const size_t wraps = (size_t)0 - run->inner;
	const struct refused io[] = {
		{-block, run->block},
		{-block, 2 * run->block},
		{end, run->block},
		{end - block, 2 * run->block},
		{(long long)run->inner, wraps},
		{(long long)run->inner, wraps + run->block},
	};
	const struct refused pages[] = {
		{-page, run->inner_page},
		{end, run->inner_page},
		{(long long)run->inner, wraps},
		{(long long)run->inner, wraps + run->inner_page},
	};

	if (!conformance_prepare(run, seed)) {
		return NULL;
	}
	refuse_each(run, refuse_read, io, COUNT(io));
	refuse_each(run, refuse_write, io, COUNT(io));
	refuse_each(run, refuse_erase, pages, COUNT(pages));
	(void)conformance_expect(run, run->start, run->end - run->start, seed);
	return NULL;
}

static void refuse_parts_of_blocks(struct conformance_run *run)
{
	const long long at = (long long)run->inner;
	const struct refused ranges[] = {
		{at + 1, run->block},     {at, 1}, {at, run->block - 1}, {at, run->block + 1},
		{at + 1, run->block - 1},
	};

	if (run->block > 1) {
		refuse_each(run, refuse_write, ranges, COUNT(ranges));
	}
}

static void refuse_parts_of_pages(struct conformance_run *run)
{
	const long long at = (long long)run->inner;
	const size_t page = run->inner_page;
	const struct refused ranges[] = {
		{at, page - 1},          {at + 1, page},
		{at + 1, page - 1},      {at - 1, page + 1},
		{at, page - run->block}, {at + (long long)run->block, page - run->block},
	};

	refuse_each(run, refuse_erase, ranges, COUNT(ranges));
}

const char *conformance_alignment(struct conformance_run *run)
{
	const unsigned int seed = conformance_seed(run);

	if (!conformance_prepare(run, seed)) {
		return NULL;
	}
	refuse_parts_of_blocks(run);
	refuse_parts_of_pages(run);
	(void)conformance_expect(run, run->start, run->end - run->start, seed);
	return NULL;
}

static void accept_nothing_at(struct conformance_run *run, size_t at)
{
	const struct flash_driver_api *api = run->dev->api;

	(void)conformance_read(run, at, NULL, 0);
	(void)conformance_ok(run, "flash_write", (long long)at, 0,
			     flash_write(run->dev, (off_t)at, NULL, 0));
	if (api->erase != NULL) {
		(void)conformance_ok(run, "flash_erase", (long long)at, 0,
				     flash_erase(run->dev, (off_t)at, 0));
	}
}

const char *conformance_zero_length(struct conformance_run *run)
{
	const unsigned int seed = conformance_seed(run);

	if (conformance_prepare(run, seed)) {
		accept_nothing_at(run, run->inner);
		accept_nothing_at(run, run->device_end);
		(void)conformance_expect(run, run->start, run->end - run->start, seed);
	}
	return NULL;
}
