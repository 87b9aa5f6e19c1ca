/* SPDX-License-Identifier: Apache-2.0 */
/* Results in the Test Anything Protocol, for programs of one file. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stdio.h>

static unsigned int tap_count, tap_failures;

/** One result; @p what says what holds. */
static inline void tap_ok(bool holds, const char *what)
{
	tap_count++;
	tap_failures += holds ? 0u : 1u;
	printf("%sok %u - %s\n", holds ? "" : "not ", tap_count, what);
}

/** That a call returns what it should. */
static inline void tap_returns(int rc, int expected, const char *what)
{
	tap_ok(rc == expected, what);
	if (rc != expected) {
		printf("# returned %d, expected %d\n", rc, expected);
	}
}

/** The plan, last; returns the program's exit status. */
static inline int tap_end(void)
{
	printf("1..%u\n", tap_count);
	return tap_failures == 0 ? 0 : 1;
}

#endif
