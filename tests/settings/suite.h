/* SPDX-License-Identifier: Apache-2.0 */
/* The conformance suite: what settings.h promises, asked of any back-end. */
#ifndef TESTS_SETTINGS_SUITE_H
#define TESTS_SETTINGS_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <settings/settings.h>

/* `open` gives an empty back-end that holds five of the longest values; `close` ends it. */
struct settings_suite {
	const char *name;
	const struct settings_backend *(*open)(void);
	void (*close)(void);
};

/* Returns what cmocka_run_group_tests() returns. */
int run_settings_suite(const struct settings_suite *suite);

/* Whether the store has exactly this value under this name; NULL: has no such name. */
void assert_setting(const char *name, const void *value, size_t len);

#endif
