/* SPDX-License-Identifier: Apache-2.0 */
/* Built without progress in the settings: a run knows how far it is, a reset begins again. */
#include "full_modem_rig.h"

#include <errno.h>
#include <string.h>

static size_t at;

static void download_in_pieces(void)
{
	for (size_t off = 0; off < new_file.size;) {
		assert_int_equal(full_modem_init_seen(), 0);
		assert_int_equal(reset_offset(), off);
		off = off + at < new_file.size ? off + at : new_file.size;
		assert_int_equal(reset_write(off, 50), 0);
		assert_int_equal(dfu_target_done(false), 0);
	}
	full_modem_finish();
}

static void pauses_in_a_run_are_exact(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		for (at = 1; at < 600; at += 97) {
			full_modem_open(&full_modem_cases[c]);
			assert_int_equal(reset_run(download_in_pieces), 0);
			reset_close();
		}
	}
}

static void pause_download(void)
{
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(at, 50), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void after_a_reset_it_begins_again(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		for (at = 0; at <= full_modem_cases[c].size; at += 250) {
			full_modem_open(&full_modem_cases[c]);
			assert_int_equal(reset_run(pause_download), 0);
			assert_int_equal(full_modem_next_offset(), 0);
			assert_int_equal(reset_run(full_modem_finish), 0);
			assert_int_equal(full_modem_next_offset(), 0);
			assert_int_equal(reset_count(SIM_SAVE), 0);
			reset_close();
		}
	}
}

static void look_at_another_file(void)
{
	uint8_t other[32];

	memcpy(other, new_file.bytes, sizeof(other));
	pause_download();
	other[20] ^= 1;
	assert_int_equal(dfu_target_img_type(other, 32), DFU_TARGET_IMAGE_TYPE_FULL_MODEM);
	assert_int_equal(full_modem_init(new_file.size), 0);
	assert_int_equal(reset_offset(), 0);
	full_modem_finish();
}

static void another_file_begins_at_0(void **state)
{
	(void)state;
	for (at = 21; at < 1500; at += 333) {
		full_modem_run_plain(look_at_another_file);
	}
}

static void verify_twice(void)
{
	new_file.bytes[new_file.size - 1] ^= 1;
	assert_int_equal(full_modem_init_seen(), 0);
	assert_int_equal(reset_write(new_file.size, 50), 0);
	dev->nor.fail_reads = true;
	dev->nor.fail_rc = -ETIMEDOUT;
	dev->nor.fail_after = 3; /* of the program, and the check */
	assert_int_equal(dfu_target_done(true), -ETIMEDOUT);
	dev->nor.fail_after = -1;
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EFBIG);
	assert_int_equal(dfu_target_done(true), -EILSEQ);
	new_file.bytes[new_file.size - 1] ^= 1;
	full_modem_finish();
}

static void a_file_is_verified_as_ever(void **state)
{
	(void)state;
	full_modem_run_plain(verify_twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_in_a_run_are_exact),
		cmocka_unit_test(after_a_reset_it_begins_again),
		cmocka_unit_test(another_file_begins_at_0),
		cmocka_unit_test(a_file_is_verified_as_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
