/* SPDX-License-Identifier: Apache-2.0 */
#include "file_flash.h"

#include <string.h>

static int read_bytes(const struct device *dev, off_t offset, void *data, size_t len)
{
	struct file_flash *flash = dev->data;

	if (++flash->reads == flash->fails) {
		return flash->rc;
	}
	flash->bytes += len;
	memcpy(data, &flash->memory[offset], len);
	if (flash->reads == flash->spoils) {
		*(uint8_t *)data ^= 0xff;
	}
	return 0;
}

static const struct flash_parameters *parameters_of(const struct device *dev)
{
	static const struct flash_parameters parameters = {
		.write_block_size = 1,
		.erase_value = 0xff,
	};

	(void)dev;
	return &parameters;
}

static int size_of(const struct device *dev, uint64_t *size)
{
	const struct file_flash *flash = dev->data;

	if (flash->size_rc != 0) {
		return flash->size_rc;
	}
	*size = flash->pages.pages_size;
	return 0;
}

static void layout_of(const struct device *dev, const struct flash_pages_layout **layout,
		      size_t *layout_size)
{
	const struct file_flash *flash = dev->data;

	*layout = &flash->pages;
	*layout_size = 1;
}

/* What writes is missing: a call of it ends the test. */
static const struct flash_driver_api api = {
	.read = read_bytes,
	.get_parameters = parameters_of,
	.get_size = size_of,
	.page_layout = layout_of,
};

void file_flash_open(struct file_flash *flash, const uint8_t *memory, size_t size)
{
	*flash = (struct file_flash){
		.dev = {.name = "file", .api = &api, .data = flash},
		.memory = memory,
		.pages = {1, size},
	};
}
