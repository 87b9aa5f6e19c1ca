/* SPDX-License-Identifier: Apache-2.0 */
/* The boot model of the modes that start what they find, against boots of the real MCUboot. */
#include "boot_records.h"

#include "support/test_records.h"

static void expect(const char *mode, unsigned int sequences, unsigned int boots)
{
	const struct boot_records_counts counts = boot_records_run(mode);

	if (test_records_are_known()) {
		assert_int_equal(counts.sequences, sequences);
		assert_int_equal(counts.boots, boots);
		assert_int_equal(counts.died, 0);
	}
}

static void direct_xip_boots_as_recorded(void **state)
{
	(void)state;
	expect("direct-xip", 275, 877);
}

static void direct_xip_revert_boots_as_recorded(void **state)
{
	(void)state;
	expect("direct-xip-revert", 309, 948);
}

static void ram_load_boots_as_recorded(void **state)
{
	(void)state;
	expect("ram-load", 164, 541);
}

static void ram_load_revert_boots_as_recorded(void **state)
{
	(void)state;
	expect("ram-load-revert", 166, 521);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(direct_xip_boots_as_recorded),
		cmocka_unit_test(direct_xip_revert_boots_as_recorded),
		cmocka_unit_test(ram_load_boots_as_recorded),
		cmocka_unit_test(ram_load_revert_boots_as_recorded),
	};

	return cmocka_run_group_tests_name("boot_model_direct", tests, boot_records_load,
					   boot_records_unload);
}
