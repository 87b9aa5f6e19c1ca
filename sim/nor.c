/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict NOR.
 *
 * Each operation passes four gates in this order: whether power is on, the rules of flash, the
 * injected failure, the inner device. A rule comes before the failure so that none can hide it, but
 * what code without power attempts breaks no rule. The driver ops are also called by code that goes
 * around the checks of flash.c, so bounds and alignment are asserted here once more.
 *
 * A planned cut falls before, inside or after the last gate. An erase of several pages passes it
 * once for each page, as on a chip.
 */
#include "nor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/bytes.h"
#include "tear.h"

#define CHUNK 256
#define WRITE_BLOCK_MAX 512u

static struct sim_nor *nor_of(const struct device *dev)
{
	return dev->data;
}

/* Keeps the first violation: what follows is often its consequence. */
static int DFU_PRINTF(5, 6) broken(struct sim_nor *nor, const char *operation, off_t offset,
				   size_t len, const char *format, ...)
{
	va_list args;
	int n;

	if (nor->violation[0] != '\0') {
		return -EIO;
	}
	n = snprintf(nor->violation, sizeof(nor->violation), "%s: %s of %zu bytes at %#jx: ",
		     nor->device.name == NULL ? "flash" : nor->device.name, operation, len,
		     (uintmax_t)offset);
	if (n >= 0 && (size_t)n < sizeof(nor->violation)) {
		va_start(args, format);
		(void)vsnprintf(nor->violation + n, sizeof(nor->violation) - (size_t)n, format,
				args);
		va_end(args);
	}
	return -EIO;
}

static bool fails_now(struct sim_nor *nor, bool is_read)
{
	if (is_read != nor->fail_reads || nor->fail_after < 0) {
		return false;
	}
	nor->fail_after--;
	return nor->fail_after < 0;
}

static int check_bounds(struct sim_nor *nor, const char *operation, off_t offset, size_t len)
{
	uint64_t size;
	int rc = flash_get_size(nor->inner, &size);

	if (rc != 0) {
		return rc;
	}
	if (offset < 0 || len > size || (uint64_t)offset > size - len) {
		return broken(nor, operation, offset, len,
			      "outside the device of %" PRIu64 " bytes", size);
	}
	return 0;
}

static int check_erased(struct sim_nor *nor, off_t offset, size_t len)
{
	const uint8_t erased = flash_get_parameters(nor->inner)->erase_value;
	uint8_t buf[CHUNK];

	for (size_t pos = 0; pos < len;) {
		size_t part = min_size(sizeof(buf), len - pos);
		int rc = flash_read(nor->inner, offset + (off_t)pos, buf, part);

		if (rc != 0) {
			return rc;
		}
		for (size_t i = 0; i < part; i++) {
			if (buf[i] != erased) {
				return broken(nor, "program", offset, len,
					      "the byte at %#jx is not erased",
					      (uintmax_t)offset + pos + i);
			}
		}
		pos += part;
	}
	return 0;
}

/* Also blocks that read erased: what was begun may be programmed, and what was torn may fade. */
static int check_cells(struct sim_nor *nor, off_t offset, size_t len, size_t block)
{
	for (size_t at = 0; nor->cells != NULL && at < len; at += block) {
		const uint8_t cell = nor->cells->programmed[((size_t)offset + at) / block];

		if (cell != SIM_CELL_ERASED) {
			return broken(nor, "program", offset, len, "the block at %#jx %s",
				      (uintmax_t)offset + at,
				      cell == SIM_CELL_TORN ? "is in a page whose erase was torn"
							    : "was begun to be programmed before");
		}
	}
	return check_erased(nor, offset, len);
}

static int check_program(struct sim_nor *nor, off_t offset, size_t len)
{
	const struct flash_parameters *parameters = flash_get_parameters(nor->inner);
	size_t block = parameters->write_block_size;
	int rc = check_bounds(nor, "program", offset, len);

	if (rc != 0) {
		return rc;
	}
	if ((size_t)offset % block != 0 || len % block != 0) {
		return broken(nor, "program", offset, len, "not whole write blocks of %zu bytes",
			      block);
	}
	if ((flash_params_get_erase_cap(parameters) & FLASH_ERASE_C_EXPLICIT) == 0) {
		return 0;
	}
	return check_cells(nor, offset, len, block);
}

static int check_erase(struct sim_nor *nor, off_t offset, size_t size)
{
	off_t end;
	int rc = check_bounds(nor, "erase", offset, size);

	if (rc != 0) {
		return rc;
	}
	end = offset + (off_t)size;
	while (offset < end) {
		struct flash_pages_info page;

		rc = flash_get_page_info_by_offs(nor->inner, offset, &page);
		if (rc != 0) {
			return rc;
		}
		if (page.start_offset != offset || page.size > (size_t)(end - offset)) {
			return broken(nor, "erase", end - (off_t)size, size,
				      "not whole pages: one of %zu bytes is at %#jx", page.size,
				      (uintmax_t)page.start_offset);
		}
		offset += (off_t)page.size;
	}
	return 0;
}

/* The whole blocks, then of the next one what the tear leaves. */
static int program_torn(struct sim_nor *nor, const struct sim_operation *operation)
{
	const size_t block = flash_get_write_block_size(nor->inner);
	const struct sim_torn_program torn =
		sim_tear_program_plan(operation->len / block, nor->power->seed);
	const size_t whole = torn.whole * block;
	const off_t at = operation->offset + (off_t)whole;
	const uint8_t *data = operation->data;
	uint8_t buf[WRITE_BLOCK_MAX];
	int rc;

	rc = flash_write(nor->inner, operation->offset, data, whole);
	rc = rc != 0 ? rc : flash_read(nor->inner, at, buf, block);
	if (rc != 0) {
		return rc;
	}
	const bool is_begun = sim_tear_block(&torn, buf, &data[whole], block);
	sim_cells_program(nor->cells, (size_t)operation->offset, whole + (is_begun ? block : 0),
			  block);
	return flash_write(nor->inner, at, buf, block);
}

static int program_whole(struct sim_nor *nor, const struct sim_operation *operation)
{
	int rc;

	sim_cells_program(nor->cells, (size_t)operation->offset, operation->len,
			  flash_get_write_block_size(nor->inner));
	rc = flash_write(nor->inner, operation->offset, operation->data, operation->len);
	if (rc == 0) {
		nor->stats.programs++;
		nor->stats.bytes_programmed += operation->len;
	}
	return rc;
}

static int program(struct sim_nor *nor, off_t offset, const void *data, size_t len)
{
	const struct sim_operation operation = {.kind = SIM_PROGRAM,
						.flash = nor->flash,
						.offset = offset,
						.len = len,
						.data = data};
	int rc = sim_power_begin(nor->power, &operation);

	if (rc != 0) {
		return rc;
	}
	rc = sim_power_tears(nor->power) ? program_torn(nor, &operation)
					 : program_whole(nor, &operation);
	return sim_power_end(nor->power, rc);
}

/* No driver can erase a part: the page is programmed with what the tear leaves. */
static int erase_torn(struct sim_nor *nor, const struct flash_pages_info *page)
{
	const struct flash_parameters *parameters = flash_get_parameters(nor->inner);
	const size_t block = parameters->write_block_size;
	const size_t part = round_down(WRITE_BLOCK_MAX, block);
	const struct sim_torn_erase torn =
		sim_tear_erase_plan(page->size, parameters, nor->power->seed);
	const size_t start = (size_t)page->start_offset;
	uint8_t buf[WRITE_BLOCK_MAX];
	int rc = 0;

	sim_cells_tear(nor->cells, start, page->size, block);
	for (size_t pos = 0; pos < torn.touched && rc == 0; pos += part) {
		const size_t len = min_size(part, page->size - pos);

		rc = flash_read(nor->inner, (off_t)(start + pos), buf, len);
		if (rc == 0) {
			sim_tear_erase(&torn, pos, buf,
				       nor->cells != NULL ? &nor->cells->unstable[start + pos]
							  : NULL,
				       len);
			rc = flash_write(nor->inner, (off_t)(start + pos), buf, len);
		}
	}
	return rc;
}

static int erase_whole(struct sim_nor *nor, const struct flash_pages_info *page)
{
	const int rc = flash_erase(nor->inner, page->start_offset, page->size);

	if (rc == 0) {
		sim_cells_erase(nor->cells, (size_t)page->start_offset, page->size,
				flash_get_write_block_size(nor->inner));
		nor->stats.erases++;
		nor->stats.bytes_erased += page->size;
	}
	return rc;
}

static int erase_page(struct sim_nor *nor, const struct flash_pages_info *page)
{
	const struct sim_operation operation = {.kind = SIM_ERASE,
						.flash = nor->flash,
						.offset = page->start_offset,
						.len = page->size};
	int rc = sim_power_begin(nor->power, &operation);

	if (rc != 0) {
		return rc;
	}
	rc = sim_power_tears(nor->power) ? erase_torn(nor, page) : erase_whole(nor, page);
	return sim_power_end(nor->power, rc);
}

/* Torn as one page would be. */
static int erase_at_once(struct sim_nor *nor, off_t offset, size_t size)
{
	const struct flash_pages_info all = {.start_offset = offset, .size = size};

	return size > 0 ? erase_page(nor, &all) : 0;
}

static int erase_pages(struct sim_nor *nor, off_t offset, size_t size)
{
	const off_t end = offset + (off_t)size;

	if (nor->erases_at_once) {
		return erase_at_once(nor, offset, size);
	}
	while (offset < end) {
		struct flash_pages_info page;
		int rc = flash_get_page_info_by_offs(nor->inner, offset, &page);

		if (rc == 0) {
			rc = erase_page(nor, &page);
		}
		if (rc != 0) {
			return rc;
		}
		offset += (off_t)page.size;
	}
	return 0;
}

static int nor_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	struct sim_nor *nor = nor_of(dev);
	int rc = sim_power_check(nor->power);

	if (rc == 0) {
		rc = check_bounds(nor, "read", offset, len);
	}
	if (rc != 0) {
		return rc;
	}
	if (fails_now(nor, true)) {
		return nor->fail_rc;
	}
	rc = flash_read(nor->inner, offset, data, len);
	if (rc == 0) {
		sim_cells_read(nor->cells, (size_t)offset, data, len);
		nor->stats.reads++;
	}
	return rc;
}

static int nor_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	struct sim_nor *nor = nor_of(dev);
	int rc = sim_power_check(nor->power);

	if (rc == 0) {
		rc = check_program(nor, offset, len);
	}
	if (rc != 0) {
		return rc;
	}
	if (len == 0) {
		return 0;
	}
	return fails_now(nor, false) ? nor->fail_rc : program(nor, offset, data, len);
}

static int nor_erase(const struct device *dev, off_t offset, size_t size)
{
	struct sim_nor *nor = nor_of(dev);
	int rc = sim_power_check(nor->power);

	if (rc == 0) {
		rc = check_erase(nor, offset, size);
	}
	if (rc != 0) {
		return rc;
	}
	return fails_now(nor, false) ? nor->fail_rc : erase_pages(nor, offset, size);
}

static const struct flash_parameters *nor_get_parameters(const struct device *dev)
{
	return flash_get_parameters(nor_of(dev)->inner);
}

static int nor_get_size(const struct device *dev, uint64_t *size)
{
	return flash_get_size(nor_of(dev)->inner, size);
}

static void nor_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			    size_t *layout_size)
{
	const struct device *inner = nor_of(dev)->inner;
	const struct flash_driver_api *api = inner->api;

	api->page_layout(inner, layout, layout_size);
}

static const struct flash_driver_api nor_api = {
	.read = nor_read,
	.write = nor_write,
	.erase = nor_erase,
	.get_parameters = nor_get_parameters,
	.get_size = nor_get_size,
	.page_layout = nor_page_layout,
};

void sim_nor_init(struct sim_nor *nor, const struct device *inner)
{
	*nor = (struct sim_nor){
		.device = {.name = inner->name, .api = &nor_api, .data = nor},
		.inner = inner,
		.fail_after = -1,
	};
}
