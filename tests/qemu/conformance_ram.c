/* SPDX-License-Identifier: Apache-2.0 */
/* The flash in RAM, on every core. A chip's reset is a copy of its RAM: opening it again is
 * nothing. */
#include <string.h>

#include <flash/flash_ram.h>

#include "conformance.h"

#define PAGE 512
#define PAGES 8

static uint8_t memory[PAGES * PAGE];
static const struct flash_pages_layout layout = {.pages_count = PAGES, .pages_size = PAGE};
static const struct flash_ram_config config = {
	.memory = memory,
	.parameters = {.write_block_size = 4, .erase_value = 0xff},
	.layout = &layout,
	.layout_size = 1,
};
static const struct device ram = {.name = "ram", .config = &config, .api = &flash_ram_api};

static int reopen(void *arg)
{
	(void)arg;
	return 0;
}

int main(void)
{
	static uint8_t buf[600];
	const struct flash_conformance suite = {
		.dev = &ram,
		.offset = PAGE,
		.size = (PAGES - 2) * PAGE,
		.buf = buf,
		.buf_size = sizeof(buf),
		.device_size = sizeof(memory),
		.again = FLASH_CONFORMANCE_UNDEFINED,
		.print = conformance_print,
		.reopen = reopen,
	};

	memset(memory, 0xff, sizeof(memory));
	return conformance_status(&suite);
}
