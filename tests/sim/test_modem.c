/* SPDX-License-Identifier: Apache-2.0 */
/* Made, opened, looked at, and all the way through with each of the two ways of updating. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/modem_rig.h"

static void a_patch_makes_the_new_firmware_at_the_next_start(void **state)
{
	struct sim_modem_status status;

	(void)state;
	assert_true(rig_has(0));
	assert_int_equal(rig_download(100), 0);
	assert_int_equal(rig.port->delta->apply(rig.port), 0);
	assert_int_equal(rig_state(), SIM_MODEM_PENDING);
	rig_reset();
	assert_true(rig_has(0));
	assert_int_equal(rig_start(), SIM_MODEM_UPDATED);
	assert_true(rig_has(1));
	sim_modem_status_get(&rig.modem, &status);
	assert_int_equal(status.state, SIM_MODEM_OK);
	assert_string_equal(status.version, "2.0.0");
	assert_int_equal(status.offset, DFU_MODEM_OFFSET_DIRTY);
	assert_true(status.can_roll_back);
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(1));
}

static void a_full_update_makes_the_new_firmware_when_it_ends(void **state)
{
	(void)state;
	assert_int_equal(rig_load(1000), 0);
	assert_true(rig_has(1));
	assert_int_equal(rig_start(), SIM_MODEM_STARTED);
	assert_true(rig_has(1));
	assert_int_equal(rig_state(), SIM_MODEM_OK);
}

#define MODEM_TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODEM_TEST(a_patch_makes_the_new_firmware_at_the_next_start),
		MODEM_TEST(a_full_update_makes_the_new_firmware_when_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
