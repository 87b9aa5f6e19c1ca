/* SPDX-License-Identifier: Apache-2.0 */
/* One power for two devices and the settings of a device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <settings/settings_ram.h> /* ports/ */
#include <settings_power.h>        /* sim/ */

#include "support/test_flash.h"

#define OPERATIONS 5

static const struct test_geometry geometry = {
	.runs = {{.pages_count = 4, .pages_size = 64}},
	.write_block_size = 4,
	.erase_value = 0xff,
};

static struct {
	struct sim_power power;
	struct test_flash flash[2];
	struct settings_ram ram;
	struct settings_backend_api ram_api; /* with an init */
	struct sim_settings settings;
	uint8_t memory[256];
	unsigned int inits;
} dut;

static int count_init(const struct settings_backend *backend)
{
	assert_ptr_equal(backend, &dut.ram.backend);
	dut.inits++;
	return 0;
}

static void begin_settings(void)
{
	settings_ram_init(&dut.ram, dut.memory, sizeof(dut.memory));
	dut.ram_api = *dut.ram.backend.api;
	dut.ram_api.init = count_init;
	dut.ram.backend.api = &dut.ram_api;
}

static int setup(void **state)
{
	(void)state;
	sim_power_init(&dut.power);
	for (int i = 0; i < 2; i++) {
		test_flash_init(&dut.flash[i], &geometry);
		dut.flash[i].nor.power = &dut.power;
	}
	begin_settings();
	sim_settings_init(&dut.settings, &dut.ram.backend, &dut.power);
	settings_backend_set(&dut.settings.backend);
	return settings_subsys_init();
}

static int teardown(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	for (int i = 0; i < 2; i++) {
		test_flash_free(&dut.flash[i]);
	}
	return 0;
}

static int copy_value(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		      void *param)
{
	(void)key;
	assert_int_equal(len, 1);
	assert_int_equal(read_cb(cb_arg, param, 1), 1);
	return 0;
}

/* The value under "a"; 0: there is none. */
static uint8_t saved(void)
{
	uint8_t value = 0;

	assert_int_equal(settings_load_subtree_direct("a", copy_value, &value), 0);
	return value;
}

/* Five operations on everything in turn. */
static int work(void)
{
	static const uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8};
	int rc = flash_write(dut.flash[0].dev, 0, data, 8);

	rc = rc != 0 ? rc : settings_save_one("a", "x", 1);
	rc = rc != 0 ? rc : flash_write(dut.flash[1].dev, 64, data, 8);
	rc = rc != 0 ? rc : settings_delete("a");
	return rc != 0 ? rc : flash_erase(dut.flash[0].dev, 0, 64);
}

/* What is left after so many of them. */
static void assert_done(unsigned long done)
{
	assert_int_equal(dut.flash[0].memory[0], done >= 1 && done < 5 ? 1 : 0xff);
	assert_int_equal(dut.flash[0].memory[7], done >= 1 && done < 5 ? 8 : 0xff);
	assert_int_equal(dut.flash[1].memory[64], done >= 3 ? 1 : 0xff);
	assert_int_equal(saved(), done == 2 || done == 3 ? 'x' : 0);
}

static void restart(void)
{
	sim_power_init(&dut.power);
	test_flash_blank(&dut.flash[0]);
	test_flash_blank(&dut.flash[1]);
	begin_settings();
}

static void operations_of_all_parts_are_counted_together(void **state)
{
	(void)state;
	assert_int_equal(work(), 0);
	assert_int_equal(dut.power.operations, OPERATIONS);
	assert_false(dut.power.fired);
	assert_done(OPERATIONS);
}

static void a_cut_at_each_operation_stops_all_parts(void **state)
{
	(void)state;
	for (unsigned long k = 0; k < OPERATIONS; k++) {
		for (enum sim_cut when = SIM_CUT_BEFORE; when <= SIM_CUT_AFTER; when += 2) {
			restart();
			sim_power_cut(&dut.power, k, when, 0, -EINTR);
			assert_int_equal(work(), -EINTR);
			assert_true(dut.power.fired);
			assert_int_equal(settings_save_one("a", "y", 1), -EINTR);
			assert_int_equal(settings_delete("a"), -EINTR);
			assert_int_equal(settings_load_subtree_direct("a", copy_value, NULL),
					 -EINTR);
			dut.inits = 0;
			assert_int_equal(settings_subsys_init(), -EINTR);
			assert_int_equal(dut.inits, 0);
			assert_int_equal(flash_read(dut.flash[0].dev, 0, &(uint8_t){0}, 1), -EINTR);
			assert_int_equal(flash_erase(dut.flash[1].dev, 64, 64), -EINTR);

			sim_power_init(&dut.power);
			assert_int_equal(settings_subsys_init(), 0);
			assert_int_equal(dut.inits, 1);
			assert_done(when == SIM_CUT_AFTER ? k + 1 : k);
		}
	}
}

static void a_cut_that_is_planned_too_late_does_not_happen(void **state)
{
	(void)state;
	for (enum sim_cut when = SIM_CUT_BEFORE; when <= SIM_CUT_AFTER; when += 2) {
		restart();
		sim_power_cut(&dut.power, OPERATIONS, when, 0, -EINTR);
		assert_int_equal(work(), 0);
		assert_false(dut.power.fired);
		assert_done(OPERATIONS);
	}
}

static void a_plan_counts_from_there(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("b", "x", 1), 0);
	sim_power_cut(&dut.power, 1, SIM_CUT_BEFORE, 0, -EINTR);
	assert_int_equal(work(), -EINTR);
	assert_int_equal(dut.power.operations, 1);
	sim_power_init(&dut.power);
	assert_done(1);
}

/* Also where it is the operation that would be cut. */
static void what_fails_by_itself_returns_its_own_errno_unless_power_is_off(void **state)
{
	static const uint8_t large[sizeof(dut.memory)];

	(void)state;
	sim_power_cut(&dut.power, 1, SIM_CUT_AFTER, 0, -EINTR);
	assert_int_equal(settings_save_one("a", large, sizeof(large)), -ENOSPC);
	assert_int_equal(dut.power.operations, 1);
	assert_int_equal(settings_save_one("a", large, sizeof(large)), -EINTR);
	assert_true(dut.power.fired);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(operations_of_all_parts_are_counted_together, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_cut_at_each_operation_stops_all_parts, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_cut_that_is_planned_too_late_does_not_happen,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_plan_counts_from_there, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_fails_by_itself_returns_its_own_errno_unless_power_is_off, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
