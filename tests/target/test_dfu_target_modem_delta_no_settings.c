/* SPDX-License-Identifier: Apache-2.0 */
/* Built without settings: which file the patch is, is known until the next reset. */
#include "target/patch_modem.h"

#include <errno.h>

#include <dfu/dfu_target_modem_delta.h>

#define HALF 300

static void pause_and_go_on(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, HALF, 7), 0);
	assert_int_equal(dfu_target_modem_delta_done(false), 0);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), HALF);
	assert_int_equal(patch_write(patch_old, 2 * HALF, 7), 0);
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 2 * HALF);
	assert_int_equal(dut->calls[PATCH_ERASE], 0);
}

static void take_another(void)
{
	pause_and_go_on();
	assert_int_equal(patch_init(patch_other, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 0);
	assert_int_equal(patch_write(patch_other, PATCH_FILE, 7), 0);
	patch_assert_has(patch_other, PATCH_FILE);
}

static void take_longer(void)
{
	pause_and_go_on();
	assert_int_equal(patch_init(patch_old, PATCH_FILE + 1), 0);
	assert_int_equal(patch_offset(), 0);
}

static void take_named(void)
{
	pause_and_go_on();
	assert_int_equal(dfu_target_identity_set("etag", 4), 0);
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 0);
}

/* The modem is not where this run has left it: somebody else has written. */
static void find_another_offset(void)
{
	pause_and_go_on();
	dut->offset = HALF;
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), 0);
}

static void finish_old(void)
{
	assert_int_equal(patch_download(patch_old, 100), 0);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void a_run_knows_its_own_file(void **state)
{
	(void)state;
	assert_int_equal(patch_run(pause_and_go_on), 0);
	patch_setup(NULL);
	assert_int_equal(patch_run(take_another), 0);
	patch_setup(NULL);
	assert_int_equal(patch_run(take_longer), 0);
	patch_setup(NULL);
	assert_int_equal(patch_run(take_named), 0);
	patch_setup(NULL);
	assert_int_equal(patch_run(find_another_offset), 0);
}

static void a_reset_costs_the_download(void **state)
{
	(void)state;
	assert_int_equal(patch_run(pause_and_go_on), 0);
	assert_int_equal(patch_run(finish_old), 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
	assert_int_equal(dut->store.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_run_knows_its_own_file, patch_setup),
		cmocka_unit_test_setup(a_reset_costs_the_download, patch_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
