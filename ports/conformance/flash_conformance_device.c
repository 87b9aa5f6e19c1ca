/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about what the device says of itself, and whether all that it says it has is there.
 */
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
	if (conformance_fail_first(run)) {
		conformance_text_add(&run->note, "pages are ");
		conformance_text_hex(&run->note, run->device_end);
		conformance_text_add(&run->note, " bytes, ");
		conformance_text_add(&run->note, what);
		conformance_text_hex(&run->note, size);
	}
}

/* The driver is asked for its first byte and its last: a chip that is smaller may say so. */
const char *conformance_size(struct conformance_run *run)
{
	uint64_t size = 0;

	if (!conformance_ok(run, "flash_get_size", 0, 0, flash_get_size(run->dev, &size))) {
		return NULL;
	}
	if (size != run->device_end) {
		fail_size(run, "get_size says ", size);
	}
	if (run->suite->device_size != 0 && run->suite->device_size != run->device_end) {
		fail_size(run, "the data sheet says ", run->suite->device_size);
	}
	(void)conformance_read(run, 0, run->suite->buf, 1);
	(void)conformance_read(run, run->device_end - 1, run->suite->buf, 1);
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
	if (right == PROBE_SIZE && conformance_fail_first(run)) {
		conformance_text_hex(&run->note, at);
		conformance_text_add(&run->note, " shows the bytes of ");
		conformance_text_hex(&run->note, run->inner);
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
