/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <zephyr/drivers/flash.h>

typedef int (*stream_flash_callback_t)(uint8_t *buf, size_t len, size_t offset);

struct stream_flash_ctx {
	uint8_t *buf;
	size_t buf_len;
	size_t buf_bytes;
	const struct device *fdev;
	size_t bytes_written;
	size_t offset;
	size_t available;
	stream_flash_callback_t callback;
	size_t erased_up_to;
	size_t write_block_size;
	uint8_t erase_value;
};

int stream_flash_init(struct stream_flash_ctx *ctx, const struct device *fdev, uint8_t *buf,
		      size_t buf_len, size_t offset, size_t size, stream_flash_callback_t cb);
size_t stream_flash_bytes_written(const struct stream_flash_ctx *ctx);
size_t stream_flash_bytes_buffered(const struct stream_flash_ctx *ctx);
int stream_flash_buffered_write(struct stream_flash_ctx *ctx, const uint8_t *data, size_t len,
				bool flush);
