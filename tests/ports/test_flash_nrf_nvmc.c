/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port of nRF51 and nRF52 over a controller that is modelled here, from the product
 * specifications: registers at their addresses, bits that only clear, and a time in which it is
 * busy and neither flash nor a register but READY may be touched.
 */
#include <stdlib.h>
#include <string.h>

#include <flash/flash_nrf_nvmc.h>
#include <flash/nrf_nvmc_io.h>

#include "support/test_flash.h"
#include "tap.h"

#define SIZE_MAX_OF_CHIP 0x40000u
#define FOREVER UINT32_MAX

static struct {
	uint8_t memory[SIZE_MAX_OF_CHIP];
	uint32_t page_size;
	uint32_t pages;
	uint32_t config;
	uint32_t busy;       /* reads of READY until it is */
	uint32_t busy_after; /* what each word and each page takes; FOREVER: never again */
	unsigned int words;
	unsigned int erases;
} chip;

static void must_be_idle(const char *what)
{
	if (chip.busy != 0) {
		fail_msg("%s while the controller is busy", what);
	}
}

uint32_t nrf_nvmc_get(uintptr_t address)
{
	switch (address) {
	case 0x10000010:
		return chip.page_size;
	case 0x10000014:
		return chip.pages;
	case 0x4001e400:
		if (chip.busy == FOREVER) {
			return 0;
		}
		chip.busy -= chip.busy > 0;
		return chip.busy == 0;
	default:
		fail_msg("read of register %#zx", (size_t)address);
		return 0;
	}
}

static void write_word(uintptr_t address, uint32_t value)
{
	uint8_t bytes[sizeof(value)];

	assert_int_equal(chip.config, 1);
	assert_int_equal(address % 4, 0);
	assert_true(address < chip.page_size * chip.pages);
	memcpy(bytes, &value, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		chip.memory[address + i] &= bytes[i];
	}
	chip.words++;
	chip.busy = chip.busy_after;
}

static void erase_page(uint32_t address)
{
	assert_int_equal(chip.config, 2);
	assert_int_equal(address % chip.page_size, 0);
	assert_true(address < chip.page_size * chip.pages);
	memset(&chip.memory[address], 0xff, chip.page_size);
	chip.erases++;
	chip.busy = chip.busy_after;
}

void nrf_nvmc_put(uintptr_t address, uint32_t value)
{
	if (address == 0x4001e504) {
		assert_true(value <= 2);
		if (chip.busy != FOREVER) {
			must_be_idle("CONFIG written");
			chip.config = value;
		}
		return;
	}
	must_be_idle("written");
	if (address == 0x4001e508) {
		erase_page(value);
	} else {
		write_word(address, value);
	}
}

void nrf_nvmc_copy(uint8_t *to, uintptr_t address, size_t len)
{
	must_be_idle("flash read");
	assert_int_equal(chip.config, 0);
	assert_true(address + len <= chip.page_size * chip.pages);
	memcpy(to, &chip.memory[address], len);
}

static void reset_chip(uint32_t page_size, uint32_t pages)
{
	memset(&chip, 0, sizeof(chip));
	chip.page_size = page_size;
	chip.pages = pages;
	chip.busy_after = 3;
}

static void init_at(struct flash_nrf_nvmc *flash, uint32_t page_size, uint32_t pages)
{
	reset_chip(page_size, pages);
	assert_int_equal(flash_nrf_nvmc_init(flash), 0);
}

static int init_again(void *arg)
{
	return flash_nrf_nvmc_init(arg);
}

static void both_families_keep_all_rules(void **state)
{
	static const struct {
		uint32_t page_size;
		uint32_t pages;
	} families[] = {{1024, 256}, {4096, 64}};
	struct flash_nrf_nvmc flash;
	struct tap tap;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct flash_conformance suite = {.dev = &flash.device,
							.offset = (off_t)families[i].page_size * 9,
							.size = families[i].page_size * 4,
							.device_size = 0x40000,
							.reopen = init_again,
							.arg = &flash};

		init_at(&flash, families[i].page_size, families[i].pages);
		tap_run(&tap, &suite);
		tap_assert_kept(&tap, "rewrite cut-program cut-erase");
		assert_int_equal(chip.config, 0);
	}
}

static void the_device_is_what_the_chip_says(void **state)
{
	struct flash_nrf_nvmc flash;
	struct flash_pages_info page;
	uint64_t size;

	(void)state;
	init_at(&flash, 4096, 64);
	assert_int_equal(flash_get_size(&flash.device, &size), 0);
	assert_int_equal(size, 0x40000);
	assert_int_equal(flash_get_page_info_by_offs(&flash.device, 4100, &page), 0);
	assert_int_equal(page.size, 4096);
	assert_int_equal(flash_get_write_block_size(&flash.device), 4);
	assert_int_equal(flash_get_parameters(&flash.device)->erase_value, 0xff);
}

static void a_chip_that_names_no_pages_is_no_device(void **state)
{
	static const uint32_t sizes[][2] = {{UINT32_MAX, UINT32_MAX}, {0, 64},   {4096, 0},
					    {4096, UINT32_MAX},       {512, 64}, {4097, 64}};
	struct flash_nrf_nvmc flash;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		reset_chip(sizes[i][0], sizes[i][1]);
		assert_int_equal(flash_nrf_nvmc_init(&flash), -ENODEV);
		assert_false(device_is_ready(&flash.device));
	}
}

static void each_word_and_page_is_written_once(void **state)
{
	struct flash_nrf_nvmc flash;
	uint8_t data[41];

	(void)state;
	init_at(&flash, 1024, 256);
	assert_int_equal(flash_erase(&flash.device, 2048, 3072), 0);
	assert_int_equal(chip.erases, 3);
	test_pattern(data, sizeof(data), 5);
	assert_int_equal(flash_write(&flash.device, 2100, data + 1, 40), 0); /* not aligned */
	assert_int_equal(chip.words, 10);
	assert_memory_equal(&chip.memory[2100], data + 1, 40);
}

static void a_controller_that_stays_busy_is_a_timeout(void **state)
{
	struct flash_nrf_nvmc flash;

	(void)state;
	init_at(&flash, 1024, 256);
	chip.busy_after = FOREVER;
	assert_int_equal(flash_erase(&flash.device, 2048, 2048), -ETIMEDOUT);
	assert_int_equal(chip.erases, 1);
	init_at(&flash, 1024, 256);
	chip.busy_after = FOREVER;
	assert_int_equal(flash_write(&flash.device, 0, "abcdefgh", 8), -ETIMEDOUT);
	assert_int_equal(chip.words, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families_keep_all_rules),
		cmocka_unit_test(the_device_is_what_the_chip_says),
		cmocka_unit_test(a_chip_that_names_no_pages_is_no_device),
		cmocka_unit_test(each_word_and_page_is_written_once),
		cmocka_unit_test(a_controller_that_stays_busy_is_a_timeout),
	};

	return cmocka_run_group_tests_name("flash_nrf_nvmc", tests, NULL, NULL);
}
