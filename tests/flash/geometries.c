/* SPDX-License-Identifier: Apache-2.0 */
#include "geometries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TESTS_MAX 32
#define NAME_SIZE 120

static const struct named_geometry {
	const char *name;
	struct test_geometry geometry;
} geometries[] = {
	{"bytes", {.runs = {{4, 4096}}, .write_block_size = 1, .erase_value = 0xff}},
	{"words", {.runs = {{8, 4096}}, .write_block_size = 4, .erase_value = 0xff}},
	{"unequal pages",
	 {.runs = {{4, 16384}, {1, 65536}, {1, 131072}},
	  .write_block_size = 8,
	  .erase_value = 0xff}},
	{"pages that shrink",
	 {.runs = {{1, 8192}, {2, 2048}, {3, 512}}, .write_block_size = 16, .erase_value = 0xff}},
	{"erased is 0", {.runs = {{5, 1024}}, .write_block_size = 32, .erase_value = 0x00}},
	{"page is block", {.runs = {{16, 512}}, .write_block_size = 512, .erase_value = 0xff}},
	{"odd sizes",
	 {.runs = {{5, 1200}, {3, 2400}}, .write_block_size = 12, .erase_value = 0xff}},
	{"one page", {.runs = {{1, 4096}}, .write_block_size = 8, .erase_value = 0xff}},
	{"no erase",
	 {.runs = {{4, 4096}},
	  .write_block_size = 16,
	  .erase_value = 0xff,
	  .no_explicit_erase = true}},
	{"no erase, bytes, 0",
	 {.runs = {{3, 1024}}, .write_block_size = 1, .erase_value = 0, .no_explicit_erase = true}},
};

static int setup(void **state)
{
	const struct named_geometry *chosen = *state;
	struct test_flash *flash = malloc(sizeof(*flash));

	if (flash == NULL) {
		return -1;
	}
	test_flash_init(flash, &chosen->geometry);
	*state = flash;
	return 0;
}

static int teardown(void **state)
{
	struct test_flash *flash = *state;

	assert_string_equal(flash->nor.violation, "");
	test_flash_free(flash);
	free(flash);
	return 0;
}

void ranges_outside(struct range ranges[OUTSIDE_COUNT], size_t size, size_t block)
{
	const off_t end = (off_t)size;
	const off_t step = (off_t)block;
	const struct range all[] = {
		{-1, 1},
		{-step, block},
		{-step, 2 * block},
		{OFF_MIN, block},
		{end, block},
		{end + step, 0},
		{end - step, 2 * block},
		{0, size + block},
		{step, size},
		{OFF_MAX, 0},
		{OFF_MAX - OFF_MAX % step, block},
		{0, SIZE_MAX - SIZE_MAX % block},
		{step, (size_t)0 - block}, /* ends at 0 if the sum wraps */
		{end - step, SIZE_MAX},
	};

	_Static_assert(ARRAY_SIZE(all) == OUTSIDE_COUNT, "ranges");
	memcpy(ranges, all, sizeof(all));
}

int run_on_geometries(const char *group, const struct CMUnitTest *tests, size_t count)
{
	static struct CMUnitTest all[ARRAY_SIZE(geometries) * TESTS_MAX];
	static char names[ARRAY_SIZE(all)][NAME_SIZE];
	size_t n = 0;

	if (count > TESTS_MAX) {
		return -1;
	}
	for (size_t g = 0; g < ARRAY_SIZE(geometries); g++) {
		for (size_t t = 0; t < count; t++, n++) {
			(void)snprintf(names[n], NAME_SIZE, "%s: %s", geometries[g].name,
				       tests[t].name);
			all[n] = (struct CMUnitTest){.name = names[n],
						     .test_func = tests[t].test_func,
						     .setup_func = setup,
						     .teardown_func = teardown,
						     .initial_state =
							     (void *)(uintptr_t)&geometries[g]};
		}
	}
	return _cmocka_run_group_tests(group, all, n, NULL, NULL);
}
