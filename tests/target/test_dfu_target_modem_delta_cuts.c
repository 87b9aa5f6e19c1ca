/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power goes at every operation of a download, of a reset and of a request, beside whatever was
 * there before: the file that comes after it arrives as it is, whichever it is.
 */
#include "target/patch_modem.h"

#include <dfu/dfu_target_modem_delta.h>

#define HALF 300

static size_t chunk;

static void begin_old(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, HALF, chunk), 0);
}

static void begin_old_blindly(void)
{
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, HALF, chunk), 0);
}

static void finish(const uint8_t *file, size_t size)
{
	assert_int_equal(patch_init(file, size), 0);
	patch_assert_has(file, patch_offset());
	assert_int_equal(patch_write(file, size, chunk), 0);
	patch_assert_has(file, size);
}

static void finish_old(void)
{
	finish(patch_old, PATCH_FILE);
}

/* Begins as the old one: only the size tells them apart. */
static void finish_new(void)
{
	finish(patch_new, PATCH_FILE - 1);
}

static void finish_other(void)
{
	finish(patch_other, PATCH_FILE);
}

static void schedule_old(void)
{
	finish_old();
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), 0);
}

static void reset_target(void)
{
	assert_int_equal(dfu_target_modem_delta_reset(), 0);
}

/* Every cut of a run of `subject`, which comes after one of `before`; then a run of `after`. */
static size_t cut_everywhere(void (*before)(void), void (*subject)(void), void (*after)(void))
{
	size_t cuts = 0;

	patch_setup(NULL);
	assert_int_equal(patch_run(before), 0);
	patch_snapshot();
	for (int cut = PATCH_BEFORE; cut < PATCH_CUTS; cut++) {
		for (long k = 0;; k++) {
			patch_restore();
			if (patch_run_cut(subject, k, (enum patch_cut)cut) == 0) {
				break;
			}
			cuts++;
			assert_int_equal(patch_run(after), 0);
		}
	}
	return cuts;
}

static void no_cut_mixes_two_files(void **state)
{
	static void (*const befores[])(void) = {begin_old, begin_old_blindly, schedule_old,
						reset_target};
	static void (*const subjects[])(void) = {finish_old, finish_new, finish_other, reset_target,
						 schedule_old};
	static void (*const afters[])(void) = {finish_old, finish_new, finish_other};
	static const size_t chunks[] = {21, 250};
	size_t cuts = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(chunks) * ARRAY_LEN(befores); i++) {
		chunk = chunks[i % ARRAY_LEN(chunks)];
		for (size_t j = 0; j < ARRAY_LEN(subjects); j++) {
			for (size_t k = 0; k < ARRAY_LEN(afters); k++) {
				cuts += cut_everywhere(befores[i / ARRAY_LEN(chunks)], subjects[j],
						       afters[k]);
			}
		}
	}
	assert_true(cuts > 6000);
}

/* A second cut in the run that mends the first. */
static void nor_do_two(void **state)
{
	(void)state;
	chunk = 250;
	patch_setup(NULL);
	assert_int_equal(patch_run(begin_old), 0);
	for (long k = 0; k < 12; k++) {
		for (long second = 0; second < 12; second++) {
			patch_setup(NULL);
			assert_int_equal(patch_run(begin_old), 0);
			(void)patch_run_cut(finish_other, k, PATCH_INSIDE);
			(void)patch_run_cut(finish_new, second, PATCH_INSIDE);
			assert_int_equal(patch_run(finish_old), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(no_cut_mixes_two_files, patch_setup),
		cmocka_unit_test_setup(nor_do_two, patch_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
