/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checked flash access.
 *
 * Every range is checked here, once, before a driver sees it: inside the device, and whole write
 * blocks or pages where that matters. Nothing about a device is remembered between calls, as tests
 * and decorators swap `api`; its bounds come from the runs of pages each time, which for the one to
 * four runs of real devices costs less than a look-up.
 *
 * Ranges are checked by subtraction, so that no offset or length wraps into the device. Alignment
 * is a remainder, not a mask: a write block is a power of two on most devices, not on all.
 */
#include <string.h>

#include <drivers/flash.h>

#include <dfu/config.h>

#include "common/bytes.h"
#include "flash/flash_stats.h"

static const struct flash_driver_api *ops(const struct device *dev)
{
	return dev->api;
}

/* A host may have an off_t wider than its size_t. */
static bool is_size(off_t n)
{
	return n >= 0 && (off_t)(size_t)n == n;
}

/*
 * `step` is the alignment asked of both ends. The end of the range must lie in one of the runs, or
 * at its end; what is left of it after each run cannot wrap.
 */
static int check_range(const struct device *dev, off_t offset, size_t len, size_t step)
{
	const struct flash_pages_layout *run;
	size_t start = (size_t)offset;
	size_t left = start + len;
	size_t runs;

	if (!is_size(offset) || len > SIZE_MAX - start || start % step != 0 || len % step != 0) {
		return -EINVAL;
	}
	ops(dev)->page_layout(dev, &run, &runs);
	for (; runs > 0; runs--, run++) {
		const size_t run_size = run->pages_count * run->pages_size;

		if (left <= run_size) {
			return 0;
		}
		left -= run_size;
	}
	return -EINVAL;
}

static int check_program(const struct device *dev, off_t offset, size_t len)
{
	return check_range(dev, offset, len, flash_get_write_block_size(dev));
}

/*
 * Walks the runs with what is left of the offset. A run is passed only when it has no more pages
 * than that, so its bytes are at most the offset and cannot wrap.
 */
static int find_page(const struct device *dev, size_t offset, struct flash_pages_info *info)
{
	const struct flash_pages_layout *run;
	size_t runs;
	size_t left = offset;
	size_t index = 0;

	ops(dev)->page_layout(dev, &run, &runs);
	for (; runs > 0; runs--, run++) {
		const size_t page = left / run->pages_size;

		if (page < run->pages_count) {
			info->start_offset = (off_t)(offset - left % run->pages_size);
			info->size = run->pages_size;
			info->index = (uint32_t)(index + page);
			return 0;
		}
		left -= run->pages_count * run->pages_size;
		index += run->pages_count;
	}
	return -EINVAL;
}

/* The same with what is left of the index. */
static int find_page_by_index(const struct device *dev, size_t index, struct flash_pages_info *info)
{
	const struct flash_pages_layout *run;
	size_t runs;
	size_t start = 0;
	size_t left = index;

	ops(dev)->page_layout(dev, &run, &runs);
	for (; runs > 0; runs--, run++) {
		if (left < run->pages_count) {
			info->start_offset = (off_t)(start + left * run->pages_size);
			info->size = run->pages_size;
			info->index = (uint32_t)index;
			return 0;
		}
		left -= run->pages_count;
		start += run->pages_count * run->pages_size;
	}
	return -EINVAL;
}

/* The end of the device is the start of the page after the last. */
static bool is_page_start(const struct device *dev, off_t offset)
{
	struct flash_pages_info page;

	return find_page(dev, (size_t)offset, &page) != 0 || page.start_offset == offset;
}

/* Index of the page that begins at `offset`; at the end of the device that behind the last. */
static size_t page_index(const struct device *dev, size_t offset)
{
	struct flash_pages_info page;

	return find_page(dev, offset, &page) == 0 ? page.index : flash_get_page_count(dev);
}

static int program(const struct device *dev, off_t offset, const void *data, size_t len)
{
	if (!IS_ENABLED(CONFIG_DFU_TARGET_STATS)) {
		return ops(dev)->write(dev, offset, data, len);
	}
	const uint32_t began = flash_stats_begin();
	const int rc = ops(dev)->write(dev, offset, data, len);

	flash_stats_programmed(len, began);
	return rc;
}

static int erase(const struct device *dev, off_t offset, size_t size)
{
	if (!IS_ENABLED(CONFIG_DFU_TARGET_STATS)) {
		return ops(dev)->erase(dev, offset, size);
	}
	const size_t first = page_index(dev, (size_t)offset);
	const size_t pages = page_index(dev, (size_t)offset + size) - first;
	const uint32_t began = flash_stats_begin();
	const int rc = ops(dev)->erase(dev, offset, size);

	flash_stats_erased(pages, began);
	return rc;
}

int flash_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	int rc = check_range(dev, offset, len, 1);

	if (rc != 0 || len == 0) {
		return rc;
	}
	return data == NULL ? -EINVAL : ops(dev)->read(dev, offset, data, len);
}

int flash_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	int rc = check_program(dev, offset, len);

	if (rc != 0 || len == 0) {
		return rc;
	}
	return data == NULL ? -EINVAL : program(dev, offset, data, len);
}

int flash_erase(const struct device *dev, off_t offset, size_t size)
{
	int rc;

	if (ops(dev)->erase == NULL) {
		return -ENOSYS;
	}
	rc = check_range(dev, offset, size, 1);
	if (rc != 0) {
		return rc;
	}
	if (!is_page_start(dev, offset) || !is_page_start(dev, offset + (off_t)size)) {
		return -EINVAL;
	}
	return size == 0 ? 0 : erase(dev, offset, size);
}

int flash_fill(const struct device *dev, uint8_t val, off_t offset, size_t size)
{
	uint8_t buf[CONFIG_FLASH_FILL_BUFFER_SIZE];
	size_t step = round_down(sizeof(buf), flash_get_write_block_size(dev));
	int rc = check_program(dev, offset, size);

	if (rc == 0 && step == 0) {
		rc = -EINVAL;
	}
	memset(buf, val, sizeof(buf));
	while (rc == 0 && size > 0) {
		size_t len = min_size(step, size);

		rc = program(dev, offset, buf, len);
		offset += (off_t)len;
		size -= len;
	}
	return rc;
}

int flash_flatten(const struct device *dev, off_t offset, size_t size)
{
	const struct flash_parameters *parameters = flash_get_parameters(dev);

	if ((flash_params_get_erase_cap(parameters) & FLASH_ERASE_C_EXPLICIT) != 0) {
		return flash_erase(dev, offset, size);
	}
	return flash_fill(dev, parameters->erase_value, offset, size);
}

int flash_copy(const struct device *src_dev, off_t src_offset, const struct device *dst_dev,
	       off_t dst_offset, off_t size, uint8_t *buf, size_t buf_size)
{
	off_t distance = 0;
	size_t left = (size_t)size;
	int rc;

	if (!device_is_ready(src_dev) || !device_is_ready(dst_dev)) {
		return -ENODEV;
	}
	if (!is_size(size) || buf == NULL || buf_size == 0 ||
	    buf_size % flash_get_write_block_size(dst_dev) != 0) {
		return -EINVAL;
	}
	rc = check_range(src_dev, src_offset, left, 1);
	if (rc == 0) {
		rc = check_program(dst_dev, dst_offset, left);
	}
	if (rc == 0 && src_dev == dst_dev) {
		distance = src_offset < dst_offset ? dst_offset - src_offset
						   : src_offset - dst_offset;
		if (distance < size) {
			return distance == 0 ? 0 : -EINVAL;
		}
	}
	while (rc == 0 && left > 0) {
		size_t len = min_size(buf_size, left);

		rc = flash_read(src_dev, src_offset, buf, len);
		if (rc == 0) {
			rc = flash_write(dst_dev, dst_offset, buf, len);
		}
		src_offset += (off_t)len;
		dst_offset += (off_t)len;
		left -= len;
	}
	return rc;
}

int flash_get_page_info_by_offs(const struct device *dev, off_t offset,
				struct flash_pages_info *info)
{
	return is_size(offset) ? find_page(dev, (size_t)offset, info) : -EINVAL;
}

int flash_get_page_info_by_idx(const struct device *dev, uint32_t page_index,
			       struct flash_pages_info *info)
{
	return find_page_by_index(dev, page_index, info);
}

size_t flash_get_page_count(const struct device *dev)
{
	const struct flash_pages_layout *run;
	size_t runs;
	size_t count = 0;

	ops(dev)->page_layout(dev, &run, &runs);
	for (; runs > 0; runs--, run++) {
		count += run->pages_count;
	}
	return count;
}

void flash_page_foreach(const struct device *dev, flash_page_cb cb, void *data)
{
	struct flash_pages_info page;

	for (uint32_t i = 0; find_page_by_index(dev, i, &page) == 0; i++) {
		if (!cb(&page, data)) {
			return;
		}
	}
}

int flash_get_size(const struct device *dev, uint64_t *size)
{
	const struct flash_pages_layout *run;
	size_t runs;
	uint64_t sum = 0;

	if (ops(dev)->get_size != NULL) {
		return ops(dev)->get_size(dev, size);
	}
	ops(dev)->page_layout(dev, &run, &runs);
	for (; runs > 0; runs--, run++) {
		sum += (uint64_t)run->pages_count * run->pages_size;
	}
	*size = sum;
	return 0;
}

const struct flash_parameters *flash_get_parameters(const struct device *dev)
{
	return ops(dev)->get_parameters(dev);
}

size_t flash_get_write_block_size(const struct device *dev)
{
	return flash_get_parameters(dev)->write_block_size;
}

int flash_params_get_erase_cap(const struct flash_parameters *parameters)
{
	return parameters->caps.no_explicit_erase ? 0 : FLASH_ERASE_C_EXPLICIT;
}
