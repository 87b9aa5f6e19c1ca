/* SPDX-License-Identifier: Apache-2.0 */
/* What is stored, to the handlers and from them: two of the image, the others registered here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <settings/settings.h>
#include <settings/settings_ram.h> /* ports/ */

/* What was asked of all handlers, in order: "app.set(key=value) app.commit ...". */
static char calls[512];
static int set_rc;
static int radio_commit_rc;
static int app_export_rc;

static uint8_t memory[1024];
static struct settings_ram ram;

static void DFU_PRINTF(1, 2) note(const char *format, ...)
{
	const size_t used = strlen(calls);
	va_list args;

	va_start(args, format);
	assert_true(vsnprintf(calls + used, sizeof(calls) - used, format, args) > 0);
	va_end(args);
}

static int note_set(const char *tree, const char *key, size_t len, settings_read_cb read_cb,
		    void *cb_arg)
{
	char value[16] = {0};

	assert_true(len < sizeof(value));
	assert_int_equal(read_cb(cb_arg, value, sizeof(value)), len);
	assert_int_equal(strlen(value), len);
	note("%s.set(%s=%s) ", tree, key == NULL ? "NULL" : key, value);
	return set_rc;
}

static int app_set(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg)
{
	return note_set("app", key, len, read_cb, cb_arg);
}

static int radio_set(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg)
{
	return note_set("radio", key, len, read_cb, cb_arg);
}

static int late_set(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg)
{
	return note_set("late", key, len, read_cb, cb_arg);
}

static int app_commit(void)
{
	note("app.commit ");
	return 0;
}

static int radio_commit(void)
{
	note("radio.commit ");
	return radio_commit_rc;
}

static int late_commit(void)
{
	note("late.commit ");
	return -EDOM;
}

static int app_export(int (*export_func)(const char *name, const void *value, size_t val_len))
{
	const int rc = export_func("app/x", "new", 3);

	return rc != 0 ? rc : app_export_rc;
}

static int late_export(int (*export_func)(const char *name, const void *value, size_t val_len))
{
	return export_func("late", "exported", 8);
}

static int app_get(const char *key, char *val, int val_len_max)
{
	(void)key;
	(void)val;
	return val_len_max;
}

SETTINGS_STATIC_HANDLER_DEFINE(application, "app", app_get, app_set, app_commit, app_export);
SETTINGS_STATIC_HANDLER_DEFINE(radio, "app/radio", NULL, radio_set, radio_commit, NULL);

static struct settings_handler late = {
	.name = "late", .h_set = late_set, .h_commit = late_commit, .h_export = late_export};
static struct settings_handler bare = {.name = "bare"};

static int setup(void **state)
{
	(void)state;
	settings_ram_init(&ram, memory, sizeof(memory));
	settings_backend_set(&ram.backend);
	calls[0] = '\0';
	set_rc = 0;
	radio_commit_rc = 0;
	app_export_rc = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	return 0;
}

static void save(const char *name, const char *text)
{
	assert_int_equal(settings_save_one(name, text, strlen(text)), 0);
}

/* Static handlers may come in any order; theirs are the two names of the image. */
static void assert_calls(const char *one, const char *other)
{
	if (strcmp(calls, one) != 0) {
		assert_string_equal(calls, other);
	}
	calls[0] = '\0';
}

static void values_go_to_their_handlers_and_then_all_commit(void **state)
{
	(void)state;
	save("app/x", "1");
	save("app", "2");
	save("app/radio/power", "3");
	save("app/radio", "4");
	save("application", "5"); /* nobody's */
	assert_int_equal(settings_load(), 0);
	assert_calls("app.set(x=1) app.set(NULL=2) radio.set(power=3) radio.set(NULL=4) "
		     "app.commit radio.commit ",
		     "app.set(x=1) app.set(NULL=2) radio.set(power=3) radio.set(NULL=4) "
		     "radio.commit app.commit ");
}

static void a_subtree_is_loaded_alone(void **state)
{
	(void)state;
	save("app/x", "1");
	save("app/radio/power", "3");
	save("app/radiox", "4");
	assert_int_equal(settings_load_subtree("app/radio"), 0);
	assert_calls("radio.set(power=3) radio.commit ", "");
	assert_int_equal(settings_load_subtree("app/x"), 0);
	assert_calls("app.set(x=1) ", ""); /* "app" is not below */
	assert_int_equal(settings_load_subtree("ap"), 0);
	assert_calls("", "");
}

static void a_value_that_is_not_taken_is_no_error(void **state)
{
	(void)state;
	save("app/radio", "4");
	save("app/x", "1");
	set_rc = -EINVAL;
	assert_int_equal(settings_load_subtree("app"), 0);
	assert_calls("radio.set(NULL=4) app.set(x=1) app.commit radio.commit ",
		     "radio.set(NULL=4) app.set(x=1) radio.commit app.commit ");
}

static void without_a_back_end_all_commit(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	assert_int_equal(settings_load(), 0);
	assert_calls("app.commit radio.commit ", "radio.commit app.commit ");
}

static int fail_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	(void)cb;
	(void)param;
	return -EBADMSG;
}

static void an_unreadable_store_is_an_error_and_nobody_commits(void **state)
{
	static const struct settings_backend_api api = {.load = fail_load};
	static const struct settings_backend backend = {.api = &api};

	(void)state;
	settings_backend_set(&backend);
	assert_int_equal(settings_load(), -EBADMSG);
	assert_int_equal(settings_load_subtree("app"), -EBADMSG);
	assert_calls("", "");
}

static void the_error_of_a_commit_is_returned_after_all(void **state)
{
	(void)state;
	radio_commit_rc = -ERANGE;
	assert_int_equal(settings_commit(), -ERANGE);
	assert_calls("app.commit radio.commit ", "radio.commit app.commit ");
	assert_int_equal(settings_load(), -ERANGE);
	assert_calls("app.commit radio.commit ", "radio.commit app.commit ");
	assert_int_equal(settings_commit_subtree("app/radio"), -ERANGE);
	assert_calls("radio.commit ", "");
	assert_int_equal(settings_commit_subtree("app/radio/power"), 0);
	assert_calls("", "");
}

static void runtime_values_go_to_the_handler_alone(void **state)
{
	(void)state;
	set_rc = -EDOM;
	assert_int_equal(settings_runtime_set("app/radio/x", "7", 1), -EDOM);
	set_rc = 0;
	assert_int_equal(settings_runtime_set("app", "8", 1), 0);
	assert_int_equal(settings_runtime_set("app/none", NULL, 0), 0);
	assert_calls("radio.set(x=7) app.set(NULL=8) app.set(none=) ", "");
	assert_int_equal(ram.used, 0);
	assert_int_equal(settings_runtime_commit("app/x"), 0);
	assert_calls("app.commit ", "");
	assert_int_equal(settings_runtime_get("app/x", calls, 5), 5);
	assert_int_equal(settings_runtime_get("app/radio", calls, 5), -ENOTSUP);
	assert_int_equal(settings_runtime_set("none", "7", 1), -EINVAL);
	assert_int_equal(settings_runtime_set(NULL, "7", 1), -EINVAL);
	assert_int_equal(settings_runtime_commit("none"), -EINVAL);
	assert_int_equal(settings_runtime_commit(""), -EINVAL);
}

static void a_name_of_the_image_is_taken(void **state)
{
	static struct settings_handler again = {.name = "app/radio"};

	(void)state;
	assert_int_equal(settings_register(&again), -EEXIST);
}

static void handlers_that_are_not_static_are_the_last(void **state)
{
	char value[16] = {0};

	(void)state;
	assert_int_equal(settings_register(&late), 0);
	assert_int_equal(settings_register(&bare), 0);
	save("late/x", "1");
	save("bare/x", "2");
	assert_int_equal(settings_load(), -EDOM);
	assert_calls("late.set(x=1) app.commit radio.commit late.commit ",
		     "late.set(x=1) radio.commit app.commit late.commit ");
	radio_commit_rc = -ERANGE;
	assert_int_equal(settings_load_subtree(NULL), -ERANGE); /* the first one */
	calls[0] = '\0';
	assert_int_equal(settings_runtime_set("bare/x", "3", 1), -ENOTSUP);
	assert_int_equal(settings_runtime_commit("bare"), 0);
	assert_int_equal(settings_runtime_commit("late/x"), -EDOM);
	assert_calls("late.commit ", "");

	assert_int_equal(settings_save(), 0);
	assert_int_equal(settings_load_one("app/x", value, sizeof(value)), 3);
	assert_string_equal(value, "new");
	assert_int_equal(settings_load_one("late", value, sizeof(value)), 8);
	assert_string_equal(value, "exported");
}

static void the_error_of_an_export_is_returned_after_all(void **state)
{
	char value[16];

	(void)state;
	app_export_rc = -EDOM;
	assert_int_equal(settings_save(), -EDOM);
	assert_int_equal(settings_load_one("late", value, sizeof(value)), 8);
	assert_int_equal(settings_delete("late"), 0);
	assert_int_equal(settings_save_subtree("app"), -EDOM);
	assert_int_equal(settings_load_one("late", value, sizeof(value)), -ENOENT);
	assert_int_equal(settings_save_subtree("late"), 0);
	assert_int_equal(settings_load_one("late", value, sizeof(value)), 8);
	settings_backend_set(NULL);
	assert_int_equal(settings_save(), -ENOENT);
}

int main(void)
{
#define LOAD_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		LOAD_TEST(values_go_to_their_handlers_and_then_all_commit),
		LOAD_TEST(a_subtree_is_loaded_alone),
		LOAD_TEST(a_value_that_is_not_taken_is_no_error),
		LOAD_TEST(without_a_back_end_all_commit),
		LOAD_TEST(an_unreadable_store_is_an_error_and_nobody_commits),
		LOAD_TEST(the_error_of_a_commit_is_returned_after_all),
		LOAD_TEST(runtime_values_go_to_the_handler_alone),
		LOAD_TEST(a_name_of_the_image_is_taken),
		LOAD_TEST(handlers_that_are_not_static_are_the_last), /* registers */
		LOAD_TEST(the_error_of_an_export_is_returned_after_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
