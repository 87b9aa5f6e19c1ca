/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of ESP-IDF are positive numbers of its own; those that flash gives become -EIO, except
 * where an errno says the same. A partition takes any number of bytes a write: 4 here, so that a
 * torn word is one block.
 */
#include <flash_esp_partition.h>

#include <errno.h>
static const struct flash_parameters parameters = {.write_block_size = 4, .erase_value = 0xff};

static struct flash_esp_partition *flash_of(const struct device *dev)
{
	return dev->data;
}

static int to_errno(esp_err_t err)
{
	switch (err) {
	case ESP_OK:
		return 0;
	case ESP_ERR_NO_MEM:
		return -ENOMEM;
	case ESP_ERR_INVALID_ARG:
	case ESP_ERR_INVALID_SIZE:
		return -EINVAL;
	case ESP_ERR_NOT_ALLOWED:
		return -EACCES;
	case ESP_ERR_TIMEOUT:
		return -ETIMEDOUT;
	default:
		return -EIO;
	}
}

static int esp_read(const struct device *dev, off_t off, void *data, size_t len)
{
	return to_errno(esp_partition_read(flash_of(dev)->partition, (size_t)off, data, len));
}

static int esp_write(const struct device *dev, off_t off, const void *data, size_t len)
{
	return to_errno(esp_partition_write(flash_of(dev)->partition, (size_t)off, data, len));
}

static int esp_erase(const struct device *dev, off_t off, size_t len)
{
	return to_errno(esp_partition_erase_range(flash_of(dev)->partition, (size_t)off, len));
}

static const struct flash_parameters *esp_parameters(const struct device *dev)
{
	(void)dev;
	return &parameters;
}

static void esp_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			    size_t *layout_size)
{
	*layout = &flash_of(dev)->layout;
	*layout_size = 1;
}

int flash_esp_partition_init(struct flash_esp_partition *flash, const esp_partition_t *partition)
{
	if (partition == NULL || partition->erase_size == 0 || partition->size == 0 ||
	    partition->size % partition->erase_size != 0) {
		return -EINVAL;
	}
	if (partition->encrypted) {
		return -ENOTSUP;
	}
	*flash = (struct flash_esp_partition){
		.partition = partition,
		.layout = {.pages_count = partition->size / partition->erase_size,
			   .pages_size = partition->erase_size},
	};
	return 0;
}

const struct flash_driver_api flash_esp_partition_api = {
	.read = esp_read,
	.write = esp_write,
	.erase = esp_erase,
	.get_parameters = esp_parameters,
	.page_layout = esp_page_layout,
};
