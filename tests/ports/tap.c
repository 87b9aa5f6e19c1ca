/* SPDX-License-Identifier: Apache-2.0 */
#include "tap.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep(void *arg, const char *line)
{
	struct tap *tap = arg;

	assert_true(tap->count < TAP_LINES);
	assert_true(strlen(line) < sizeof(tap->lines[0]));
	strcpy(tap->lines[tap->count++], line);
}

/* The hooks take the suite's own `arg`, so that the printing needs one that holds both. */
struct both {
	struct tap *tap;
	const struct flash_conformance *suite;
};

static void print(void *arg, const char *line)
{
	keep(((struct both *)arg)->tap, line);
}

static int reopen(void *arg)
{
	const struct flash_conformance *suite = ((struct both *)arg)->suite;

	return suite->reopen(suite->arg);
}

static int cut(void *arg)
{
	const struct flash_conformance *suite = ((struct both *)arg)->suite;

	return suite->cut(suite->arg);
}

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* The plan, then each number once, in order; as many "not ok" as the result says. */
static void assert_tap(const struct tap *tap)
{
	int failed = 0;
	unsigned long planned;
	unsigned long number = 0;

	assert_true(tap->count > 0 && starts(tap->lines[0], "1.."));
	planned = strtoul(tap->lines[0] + 3, NULL, 10);
	for (size_t i = 1; i < tap->count; i++) {
		const char *line = tap->lines[i];

		if (starts(line, "Bail out! ")) {
			assert_int_equal(i, tap->count - 1);
			assert_true(tap->result != 0);
			return;
		}
		failed += starts(line, "not ok ");
		line += starts(line, "not ") ? strlen("not ok ") : strlen("ok ");
		assert_int_equal(strtoul(line, NULL, 10), ++number);
		assert_non_null(strstr(line, " - "));
	}
	assert_int_equal(number, planned);
	assert_int_equal(tap->result, failed);
}

void tap_run(struct tap *tap, const struct flash_conformance *suite)
{
	static uint8_t buf[1100];
	struct flash_conformance printing = *suite;
	struct both both = {.tap = tap, .suite = suite};

	memset(tap, 0, sizeof(*tap));
	printing.print = print;
	printing.arg = &both;
	printing.reopen = suite->reopen != NULL ? reopen : NULL;
	printing.cut = suite->cut != NULL ? cut : NULL;
	if (printing.buf == NULL) {
		printing.buf = buf;
		printing.buf_size = sizeof(buf);
	}
	tap->result = flash_conformance_run(&printing);
	assert_tap(tap);
}

const char *tap_line(const struct tap *tap, const char *rule)
{
	for (size_t i = 0; i < tap->count; i++) {
		const char *name = strstr(tap->lines[i], " - ");

		if (starts(tap->lines[i], rule)) {
			return tap->lines[i];
		}
		if (name != NULL && starts(name + 3, rule) &&
		    strchr(": ", name[3 + strlen(rule)]) != NULL) {
			return tap->lines[i];
		}
	}
	return NULL;
}

static bool has_word(const char *words, const char *word, size_t len)
{
	const char *at = words;

	while ((at = strstr(at, word)) != NULL) {
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0')) {
			return true;
		}
		at += len;
	}
	return false;
}

void tap_assert_kept(const struct tap *tap, const char *skipped)
{
	for (size_t i = 1; i < tap->count; i++) {
		const char *line = tap->lines[i];
		const char *name = strstr(line, " - ");
		char word[40];

		if (!starts(line, "ok ") || name == NULL) {
			fail_msg("%s", line);
		}
		(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(name + 3, ": "), name + 3);
		if ((strstr(line, " # SKIP ") != NULL) != has_word(skipped, word, strlen(word))) {
			fail_msg("%s, expected to be skipped: %s", line, skipped);
		}
	}
	assert_int_equal(tap->result, 0);
}

void tap_assert_broken(const struct tap *tap, const char *rule, const char *note)
{
	for (size_t i = 1; i < tap->count; i++) {
		const char *line = tap->lines[i];

		if (!starts(line, "not ok ")) {
			continue;
		}
		if (tap_line(tap, rule) != line || strstr(line, " # rule: ") == NULL ||
		    strstr(line, note) == NULL) {
			fail_msg("%s; expected %s with %s", line, rule, note);
		}
		assert_true(tap->result > 0);
		return;
	}
	fail_msg("all rules are kept; expected %s to fail", rule);
}
