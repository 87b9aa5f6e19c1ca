/* SPDX-License-Identifier: Apache-2.0 */
/* The facade over a back-end that notes what it is asked and offers what a test put in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <settings/settings.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct fake {
	struct settings_backend backend;
	int rc;
	int inits;
	int saves;
	char name[SETTINGS_MAX_NAME_LEN + 1];
	const void *value;
	size_t len;
	const char *const *offered;
	size_t offered_count;
};

static struct fake fake;

static int fake_init(const struct settings_backend *backend)
{
	assert_ptr_equal(backend, &fake.backend);
	fake.inits++;
	return fake.rc;
}

static ssize_t fake_read(void *cb_arg, void *data, size_t len)
{
	assert_true(len >= 2);
	memcpy(data, cb_arg, 2);
	return 2;
}

static int fake_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	char value[] = "v";

	assert_ptr_equal(backend, &fake.backend);
	for (size_t i = 0; i < fake.offered_count; i++) {
		if (cb(fake.offered[i], sizeof(value), fake_read, value, param) != 0) {
			break;
		}
	}
	return fake.rc;
}

static int fake_save(const struct settings_backend *backend, const char *name, const void *value,
		     size_t len)
{
	assert_ptr_equal(backend, &fake.backend);
	fake.saves++;
	strcpy(fake.name, name);
	fake.value = value;
	fake.len = len;
	return fake.rc;
}

static const struct settings_backend_api fake_api = {
	.init = fake_init, .load = fake_load, .save = fake_save};

static int setup(void **state)
{
	(void)state;
	fake = (struct fake){.backend = {.api = &fake_api}};
	settings_backend_set(&fake.backend);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	return 0;
}

static int no_entry(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		    void *param)
{
	(void)key;
	(void)len;
	(void)read_cb;
	(void)cb_arg;
	(void)param;
	fail_msg("called without an entry");
	return 0;
}

static void without_a_back_end_nothing_is_stored(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	assert_int_equal(settings_subsys_init(), 0);
	assert_int_equal(settings_save_one("a", "v", 1), -ENOENT);
	assert_int_equal(settings_delete("a"), -ENOENT);
	assert_int_equal(settings_load_subtree_direct(NULL, no_entry, NULL), 0);
	assert_int_equal(fake.inits + fake.saves, 0);
}

static void init_reaches_the_back_end_each_time(void **state)
{
	const struct settings_backend_api no_init_api = {.load = fake_load, .save = fake_save};
	const struct settings_backend no_init = {.api = &no_init_api};

	(void)state;
	assert_int_equal(settings_subsys_init(), 0);
	fake.rc = -EIO;
	assert_int_equal(settings_subsys_init(), -EIO);
	assert_int_equal(fake.inits, 2);
	settings_backend_set(&no_init);
	assert_int_equal(settings_subsys_init(), 0);
}

static void save_hands_name_and_value_on(void **state)
{
	static const char value[] = "value";

	(void)state;
	assert_int_equal(settings_save_one("dfu/a", value, sizeof(value)), 0);
	assert_string_equal(fake.name, "dfu/a");
	assert_ptr_equal(fake.value, value);
	assert_int_equal(fake.len, sizeof(value));
}

static void deleting_is_saving_nothing(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("a", NULL, 5), 0);
	assert_int_equal(fake.len, 0);
	assert_int_equal(settings_save_one("b", "v", 0), 0);
	assert_int_equal(fake.len, 0);
	assert_int_equal(settings_delete("c"), 0);
	assert_string_equal(fake.name, "c");
	assert_int_equal(fake.len, 0);
	assert_int_equal(fake.saves, 3);
}

static void names_and_lengths_have_limits(void **state)
{
	char name[SETTINGS_MAX_NAME_LEN + 2];
	uint8_t value[SETTINGS_MAX_VAL_LEN + 1] = {0};

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(settings_save_one(name, value, 1), -EINVAL);
	assert_int_equal(settings_save_one(NULL, value, 1), -EINVAL);
	assert_int_equal(settings_save_one("", value, 1), -EINVAL);
	assert_int_equal(settings_save_one("a=b", value, 1), -EINVAL);
	assert_int_equal(settings_save_one("=", value, 1), -EINVAL);
	assert_int_equal(settings_save_one("a", value, sizeof(value)), -EINVAL);
	assert_int_equal(settings_save_one("a", value, SIZE_MAX), -EINVAL);
	assert_int_equal(settings_delete("a="), -EINVAL);
	assert_int_equal(fake.saves, 0);

	name[SETTINGS_MAX_NAME_LEN] = '\0';
	assert_int_equal(settings_save_one(name, value, SETTINGS_MAX_VAL_LEN), 0);
	assert_string_equal(fake.name, name);
}

static void codes_of_the_back_end_pass_through(void **state)
{
	(void)state;
	fake.rc = -ENOSPC;
	assert_int_equal(settings_save_one("a", "v", 1), -ENOSPC);
	assert_int_equal(settings_delete("a"), -ENOSPC);
	assert_int_equal(settings_load_subtree_direct(NULL, no_entry, NULL), -ENOSPC);
}

struct seen {
	const char *keys[8];
	size_t count;
	size_t stop_after;
};

static int note_key(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		    void *param)
{
	struct seen *seen = param;
	char value[2];

	assert_int_equal(len, 2);
	assert_int_equal(read_cb(cb_arg, value, sizeof(value)), 2);
	assert_string_equal(value, "v");
	seen->keys[seen->count++] = key;
	return seen->count == seen->stop_after ? 1 : 0;
}

static const char *const entries[] = {"dfu", "dfu/a", "dfux", "dfu/b/c", "df", "other/dfu", "dfu/"};

static void load_offers_a_subtree_and_no_name_that_only_begins_alike(void **state)
{
	static const char *const expected[] = {NULL, "a", "b/c", ""};
	struct seen seen = {0};

	(void)state;
	fake.offered = entries;
	fake.offered_count = ARRAY_SIZE(entries);
	assert_int_equal(settings_load_subtree_direct("dfu", note_key, &seen), 0);
	assert_int_equal(seen.count, ARRAY_SIZE(expected));
	assert_null(seen.keys[0]);
	for (size_t i = 1; i < ARRAY_SIZE(expected); i++) {
		assert_string_equal(seen.keys[i], expected[i]);
	}
}

static void load_of_everything_offers_whole_names(void **state)
{
	struct seen seen = {0};

	(void)state;
	fake.offered = entries;
	fake.offered_count = ARRAY_SIZE(entries);
	assert_int_equal(settings_load_subtree_direct(NULL, note_key, &seen), 0);
	assert_int_equal(seen.count, ARRAY_SIZE(entries));
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		assert_string_equal(seen.keys[i], entries[i]);
	}
}

static void callback_ends_the_scan(void **state)
{
	struct seen seen = {.stop_after = 2};

	(void)state;
	fake.offered = entries;
	fake.offered_count = ARRAY_SIZE(entries);
	assert_int_equal(settings_load_subtree_direct("dfu", note_key, &seen), 0);
	assert_int_equal(seen.count, 2);
}

static void name_is_compared_part_by_part(void **state)
{
	static const struct {
		const char *name;
		const char *key;
		int equal;
		const char *next;
	} rows[] = {
		{"dfu", "dfu", 1, NULL},      {"dfu/a", "dfu", 1, "a"},
		{"dfu/a/b", "dfu/a", 1, "b"}, {"dfu/", "dfu", 1, ""},
		{"dfux", "dfu", 0, NULL},     {"df", "dfu", 0, NULL},
		{"dfu=00", "dfu", 1, NULL},   {"dfu/a", "dfu/b", 0, NULL},
		{"a", "", 0, NULL},           {"", "", 1, NULL},
		{NULL, "dfu", 0, NULL},       {"dfu", NULL, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *next = "untouched";

		assert_int_equal(settings_name_steq(rows[i].name, rows[i].key, &next),
				 rows[i].equal);
		assert_int_equal(settings_name_steq(rows[i].name, rows[i].key, NULL),
				 rows[i].equal);
		if (rows[i].next == NULL) {
			assert_null(next);
		} else {
			assert_string_equal(next, rows[i].next);
		}
	}
}

static void name_is_taken_apart_part_by_part(void **state)
{
	const char *next = "dfu/img/size";

	(void)state;
	assert_int_equal(settings_name_next(next, &next), 3);
	assert_string_equal(next, "img/size");
	assert_int_equal(settings_name_next(next, &next), 3);
	assert_int_equal(settings_name_next(next, &next), 4);
	assert_null(next);
	assert_int_equal(settings_name_next(NULL, &next), 0);
	assert_null(next);
	assert_int_equal(settings_name_next("a=b/c", &next), 1);
	assert_null(next);
	assert_int_equal(settings_name_next("", NULL), 0);
	assert_int_equal(settings_name_next("/a", &next), 0);
	assert_string_equal(next, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_a_back_end_nothing_is_stored, setup,
						teardown),
		cmocka_unit_test_setup_teardown(init_reaches_the_back_end_each_time, setup,
						teardown),
		cmocka_unit_test_setup_teardown(save_hands_name_and_value_on, setup, teardown),
		cmocka_unit_test_setup_teardown(deleting_is_saving_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(names_and_lengths_have_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(codes_of_the_back_end_pass_through, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			load_offers_a_subtree_and_no_name_that_only_begins_alike, setup, teardown),
		cmocka_unit_test_setup_teardown(load_of_everything_offers_whole_names, setup,
						teardown),
		cmocka_unit_test_setup_teardown(callback_ends_the_scan, setup, teardown),
		cmocka_unit_test(name_is_compared_part_by_part),
		cmocka_unit_test(name_is_taken_apart_part_by_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
