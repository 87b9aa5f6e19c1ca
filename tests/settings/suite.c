/* SPDX-License-Identifier: Apache-2.0 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/test_flash.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NAMES 5
#define OPERATIONS 600
#define SEED UINT64_C(0xd1342543de82ef95)

struct found {
	unsigned int count;
	size_t len;
	uint8_t value[SETTINGS_MAX_VAL_LEN];
};

/* An entry below the name is not the name. */
static int take(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg, void *param)
{
	struct found *found = param;

	if (key != NULL) {
		return 0;
	}
	assert_in_range(len, 1, SETTINGS_MAX_VAL_LEN);
	assert_int_equal(read_cb(cb_arg, found->value, sizeof(found->value)), len);
	found->len = len;
	found->count++;
	return 0;
}

void assert_setting(const char *name, const void *value, size_t len)
{
	struct found found = {0};

	assert_int_equal(settings_load_subtree_direct(name, take, &found), 0);
	assert_int_equal(found.count, value == NULL ? 0 : 1);
	if (value != NULL) {
		assert_int_equal(found.len, len);
		assert_memory_equal(found.value, value, len);
	}
}

static int count_entry(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		       void *param)
{
	unsigned int *count = param;

	(void)key;
	(void)len;
	(void)read_cb;
	(void)cb_arg;
	(*count)++;
	return 0;
}

static unsigned int entries_below(const char *subtree)
{
	unsigned int count = 0;

	assert_int_equal(settings_load_subtree_direct(subtree, count_entry, &count), 0);
	return count;
}

static int setup(void **state)
{
	const struct settings_suite *suite = *state;

	settings_backend_set(suite->open());
	return settings_subsys_init();
}

static int teardown(void **state)
{
	const struct settings_suite *suite = *state;

	settings_backend_set(NULL);
	suite->close();
	return 0;
}

static void begins_empty(void **state)
{
	(void)state;
	assert_int_equal(entries_below(NULL), 0);
	assert_setting("a", NULL, 0);
}

static void keeps_what_is_saved(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("dfu/a", "one", 3), 0);
	assert_int_equal(settings_save_one("dfu/b", "\0\n=\xff", 4), 0);
	assert_setting("dfu/a", "one", 3);
	assert_setting("dfu/b", "\0\n=\xff", 4);
	assert_int_equal(settings_subsys_init(), 0);
	assert_setting("dfu/a", "one", 3);
	assert_int_equal(entries_below(NULL), 2);
}

static void replaces_by_shorter_and_longer(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("a", "first", 5), 0);
	assert_int_equal(settings_save_one("b", "other", 5), 0);
	assert_int_equal(settings_save_one("a", "2", 1), 0);
	assert_setting("a", "2", 1);
	assert_int_equal(settings_save_one("a", "the third", 9), 0);
	assert_setting("a", "the third", 9);
	assert_setting("b", "other", 5);
	assert_int_equal(entries_below(NULL), 2);
}

static void deletes(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("a", "1", 1), 0);
	assert_int_equal(settings_save_one("b", "2", 1), 0);
	assert_int_equal(settings_save_one("c", "3", 1), 0);
	assert_int_equal(settings_delete("b"), 0);
	assert_setting("b", NULL, 0);
	assert_setting("a", "1", 1);
	assert_setting("c", "3", 1);
	assert_int_equal(settings_save_one("a", NULL, 0), 0);
	assert_int_equal(entries_below(NULL), 1);
}

static void deleting_a_missing_name_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(settings_delete("a"), 0);
	assert_int_equal(settings_save_one("ab", "1", 1), 0);
	assert_int_equal(settings_delete("a"), 0);
	assert_int_equal(settings_delete("abc"), 0);
	assert_setting("ab", "1", 1);
}

static void offers_a_subtree_and_no_name_that_only_begins_alike(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("dfu/a", "1", 1), 0);
	assert_int_equal(settings_save_one("dfux", "2", 1), 0);
	assert_int_equal(settings_save_one("dfu", "3", 1), 0);
	assert_int_equal(settings_save_one("df", "4", 1), 0);
	assert_int_equal(entries_below("dfu"), 2);
	assert_int_equal(entries_below("dfu/a"), 1);
	assert_int_equal(entries_below("d"), 0);
}

/* Everything, each name once and with its newest value, however often it was saved. */
static void offers_each_name_once(void **state)
{
	char text[] = "0";

	(void)state;
	for (unsigned int n = 0; n < 40; n++) {
		text[0] = (char)('0' + n % 10);
		assert_int_equal(settings_save_one("a", text, 1), 0);
		assert_int_equal(settings_save_one("a/b", text, 1), 0);
		assert_int_equal(settings_save_one(n % 2 == 0 ? "c" : "d", text, 1), 0);
		assert_int_equal(settings_delete("d"), 0);
	}
	assert_int_equal(entries_below(NULL), 3);
	assert_int_equal(entries_below("a"), 2);
	assert_int_equal(entries_below("d"), 0);
	assert_setting("a", "9", 1);
	assert_setting("a/b", "9", 1);
	assert_setting("c", "8", 1);
}

static int end_scan(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		    void *param)
{
	(void)count_entry(key, len, read_cb, cb_arg, param);
	return -EIO; /* means only: no more */
}

static void callback_ends_the_scan(void **state)
{
	unsigned int count = 0;

	(void)state;
	assert_int_equal(settings_save_one("a", "1", 1), 0);
	assert_int_equal(settings_save_one("b", "2", 1), 0);
	assert_int_equal(settings_load_subtree_direct(NULL, end_scan, &count), 0);
	assert_int_equal(count, 1);
}

static int read_in_part(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
			void *param)
{
	char value[8] = "........";

	(void)key;
	(void)param;
	assert_int_equal(len, 5);
	assert_int_equal(read_cb(cb_arg, value, 3), 3);
	assert_memory_equal(value, "val.....", 8);
	assert_int_equal(read_cb(cb_arg, value, 0), 0);
	assert_int_equal(read_cb(cb_arg, value, 8), 5); /* from the start again */
	assert_memory_equal(value, "value...", 8);
	return 0;
}

static void value_can_be_read_in_part(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("a", "value", 5), 0);
	assert_int_equal(settings_load_subtree_direct("a", read_in_part, NULL), 0);
}

static void longest_names_and_values_fit(void **state)
{
	char name[SETTINGS_MAX_NAME_LEN + 1];
	uint8_t value[SETTINGS_MAX_VAL_LEN];

	(void)state;
	memset(name, 'n', SETTINGS_MAX_NAME_LEN);
	name[SETTINGS_MAX_NAME_LEN] = '\0';
	test_pattern(value, sizeof(value), 41);
	value[0] = 0xff;
	for (char c = 'a'; c <= 'c'; c++) {
		name[0] = c;
		assert_int_equal(settings_save_one(name, value, sizeof(value)), 0);
	}
	for (char c = 'a'; c <= 'c'; c++) {
		name[0] = c;
		assert_setting(name, value, sizeof(value));
	}
	name[0] = 'd';
	assert_setting(name, NULL, 0);
}

static size_t any_below(uint64_t *random, size_t limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (size_t)(*random >> 11) % limit;
}

/* Random saves and deletes beside an array that keeps the last value of each name. */
static void agrees_with_a_table(void **state)
{
	static const char *const names[NAMES] = {"a", "a/b", "ab", "dfu/MCUBOOT0", "x/y/z"};
	static uint8_t values[NAMES][SETTINGS_MAX_VAL_LEN];
	size_t lens[NAMES] = {0};
	uint64_t random = SEED;

	(void)state;
	for (unsigned int n = 0; n < OPERATIONS; n++) {
		size_t i = any_below(&random, NAMES);

		lens[i] = any_below(&random, 4) == 0 ? 0
						     : any_below(&random, SETTINGS_MAX_VAL_LEN + 1);
		test_pattern(values[i], lens[i], n);
		assert_int_equal(settings_save_one(names[i], values[i], lens[i]), 0);
		for (size_t k = 0; k < NAMES; k++) {
			assert_setting(names[k], lens[k] == 0 ? NULL : values[k], lens[k]);
		}
	}
}

int run_settings_suite(const struct settings_suite *suite)
{
	struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_empty),
		cmocka_unit_test(keeps_what_is_saved),
		cmocka_unit_test(replaces_by_shorter_and_longer),
		cmocka_unit_test(deletes),
		cmocka_unit_test(deleting_a_missing_name_is_no_error),
		cmocka_unit_test(offers_a_subtree_and_no_name_that_only_begins_alike),
		cmocka_unit_test(offers_each_name_once),
		cmocka_unit_test(callback_ends_the_scan),
		cmocka_unit_test(value_can_be_read_in_part),
		cmocka_unit_test(longest_names_and_values_fit),
		cmocka_unit_test(agrees_with_a_table),
	};

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		tests[i].setup_func = setup;
		tests[i].teardown_func = teardown;
		tests[i].initial_state = (void *)(uintptr_t)suite;
	}
	return _cmocka_run_group_tests(suite->name, tests, ARRAY_SIZE(tests), NULL, NULL);
}
