/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/dfu_multi_image.h>

int dfu_multi_image_init(uint8_t *buffer, size_t buffer_size)
{
	(void)buffer;
	(void)buffer_size;
	return -EINVAL;
}

int dfu_multi_image_register_writer(const struct dfu_image_writer *writer)
{
	(void)writer;
	return -ENOMEM;
}

int dfu_multi_image_write(size_t offset, const uint8_t *chunk, size_t chunk_size)
{
	(void)offset;
	(void)chunk;
	(void)chunk_size;
	return -EINVAL;
}

size_t dfu_multi_image_offset(void)
{
	return 0;
}

int dfu_multi_image_done(bool success)
{
	(void)success;
	return -ESPIPE;
}

int dfu_multi_image_reset(void)
{
	return 0;
}
