/* SPDX-License-Identifier: Apache-2.0 */
/* One power for two devices and the settings of a device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <settings/settings_ram.h> /* ports/ */
#include <settings_power.h>        /* sim/ */
#include <tear.h>                  /* sim/ */

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

/* The old value or the new one, and nothing of it afterwards. */
static void a_torn_saving_leaves_the_old_value_or_the_new_one(void **state)
{
	unsigned int saved_anyway = 0;

	(void)state;
	for (uint32_t seed = 0; seed < 16; seed++) {
		restart();
		assert_int_equal(settings_save_one("a", "x", 1), 0);
		sim_power_cut(&dut.power, 0, SIM_CUT_INSIDE, seed, -EINTR);
		assert_int_equal(settings_save_one("a", "y", 1), -EINTR);
		assert_true(dut.power.fired);
		assert_int_equal(settings_save_one("a", "z", 1), -EINTR);
		sim_power_init(&dut.power);
		assert_true(saved() == 'x' || saved() == 'y');
		assert_int_equal(saved() == 'y', sim_tear_saves(seed));
		saved_anyway += saved() == 'y';

		sim_power_cut(&dut.power, 0, SIM_CUT_INSIDE, seed, -EINTR);
		assert_int_equal(settings_delete("a"), -EINTR);
		sim_power_init(&dut.power);
		assert_int_equal(saved() == 0, sim_tear_saves(seed));
	}
	assert_int_equal(saved_anyway, 8);
}

static void deleting_what_is_not_there_is_no_operation(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("ab", "x", 1), 0);
	sim_power_cut(&dut.power, 0, SIM_CUT_BEFORE, 0, -EINTR);
	assert_int_equal(settings_delete("a"), 0);
	assert_int_equal(dut.power.operations, 0);
	assert_false(dut.power.fired);
	assert_int_equal(settings_delete("ab"), -EINTR);
	assert_int_equal(settings_delete("a"), -EINTR);
}

struct witness {
	char text[128];
	unsigned int off;
};

static void watch(void *arg, const struct sim_operation *operation)
{
	struct witness *witness = arg;
	const size_t used = strlen(witness->text);

	(void)snprintf(&witness->text[used], sizeof(witness->text) - used, "%d %u %jd %zu %s\n",
		       (int)operation->kind, operation->flash, (intmax_t)operation->offset,
		       operation->len, operation->name != NULL ? operation->name : "-");
	if (operation->kind == SIM_SAVE && operation->len > 0) {
		assert_memory_equal(operation->data, "x", 1);
	}
}

static void count_off(void *arg)
{
	((struct witness *)arg)->off++;
}

static void operations_of_all_parts_are_watched(void **state)
{
	static const char wanted[] = "0 0 0 8 -\n"
				     "2 0 0 1 a\n"
				     "0 1 64 8 -\n"
				     "2 0 0 0 a\n"
				     "1 0 0 64 -\n";
	struct witness witness = {0};

	(void)state;
	dut.flash[1].nor.flash = 1;
	dut.power.watch = watch;
	dut.power.off = count_off;
	dut.power.arg = &witness;
	sim_power_cut(&dut.power, 4, SIM_CUT_BEFORE, 0, -EINTR);
	assert_int_equal(work(), -EINTR);
	assert_string_equal(witness.text, wanted);
	assert_int_equal(witness.off, 1);
	/* Once, and without power nothing begins. */
	assert_int_equal(work(), -EINTR);
	assert_int_equal(sim_power_begin(&dut.power, &(struct sim_operation){.kind = SIM_ERASE}),
			 -EINTR);
	assert_int_equal(witness.off, 1);
	assert_string_equal(witness.text, wanted);
	dut.flash[1].nor.flash = 0;
}

static void a_failure_lasts_and_leaves_the_power_on(void **state)
{
	struct witness witness = {0};

	(void)state;
	for (unsigned long k = 0; k < OPERATIONS; k++) {
		restart();
		dut.power.off = count_off;
		dut.power.arg = &witness;
		sim_power_fail(&dut.power, k, -EIO);
		assert_int_equal(work(), -EIO);
		assert_true(dut.power.fired);
		assert_int_equal(dut.power.operations, k);
		assert_int_equal(settings_save_one("a", "y", 1), -EIO);
		assert_int_equal(flash_erase(dut.flash[1].dev, 64, 64), -EIO);
		assert_int_equal(settings_subsys_init(), 0);
		assert_done(k);
	}
	restart();
	sim_power_fail(&dut.power, OPERATIONS, -EIO);
	assert_int_equal(work(), 0);
	assert_false(dut.power.fired);
	assert_int_equal(witness.off, 0);
}

/* A new plan ends the failure, or the darkness, of the last one. */
static void a_plan_replaces_the_one_before(void **state)
{
	(void)state;
	sim_power_fail(&dut.power, 0, -EIO);
	assert_int_equal(settings_save_one("b", "x", 1), -EIO);
	sim_power_cut(&dut.power, 1, SIM_CUT_AFTER, 0, -EINTR);
	assert_false(dut.power.fired);
	assert_int_equal(settings_save_one("b", "x", 1), 0);
	assert_int_equal(settings_save_one("b", "y", 1), -EINTR);
	sim_power_fail(&dut.power, 0, -EIO);
	assert_int_equal(settings_subsys_init(), 0);
	assert_int_equal(settings_save_one("b", "x", 1), -EIO);
}

/* Number 1 is the deletion, or the second program. */
static void only_operations_of_the_kinds_that_count_are_counted_cut_and_failed(void **state)
{
	static const struct {
		unsigned int counts;
		unsigned long number;
		unsigned long before; /* as assert_done() counts */
	} rows[] = {
		{1u << SIM_SAVE, 2, 3},
		{1u << SIM_PROGRAM | 1u << SIM_ERASE, 3, 2},
		{1u << SIM_PROGRAM, 2, 2},
		{1u << SIM_MODEM_CHUNK, 0, OPERATIONS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		restart();
		dut.power.counts = rows[i].counts;
		assert_int_equal(work(), 0);
		assert_int_equal(dut.power.operations, rows[i].number);
		for (enum sim_cut when = SIM_CUT_BEFORE; when <= SIM_CUT_AFTER; when += 2) {
			const bool has_second = rows[i].number > 1;

			restart();
			dut.power.counts = rows[i].counts;
			sim_power_cut(&dut.power, 1, when, 0, -EINTR);
			assert_int_equal(work(), has_second ? -EINTR : 0);
			assert_int_equal(dut.power.fired, has_second);
			sim_power_init(&dut.power);
			assert_done(rows[i].before + (when == SIM_CUT_AFTER && has_second));
		}
	}
	restart();
	dut.power.counts = 1u << SIM_SAVE;
	sim_power_fail(&dut.power, 0, -EIO);
	assert_int_equal(settings_save_one("a", "x", 1), -EIO);
	assert_int_equal(flash_erase(dut.flash[1].dev, 64, 64), 0);
	assert_int_equal(settings_save_one("a", "x", 1), -EIO);
	assert_int_equal(dut.power.operations, 0);
}

/* Nor is a cut in it taken for that of the operation before it. */
static void an_operation_that_does_not_count_is_never_torn(void **state)
{
	static const uint8_t data[] = {1, 2, 3, 4};

	(void)state;
	dut.power.counts = 1u << SIM_SAVE;
	for (enum sim_cut when = SIM_CUT_BEFORE; when <= SIM_CUT_AFTER; when++) {
		sim_power_cut(&dut.power, ULONG_MAX, when, 0, -EINTR);
		assert_int_equal(flash_write(dut.flash[0].dev, 4 * (off_t)when, data, 4), 0);
		assert_false(dut.power.fired);
	}
	assert_int_equal(dut.power.operations, 0);
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
		cmocka_unit_test_setup_teardown(a_torn_saving_leaves_the_old_value_or_the_new_one,
						setup, teardown),
		cmocka_unit_test_setup_teardown(deleting_what_is_not_there_is_no_operation, setup,
						teardown),
		cmocka_unit_test_setup_teardown(operations_of_all_parts_are_watched, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_failure_lasts_and_leaves_the_power_on, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_plan_replaces_the_one_before, setup, teardown),
		cmocka_unit_test_setup_teardown(
			only_operations_of_the_kinds_that_count_are_counted_cut_and_failed, setup,
			teardown),
		cmocka_unit_test_setup_teardown(an_operation_that_does_not_count_is_never_torn,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
