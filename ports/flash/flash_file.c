/* SPDX-License-Identifier: Apache-2.0 */
#include <flash/flash_file.h>

#include <string.h>

#include <posix/file_io.h>

#define ERASE_CHUNK 4096

static const struct flash_file_config *config_of(const struct device *dev)
{
	return dev->config;
}

static int flash_file_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	return file_read(config_of(dev)->fd, offset, data, len);
}

static int flash_file_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	return file_write(config_of(dev)->fd, offset, data, len);
}

static int flash_file_erase(const struct device *dev, off_t offset, size_t size)
{
	uint8_t erased[ERASE_CHUNK];
	int rc = 0;

	memset(erased, config_of(dev)->parameters.erase_value, sizeof(erased));
	while (rc == 0 && size > 0) {
		size_t len = size < sizeof(erased) ? size : sizeof(erased);

		rc = flash_file_write(dev, offset, erased, len);
		offset += (off_t)len;
		size -= len;
	}
	return rc;
}

static const struct flash_parameters *flash_file_get_parameters(const struct device *dev)
{
	return &config_of(dev)->parameters;
}

static void flash_file_page_layout(const struct device *dev,
				   const struct flash_pages_layout **layout, size_t *layout_size)
{
	*layout = config_of(dev)->layout;
	*layout_size = config_of(dev)->layout_size;
}

const struct flash_driver_api flash_file_api = {
	.read = flash_file_read,
	.write = flash_file_write,
	.erase = flash_file_erase,
	.get_parameters = flash_file_get_parameters,
	.page_layout = flash_file_page_layout,
};
