/* SPDX-License-Identifier: Apache-2.0 */
/* A partition in RAM, with the rules of NOR flash, and the driver that stands on it. */
#include <stdio.h>
#include <string.h>

#include <conformance/flash_conformance.h>
#include <flash_esp_partition.h>

#define PAGE 4096
#define SIZE (8 * PAGE)

static uint8_t cells[SIZE];
static esp_err_t answer = ESP_OK;

esp_err_t esp_partition_read(const esp_partition_t *partition, size_t src_offset, void *dst,
			     size_t size)
{
	(void)partition;
	memcpy(dst, &cells[src_offset], size);
	return answer;
}

esp_err_t esp_partition_write(const esp_partition_t *partition, size_t dst_offset, const void *src,
			      size_t size)
{
	const uint8_t *bytes = src;

	(void)partition;
	for (size_t i = 0; i < size; i++) {
		cells[dst_offset + i] &= bytes[i];
	}
	return answer;
}

esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t size)
{
	if (offset % partition->erase_size != 0 || size % partition->erase_size != 0) {
		return ESP_ERR_INVALID_ARG;
	}
	memset(&cells[offset], 0xff, size);
	return answer;
}

static void print(void *arg, const char *line)
{
	(void)arg;
	printf("%s\n", line);
}

static bool refuses(esp_partition_t partition, int errno_wanted)
{
	struct flash_esp_partition flash;

	return flash_esp_partition_init(&flash, &partition) == errno_wanted;
}

int main(void)
{
	static const struct {
		esp_err_t err;
		int rc;
	} errors[] = {{ESP_ERR_NO_MEM, -ENOMEM},       {ESP_ERR_INVALID_ARG, -EINVAL},
		      {ESP_ERR_INVALID_SIZE, -EINVAL}, {ESP_ERR_NOT_ALLOWED, -EACCES},
		      {ESP_ERR_TIMEOUT, -ETIMEDOUT},   {ESP_FAIL, -EIO}};
	static const esp_partition_t partition = {.size = SIZE, .erase_size = PAGE};
	static uint8_t buf[600];
	static struct flash_esp_partition flash;
	static const struct device device = {
		.name = "slots", .api = &flash_esp_partition_api, .data = &flash};
	const struct flash_conformance suite = {.dev = &device,
						.offset = PAGE,
						.size = 5 * PAGE,
						.buf = buf,
						.buf_size = sizeof(buf),
						.device_size = SIZE,
						.print = print};
	int failed = flash_esp_partition_init(&flash, &partition) != 0;

	if (failed == 0) {
		failed = flash_conformance_run(&suite);
	}
	failed += !refuses((esp_partition_t){.size = SIZE, .erase_size = PAGE, .encrypted = true},
			   -ENOTSUP);
	failed += !refuses((esp_partition_t){.size = SIZE + 1, .erase_size = PAGE}, -EINVAL);
	failed += !refuses((esp_partition_t){.size = SIZE}, -EINVAL);
	failed += !refuses((esp_partition_t){.erase_size = PAGE}, -EINVAL);
	failed += flash_esp_partition_init(&flash, NULL) != -EINVAL;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		answer = errors[i].err;
		failed += flash_read(&device, 0, buf, 4) != errors[i].rc;
		failed += flash_write(&device, 0, buf, 4) != errors[i].rc;
		failed += flash_erase(&device, 0, PAGE) != errors[i].rc;
	}
	return failed;
}
