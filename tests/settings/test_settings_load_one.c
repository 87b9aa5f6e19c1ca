/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <settings/settings.h>

#include "settings/settings_ram.h" /* ports/ */

static uint8_t memory[256];
static struct settings_ram ram;

static int set_up(void **state)
{
	(void)state;
	settings_ram_init(&ram, memory, sizeof(memory));
	settings_backend_set(&ram.backend);
	return settings_save_one("a/b", "five5", 5) | settings_save_one("a/b/c", "x", 1);
}

static int tear_down(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	return 0;
}

static void reads_the_value_of_that_name_alone(void **state)
{
	uint8_t buf[8] = {0};

	(void)state;
	assert_int_equal(settings_load_one("a/b", buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "five5", 6);
	assert_int_equal(settings_load_one("a/b/c", buf, 1), 1);
	assert_memory_equal(buf, "xive5", 6);
}

static void a_value_that_does_not_fit_leaves_the_buffer(void **state)
{
	uint8_t buf[4] = {1, 2, 3, 4};

	(void)state;
	assert_int_equal(settings_load_one("a/b", buf, 4), -EOVERFLOW);
	assert_memory_equal(buf, "\x01\x02\x03\x04", 4);
}

static void a_name_without_value_is_enoent(void **state)
{
	uint8_t buf[4];

	(void)state;
	assert_int_equal(settings_load_one("a", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(settings_load_one("a/bc", buf, sizeof(buf)), -ENOENT);
	settings_backend_set(NULL);
	assert_int_equal(settings_load_one("a/b", buf, sizeof(buf)), -ENOENT);
}

static int fail_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	(void)cb;
	(void)param;
	return -EIO;
}

static void an_error_of_the_back_end_comes_through(void **state)
{
	static const struct settings_backend_api api = {.load = fail_load};
	static const struct settings_backend broken = {.api = &api};
	uint8_t buf[4];

	(void)state;
	settings_backend_set(&broken);
	assert_int_equal(settings_load_one("a/b", buf, sizeof(buf)), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_the_value_of_that_name_alone, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_value_that_does_not_fit_leaves_the_buffer, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_name_without_value_is_enoent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_error_of_the_back_end_comes_through, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
