/* SPDX-License-Identifier: Apache-2.0 */
#include "support/test_flash.h"

#include <stdlib.h>
#include <string.h>

#define PATTERN_PERIOD 251

static void *must_alloc(size_t size)
{
	void *p = malloc(size);

	if (p == NULL) {
		abort();
	}
	return p;
}

void test_flash_init(struct test_flash *flash, const struct test_geometry *geometry)
{
	size_t runs = 0;

	memset(flash, 0, sizeof(*flash));
	memcpy(flash->runs, geometry->runs, sizeof(flash->runs));
	while (runs < TEST_FLASH_RUNS_MAX && flash->runs[runs].pages_count > 0) {
		flash->size += flash->runs[runs].pages_count * flash->runs[runs].pages_size;
		runs++;
	}
	flash->memory = must_alloc(flash->size);
	flash->ram_config = must_alloc(sizeof(*flash->ram_config));
	memcpy(flash->ram_config,
	       &(struct flash_ram_config){
		       .memory = flash->memory,
		       .parameters = {.write_block_size = geometry->write_block_size,
				      .caps = {.no_explicit_erase = geometry->no_explicit_erase},
				      .erase_value = geometry->erase_value},
		       .layout = flash->runs,
		       .layout_size = runs},
	       sizeof(*flash->ram_config));
	flash->ram = (struct device){
		.name = "test_flash", .config = flash->ram_config, .api = &flash_ram_api};
	sim_nor_init(&flash->nor, &flash->ram);
	flash->dev = &flash->nor.device;
	test_flash_blank(flash);
}

void test_flash_free(struct test_flash *flash)
{
	free(flash->memory);
	free(flash->ram_config);
	memset(flash, 0, sizeof(*flash));
}

void test_flash_blank(struct test_flash *flash)
{
	memset(flash->memory, flash->ram_config->parameters.erase_value, flash->size);
}

void test_pattern(uint8_t *p, size_t len, unsigned int seed)
{
	for (size_t i = 0; i < len; i++) {
		p[i] = (uint8_t)((i + seed) % PATTERN_PERIOD);
	}
}
