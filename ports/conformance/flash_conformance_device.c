/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what the device says of itself, and about what it must refuse.
 *
 * What may be accepted by mistake does little harm: programs are of erased bytes, which change
 * nothing where programs only clear bits, and erases begin in the scratch range or outside of the
 * device.
 */
#include <string.h>

#include "conformance/flash_conformance_parts.h"

#define WRITE_BLOCK_MAX 512
#define PROBE_SIZE 16

static bool is_complete(const struct flash_driver_api *api)
{
	return api->read != NULL && api->write != NULL && api->get_parameters != NULL &&
	       api->page_layout != NULL;
}

const char *conformance_parameters(struct conformance_run *run)
{
	const struct flash_driver_api *api = run->dev->api;
	const struct flash_parameters *parameters;

	if (!is_complete(api)) {
		conformance_fail(run, "read, write, get_parameters or page_layout is NULL");
		return NULL;
	}
	parameters = flash_get_parameters(run->dev);
	if (parameters == NULL) {
		conformance_fail(run, "get_parameters gives NULL");
	} else if (parameters->write_block_size < 1 ||
		   parameters->write_block_size > WRITE_BLOCK_MAX) {
		conformance_fail(run, "write_block_size is not 1 to 512");
	} else if (parameters->erase_value != 0xff && parameters->erase_value != 0) {
		conformance_fail(run, "erase_value is neither 0xff nor 0x00");
	} else if (!parameters->caps.no_explicit_erase && api->erase == NULL) {
		conformance_fail(run, "erase is NULL and caps.no_explicit_erase is not set");
	} else {
		run->block = parameters->write_block_size;
		run->erased = parameters->erase_value;
	}
	return NULL;
}

static bool is_run_good(struct conformance_run *run, const struct flash_pages_layout *pages)
{
	if (pages->pages_count == 0 || pages->pages_size == 0) {
		conformance_fail(run, "a run has no pages, or pages of no bytes");
	} else if (pages->pages_size % run->block != 0) {
		conformance_fail(run, "a page is not whole write blocks");
	} else if (pages->pages_count > (SIZE_MAX - run->device_end) / pages->pages_size) {
		conformance_fail(run, "the pages are more than SIZE_MAX bytes");
	} else {
		run->device_end += pages->pages_count * pages->pages_size;
		return true;
	}
	return false;
}

const char *conformance_page_layout(struct conformance_run *run)
{
	const struct flash_driver_api *api = run->dev->api;
	const struct flash_pages_layout *pages = NULL;
	const struct flash_pages_layout *again = NULL;
	size_t count = 0;
	size_t count_again = 0;

	api->page_layout(run->dev, &pages, &count);
	api->page_layout(run->dev, &again, &count_again);
	if (pages == NULL || count == 0) {
		conformance_fail(run, "the device has no pages");
		return NULL;
	}
	if (again != pages || count_again != count) {
		conformance_fail(run, "a second call gives another layout");
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_run_good(run, &pages[i])) {
			break;
		}
	}
	return NULL;
}

static void fail_size(struct conformance_run *run, const char *what, uint64_t size)
{
	if (!run->failed) {
		conformance_text_add(&run->note, "pages are ");
		conformance_text_hex(&run->note, run->device_end);
		conformance_text_add(&run->note, " bytes, ");
		conformance_text_add(&run->note, what);
		conformance_text_hex(&run->note, size);
	}
	run->failed = true;
}

/* The driver is asked for its first byte and its last: a chip that is smaller may say so. */
const char *conformance_size(struct conformance_run *run)
{
	uint64_t size = 0;
	const off_t last = (off_t)(run->device_end - 1);
	int rc = flash_get_size(run->dev, &size);

	if (rc != 0) {
		conformance_fail_call(run, "flash_get_size", 0, 0, rc);
		return NULL;
	}
	if (size != run->device_end) {
		fail_size(run, "get_size says ", size);
	}
	if (run->suite->device_size != 0 && run->suite->device_size != run->device_end) {
		fail_size(run, "the data sheet says ", run->suite->device_size);
	}
	rc = flash_read(run->dev, 0, run->suite->buf, 1);
	if (rc != 0) {
		conformance_fail_call(run, "flash_read", 0, 1, rc);
	}
	rc = flash_read(run->dev, last, run->suite->buf, 1);
	if (rc != 0) {
		conformance_fail_call(run, "flash_read", last, 1, rc);
	}
	return NULL;
}

/* Whether the device shows, at a place outside of the scratch range, what was programmed in it. */
static void probe(struct conformance_run *run, size_t at, unsigned int seed)
{
	size_t right = 0;

	if (flash_read(run->dev, (off_t)at, run->suite->buf, PROBE_SIZE) != 0) {
		return; /* of the rule `size`, or a bank that is locked */
	}
	while (right < PROBE_SIZE &&
	       run->suite->buf[right] == conformance_byte(run, run->inner + right, seed)) {
		right++;
	}
	if (right == PROBE_SIZE && !run->failed) {
		conformance_text_hex(&run->note, at);
		conformance_text_add(&run->note, " shows the bytes of ");
		conformance_text_hex(&run->note, run->inner);
		run->failed = true;
	}
}

static bool is_outside(const struct conformance_run *run, size_t at)
{
	return at < run->start || at >= run->end;
}

/* Address lines that are missing, or cut off by a driver, show as copies at powers of two. */
const char *conformance_aliasing(struct conformance_run *run)
{
	const unsigned int seed = conformance_seed(run);

	if (run->inner_page < PROBE_SIZE) {
		return "pages are too small";
	}
	if (!conformance_prepare(run, seed)) {
		return NULL;
	}
	for (size_t distance = PROBE_SIZE; distance != 0 && distance < run->device_end;
	     distance *= 2) {
		if (distance <= run->inner && is_outside(run, run->inner - distance)) {
			probe(run, run->inner - distance, seed);
		}
		if (distance <= run->device_end - PROBE_SIZE - run->inner &&
		    is_outside(run, run->inner + distance)) {
			probe(run, run->inner + distance, seed);
		}
	}
	return NULL;
}

/* A range that must be refused by each call it suits. */
struct refused {
	long long at;
	size_t len;
};

static void refuse_write(struct conformance_run *run, const struct refused *range)
{
	int rc = flash_write(run->dev, (off_t)range->at, run->suite->buf, range->len);

	if (rc >= 0) {
		conformance_fail_call(run, "flash_write", range->at, range->len, rc);
	}
}

static void refuse_erase(struct conformance_run *run, const struct refused *range)
{
	const struct flash_driver_api *api = run->dev->api;
	int rc = api->erase == NULL ? -1 : flash_erase(run->dev, (off_t)range->at, range->len);

	if (rc >= 0) {
		conformance_fail_call(run, "flash_erase", range->at, range->len, rc);
	}
}

static void refuse_read(struct conformance_run *run, const struct refused *range)
{
	int rc = flash_read(run->dev, (off_t)range->at, run->suite->buf, range->len);

	if (rc >= 0) {
		conformance_fail_call(run, "flash_read", range->at, range->len, rc);
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
	for (size_t i = 0; i < sizeof(io) / sizeof(io[0]); i++) {
		if (io[i].len == 0) {
			continue;
		}
		refuse_read(run, &io[i]);
		memset(run->suite->buf, run->erased, run->suite->buf_size);
		refuse_write(run, &io[i]);
	}
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (pages[i].len != 0) {
			refuse_erase(run, &pages[i]);
		}
	}
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

	if (run->block == 1) {
		return;
	}
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		memset(run->suite->buf, run->erased, run->suite->buf_size);
		refuse_write(run, &ranges[i]);
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

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (ranges[i].len > 0) {
			refuse_erase(run, &ranges[i]);
		}
	}
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
	int rc = flash_read(run->dev, (off_t)at, NULL, 0);

	if (rc != 0) {
		conformance_fail_call(run, "flash_read", (long long)at, 0, rc);
	}
	rc = flash_write(run->dev, (off_t)at, NULL, 0);
	if (rc != 0) {
		conformance_fail_call(run, "flash_write", (long long)at, 0, rc);
	}
	rc = api->erase == NULL ? 0 : flash_erase(run->dev, (off_t)at, 0);
	if (rc != 0) {
		conformance_fail_call(run, "flash_erase", (long long)at, 0, rc);
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
