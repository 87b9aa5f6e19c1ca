/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVMC by its public registers. CONFIG opens flash for words or for erases, and is closed again
 * after each call, so that a stray pointer programs nothing. READY is waited for after each word
 * and each page, before anything is read: a read of flash at that time stops the CPU until the
 * controller is done when code runs from flash, and is not defined when it runs from RAM.
 *
 * Only whole, aligned words may be written; the source may lie anywhere.
 */
#include <flash/flash_nrf_nvmc.h>

#include <string.h>

#include <flash/nrf_nvmc_io.h>

#define NVMC_READY 0x4001e400u
#define NVMC_CONFIG 0x4001e504u
#define NVMC_ERASEPAGE 0x4001e508u
#define FICR_PAGE_SIZE 0x10000010u /* bytes */
#define FICR_PAGES 0x10000014u

#define CONFIG_READ 0u
#define CONFIG_WRITE 1u
#define CONFIG_ERASE 2u

#define WORD_SIZE 4u
/* An erase takes 85 ms at most; a poll of a 64 MHz core takes 80 ns or more. */
#define POLLS_MAX 20000000u
/* A blank register; no chip of the two families has so many. */
#define PAGES_MAX 0x10000u

static int wait_ready(void)
{
	for (uint32_t polls = 0; polls < POLLS_MAX; polls++) {
		if ((nrf_nvmc_get(NVMC_READY) & 1u) != 0) {
			return 0;
		}
	}
	return -ETIMEDOUT;
}

static int open_for(uint32_t config)
{
	nrf_nvmc_put(NVMC_CONFIG, config);
	return wait_ready();
}

static int nvmc_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	(void)dev;
	nrf_nvmc_copy(data, (uintptr_t)offset, len);
	return 0;
}

static int nvmc_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	const uint8_t *src = data;
	int rc = open_for(CONFIG_WRITE);

	(void)dev;
	for (size_t done = 0; rc == 0 && done < len; done += WORD_SIZE) {
		uint32_t word;

		memcpy(&word, src + done, sizeof(word));
		nrf_nvmc_put((uintptr_t)offset + done, word);
		rc = wait_ready();
	}
	nrf_nvmc_put(NVMC_CONFIG, CONFIG_READ);
	return rc;
}

static int nvmc_erase(const struct device *dev, off_t offset, size_t size)
{
	const struct flash_nrf_nvmc *flash = dev->data;
	int rc = open_for(CONFIG_ERASE);

	for (size_t done = 0; rc == 0 && done < size; done += flash->layout.pages_size) {
		nrf_nvmc_put(NVMC_ERASEPAGE, (uint32_t)offset + (uint32_t)done);
		rc = wait_ready();
	}
	nrf_nvmc_put(NVMC_CONFIG, CONFIG_READ);
	return rc;
}

static const struct flash_parameters *nvmc_get_parameters(const struct device *dev)
{
	static const struct flash_parameters parameters = {.write_block_size = WORD_SIZE,
							   .erase_value = 0xff};

	(void)dev;
	return &parameters;
}

static void nvmc_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
			     size_t *layout_size)
{
	const struct flash_nrf_nvmc *flash = dev->data;

	*layout = &flash->layout;
	*layout_size = 1;
}

const struct flash_driver_api flash_nrf_nvmc_api = {
	.read = nvmc_read,
	.write = nvmc_write,
	.erase = nvmc_erase,
	.get_parameters = nvmc_get_parameters,
	.page_layout = nvmc_page_layout,
};

int flash_nrf_nvmc_init(struct flash_nrf_nvmc *flash)
{
	const uint32_t page_size = nrf_nvmc_get(FICR_PAGE_SIZE);
	const uint32_t pages = nrf_nvmc_get(FICR_PAGES);

	*flash = (struct flash_nrf_nvmc){.device = {.name = "nvmc", .data = flash}};
	if ((page_size != 1024 && page_size != 4096) || pages == 0 || pages > PAGES_MAX) {
		return -ENODEV;
	}
	flash->layout = (struct flash_pages_layout){.pages_count = pages, .pages_size = page_size};
	flash->device.api = &flash_nrf_nvmc_api;
	return 0;
}
