/* SPDX-License-Identifier: Apache-2.0 */
/* Names, results and log lines of what targets keep in the settings. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/dfu_target_stream.h>
#include <dfu/log.h>
#include <settings/settings_ram.h> /* ports/ */

#include "target/target_settings.h"

static struct settings_ram settings;
static uint8_t memory[256];
static unsigned int lines;
static char line[200];

/* Linked instead of the one that writes to stderr. */
void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	va_list args;

	assert_int_equal(level, DFU_LOG_WRN);
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	lines++;
}

static int setup(void **state)
{
	(void)state;
	settings_ram_init(&settings, memory, sizeof(memory));
	settings_backend_set(&settings.backend);
	lines = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	return 0;
}

static void values_lie_below_dfu(void **state)
{
	static const struct {
		const char *name;
		const char *key;
	} names[] = {{TARGET_PROGRESS, "dfu/SOME"},
		     {TARGET_HELD, "dfu/SOME/h"},
		     {TARGET_TAIL, "dfu/SOME/t"},
		     {TARGET_ERASING, "dfu/SOME/e"}};
	char value[8];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(target_settings_save("SOME", names[i].name, "abc", 3), 0);
		assert_int_equal(settings_load_one(names[i].key, value, sizeof(value)), 3);
		assert_memory_equal(value, "abc", 3);
		memset(value, 0, sizeof(value));
		assert_int_equal(target_settings_load("SOME", names[i].name, value, sizeof(value)),
				 3);
		assert_memory_equal(value, "abc", 3);
		assert_int_equal(target_settings_save("SOME", names[i].name, NULL, 0), 0);
		assert_int_equal(settings_load_one(names[i].key, value, sizeof(value)), -ENOENT);
	}
	assert_int_equal(lines, 0);
}

static void the_longest_id_has_its_own_values(void **state)
{
	char id[DFU_TARGET_STREAM_ID_MAX + 1];
	char key[64];
	uint8_t value;

	(void)state;
	memset(id, 'x', sizeof(id));
	id[DFU_TARGET_STREAM_ID_MAX] = '\0';
	assert_int_equal(target_settings_save(id, TARGET_TAIL, "1", 1), 0);
	assert_int_equal(target_settings_load(id, TARGET_PROGRESS, &value, 1), -ENOENT);
	assert_int_equal(target_settings_load(id, TARGET_TAIL, &value, 1), 1);
	(void)snprintf(key, sizeof(key), "dfu/%s/t", id);
	assert_int_equal(settings_load_one(key, &value, 1), 1);
	assert_int_equal(lines, 0);
}

static void no_settings_are_no_error(void **state)
{
	uint8_t value;

	(void)state;
	settings_backend_set(NULL);
	assert_int_equal(target_settings_save("SOME", TARGET_PROGRESS, "1", 1), -ENOENT);
	assert_int_equal(target_settings_save("SOME", TARGET_PROGRESS, NULL, 0), -ENOENT);
	assert_int_equal(target_settings_load("SOME", TARGET_PROGRESS, &value, 1), -ENOENT);
	assert_int_equal(lines, 0);
}

static void what_does_not_fit_is_told_and_logged(void **state)
{
	uint8_t value[300] = {1, 2, 3};

	(void)state;
	assert_int_equal(target_settings_save("SOME", TARGET_HELD, value, sizeof(value)), -ENOSPC);
	assert_int_equal(lines, 1);
	assert_non_null(strstr(line, "dfu/SOME/h"));
	assert_non_null(strstr(line, "saved"));
	assert_int_equal(target_settings_save("SOME", TARGET_HELD, value, 3), 0);
	assert_int_equal(target_settings_load("SOME", TARGET_HELD, value, 2), -EOVERFLOW);
	assert_int_equal(lines, 2);
	assert_non_null(strstr(line, "dfu/SOME/h"));
	assert_int_equal(value[0], 1);
}

static int fail_init(const struct settings_backend *backend)
{
	(void)backend;
	return -EIO;
}

static int fail_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	(void)cb;
	(void)param;
	return -ETIMEDOUT;
}

static int fail_save(const struct settings_backend *backend, const char *name, const void *value,
		     size_t len)
{
	(void)backend;
	(void)name;
	(void)value;
	(void)len;
	return -EROFS;
}

static void errors_of_the_back_end_are_told_and_logged(void **state)
{
	static const struct settings_backend_api apis[] = {
		{.init = fail_init, .load = fail_load, .save = fail_save},
		{.load = fail_load, .save = fail_save},
	};
	static const int expected[2][2] = {{-EIO, -EIO}, {-EROFS, -ETIMEDOUT}};
	uint8_t value;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct settings_backend backend = {.api = &apis[i]};

		settings_backend_set(&backend);
		lines = 0;
		assert_int_equal(target_settings_save("SOME", TARGET_TAIL, "1", 1), expected[i][0]);
		assert_int_equal(lines, 1);
		assert_non_null(strstr(line, "dfu/SOME/t"));
		assert_int_equal(target_settings_save("SOME", TARGET_TAIL, NULL, 0),
				 expected[i][0]);
		assert_int_equal(lines, 2);
		assert_non_null(strstr(line, "deleted"));
		assert_int_equal(target_settings_load("SOME", TARGET_TAIL, &value, 1),
				 expected[i][1]);
		assert_int_equal(lines, 3);
		assert_non_null(strstr(line, "dfu/SOME/t"));
	}
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(values_lie_below_dfu),
		TEST(the_longest_id_has_its_own_values),
		TEST(no_settings_are_no_error),
		TEST(what_does_not_fit_is_told_and_logged),
		TEST(errors_of_the_back_end_are_told_and_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
