/* SPDX-License-Identifier: Apache-2.0 */
#include <flash/flash_ram.h>

#include <string.h>

static const struct flash_ram_config *config_of(const struct device *dev)
{
	return dev->config;
}

static int flash_ram_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	memcpy(data, config_of(dev)->memory + offset, len);
	return 0;
}

static int flash_ram_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	memcpy(config_of(dev)->memory + offset, data, len);
	return 0;
}

static int flash_ram_erase(const struct device *dev, off_t offset, size_t size)
{
	const struct flash_ram_config *config = config_of(dev);

	memset(config->memory + offset, config->parameters.erase_value, size);
	return 0;
}

static const struct flash_parameters *flash_ram_get_parameters(const struct device *dev)
{
	return &config_of(dev)->parameters;
}

static void flash_ram_page_layout(const struct device *dev,
				  const struct flash_pages_layout **layout, size_t *layout_size)
{
	*layout = config_of(dev)->layout;
	*layout_size = config_of(dev)->layout_size;
}

const struct flash_driver_api flash_ram_api = {
	.read = flash_ram_read,
	.write = flash_ram_write,
	.erase = flash_ram_erase,
	.get_parameters = flash_ram_get_parameters,
	.page_layout = flash_ram_page_layout,
};
