/* SPDX-License-Identifier: Apache-2.0 */
/* Registered trees. None can be taken out again, so each test has names of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include <settings/settings.h>

/* What a handler was asked. */
static struct {
	const char *tree;
	const char *key;
	char *val;
	int val_len_max;
	int rc;
} asked;

static int note(const char *tree, const char *key, char *val, int val_len_max)
{
	asked.tree = tree;
	asked.key = key;
	asked.val = val;
	asked.val_len_max = val_len_max;
	return asked.rc;
}

static int get_one(const char *key, char *val, int val_len_max)
{
	return note("one", key, val, val_len_max);
}

static int get_two(const char *key, char *val, int val_len_max)
{
	return note("two", key, val, val_len_max);
}

static int get_three(const char *key, char *val, int val_len_max)
{
	return note("three", key, val, val_len_max);
}

/* Only this handler is asked, for this. */
static void assert_asked(const char *name, const char *tree, const char *key)
{
	char val[4];

	asked.tree = NULL;
	asked.rc = 3;
	assert_int_equal(settings_runtime_get(name, val, sizeof(val)), 3);
	assert_non_null(asked.tree);
	assert_string_equal(asked.tree, tree);
	if (key == NULL) {
		assert_null(asked.key);
	} else {
		assert_string_equal(asked.key, key);
	}
	assert_ptr_equal(asked.val, val);
	assert_int_equal(asked.val_len_max, sizeof(val));
}

static void the_handler_of_the_tree_is_asked(void **state)
{
	static struct settings_handler one = {.name = "a1", .h_get = get_one};
	static struct settings_handler two = {.name = "a2", .h_get = get_two};

	(void)state;
	assert_int_equal(settings_register(&one), 0);
	assert_int_equal(settings_register(&two), 0);
	assert_asked("a1/x", "one", "x");
	assert_asked("a2/x/y", "two", "x/y");
	assert_asked("a1", "one", NULL);
	assert_asked("a2/", "two", "");
}

static void what_the_handler_returns_is_returned(void **state)
{
	static struct settings_handler one = {.name = "b", .h_get = get_one};

	(void)state;
	assert_int_equal(settings_register(&one), 0);
	asked.rc = -EOVERFLOW;
	assert_int_equal(settings_runtime_get("b/x", NULL, 0), -EOVERFLOW);
	assert_null(asked.val);
	assert_int_equal(asked.val_len_max, 0);
	asked.rc = 0;
	assert_int_equal(settings_runtime_get("b/x", NULL, 0), 0);
}

static void more_room_than_an_int_counts_is_int_max(void **state)
{
	static struct settings_handler one = {.name = "c", .h_get = get_one};
	char val;

	(void)state;
	assert_int_equal(settings_register(&one), 0);
	assert_int_equal(settings_runtime_get("c/x", &val, SIZE_MAX), asked.rc);
	assert_int_equal(asked.val_len_max, INT_MAX);
	assert_int_equal(settings_runtime_get("c/x", &val, (size_t)INT_MAX + 1), asked.rc);
	assert_int_equal(asked.val_len_max, INT_MAX);
}

/* Whichever was registered first. */
static void the_longest_name_that_fits_answers(void **state)
{
	static struct settings_handler outer = {.name = "d", .h_get = get_one};
	static struct settings_handler inner = {.name = "d/e", .h_get = get_two};
	static struct settings_handler inmost = {.name = "d/e/f", .h_get = get_three};

	(void)state;
	assert_int_equal(settings_register(&inner), 0);
	assert_int_equal(settings_register(&outer), 0);
	assert_int_equal(settings_register(&inmost), 0);
	assert_asked("d/x", "one", "x");
	assert_asked("d/ef", "one", "ef");
	assert_asked("d/e", "two", NULL);
	assert_asked("d/e/x", "two", "x");
	assert_asked("d/e/f/x", "three", "x");
}

static void a_name_without_a_handler_is_einval(void **state)
{
	static struct settings_handler one = {.name = "g/h", .h_get = get_one};
	char val;

	(void)state;
	assert_int_equal(settings_register(&one), 0);
	asked.tree = NULL;
	assert_int_equal(settings_runtime_get("g", &val, 1), -EINVAL);
	assert_int_equal(settings_runtime_get("g/hh", &val, 1), -EINVAL);
	assert_int_equal(settings_runtime_get("", &val, 1), -EINVAL);
	assert_int_equal(settings_runtime_get(NULL, &val, 1), -EINVAL);
	assert_null(asked.tree);
}

static void a_handler_that_gives_nothing_is_enotsup(void **state)
{
	static struct settings_handler one = {.name = "i"};
	char val;

	(void)state;
	assert_int_equal(settings_register(&one), 0);
	assert_int_equal(settings_runtime_get("i/x", &val, 1), -ENOTSUP);
}

static void a_name_can_be_taken_once(void **state)
{
	static struct settings_handler one = {.name = "j", .h_get = get_one};
	static struct settings_handler two = {.name = "j", .h_get = get_two};
	static struct settings_handler below = {.name = "j/k", .h_get = get_three};

	(void)state;
	assert_int_equal(settings_register(&one), 0);
	assert_int_equal(settings_register(&two), -EEXIST);
	assert_int_equal(settings_register(&one), -EEXIST);
	assert_int_equal(settings_register(&below), 0);
	assert_asked("j/x", "one", "x");
	assert_asked("j/k/x", "three", "x");
}

static void a_tree_needs_a_valid_name(void **state)
{
	static struct settings_handler wrong = {.h_get = get_one};
	char longest[SETTINGS_MAX_NAME_LEN + 2];

	(void)state;
	assert_int_equal(settings_register(NULL), -EINVAL);
	assert_int_equal(settings_register(&wrong), -EINVAL);
	wrong.name = "";
	assert_int_equal(settings_register(&wrong), -EINVAL);
	wrong.name = "k=l";
	assert_int_equal(settings_register(&wrong), -EINVAL);
	memset(longest, 'k', sizeof(longest));
	longest[SETTINGS_MAX_NAME_LEN + 1] = '\0';
	wrong.name = longest;
	assert_int_equal(settings_register(&wrong), -EINVAL);
	assert_int_equal(settings_runtime_get(longest, longest, 1), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_handler_of_the_tree_is_asked),
		cmocka_unit_test(what_the_handler_returns_is_returned),
		cmocka_unit_test(more_room_than_an_int_counts_is_int_max),
		cmocka_unit_test(the_longest_name_that_fits_answers),
		cmocka_unit_test(a_name_without_a_handler_is_einval),
		cmocka_unit_test(a_handler_that_gives_nothing_is_enotsup),
		cmocka_unit_test(a_name_can_be_taken_once),
		cmocka_unit_test(a_tree_needs_a_valid_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
