/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that keep every rule: strict flash of all geometries, whose own violations say that the
 * suite asked nothing that it may not, and the ports in memory and in a file.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <flash/flash_file.h>

#include "flash/geometries.h"
#include "tap.h"

static struct test_flash flash;
static struct flash_conformance suite;
static struct tap tap;
static struct sim_power power;

static int cut_power(void *arg)
{
	unsigned int *cuts = arg;

	sim_power_cut(&power, 0, SIM_CUT_INSIDE, (*cuts)++, -EIO);
	return 0;
}

static int restore_power(void *arg)
{
	(void)arg;
	sim_power_init(&power);
	return 0;
}

static const struct test_geometry geometries_of_chips[] = {
	{.runs = {{6, 4096}}, .write_block_size = 1, .erase_value = 0xff},
	{.runs = {{8, 4096}}, .write_block_size = 4, .erase_value = 0xff},
	{.runs = {{7, 2048}}, .write_block_size = 8, .erase_value = 0xff},
	{.runs = {{4, 16384}, {1, 65536}, {2, 131072}}, .write_block_size = 4, .erase_value = 0xff},
	{.runs = {{1, 8192}, {2, 2048}, {3, 512}}, .write_block_size = 16, .erase_value = 0xff},
	{.runs = {{5, 1024}}, .write_block_size = 32, .erase_value = 0x00},
	{.runs = {{16, 512}}, .write_block_size = 512, .erase_value = 0xff},
	{.runs = {{5, 1200}, {3, 2400}}, .write_block_size = 12, .erase_value = 0xff},
	{.runs = {{6, 4}}, .write_block_size = 4, .erase_value = 0xff},
	{.runs = {{5, 4096}},
	 .write_block_size = 16,
	 .erase_value = 0xff,
	 .no_explicit_erase = true},
	{.runs = {{5, 1024}}, .write_block_size = 1, .erase_value = 0, .no_explicit_erase = true},
};

/* Strict flash; the suite has its inner pages, so one at each end must not change. */
static void begin(const struct test_geometry *geometry)
{
	struct flash_pages_info last;

	test_flash_init(&flash, geometry);
	assert_int_equal(flash_get_page_info_by_offs(flash.dev, (off_t)(flash.size - 1), &last), 0);
	suite = (struct flash_conformance){.dev = flash.dev,
					   .offset = (off_t)flash.runs[0].pages_size,
					   .size = (size_t)last.start_offset -
						   flash.runs[0].pages_size,
					   .device_size = flash.size};
}

static void assert_ends_untouched(const uint8_t *before)
{
	const size_t end = (size_t)suite.offset + suite.size;

	assert_memory_equal(flash.memory, before, (size_t)suite.offset);
	assert_memory_equal(flash.memory + end, before + end, flash.size - end);
}

static void run_on(const struct test_geometry *geometry, bool with_power)
{
	unsigned int cuts = 0;
	uint8_t *before;

	begin(geometry);
	test_pattern(flash.memory, flash.size, 17);
	before = malloc(flash.size);
	assert_non_null(before);
	memcpy(before, flash.memory, flash.size);
	if (with_power) {
		sim_power_init(&power);
		flash.nor.power = &power;
		suite.reopen = restore_power;
		suite.cut = cut_power;
		suite.arg = &cuts;
	}
	/* Strict flash would take a second program for a violation. */
	suite.again = FLASH_CONFORMANCE_UNDEFINED;
	tap_run(&tap, &suite);
	assert_int_equal(tap.result, 0);
	assert_string_equal(flash.nor.violation, "");
	assert_ends_untouched(before);
	if (geometry->no_explicit_erase) {
		assert_null(strstr(tap_line(&tap, "rewrite"), "SKIP"));
	} else {
		assert_non_null(
			strstr(tap_line(&tap, "program-once"), "the port does not promise it"));
		assert_non_null(strstr(tap_line(&tap, "rewrite"), "the device needs erases"));
	}
	assert_int_equal(strstr(tap_line(&tap, "cut-erase"), "SKIP") == NULL, with_power);
	assert_int_equal(strstr(tap_line(&tap, "persistence"), "SKIP") == NULL, with_power);
	free(before);
	test_flash_free(&flash);
}

static void strict_flash_of_any_geometry_keeps_all_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(geometries_of_chips); i++) {
		run_on(&geometries_of_chips[i], false);
		run_on(&geometries_of_chips[i], true);
	}
}

static void strict_flash_refuses_a_second_program_which_is_one_way_to_keep_it(void **state)
{
	(void)state;
	begin(&geometries_of_chips[1]);
	tap_run(&tap, &suite);
	tap_assert_kept(&tap, "rewrite persistence cut-program cut-erase");
	assert_non_null(strstr(flash.nor.violation, "erased"));
	test_flash_free(&flash);
}

static void memory_keeps_the_rules_but_takes_second_programs(void **state)
{
	(void)state;
	begin(&geometries_of_chips[2]);
	suite.dev = &flash.ram;
	suite.again = FLASH_CONFORMANCE_UNDEFINED;
	tap_run(&tap, &suite);
	tap_assert_kept(&tap, "program-once rewrite persistence cut-program cut-erase");
	suite.again = FLASH_CONFORMANCE_CLEARS_BITS;
	tap_run(&tap, &suite);
	tap_assert_broken(&tap, "program-once", "");
	test_flash_free(&flash);
}

/* A file that is closed and opened again; its config is constant, so it lies on the heap. */
struct file {
	char path[40];
	struct flash_file_config *config;
	struct device device;
};

static int open_again(void *arg)
{
	static const struct flash_pages_layout pages = {.pages_count = 5, .pages_size = 4096};
	struct file *file = arg;
	const struct flash_file_config config = {
		.fd = open(file->path, O_RDWR),
		.parameters = {.write_block_size = 4, .erase_value = 0xff},
		.layout = &pages,
		.layout_size = 1};

	if (file->config->fd > 0) {
		(void)close(file->config->fd);
	}
	memcpy(file->config, &config, sizeof(config));
	return config.fd < 0 ? -errno : 0;
}

static void a_file_keeps_the_rules_and_its_bytes(void **state)
{
	struct file file = {.path = "/tmp/slotwise-flash-XXXXXX"};
	int fd;

	(void)state;
	fd = mkstemp(file.path);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 20480), 0);
	(void)close(fd);
	file.config = calloc(1, sizeof(*file.config));
	file.device =
		(struct device){.name = "file", .config = file.config, .api = &flash_file_api};
	assert_int_equal(open_again(&file), 0);
	suite = (struct flash_conformance){.dev = &file.device,
					   .size = 20480,
					   .device_size = 20480,
					   .again = FLASH_CONFORMANCE_UNDEFINED,
					   .reopen = open_again,
					   .arg = &file};
	tap_run(&tap, &suite);
	tap_assert_kept(&tap, "program-once rewrite cut-program cut-erase");
	(void)close(file.config->fd);
	assert_int_equal(unlink(file.path), 0);
	free(file.config);
}

static void assert_bails_out(const char *why)
{
	tap_run(&tap, &suite);
	assert_int_equal(tap.result, -EINVAL);
	assert_non_null(tap_line(&tap, "Bail out! "));
	assert_string_equal(tap_line(&tap, "Bail out! ") + strlen("Bail out! "), why);
}

static void a_range_that_cannot_be_used_is_refused_before_anything_is_written(void **state)
{
	static const struct {
		off_t offset;
		size_t size;
		const char *why;
	} ranges[] = {
		{-4096, 16384, "the scratch range is not in the device"},
		{0, 36864, "the scratch range is not in the device"},
		{32768, 4096, "the scratch range is not in the device"},
		{4096, SIZE_MAX, "the scratch range is not in the device"},
		{2048, 16384, "the scratch range does not begin at a page"},
		{4096, 16384 + 4, "the scratch range is not three or more whole pages"},
		{4096, 8192, "the scratch range is not three or more whole pages"},
		{4096, 0, "the scratch range is not three or more whole pages"},
	};
	static const struct device none = {.name = "none"};
	uint8_t buf[71];

	(void)state;
	begin(&geometries_of_chips[1]);
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		suite.offset = ranges[i].offset;
		suite.size = ranges[i].size;
		suite.phase = FLASH_CONFORMANCE_ALL;
		assert_bails_out(ranges[i].why);
		suite.phase = FLASH_CONFORMANCE_AFTER_RESET;
		assert_bails_out(ranges[i].why);
	}
	suite.offset = 4096;
	suite.size = 16384;
	suite.phase = FLASH_CONFORMANCE_ALL;
	suite.buf = buf;
	suite.buf_size = sizeof(buf);
	assert_bails_out("buf is smaller than two write blocks and 64 bytes");
	assert_int_equal(flash.nor.stats.programs + flash.nor.stats.erases, 0);
	suite.dev = &none;
	assert_bails_out("the device is not ready");
	test_flash_free(&flash);
}

static void the_least_work_memory_is_enough(void **state)
{
	uint8_t buf[2 * 512 + 64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(geometries_of_chips); i++) {
		begin(&geometries_of_chips[i]);
		suite.again = FLASH_CONFORMANCE_UNDEFINED;
		suite.buf = buf;
		suite.buf_size = 2 * geometries_of_chips[i].write_block_size + 64;
		tap_run(&tap, &suite);
		assert_int_equal(tap.result, 0);
		assert_string_equal(flash.nor.violation, "");
		test_flash_free(&flash);
	}
}

/* The second run shares nothing with the first but what flash holds. */
static void bytes_are_looked_for_after_a_reset(void **state)
{
	(void)state;
	begin(&geometries_of_chips[1]);
	suite.phase = FLASH_CONFORMANCE_BEFORE_RESET;
	tap_run(&tap, &suite);
	tap_assert_kept(&tap, "rewrite persistence cut-program cut-erase");
	assert_non_null(strstr(tap_line(&tap, "persistence"), "asked after the reset"));
	suite.phase = FLASH_CONFORMANCE_AFTER_RESET;
	tap_run(&tap, &suite);
	tap_assert_kept(&tap, "");
	assert_string_equal(tap.lines[0], "1..1");
	flash.memory[3 * 4096 + 7] ^= 1;
	tap_run(&tap, &suite);
	tap_assert_broken(&tap, "persistence", "0x3007 reads");
	flash.memory[3 * 4096 + 7] ^= 1;
	flash.memory[4096] = 0; /* the page that was left erased */
	tap_run(&tap, &suite);
	tap_assert_broken(&tap, "persistence", "0x1000 reads 0x0, not 0xff");
	test_flash_free(&flash);
}

/* Programs and erase calls of a run. */
static long operations_of_run(void)
{
	const long many = 1000000;

	flash.nor.fail_after = many;
	tap_run(&tap, &suite);
	assert_int_equal(tap.result, 0);
	return many - flash.nor.fail_after;
}

static void a_range_that_cannot_be_made_ready_for_a_reset_is_a_failure(void **state)
{
	(void)state;
	begin(&geometries_of_chips[1]);
	suite.phase = FLASH_CONFORMANCE_BEFORE_RESET;
	flash.nor.fail_after = operations_of_run() - 1;
	flash.nor.fail_rc = -EIO;
	tap_run(&tap, &suite);
	assert_int_equal(tap.result, 1);
	assert_non_null(strstr(tap_line(&tap, "Bail out! "), "flash_write"));
	test_flash_free(&flash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_flash_of_any_geometry_keeps_all_rules),
		cmocka_unit_test(strict_flash_refuses_a_second_program_which_is_one_way_to_keep_it),
		cmocka_unit_test(memory_keeps_the_rules_but_takes_second_programs),
		cmocka_unit_test(a_file_keeps_the_rules_and_its_bytes),
		cmocka_unit_test(a_range_that_cannot_be_used_is_refused_before_anything_is_written),
		cmocka_unit_test(the_least_work_memory_is_enough),
		cmocka_unit_test(bytes_are_looked_for_after_a_reset),
		cmocka_unit_test(a_range_that_cannot_be_made_ready_for_a_reset_is_a_failure),
	};

	return cmocka_run_group_tests_name("flash_conformance", tests, NULL, NULL);
}
