/* SPDX-License-Identifier: Apache-2.0 */
/* The driver over a modelled chip, whose memory, opcodes and clock are the oracle. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/test_flash.h"
#include "fake_spi_nor.h"
#include "tap.h"

#define MX25R_SIZE (8u << 20)
#define GD25_SIZE (32u << 20)

struct rig {
	struct fake_spi_nor chip;
	uint8_t sfdp[128];
	struct flash_spi_nor nor;
	struct flash_spi_nor_config config;
};

static void open_rig(struct rig *rig, const uint32_t *words, size_t size, const uint32_t *four)
{
	fake_spi_nor_init(&rig->chip, size);
	rig->chip.sfdp = rig->sfdp;
	rig->chip.sfdp_len = fake_spi_nor_sfdp(rig->sfdp, words, 16, four);
	rig->config = (struct flash_spi_nor_config){.transfer = fake_spi_nor_transfer,
						    .wait_us = fake_spi_nor_wait_us,
						    .arg = &rig->chip};
}

static void start_rig(struct rig *rig)
{
	assert_int_equal(flash_spi_nor_init(&rig->nor, &rig->config), 0);
	rig->chip.time_us = 0;
}

static int setup(void **state)
{
	static struct rig rig;

	open_rig(&rig, fake_mx25r, MX25R_SIZE, NULL);
	start_rig(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	fake_spi_nor_free(&((struct rig *)*state)->chip);
	return 0;
}

static int power_on(void *arg)
{
	struct rig *rig = arg;

	rig->chip.off = false;
	rig->chip.enabled = false;
	rig->chip.mode_4_byte = false;
	rig->chip.busy_us = 0;
	return flash_spi_nor_init(&rig->nor, &rig->config);
}

static int cut_power(void *arg)
{
	((struct rig *)arg)->chip.cut = true;
	return 0;
}

/* A scratch range with 4, 32 and 64 KiB erases in it: from the last sector of a block on. */
static void assert_conforms(struct rig *rig, off_t block)
{
	const struct flash_conformance suite = {.dev = &rig->nor.device,
						.offset = block - 0x9000,
						.size = 0x9000 + 0x10000 + 0x3000,
						.device_size = rig->chip.size,
						.torn_size = 256,
						.reopen = power_on,
						.cut = cut_power,
						.arg = rig};
	struct tap tap;

	start_rig(rig);
	tap_run(&tap, &suite);
	tap_assert_kept(&tap, "rewrite");
	for (size_t i = 0; i < FAKE_SPI_NOR_ERASES; i++) {
		assert_true(rig->chip.erases[i].count > 0);
	}
}

static void a_chip_of_8_mib_keeps_all_rules(void **state)
{
	assert_conforms(*state, 0x30000);
}

static void a_chip_of_32_mib_keeps_all_rules_on_both_sides_of_16_mib(void **state)
{
	static const uint32_t *const ways[] = {fake_gd25_four, NULL};
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		open_rig(&rig, fake_gd25, GD25_SIZE, ways[i]);
		assert_conforms(&rig, 0x1000000);
		assert_int_equal(rig.chip.mode_4_byte, ways[i] == NULL);
		fake_spi_nor_free(&rig.chip);
	}
}

static void the_device_is_what_the_chip_says(void **state)
{
	struct rig *rig = *state;
	struct flash_pages_info page;
	uint64_t size;

	assert_int_equal(flash_get_size(&rig->nor.device, &size), 0);
	assert_int_equal(size, MX25R_SIZE);
	assert_int_equal(flash_get_page_info_by_offs(&rig->nor.device, 5000, &page), 0);
	assert_int_equal(page.size, 4096);
	assert_int_equal(flash_get_write_block_size(&rig->nor.device), 1);
	assert_int_equal(rig->nor.chip.erases[2].typical_ms, 480);
}

/* 32 KiB and a half, 128 KiB, one sector: by hand. */
static void an_erase_takes_the_largest_that_are_aligned_and_fit(void **state)
{
	struct rig *rig = *state;

	memset(rig->chip.memory, 0, rig->chip.size);
	assert_int_equal(flash_erase(&rig->nor.device, 0x7000, 0x1000 + 0x8000 + 0x20000 + 0x1000),
			 0);
	assert_int_equal(rig->chip.erases[0].count, 2);
	assert_int_equal(rig->chip.erases[1].count, 1);
	assert_int_equal(rig->chip.erases[2].count, 2);
	for (size_t i = 0; i < 0x40000; i++) {
		assert_int_equal(rig->chip.memory[i], i >= 0x7000 && i < 0x31000 ? 0xff : 0);
	}
}

static void an_erase_that_is_aligned_but_too_large_is_not_taken(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(flash_erase(&rig->nor.device, 0x10000, 0xf000), 0);
	assert_int_equal(rig->chip.erases[2].count, 0);
	assert_int_equal(rig->chip.erases[1].count, 1);
	assert_int_equal(rig->chip.erases[0].count, 7);
}

/* What a program of 600 bytes from 200 on meets: 56, 256, 256, 32. */
static void a_program_is_cut_at_the_pages(void **state)
{
	struct rig *rig = *state;
	uint8_t data[600];

	test_pattern(data, sizeof(data), 11);
	assert_int_equal(flash_write(&rig->nor.device, 200, data, sizeof(data)), 0);
	assert_int_equal(rig->chip.programs, 4);
	assert_memory_equal(&rig->chip.memory[200], data, sizeof(data));
	assert_int_equal(rig->chip.memory[199], 0xff);
	assert_int_equal(rig->chip.memory[800], 0xff);
}

static void waits_are_little_longer_than_the_chip_takes(void **state)
{
	struct rig *rig = *state;
	uint8_t data[256] = {0};

	assert_int_equal(flash_erase(&rig->nor.device, 0x10000, 0x10000), 0);
	assert_in_range(rig->chip.time_us, 480000, 480000 + 480000 / 16);
	rig->chip.time_us = 0;
	assert_int_equal(flash_write(&rig->nor.device, 0x10000, data, sizeof(data)), 0);
	assert_in_range(rig->chip.time_us, 896, 896 + 896 / 16 + 1);
	rig->chip.time_us = 0;
	rig->chip.erases[0].time_us = 31000; /* a fast one */
	assert_int_equal(flash_erase(&rig->nor.device, 0, 4096), 0);
	assert_in_range(rig->chip.time_us, 31000, 31000 + 48000 / 16 + 11);
}

static void a_chip_as_slow_as_it_may_be_is_waited_for(void **state)
{
	struct rig *rig = *state;

	rig->chip.erases[0].time_us = 384000;
	rig->chip.program_us = 5376;
	assert_int_equal(flash_erase(&rig->nor.device, 0, 4096), 0);
	assert_int_equal(flash_write(&rig->nor.device, 0, "x", 1), 0);
}

static void a_chip_that_stays_busy_is_a_timeout(void **state)
{
	struct rig *rig = *state;

	rig->chip.stuck = true;
	assert_int_equal(flash_erase(&rig->nor.device, 0, 0x2000), -ETIMEDOUT);
	assert_int_equal(rig->chip.erases[0].count, 1);
	assert_in_range(rig->chip.time_us, 2 * 384000, 2 * 384000 + 48000);
	assert_int_equal(flash_spi_nor_init(&rig->nor, &rig->config), -ETIMEDOUT);
	assert_false(device_is_ready(&rig->nor.device));
}

static void a_timeout_ends_a_program_too(void **state)
{
	struct rig *rig = *state;

	rig->chip.stuck = true;
	assert_int_equal(flash_write(&rig->nor.device, 0, "abc", 3), -ETIMEDOUT);
	assert_in_range(rig->chip.time_us, 2 * 5376, 2 * 5376 + 896);
}

static void a_chip_that_takes_no_write_enable_is_an_io_error(void **state)
{
	struct rig *rig = *state;

	rig->chip.write_protected = true;
	assert_int_equal(flash_write(&rig->nor.device, 0, "abc", 3), -EIO);
	assert_int_equal(flash_erase(&rig->nor.device, 0, 4096), -EIO);
	rig->chip.write_protected = false;
	rig->chip.absent = true;
	assert_int_equal(flash_write(&rig->nor.device, 0, "abc", 3), -EIO);
	assert_int_equal(rig->chip.programs + rig->chip.erases[0].count, 0);
}

/* Every transfer of a program and of an erase fails once; what was begun is known by its count. */
static void an_error_of_the_bus_passes_through(void **state)
{
	struct rig *rig = *state;

	for (long k = 0; k < 4; k++) {
		rig->chip.fail_after = k;
		assert_int_equal(flash_write(&rig->nor.device, 0, "abc", 3), -ECOMM);
		rig->chip.busy_us = 0;
		rig->chip.fail_after = k;
		assert_int_equal(flash_erase(&rig->nor.device, 0, 4096), -ECOMM);
		rig->chip.busy_us = 0;
		assert_int_equal(rig->chip.programs, k == 3);
	}
	rig->chip.fail_after = 0;
	assert_int_equal(flash_read(&rig->nor.device, 0, rig->sfdp, 1), -ECOMM);
}

static void init_waits_for_an_erase_that_a_reset_left_running(void **state)
{
	struct rig *rig = *state;

	rig->chip.busy_us = 300000;
	assert_int_equal(flash_spi_nor_init(&rig->nor, &rig->config), 0);
	assert_in_range(rig->chip.time_us, 300000, 320000);
}

static void init_wakes_a_chip_that_sleeps(void **state)
{
	struct rig *rig = *state;

	rig->chip.asleep = true;
	rig->chip.wake_us = 35;
	assert_int_equal(flash_spi_nor_init(&rig->nor, &rig->config), -ENODEV);
	rig->config.wake_us = 35;
	assert_int_equal(flash_spi_nor_init(&rig->nor, &rig->config), 0);
	assert_false(rig->chip.asleep);
}

static void no_chip_is_no_device(void **state)
{
	struct rig *rig = *state;

	rig->chip.absent = true;
	assert_int_equal(flash_spi_nor_init(&rig->nor, &rig->config), -ENODEV);
	assert_false(device_is_ready(&rig->nor.device));
	rig->chip.absent = false;
	rig->chip.sfdp_len = 0; /* a chip without tables */
	assert_int_equal(flash_spi_nor_init(&rig->nor, &rig->config), -ENODEV);
	assert_false(device_is_ready(&rig->nor.device));
}

static void each_error_of_init_leaves_no_device_and_may_be_tried_again(void **state)
{
	struct rig rig;
	long k = 0;
	int rc;

	(void)state;
	open_rig(&rig, fake_gd25, GD25_SIZE, NULL);
	rig.config.wake_us = 10;
	rig.sfdp[0x30 + 63] = 0x02; /* write enable, then B7h */
	do {
		rig.chip.fail_after = k++;
		rc = flash_spi_nor_init(&rig.nor, &rig.config);
		assert_true(rc == 0 || (rc == -ECOMM && !device_is_ready(&rig.nor.device)));
	} while (rc != 0);
	assert_int_equal(k, 1 + 1 + 1 + 1 + 1 + 3 + 1);
	assert_true(rig.chip.mode_4_byte);
	fake_spi_nor_free(&rig.chip);
}

static void a_chip_without_tables_is_described_by_its_data_sheet(void **state)
{
	static const struct spi_nor_chip sheet = {.size = 0x200000,
						  .page_size = 256,
						  .erases = {{.size = 0x10000, .opcode = 0xd8}},
						  .address_len = 3,
						  .read_opcode = 0x03,
						  .program_opcode = 0x02};
	struct rig rig;
	const struct flash_conformance suite = {.dev = &rig.nor.device,
						.offset = 0x20000,
						.size = 0x40000,
						.device_size = 0x200000};
	struct tap tap;

	(void)state;
	open_rig(&rig, fake_mx25r, 0x200000, NULL);
	rig.chip.sfdp_len = 0;
	rig.config.chip = &sheet;
	start_rig(&rig);
	tap_run(&tap, &suite);
	tap_assert_kept(&tap, "rewrite persistence cut-program cut-erase");
	assert_int_equal(rig.chip.erases[0].count, 0);
	/* No times: the longest waits of any chip. */
	rig.chip.erases[2].time_us = 9000000;
	assert_int_equal(flash_erase(&rig.nor.device, 0, 0x10000), 0);
	fake_spi_nor_free(&rig.chip);
}

static void a_data_sheet_that_makes_no_sense_is_refused(void **state)
{
	const struct spi_nor_chip good = {
		.size = 0x200000, .page_size = 256, .erases = {{.size = 4096}}, .address_len = 3};
	struct spi_nor_chip wrong[7];
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		wrong[i] = good;
	}
	wrong[0].size = 0;
	wrong[1].size += 1024;
	wrong[2].page_size = 0;
	wrong[3].erases[0].size = 0;
	wrong[4].address_len = 0;
	wrong[5].address_len = 2;
	wrong[6].address_len = 5;
	open_rig(&rig, fake_mx25r, 0x200000, NULL);
	for (size_t i = 0; i < 7; i++) {
		rig.config.chip = &wrong[i];
		assert_int_equal(flash_spi_nor_init(&rig.nor, &rig.config), -EINVAL);
		assert_false(device_is_ready(&rig.nor.device));
	}
	rig.config.chip = &good;
	assert_int_equal(flash_spi_nor_init(&rig.nor, &rig.config), 0);
	fake_spi_nor_free(&rig.chip);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_chip_of_8_mib_keeps_all_rules),
		cmocka_unit_test(a_chip_of_32_mib_keeps_all_rules_on_both_sides_of_16_mib),
		TEST(the_device_is_what_the_chip_says),
		TEST(an_erase_takes_the_largest_that_are_aligned_and_fit),
		TEST(an_erase_that_is_aligned_but_too_large_is_not_taken),
		TEST(a_program_is_cut_at_the_pages),
		TEST(waits_are_little_longer_than_the_chip_takes),
		TEST(a_chip_as_slow_as_it_may_be_is_waited_for),
		TEST(a_chip_that_stays_busy_is_a_timeout),
		TEST(a_timeout_ends_a_program_too),
		TEST(a_chip_that_takes_no_write_enable_is_an_io_error),
		TEST(an_error_of_the_bus_passes_through),
		TEST(init_waits_for_an_erase_that_a_reset_left_running),
		TEST(init_wakes_a_chip_that_sleeps),
		TEST(no_chip_is_no_device),
		cmocka_unit_test(each_error_of_init_leaves_no_device_and_may_be_tried_again),
		cmocka_unit_test(a_chip_without_tables_is_described_by_its_data_sheet),
		cmocka_unit_test(a_data_sheet_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests_name("flash_spi_nor", tests, NULL, NULL);
}
