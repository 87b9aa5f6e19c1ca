/* SPDX-License-Identifier: Apache-2.0 */
/* Without CONFIG_DFU_TARGET_FULL_MODEM_VERIFY: fmfu_fdev_load() verifies. */
#include "full_modem_rig.h"

#include <errno.h>
#include <string.h>

static void store_what_is_no_file(void)
{
	memset(new_file.bytes, 0xd2, 1000);
	assert_int_equal(full_modem_init(1000), 0);
	assert_int_equal(reset_write(999, 100), 0);
	assert_int_equal(dfu_target_done(true), -EMSGSIZE);
	assert_int_equal(dfu_target_done(true), -EALREADY);
	assert_int_equal(full_modem_init(1000), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(reset_write(1000, 100), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_memory_equal(dev->memory + full_modem_store.offset, new_file.bytes, 1000);
	assert_int_equal(full_modem_init(0), 0);
	assert_int_equal(dfu_target_done(true), -EMSGSIZE);
}

static void a_file_only_has_to_be_as_long_as_announced(void **state)
{
	(void)state;
	full_modem_run_plain(store_what_is_no_file);
}

static void a_complete_file_is_known_after_a_reset(void **state)
{
	(void)state;
	full_modem_open(&full_modem_plain);
	assert_int_equal(reset_run(full_modem_finish), 0);
	assert_int_equal(full_modem_next_offset(), new_file.size);
	assert_int_equal(reset_run(full_modem_finish), 0);
	reset_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_only_has_to_be_as_long_as_announced),
		cmocka_unit_test(a_complete_file_is_known_after_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
