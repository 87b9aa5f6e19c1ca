/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port is what a chip can do and nothing more. The library has checked bounds, alignment and
 * lengths before it calls a port, never calls with a length of 0, and keeps the order of programs
 * that survives a power cut, so a port must not cache, reorder, retry, verify, or erase on its own.
 *
 * In steps:
 * 1. Numbers: "What the chip is". They come from the data sheet's flash chapter.
 * 2. chip_wait(), chip_read(), chip_program(), chip_erase(): the registers or commands of the chip.
 * 3. Run the suite on pages that nobody needs; on the chip, not only on a host.
 * 4. Put &flash_template, under its new name, into the flash map.
 *
 * If two threads use the flash (an application and its settings, say), take your RTOS's mutex in
 * the three functions of the port, not in those of the chip.
 */
#include <flash/flash_template.h>

#include <string.h>

/*
 * 1. What the chip is.
 *
 * CHIP_BLOCK: the fewest bytes that one program command writes, and the alignment it asks for: 4 on
 * nRF52, 8 on STM32L4, 32 on STM32H7, 1 on SPI NOR. Where ECC guards words of that size, it is the
 * size of those words. [parameters, write-whole, alignment]
 */
#define CHIP_BLOCK 8u
/* What one erase command clears, and how often it is there. If sectors differ in size, `pages`
 * below gets a line a run: {4, 16384}, {1, 65536}, {7, 131072}. [page-layout, size, erase-whole,
 * erase-granularity] */
#define CHIP_PAGE 2048u
#define CHIP_PAGES 32u
/* What erased flash reads as: 0xff, on some chips 0x00 (STM32L0). [erased-value] */
#define CHIP_ERASED 0xff
/* Polls of the busy flag: well above the longest erase in the data sheet, so that a chip that
 * hangs is an error and not a hang of yours. */
#define POLLS_MAX 1000000u

static const struct flash_parameters parameters = {
	.write_block_size = CHIP_BLOCK,
	.erase_value = CHIP_ERASED,
	/* true for RRAM and MRAM: any block may be programmed again. [program-once, rewrite] */
	.caps = {.no_explicit_erase = false},
};

static const struct flash_pages_layout pages[] = {{CHIP_PAGES, CHIP_PAGE}};

/* 2. The chip. Replace the array, and the bodies of the next four functions. */
static uint8_t cells[CHIP_PAGES * CHIP_PAGE];

/*
 * Until the controller is ready. Its error flags, which many controllers keep until they are
 * cleared, become -EIO: read, clear, return. A chip that is waited for after each command makes
 * reads simple; if yours may be read while it works, wait in chip_read() instead.
 * [read-while-busy]
 */
static int chip_wait(void)
{
	for (uint32_t polls = 0; polls < POLLS_MAX; polls++) {
		const bool is_busy = false; /* of the status register */
		const bool is_wrong = false;

		if (!is_busy) {
			return is_wrong ? -EIO : 0;
		}
	}
	return -ETIMEDOUT;
}

/*
 * Any offset, any length, any destination. Memory-mapped flash is memcpy() from its base address;
 * if it is cached, a program or an erase must invalidate the cache of what it changed.
 * [read-range, read-while-busy]
 */
static int chip_read(size_t at, uint8_t *to, size_t len)
{
	memcpy(to, &cells[at], len);
	return 0;
}

/*
 * One write block, from any address: copy it into words first if the chip wants words. Unlock,
 * command, wait, lock; lock also after an error. What is programmed again goes where the chip takes
 * it: most clear further bits, and none may set any. [write-result, write-whole, write-range,
 * program-once]
 */
static int chip_program(size_t at, const uint8_t *from)
{
	for (size_t i = 0; i < CHIP_BLOCK; i++) {
		cells[at + i] &= from[i];
	}
	return chip_wait();
}

/* The page that begins at `at`; no other, whatever larger erases the chip has. [erased-value,
 * erase-whole, erase-granularity] */
static int chip_erase(size_t at)
{
	memset(&cells[at], CHIP_ERASED, CHIP_PAGE);
	return chip_wait();
}

/* 3. The port. What follows fits most chips as it is. */
static int template_read(const struct device *dev, off_t offset, void *data, size_t len)
{
	(void)dev;
	return chip_read((size_t)offset, data, len);
}

/* From the first block to the last, and no further after an error: the library counts on a prefix.
 * 0 or a negative errno, not a count. [write-result, cut-program] */
static int template_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	const uint8_t *from = data;
	int rc = 0;

	(void)dev;
	for (size_t done = 0; rc == 0 && done < len; done += CHIP_BLOCK) {
		rc = chip_program((size_t)offset + done, from + done);
	}
	return rc;
}

/* Whole pages; if they differ in size, flash_get_page_info_by_offs() gives the size of each.
 * [erase-whole, cut-erase] */
static int template_erase(const struct device *dev, off_t offset, size_t size)
{
	int rc = 0;

	(void)dev;
	for (size_t done = 0; rc == 0 && done < size; done += CHIP_PAGE) {
		rc = chip_erase((size_t)offset + done);
	}
	return rc;
}

static const struct flash_parameters *template_get_parameters(const struct device *dev)
{
	(void)dev;
	return &parameters;
}

static void template_page_layout(const struct device *dev, const struct flash_pages_layout **layout,
				 size_t *layout_size)
{
	(void)dev;
	*layout = pages;
	*layout_size = sizeof(pages) / sizeof(pages[0]);
}

/* No `get_size`: the device is its pages. [size] */
static const struct flash_driver_api template_api = {
	.read = template_read,
	.write = template_write,
	.erase = template_erase,
	.get_parameters = template_get_parameters,
	.page_layout = template_page_layout,
};

/*
 * With several chips of a kind, `config` points to what differs between them, and the functions
 * above take it from `dev`. A chip that must be asked what it is fills the members at run time, as
 * flash_spi_nor_init() does.
 */
const struct device flash_template = {.name = "template", .api = &template_api};
