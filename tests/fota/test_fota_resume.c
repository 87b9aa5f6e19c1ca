/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads into the real MCUboot target of a device whose resets are real. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fota/fake_server.h"
#include "target/reset_rig.h"

#define SIZE 2500

static const size_t fragments[] = {0, 1, 3, 31, 32, 33, 500, 2048};

static size_t fragment = 100;
static const char *host;
static const char *path;
static const char *validator; /* NULL: none */
static bool hides_size;
static struct server_file file; /* bytes NULL: new_file */
static size_t stop_at;          /* bytes that the target has when the body ends */
static size_t resumed_at;       /* that the body expects; SIZE_MAX: anything */
static const char *story;       /* of the server, that the body expects; NULL: anything */

static int setup(void **state)
{
	(void)state;
	fragment = 100;
	host = "http://one.example";
	path = "app.bin";
	validator = "\"v1\"";
	hides_size = false;
	file = (struct server_file){NULL, 0, NULL};
	resumed_at = SIZE_MAX;
	story = NULL;
	return 0;
}

static void start(void)
{
	const uint8_t *bytes = file.bytes != NULL ? file.bytes : new_file.bytes;
	const size_t size = file.bytes != NULL ? file.size : new_file.size;

	server_begin(bytes, size, validator);
	if (hides_size) {
		server_plan(&(struct server_connection){.hides_size = true});
		server.repeats_last = true;
	}
	assert_int_equal(fota_download_start(host, path, -1, 0, fragment), 0);
}

/* Body: all of it. */
static void finish(void)
{
	start();
	server_run();
	assert_string_equal(listener.story, "F");
	if (resumed_at != SIZE_MAX) {
		assert_int_equal(fota_download_resumed_at(), resumed_at);
	}
	if (story != NULL) {
		assert_string_equal(server.story, story);
	}
	dev->offset = fota_download_resumed_at();
}

/* Body: a server that breaks when the target has stop_at bytes, and does not come back. */
static void lose_it(void)
{
	start();
	server.repeats_last = false;
	server.planned = 0;
	server_plan(&(struct server_connection){
		.gives = stop_at, .break_rc = -ECONNRESET, .hides_size = hides_size});
	for (int i = 0; i < 9; i++) {
		server_plan(&(struct server_connection){.open_rc = -ETIMEDOUT});
	}
	server_run();
	assert_string_equal(listener.story, "E2");
	assert_int_equal(fota_download_error(), -ETIMEDOUT);
	assert_int_equal(fota_download_progress(NULL), stop_at >= 32 ? stop_at : 0);
}

/* Body: the power goes without a word. */
static void drop_it(void)
{
	start();
	while (fota_download_progress(NULL) < stop_at) {
		assert_int_equal(fota_download_process(), 1);
	}
}

static void cancel_it(void)
{
	drop_it();
	assert_int_equal(fota_download_cancel(), 0);
	assert_string_equal(listener.story, "C");
}

static void every_fragment_size_brings_the_same_file_on_every_device(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
			reset_open(&reset_cases[c], SIZE);
			fragment = fragments[i];
			resumed_at = 0;
			assert_int_equal(reset_run(finish), 0);
			reset_assert_slot_is_file();
			reset_close();
		}
	}
}

static void a_download_that_ended_in_an_error_goes_on_at_the_byte_after_a_reset(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
			for (stop_at = 31; stop_at < SIZE; stop_at += 617) {
				reset_open(&reset_cases[c], SIZE);
				fragment = fragments[i];
				assert_int_equal(reset_run(lose_it), 0);
				resumed_at = stop_at < 32 ? 0 : stop_at;
				assert_int_equal(reset_run(finish), 0);
				reset_assert_slot_is_file();
				reset_close();
			}
		}
	}
}

static void a_download_whose_power_went_loses_a_page_at_most(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		const size_t page = reset_cases[c].page;
		const size_t buffer = reset_cases[c].buffer;

		for (stop_at = 100; stop_at <= SIZE; stop_at += 200) {
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(drop_it), 0);
			resumed_at = SIZE_MAX;
			assert_int_equal(reset_run(finish), 0);
			assert_true(dev->offset + page + buffer + reset_hold() > stop_at);
			reset_assert_slot_is_file();
			reset_close();
		}
	}
}

/* A cut inside, before or after each operation, and what comes next finishes it. */
static void no_power_cut_costs_the_file(void **state)
{
	static const enum sim_cut cuts[] = {SIM_CUT_BEFORE, SIM_CUT_INSIDE, SIM_CUT_AFTER};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		size_t resumed = 0;
		unsigned long k = 0;
		int rc = RESET_CUT;

		for (; rc == RESET_CUT; k++) {
			reset_open(&reset_plain, SIZE);
			rc = reset_run_cut(finish, k, cuts[i], 7u + (uint32_t)k);
			if (rc == RESET_CUT) {
				assert_int_equal(reset_run(finish), 0);
				resumed += dev->offset > 0;
			}
			reset_assert_slot_is_file();
			reset_close();
		}
		assert_true(k > 60);
		assert_true(resumed > 30);
	}
}

static void the_same_content_goes_on_from_another_url(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	stop_at = 1234;
	assert_int_equal(reset_run(cancel_it), 0);
	host = "coap://two.example:1234";
	path = "some/other/name";
	resumed_at = 1300;
	story = "o0 c o1300= c ";
	assert_int_equal(reset_run(finish), 0);
	reset_assert_slot_is_file();
	reset_close();
}

static void another_content_at_the_same_url_begins_at_0(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		stop_at = 1234;
		assert_int_equal(reset_run(cancel_it), 0);
		validator = "\"v2\"";
		resumed_at = 0;
		story = "o0 c ";
		assert_int_equal(reset_run(finish), 0);
		reset_assert_slot_is_file();
		reset_close();
		setup(state);
	}
}

static void a_download_that_is_complete_fetches_no_more_than_it_must(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		stop_at = SIZE;
		assert_int_equal(reset_run(cancel_it), 0);
		resumed_at = SIZE;
		story = "o0 c ";
		assert_int_equal(reset_run(finish), 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

static void a_file_of_unknown_size_goes_on_too(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		hides_size = true;
		stop_at = 1111;
		assert_int_equal(reset_run(lose_it), 0);
		resumed_at = 1111;
		story = "o0 c o1111= c ";
		assert_int_equal(reset_run(finish), 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

static void without_a_validator_size_and_first_bytes_decide(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	validator = NULL;
	stop_at = 1234;
	assert_int_equal(reset_run(lose_it), 0);
	reset_snapshot();
	resumed_at = 1234;
	story = "o0 c o1234 c ";
	assert_int_equal(reset_run(finish), 0);
	reset_assert_slot_is_file();
	/* A server that tells one now has not said that it is the same. */
	reset_restore();
	validator = "v";
	resumed_at = 0;
	story = "o0 c ";
	assert_int_equal(reset_run(finish), 0);
	/* Other first bytes, another size. */
	reset_restore();
	validator = NULL;
	image_file_make(&new_file, SIZE, 3, 0);
	assert_int_equal(reset_run(finish), 0);
	reset_restore();
	image_file_make(&new_file, SIZE + 4, 1, 0);
	assert_int_equal(reset_run(finish), 0);
	reset_close();
}

/* What no application says of the URL reaches the target, and nothing is left behind. */
static void see_the_name(void)
{
	finish();
	assert_int_equal(dfu_target_img_type(new_file.bytes, 32), 1);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(1200, 100), 0);
	assert_int_equal(dfu_target_done(false), 0);
	/* Under no name. */
	assert_int_equal(dfu_target_identity_set(NULL, 0), 0);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), 1200);
}

static void no_name_is_left_behind(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(see_the_name), 0);
	reset_close();
}

static void two_downloads_one_after_the_other(void)
{
	finish();
	resumed_at = 0;
	finish();
	stop_at = 700;
	cancel_it();
	resumed_at = 700;
	finish();
}

static void one_download_after_the_other_works_in_one_run(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(two_downloads_one_after_the_other), 0);
		reset_assert_slot_is_file();
		reset_close();
		setup(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_fragment_size_brings_the_same_file_on_every_device,
				       setup),
		cmocka_unit_test_setup(
			a_download_that_ended_in_an_error_goes_on_at_the_byte_after_a_reset, setup),
		cmocka_unit_test_setup(a_download_whose_power_went_loses_a_page_at_most, setup),
		cmocka_unit_test_setup(no_power_cut_costs_the_file, setup),
		cmocka_unit_test_setup(the_same_content_goes_on_from_another_url, setup),
		cmocka_unit_test_setup(another_content_at_the_same_url_begins_at_0, setup),
		cmocka_unit_test_setup(a_download_that_is_complete_fetches_no_more_than_it_must,
				       setup),
		cmocka_unit_test_setup(a_file_of_unknown_size_goes_on_too, setup),
		cmocka_unit_test_setup(without_a_validator_size_and_first_bytes_decide, setup),
		cmocka_unit_test_setup(no_name_is_left_behind, setup),
		cmocka_unit_test_setup(one_download_after_the_other_works_in_one_run, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
