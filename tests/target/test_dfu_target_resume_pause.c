/* SPDX-License-Identifier: Apache-2.0 */
/* After an orderly pause and a reset the download goes on at the byte, on every kind of flash. */
#include "reset_rig.h"

#include <string.h>

#define SIZE 2000

static size_t at;    /* where the download is paused */
static size_t chunk; /* by which it comes */

static void download_to_the_pause(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(reset_write(at, chunk), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void go_on_to_the_end(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_offset(), at);
	reset_finish();
}

static void pauses_at(const struct reset_case *what, size_t offset)
{
	at = offset;
	reset_open(what, SIZE);
	assert_int_equal(reset_run(download_to_the_pause), 0);
	assert_int_equal(reset_run(go_on_to_the_end), 0);
	reset_close();
}

static void every_first_byte_is_exact(void **state)
{
	(void)state;
	chunk = 244;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t offset = 0; offset <= 70; offset++) {
			pauses_at(&reset_cases[c], offset);
		}
	}
}

/* Around each of them, as bytes of the file and as bytes of the device. */
static void every_border_is_exact(void **state)
{
	(void)state;
	chunk = 20;
	for (size_t c = 0; c < reset_case_count; c++) {
		const struct reset_case *what = &reset_cases[c];
		const size_t borders[] = {what->block,    2 * what->block,
					  what->buffer,   2 * what->buffer,
					  what->page,     what->page + 32,
					  2 * what->page, 2 * what->page + 32,
					  3 * what->page, SIZE};

		for (size_t i = 0; i < ARRAY_LEN(borders); i++) {
			for (size_t off = borders[i] - 1; off <= borders[i] + 1; off++) {
				if (off <= SIZE) {
					pauses_at(what, off);
				}
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_first_byte_is_exact),
		cmocka_unit_test(every_border_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
