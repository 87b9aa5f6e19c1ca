/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a download costs, as the library tells it: beside what the strict flash has counted, what
 * the settings were asked to save, and a clock that the test moves.
 */
#include "target_device.h"

#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <settings/settings_ram.h> /* ports/ */
#include <settings_power.h>        /* sim/ */

#define ERASE_US 85000u
#define PROGRAM_US 300u
#define PART 700u /* of the file, not all of it */

/* A device that takes time, in front of the strict one. */
static struct {
	struct device device;
	const struct device *inner;
	struct flash_driver_api api;
} slow;

static uint32_t now_us;

static struct settings_ram store;
static uint8_t store_memory[2048];
static struct sim_settings counted_store;
static struct sim_power power;
static uint32_t saves;

static uint32_t read_clock(void)
{
	return now_us;
}

static int slow_write(const struct device *dev, off_t offset, const void *data, size_t len)
{
	(void)dev;
	now_us += PROGRAM_US;
	return flash_write(slow.inner, offset, data, len);
}

static int slow_erase(const struct device *dev, off_t offset, size_t size)
{
	(void)dev;
	now_us += ERASE_US;
	return flash_erase(slow.inner, offset, size);
}

static void on_operation(void *arg, const struct sim_operation *operation)
{
	(void)arg;
	if (operation->kind == SIM_SAVE && operation->len > 0) {
		saves++;
	}
}

static void make_slow(void)
{
	slow.inner = dut.flash.dev;
	slow.api = *(const struct flash_driver_api *)slow.inner->api;
	slow.device = *slow.inner;
	slow.api.write = slow_write;
	slow.api.erase = slow_erase;
	slow.device.api = &slow.api;
	for (size_t i = 0; i < ARRAY_LEN(target_device_areas); i++) {
		target_device_areas[i].fa_dev = &slow.device;
	}
}

static void open_case(const struct device_case *what)
{
	target_device_open(what);
	target_device_factory(0, OLD_IMAGE);
	target_device_load(NEW_IMAGE);
	/* What any page holds has to be erased. */
	memset(dut.slot[1], 0x5a, dut.slot_size);
	dut.before = 0x5a;
	make_slow();
	sim_power_init(&power);
	power.watch = on_operation;
	settings_ram_init(&store, store_memory, sizeof(store_memory));
	sim_settings_init(&counted_store, &store.backend, &power);
	settings_backend_set(&counted_store.backend);
	dfu_target_clock_set(read_clock);
	memset(&dut.flash.nor.stats, 0, sizeof(dut.flash.nor.stats));
	saves = 0;
	now_us = UINT32_MAX - 100000; /* wraps under way */
}

static void close_case(void)
{
	dfu_target_clock_set(NULL);
	target_device_close();
}

static struct dfu_target_stats stats_now(void)
{
	struct dfu_target_stats stats;

	assert_int_equal(dfu_target_stats_get(&stats), 0);
	return stats;
}

static void assert_stats_are_those_of_flash(uint32_t received)
{
	const struct dfu_target_stats stats = stats_now();

	assert_int_equal(stats.bytes_received, received);
	assert_int_equal(stats.erases, dut.flash.nor.stats.erases);
	assert_int_equal(stats.programs, dut.flash.nor.stats.programs);
	assert_int_equal(stats.bytes_programmed, dut.flash.nor.stats.bytes_programmed);
	assert_int_equal(stats.records, saves);
}

static void stats_are_what_the_device_counted_in_every_geometry(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		open_case(&device_cases[i]);
		assert_int_equal(target_device_download(244), 0);
		assert_stats_are_those_of_flash((uint32_t)dut.image_len);
		assert_true(stats_now().programs > 1);
		assert_true(stats_now().records > 1);
		assert_true(dut.what->no_explicit_erase == (stats_now().erases == 0));
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_stats_are_those_of_flash((uint32_t)dut.image_len);
		close_case();
	}
}

static void the_longest_call_is_measured_by_the_given_clock(void **state)
{
	(void)state;
	open_case(&device_cases[0]);
	assert_int_equal(target_device_download(1024), 0);
	assert_int_equal(stats_now().longest_us, ERASE_US);
	close_case();
	open_case(&device_cases[device_case_count - 1]);
	assert_int_equal(target_device_download(1024), 0);
	assert_int_equal(stats_now().longest_us, PROGRAM_US);
	close_case();
	open_case(&device_cases[0]);
	dfu_target_clock_set(NULL);
	assert_int_equal(target_device_download(1024), 0);
	assert_int_equal(stats_now().longest_us, 0);
	close_case();
}

static void a_pause_counts_on(void **state)
{
	(void)state;
	open_case(&device_cases[0]);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, PART), 0);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(target_device_offset(), PART);
	assert_stats_are_those_of_flash(PART);
	assert_int_equal(stats_now().longest_us, ERASE_US);
	assert_int_equal(target_device_download(244), 0);
	assert_stats_are_those_of_flash((uint32_t)dut.image_len);
	assert_int_equal(stats_now().longest_us, ERASE_US);
	close_case();
}

static void another_download_begins_at_0(void **state)
{
	(void)state;
	open_case(&device_cases[0]);
	assert_int_equal(target_device_download(244), 0);
	const struct dfu_target_stats first = stats_now();
	memset(&dut.flash.nor.stats, 0, sizeof(dut.flash.nor.stats));
	saves = 0;
	/* The same file again, after it was complete: whether somebody asks for its offset or not.
	 */
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(stats_now().bytes_received, 0);
	assert_int_equal(stats_now().erases, 0);
	assert_int_equal(target_device_download(244), 0);
	assert_stats_are_those_of_flash((uint32_t)dut.image_len);
	assert_true(stats_now().erases <= first.erases);
	/* Another size. */
	assert_int_equal(target_device_init(0, dut.image_len - 1), 0);
	assert_int_equal(stats_now().bytes_received, 0);
	assert_int_equal(stats_now().erases, 0);
	assert_int_equal(stats_now().longest_us, 0);
	/* Given up, and again. */
	assert_int_equal(dfu_target_write(dut.image, 300), 0);
	assert_true(stats_now().erases > 0);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(stats_now().bytes_received, 300);
	assert_int_equal(target_device_init(0, dut.image_len - 1), 0);
	assert_int_equal(stats_now().bytes_received, 0);
	close_case();
}

static void another_file_that_goes_on_is_counted_from_there(void **state)
{
	(void)state;
	open_case(&device_cases[2]);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, PART), 0);
	assert_int_equal(target_device_init(0, dut.image_len - 1), 0);
	assert_int_equal(dfu_target_identity_set("other", 5), 0);
	assert_int_equal(target_device_init(0, dut.image_len - 1), 0);
	assert_int_equal(dfu_target_identity_set(NULL, 0), 0);
	/* The first one's record stands: nothing of the others was written. */
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_true(target_device_offset() > 0);
	assert_int_equal(stats_now().bytes_received, 0);
	assert_int_equal(stats_now().erases, 0);
	close_case();
}

static void an_init_that_changes_nothing_changes_no_count(void **state)
{
	(void)state;
	open_case(&device_cases[0]);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, PART), 0);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_stats_are_those_of_flash(PART);
	assert_int_equal(dfu_target_init(0x40, 0, 1, NULL), -ENOTSUP);
	assert_stats_are_those_of_flash(PART);
	close_case();
}

static void an_init_that_fails_begins_no_count(void **state)
{
	(void)state;
	open_case(&device_cases[0]);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, PART), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(target_device_init(7, dut.image_len), -EINVAL);
		assert_int_equal(stats_now().bytes_received, PART);
		assert_int_equal(stats_now().longest_us, ERASE_US);
	}
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_stats_are_those_of_flash(PART);
	assert_int_equal(stats_now().longest_us, ERASE_US);
	close_case();
}

static void bytes_that_are_refused_are_not_received(void **state)
{
	(void)state;
	open_case(&device_cases[0]);
	assert_int_equal(target_device_init(0, 100), 0);
	assert_int_equal(dfu_target_write(dut.image, 101), -EFBIG);
	assert_int_equal(dfu_target_write(NULL, 10), -EACCES);
	assert_stats_are_those_of_flash(0);
	close_case();
}

static void a_call_that_fails_is_counted_as_a_call(void **state)
{
	(void)state;
	open_case(&device_cases[0]);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	dut.flash.nor.fail_after = 0;
	dut.flash.nor.fail_rc = -EIO;
	assert_int_equal(dfu_target_write(dut.image, 244), -EIO);
	assert_int_equal(dut.flash.nor.stats.erases, 0);
	assert_int_equal(stats_now().erases, 1);
	assert_int_equal(stats_now().bytes_received, 0);
	close_case();
}

static void settings_that_fail_are_no_records(void **state)
{
	(void)state;
	open_case(&device_cases[0]);
	settings_backend_set(NULL);
	assert_int_equal(target_device_download(244), 0);
	assert_int_equal(stats_now().records, 0);
	close_case();
}

static void nothing_to_fill_in_is_refused(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_stats_get(NULL), -EINVAL);
}

/* Several pages in one call, pages of two sizes: each is one. */
static void an_erase_counts_its_pages(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{4, 512}, {2, 2048}},
		.write_block_size = 4,
		.erase_value = 0xff,
	};
	struct test_flash flash;

	(void)state;
	test_flash_init(&flash, &geometry);
	const uint32_t before = stats_now().erases;
	assert_int_equal(flash_erase(flash.dev, 1024, 1024 + 2048), 0);
	assert_int_equal(stats_now().erases - before, 3);
	assert_int_equal(flash_erase(flash.dev, 2048, 4096), 0);
	assert_int_equal(stats_now().erases - before, 5);
	assert_int_equal(flash_erase(flash.dev, 1, 512), -EINVAL);
	assert_int_equal(stats_now().erases - before, 5);
	assert_int_equal(flash.nor.stats.erases, 5);
	test_flash_free(&flash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_fill_in_is_refused),
		cmocka_unit_test(stats_are_what_the_device_counted_in_every_geometry),
		cmocka_unit_test(the_longest_call_is_measured_by_the_given_clock),
		cmocka_unit_test(a_pause_counts_on),
		cmocka_unit_test(another_download_begins_at_0),
		cmocka_unit_test(another_file_that_goes_on_is_counted_from_there),
		cmocka_unit_test(an_init_that_changes_nothing_changes_no_count),
		cmocka_unit_test(an_init_that_fails_begins_no_count),
		cmocka_unit_test(bytes_that_are_refused_are_not_received),
		cmocka_unit_test(a_call_that_fails_is_counted_as_a_call),
		cmocka_unit_test(settings_that_fail_are_no_records),
		cmocka_unit_test(an_erase_counts_its_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
