/* SPDX-License-Identifier: Apache-2.0 */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED_BEFORE 7
#define SEED_DATA 100

static struct {
	const struct flash_driver_api *api;
	struct flash_driver_api torn;
	long countdown;
	size_t keep;
	int rc;
} tear;

struct page {
	size_t start;
	size_t end;
};

/* Page number `i` of the runs; false behind the last. */
static bool page_at(const struct rig *rig, size_t i, struct page *page)
{
	size_t start = 0;

	for (size_t run = 0; run < TEST_FLASH_RUNS_MAX; run++) {
		size_t size = rig->flash.runs[run].pages_size;

		for (size_t n = rig->flash.runs[run].pages_count; n > 0; n--, i--) {
			if (i == 0) {
				*page = (struct page){start, start + size};
				return true;
			}
			start += size;
		}
	}
	return false;
}

static bool is_shared(const struct rig *rig, const struct page *page)
{
	return page->start < rig->offset || page->end > rig->offset + rig->size;
}

static bool needs_erase(const struct rig *rig)
{
	return !rig->flash.ram_config->parameters.caps.no_explicit_erase;
}

static void erase_in(const struct rig *rig, uint8_t *memory, size_t start, size_t end)
{
	memset(memory + start, rig->flash.ram_config->parameters.erase_value, end - start);
}

void rig_init(struct rig *rig, const struct test_geometry *geometry, size_t offset, size_t size,
	      size_t buf_len)
{
	struct page page;

	memset(rig, 0, sizeof(*rig));
	test_flash_init(&rig->flash, geometry);
	rig->offset = offset;
	rig->size = size;
	rig->buf = malloc(buf_len);
	rig->data = malloc(size);
	rig->before = malloc(rig->flash.size);
	rig->model = malloc(rig->flash.size);
	assert_true(rig->buf != NULL && rig->data != NULL && rig->before != NULL &&
		    rig->model != NULL);
	test_pattern(rig->data, size, SEED_DATA);
	test_pattern(rig->before, rig->flash.size, SEED_BEFORE);
	for (size_t i = 0; page_at(rig, i, &page); i++) {
		if (is_shared(rig, &page) && page.end > offset && page.start < offset + size) {
			erase_in(rig, rig->before, page.start > offset ? page.start : offset,
				 page.end < offset + size ? page.end : offset + size);
		}
	}
	rig->ctx.buf_len = buf_len;
	rig_restart(rig);
}

void rig_restart(struct rig *rig)
{
	memcpy(rig->flash.memory, rig->before, rig->flash.size);
	sim_nor_init(&rig->flash.nor, &rig->flash.ram);
	assert_int_equal(stream_flash_init(&rig->ctx, rig->flash.dev, rig->buf, rig->ctx.buf_len,
					   rig->offset, rig->size, NULL),
			 0);
}

void rig_free(struct rig *rig)
{
	test_flash_free(&rig->flash);
	free(rig->buf);
	free(rig->data);
	free(rig->before);
	free(rig->model);
}

size_t rig_pages(const struct rig *rig, size_t end)
{
	size_t pages = 0;
	struct page page;

	for (size_t i = 0; page_at(rig, i, &page); i++) {
		if (!is_shared(rig, &page) && page.start < rig->offset + end) {
			pages++;
		}
	}
	return pages;
}

void rig_check(struct rig *rig, size_t len)
{
	struct page page;

	memcpy(rig->model, rig->before, rig->flash.size);
	for (size_t i = 0; page_at(rig, i, &page); i++) {
		if (needs_erase(rig) && !is_shared(rig, &page) && page.start < rig->offset + len) {
			erase_in(rig, rig->model, page.start, page.end);
		}
	}
	if (len > 0) {
		size_t block = rig->flash.ram_config->parameters.write_block_size;

		erase_in(rig, rig->model, rig->offset,
			 rig->offset + (len + block - 1) / block * block);
	}
	memcpy(rig->model + rig->offset, rig->data, len);
	assert_string_equal(rig->flash.nor.violation, "");
	assert_memory_equal(rig->flash.memory, rig->model, rig->flash.size);
}

size_t rig_position(const struct rig *rig)
{
	return stream_flash_bytes_written(&rig->ctx) + stream_flash_bytes_buffered(&rig->ctx);
}

int rig_feed(struct rig *rig, size_t end, size_t chunk)
{
	int rc;

	do {
		size_t at = rig_position(rig);
		size_t n = end - at < chunk ? end - at : chunk;

		rc = stream_flash_buffered_write(&rig->ctx, rig->data + at, n, at + n == end);
	} while (rc == 0 && rig_position(rig) < end);
	return rc;
}

static int torn_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	if (tear.countdown-- != 0) {
		return tear.api->write(dev, offset, data, len);
	}
	if (tear.keep > 0) {
		assert_true(tear.keep <= len);
		assert_int_equal(tear.api->write(dev, offset, data, tear.keep), 0);
	}
	return tear.rc;
}

void rig_tear(struct rig *rig, long countdown, size_t keep, int rc)
{
	struct device *dev = &rig->flash.nor.device;

	if (dev->api != &tear.torn) {
		tear.api = dev->api;
		tear.torn = *tear.api;
		tear.torn.write = torn_write;
		dev->api = &tear.torn;
	}
	tear.countdown = countdown;
	tear.keep = keep;
	tear.rc = rc;
}
