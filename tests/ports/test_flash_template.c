/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port to copy keeps the rules as it stands, and each rule that its comments name is one. That
 * file is read, so that what a stranger finds in brackets leads somewhere.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <flash/flash_template.h>

#include "tap.h"

static int still_there(void *arg)
{
	(void)arg;
	return 0;
}

static const struct flash_conformance suite = {
	.dev = &flash_template, .offset = 2048, .size = 6 * 2048, .reopen = still_there};

static void the_template_keeps_all_rules(void **state)
{
	struct tap tap;

	(void)state;
	tap_run(&tap, &suite);
	tap_assert_kept(&tap, "rewrite cut-program cut-erase");
}

/* Names of a list "[a, b]" in a comment; it may be broken over lines. */
static size_t assert_rules_exist(const struct tap *tap, char *list)
{
	size_t count = 0;

	for (char *name = strtok(list, ", \n*"); name != NULL; name = strtok(NULL, ", \n*")) {
		if (tap_line(tap, name) == NULL) {
			fail_msg("no rule %s", name);
		}
		count++;
	}
	return count;
}

static void the_rules_that_its_comments_name_exist(void **state)
{
	static char text[20000];
	struct tap tap;
	size_t count = 0;
	FILE *file = fopen(TEMPLATE, "r");

	(void)state;
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	tap_run(&tap, &suite);
	for (char *at = text; (at = strpbrk(at, "[")) != NULL;) {
		char *end = strchr(at, ']');
		char *list = at + 1;
		bool is_index = at > text && !isspace((unsigned char)at[-1]);

		assert_non_null(end);
		at = end + 1;
		*end = '\0';
		count += is_index ? 0 : assert_rules_exist(&tap, list);
	}
	assert_true(count > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_template_keeps_all_rules),
		cmocka_unit_test(the_rules_that_its_comments_name_exist),
	};

	return cmocka_run_group_tests_name("flash_template", tests, NULL, NULL);
}
