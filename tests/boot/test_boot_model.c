/* SPDX-License-Identifier: Apache-2.0 */
/* Each recorded boot of the modes that run everything from the primary slot. */
#include "boot_records.h"

#include "support/test_records.h"

static void expect(const char *mode, unsigned int sequences, unsigned int boots, unsigned int died)
{
	const struct boot_records_counts counts = boot_records_run(mode);

	if (test_records_are_known()) {
		assert_int_equal(counts.sequences, sequences);
		assert_int_equal(counts.boots, boots);
		assert_int_equal(counts.died, died);
	}
}

static void swap_move_boots_as_recorded(void **state)
{
	(void)state;
	expect("swap-move", 392, 1197, 2);
}

static void swap_scratch_boots_as_recorded(void **state)
{
	(void)state;
	expect("swap-scratch", 384, 1171, 4);
}

static void swap_offset_boots_as_recorded(void **state)
{
	(void)state;
	expect("swap-offset", 403, 1214, 2);
}

static void overwrite_only_boots_as_recorded(void **state)
{
	(void)state;
	expect("overwrite-only", 289, 944, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swap_scratch_boots_as_recorded),
		cmocka_unit_test(swap_move_boots_as_recorded),
		cmocka_unit_test(swap_offset_boots_as_recorded),
		cmocka_unit_test(overwrite_only_boots_as_recorded),
	};

	return cmocka_run_group_tests_name("boot_model", tests, boot_records_load,
					   boot_records_unload);
}
