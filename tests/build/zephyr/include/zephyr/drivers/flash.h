/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct device {
	const char *name;
	const void *config;
	const void *api;
	void *data;
};

struct flash_pages_info {
	off_t start_offset;
	size_t size;
	uint32_t index;
};

struct flash_parameters {
	const size_t write_block_size;
	struct {
		bool no_explicit_erase : 1;
	} caps;
	uint8_t erase_value;
};

int flash_read(const struct device *dev, off_t offset, void *data, size_t len);
int flash_write(const struct device *dev, off_t offset, const void *data, size_t len);
int flash_erase(const struct device *dev, off_t offset, size_t size);
int flash_flatten(const struct device *dev, off_t offset, size_t size);
int flash_get_size(const struct device *dev, uint64_t *size);
int flash_get_page_info_by_offs(const struct device *dev, off_t offset,
				struct flash_pages_info *info);
size_t flash_get_write_block_size(const struct device *dev);
const struct flash_parameters *flash_get_parameters(const struct device *dev);
bool device_is_ready(const struct device *dev);
