/* SPDX-License-Identifier: Apache-2.0 */
/* What calls on flash take on real parts, against figures worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <timing.h> /* sim/ */

#include "support/test_flash.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define KIB 1024u
#define IMAGE (512 * KIB)

static const struct test_geometry pages_4k = {
	.runs = {{.pages_count = 256, .pages_size = 4 * KIB}},
	.write_block_size = 4,
	.erase_value = 0xff,
};
static const struct test_geometry pages_2k = {
	.runs = {{.pages_count = 256, .pages_size = 2 * KIB}},
	.write_block_size = 8,
	.erase_value = 0xff,
};
static const struct test_geometry pages_unequal = {
	.runs = {{.pages_count = 4, .pages_size = 16 * KIB},
		 {.pages_count = 1, .pages_size = 64 * KIB},
		 {.pages_count = 7, .pages_size = 128 * KIB}},
	.write_block_size = 1,
	.erase_value = 0xff,
};
static const struct test_geometry no_pages = {
	.runs = {{.pages_count = 128, .pages_size = 4 * KIB}},
	.write_block_size = 16,
	.erase_value = 0xff,
	.no_explicit_erase = true,
};

static struct {
	struct test_flash flash;
	struct sim_timing timing;
	const struct device *dev;
} dut;

static uint8_t data[IMAGE];

static void begin(const struct test_geometry *geometry, const char *part)
{
	const struct sim_timing_part *found = sim_timing_part_named(part);

	assert_non_null(found);
	test_flash_init(&dut.flash, geometry);
	sim_timing_init(&dut.timing, dut.flash.dev, found);
	dut.dev = &dut.timing.device;
}

static int teardown(void **state)
{
	(void)state;
	test_flash_free(&dut.flash);
	return 0;
}

static void erase_in_steps(off_t offset, size_t size, size_t step)
{
	for (size_t done = 0; done < size; done += step) {
		assert_int_equal(flash_erase(dut.dev, offset + (off_t)done, step), 0);
	}
}

/* 512 KiB, in erases of one size and programs of 512 bytes. */
static const struct {
	const char *part;
	const struct test_geometry *geometry;
	size_t step;
	uint64_t erase_us;
	uint64_t program_us;
	uint64_t longest_us;
} floors[] = {
	/* 128 pages of 85 ms, 131072 words of 41 us */
	{"nRF52840", &pages_4k, 4 * KIB, 10880000, 5373952, 85000},
	{"nRF9160", &pages_4k, 4 * KIB, 11136000, 5636096, 87000},
	/* 256 pages of 24.47 ms, 65536 double words of 82 us */
	{"STM32L4", &pages_2k, 2 * KIB, 6264320, 5373952, 24470},
	{"STM32G0", &pages_2k, 2 * KIB, 10240000, 5373952, 40000},
	/* 128 of 48 ms, 16 of 240 ms or 8 of 480 ms, and 2048 pages of 896 us */
	{"MX25R6435F", &pages_4k, 4 * KIB, 6144000, 1835008, 48000},
	{"MX25R6435F", &pages_4k, 32 * KIB, 3840000, 1835008, 240000},
	{"MX25R6435F", &pages_4k, 64 * KIB, 3840000, 1835008, 480000},
	{"GD25LE255E", &pages_4k, 4 * KIB, 3840000, 524288, 30000},
	{"GD25LE255E", &pages_4k, 64 * KIB, 1280000, 524288, 160000},
	/* Has no erase of 32 KiB: eight of 4 KiB at a time. */
	{"MX25L51245G", &pages_4k, 32 * KIB, 3840000, 524288, 240000},
	{"W25Q64JV", &pages_4k, 64 * KIB, 1200000, 819200, 150000},
};

static void an_image_takes_what_the_data_sheets_add_up_to(void **state)
{
	(void)state;
	test_pattern(data, sizeof(data), 3);
	for (size_t i = 0; i < ARRAY_SIZE(floors); i++) {
		const uint64_t start = sim_timing_now_us();

		begin(floors[i].geometry, floors[i].part);
		erase_in_steps(0, IMAGE, floors[i].step);
		for (size_t at = 0; at < IMAGE; at += 512) {
			assert_int_equal(flash_write(dut.dev, (off_t)at, &data[at], 512), 0);
		}
		assert_int_equal(dut.timing.stats.erase_us, floors[i].erase_us);
		assert_int_equal(dut.timing.stats.program_us, floors[i].program_us);
		assert_int_equal(dut.timing.stats.longest_us, floors[i].longest_us);
		assert_int_equal(sim_timing_now_us() - start,
				 floors[i].erase_us + floors[i].program_us);
		assert_memory_equal(dut.flash.memory, data, IMAGE);
		assert_string_equal(dut.flash.nor.violation, "");
		test_flash_free(&dut.flash);
	}
}

static void memory_without_erase_takes_as_long_to_clear_as_to_program(void **state)
{
	(void)state;
	begin(&no_pages, "nRF54L");
	assert_int_equal(flash_write(dut.dev, 0, data, IMAGE), 0);
	assert_int_equal(dut.timing.stats.program_us, 7274496); /* 32768 lines of 222 us */
	assert_int_equal(sim_timing_erase_us(dut.timing.part, dut.dev, 0, IMAGE), 7274496);
	assert_int_equal(flash_flatten(dut.dev, 0, 4096), 0);
	assert_int_equal(dut.timing.stats.program_us, 7274496 + 56832);
}

/* Four pages of 16 KiB are no page of 64 KiB, though one would begin there. */
static void unequal_pages_are_erased_each_on_its_own(void **state)
{
	static const struct {
		off_t offset;
		size_t size;
		uint64_t us;
	} erases[] = {
		{0, 16 * KIB, 800000},
		{0, 64 * KIB, 4 * 800000},
		{64 * KIB, 64 * KIB, 2400000},
		{128 * KIB, 128 * KIB, 4000000},
		{48 * KIB, 208 * KIB, 800000 + 2400000 + 4000000},
	};

	(void)state;
	begin(&pages_unequal, "STM32F4");
	for (size_t i = 0; i < ARRAY_SIZE(erases); i++) {
		const uint64_t before = dut.timing.stats.erase_us;

		assert_int_equal(flash_erase(dut.dev, erases[i].offset, erases[i].size), 0);
		assert_int_equal(dut.timing.stats.erase_us - before, erases[i].us);
	}
	assert_int_equal(dut.timing.stats.longest_us, 7200000);
}

/* Small ones up to 32 KiB, then 32, 64 and 32 KiB, and a last small one. */
static void spi_nor_erases_the_largest_blocks_that_fit(void **state)
{
	(void)state;
	begin(&pages_4k, "GD25LE255E");
	assert_int_equal(flash_erase(dut.dev, 4 * KIB, 160 * KIB), 0);
	assert_int_equal(dut.timing.stats.erase_us, 7 * 30000 + 112000 + 160000 + 112000 + 30000);
}

static void a_page_smaller_than_any_erase_costs_the_smallest(void **state)
{
	static const struct test_geometry tiny = {
		.runs = {{.pages_count = 8, .pages_size = 256}},
		.write_block_size = 4,
		.erase_value = 0xff,
	};

	(void)state;
	begin(&tiny, "nRF52840");
	assert_int_equal(flash_erase(dut.dev, 256, 768), 0);
	assert_int_equal(dut.timing.stats.erase_us, 3 * 85000);
}

static void a_page_of_a_size_that_the_part_lacks_costs_as_many_as_it_holds(void **state)
{
	static const struct test_geometry wide = {
		.runs = {{.pages_count = 2, .pages_size = 10 * KIB}},
		.write_block_size = 4,
		.erase_value = 0xff,
	};

	(void)state;
	begin(&wide, "nRF52840");
	assert_int_equal(flash_erase(dut.dev, 10 * KIB, 10 * KIB), 0);
	assert_int_equal(dut.timing.stats.erase_us, 3 * 85000);
}

static void a_program_costs_the_units_that_it_touches(void **state)
{
	static const struct {
		off_t offset;
		size_t len;
		uint64_t pages;
	} programs[] = {{0, 1, 1}, {255, 2, 2}, {256, 256, 1}, {511, 258, 3}, {768, 0, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		assert_int_equal(sim_timing_program_us(sim_timing_part_named("MX25R6435F"),
						       programs[i].offset, programs[i].len),
				 programs[i].pages * 896);
	}
}

static void a_call_that_fails_and_a_read_take_no_time(void **state)
{
	const uint64_t start = sim_timing_now_us();

	(void)state;
	begin(&pages_4k, "nRF52840");
	dut.flash.nor.fail_after = 0;
	dut.flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(flash_erase(dut.dev, 0, 4096), -ETIMEDOUT);
	dut.flash.nor.fail_after = 0;
	assert_int_equal(flash_write(dut.dev, 0, data, 4), -ETIMEDOUT);
	dut.flash.nor.fail_after = 0;
	dut.flash.nor.fail_reads = true;
	assert_int_equal(flash_read(dut.dev, 0, data, 4), -ETIMEDOUT);
	assert_int_equal(flash_read(dut.dev, 0, data, 4), 0);
	assert_int_equal(sim_timing_now_us(), start);
	assert_int_equal(dut.timing.stats.longest_us, 0);
}

static void the_decorated_device_is_the_same_flash(void **state)
{
	struct flash_pages_info page;
	uint64_t size;

	(void)state;
	begin(&pages_unequal, "STM32F4");
	assert_string_equal(dut.dev->name, "test_flash");
	assert_int_equal(flash_get_size(dut.dev, &size), 0);
	assert_int_equal(size, 1024 * KIB);
	assert_int_equal(flash_get_page_count(dut.dev), 12);
	assert_int_equal(flash_get_page_info_by_offs(dut.dev, 70000, &page), 0);
	assert_int_equal(page.size, 64 * KIB);
	assert_int_equal(flash_get_write_block_size(dut.dev), 1);
}

static void all_devices_of_a_process_share_the_clock(void **state)
{
	struct sim_timing second;
	const uint64_t start = sim_timing_now_us();

	(void)state;
	begin(&pages_4k, "nRF52840");
	sim_timing_init(&second, dut.flash.dev, sim_timing_part_named("MX25R6435F"));
	assert_int_equal(flash_erase(dut.dev, 0, 4096), 0);
	assert_int_equal(flash_erase(&second.device, 4096, 4096), 0);
	assert_int_equal(sim_timing_now_us() - start, 85000 + 48000);
	assert_int_equal(dut.timing.stats.erase_us, 85000);
	assert_int_equal(second.stats.erase_us, 48000);
}

/* Erases grow, each is whole smallest ones, and each row is found by what a devicetree says. */
static void every_row_of_the_table_is_sound_and_found(void **state)
{
	size_t rows = 0;

	(void)state;
	for (const struct sim_timing_part *part; (part = sim_timing_part_get(rows)) != NULL;) {
		assert_ptr_equal(sim_timing_part_named(part->name), part);
		assert_true(part->program_size > 0 && part->program_us > 0);
		assert_true(strlen(part->source) > 0);
		for (size_t i = 1; i < SIM_TIMING_ERASES_MAX && part->erase[i].size > 0; i++) {
			assert_true(part->erase[i].size > part->erase[i - 1].size);
			assert_int_equal(part->erase[i].size % part->erase[0].size, 0);
		}
		if (part->controller != NULL) {
			assert_ptr_equal(sim_timing_part_on_chip(part->controller), part);
		} else {
			assert_ptr_equal(sim_timing_part_spi_nor(part->jedec_id), part);
		}
		rows++;
	}
	assert_int_equal(rows, 13);
}

static void what_is_not_in_the_table_is_not_found(void **state)
{
	(void)state;
	assert_null(sim_timing_part_named("nRF"));
	assert_null(sim_timing_part_on_chip("nordic,nrf52"));
	assert_null(sim_timing_part_spi_nor(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_takes_what_the_data_sheets_add_up_to),
		cmocka_unit_test_teardown(memory_without_erase_takes_as_long_to_clear_as_to_program,
					  teardown),
		cmocka_unit_test_teardown(unequal_pages_are_erased_each_on_its_own, teardown),
		cmocka_unit_test_teardown(spi_nor_erases_the_largest_blocks_that_fit, teardown),
		cmocka_unit_test_teardown(a_page_smaller_than_any_erase_costs_the_smallest,
					  teardown),
		cmocka_unit_test_teardown(
			a_page_of_a_size_that_the_part_lacks_costs_as_many_as_it_holds, teardown),
		cmocka_unit_test(a_program_costs_the_units_that_it_touches),
		cmocka_unit_test_teardown(a_call_that_fails_and_a_read_take_no_time, teardown),
		cmocka_unit_test_teardown(the_decorated_device_is_the_same_flash, teardown),
		cmocka_unit_test_teardown(all_devices_of_a_process_share_the_clock, teardown),
		cmocka_unit_test(every_row_of_the_table_is_sound_and_found),
		cmocka_unit_test(what_is_not_in_the_table_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
