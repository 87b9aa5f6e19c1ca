/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a group of tests once on each of the geometries that devices have; a test's state is its
 * struct test_flash. */
#ifndef TESTS_FLASH_GEOMETRIES_H
#define TESTS_FLASH_GEOMETRIES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/test_flash.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* off_t has no limits of its own in C. */
#define OFF_MAX ((off_t)((UINT64_C(1) << (8 * sizeof(off_t) - 1)) - 1))
#define OFF_MIN (-OFF_MAX - 1)

struct range {
	off_t off;
	size_t len;
};

/* Ranges that no device or area of `size` bytes has; as many as OUTSIDE_COUNT. */
#define OUTSIDE_COUNT 14
void ranges_outside(struct range ranges[OUTSIDE_COUNT], size_t size, size_t block);

/* Returns what cmocka_run_group_tests() returns. After each test no rule of strict flash may have
 * been broken. */
int run_on_geometries(const char *group, const struct CMUnitTest *tests, size_t count);

#endif
