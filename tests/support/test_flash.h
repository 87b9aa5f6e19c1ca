/* SPDX-License-Identifier: Apache-2.0 */
/* A strict flash device in RAM for tests, of any geometry. */
#ifndef TESTS_SUPPORT_TEST_FLASH_H
#define TESTS_SUPPORT_TEST_FLASH_H

#include <flash/flash_ram.h> /* ports/ */
#include <nor.h>             /* sim/ */

#define TEST_FLASH_RUNS_MAX 4

struct test_geometry {
	struct flash_pages_layout runs[TEST_FLASH_RUNS_MAX]; /* unused ones are zero */
	size_t write_block_size;
	uint8_t erase_value;
	bool no_explicit_erase;
};

struct test_flash {
	const struct device *dev; /* strict; what the code under test gets */
	struct sim_nor nor;
	uint8_t *memory; /* the content; malloc'ed, erased */
	size_t size;
	struct device ram;
	struct flash_ram_config *ram_config;
	struct flash_pages_layout runs[TEST_FLASH_RUNS_MAX];
};

void test_flash_init(struct test_flash *flash, const struct test_geometry *geometry);
void test_flash_free(struct test_flash *flash);

/* Whole content to the erased value. */
void test_flash_blank(struct test_flash *flash);

/* Fill with a pattern of prime period 251, so that no power of two hides a shift. */
void test_pattern(uint8_t *p, size_t len, unsigned int seed);

#endif
