/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the conformance suite and keeps what it prints. */
#ifndef TESTS_PORTS_TAP_H
#define TESTS_PORTS_TAP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <conformance/flash_conformance.h>

#define TAP_LINES 40

struct tap {
	char lines[TAP_LINES][200];
	size_t count;
	int result; /* what the suite returned */
};

/* Run `suite` but with the printing, and with a buffer of 1100 bytes if it has none. Fails the test
 * if what is printed is no TAP, or says another number of failures than is returned. */
void tap_run(struct tap *tap, const struct flash_conformance *suite);

/* The line of a rule, or of "Bail out!"; NULL: none. */
const char *tap_line(const struct tap *tap, const char *rule);

/* All rules are kept, and these alone, separated by spaces, do not apply. */
void tap_assert_kept(const struct tap *tap, const char *skipped);

/* This rule is the first to fail, and its note has this text; "" for any. */
void tap_assert_broken(const struct tap *tap, const char *rule, const char *note);

#endif
