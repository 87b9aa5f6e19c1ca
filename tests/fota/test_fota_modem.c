/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patches for a modem that erases in its own time, answers as it likes, and is reset in between:
 * the target is built with CONFIG_DFU_TARGET_MODEM_ERASE_ASYNC.
 */
#include <errno.h>
#include <string.h>

#include <dfu/config.h>

#include "fota/fake_server.h"
#include "target/patch_modem.h"

#define HALF 300
#define TIMEOUT_MS ((uint32_t)CONFIG_DFU_TARGET_MODEM_TIMEOUT * 1000u)

static const uint8_t *bytes;
static const char *validator;
static size_t fragment;
static uint32_t step_ms; /* that pass with each step */
static size_t resumed_at;
static const char *events;
static int error;
static struct server_connection plan[4];
static unsigned int planned;

static int setup(void **state)
{
	patch_setup(state);
	bytes = patch_new;
	validator = "v1";
	fragment = 100;
	step_ms = 100;
	resumed_at = 0;
	events = "F";
	error = 0;
	planned = 0;
	return 0;
}

static void run_slowly(void)
{
	long steps = 0;

	while (fota_download_process() != 0) {
		patch_pass(step_ms);
		assert_true(++steps < 100000);
	}
}

static void begin(void)
{
	server_begin(bytes, PATCH_FILE, validator);
	for (unsigned int i = 0; i < planned; i++) {
		server_plan(&plan[i]);
	}
	assert_int_equal(fota_download_start("host", "file", -1, 0, fragment), 0);
}

/* Body: a download to its end. */
static void fetch(void)
{
	begin();
	run_slowly();
	assert_string_equal(listener.story, events);
	assert_int_equal(fota_download_error(), error);
	assert_int_equal(fota_download_resumed_at(), resumed_at);
	assert_int_equal(fota_download_target(), DFU_TARGET_IMAGE_TYPE_MODEM_DELTA);
}

static void assert_patched(void)
{
	patch_assert_has(bytes, PATCH_FILE);
	assert_true(dut->is_scheduled);
}

static void add_half(void)
{
	plan[planned++] = (struct server_connection){.gives = HALF, .break_rc = -ECONNRESET};
}

/* A server that breaks at HALF and stays away. */
static void plan_loss(void)
{
	add_half();
	plan[planned++] = (struct server_connection){.open_rc = -ECONNREFUSED};
	events = "E1";
	error = -ECONNREFUSED;
}

static void plan_nothing(void)
{
	planned = 0;
	events = "F";
	error = 0;
}

static void a_patch_is_downloaded_and_scheduled(void **state)
{
	static const size_t fragments[] = {0, 1, 3, 31, 32, 2048};

	for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
		setup(state);
		fragment = fragments[i];
		assert_int_equal(patch_run(fetch), 0);
		assert_patched();
	}
}

static void bytes_wait_for_an_area_that_is_being_erased(void **state)
{
	static const size_t fragments[] = {0, 1, 3, 31, 32, 2048};

	for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
		setup(state);
		fragment = fragments[i];
		dut->offset = DFU_MODEM_OFFSET_DIRTY;
		dut->erase_ms = 2 * TIMEOUT_MS + 1;
		step_ms = 1000;
		events = "pttdF";
		assert_int_equal(patch_run(fetch), 0);
		assert_patched();
		assert_int_equal(dut->calls[PATCH_ERASE], 1);
	}
}

static void fetch_and_lose_the_line_meanwhile(void)
{
	fetch();
	assert_string_equal(server.story, "o0 c w1 o100= c ");
}

static void a_line_that_breaks_while_it_erases_is_opened_again(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	events = "pdF";
	plan[planned++] = (struct server_connection){.gives = 100, .break_rc = -ETIMEDOUT};
	assert_int_equal(patch_run(fetch_and_lose_the_line_meanwhile), 0);
	assert_patched();
}

static void fetch_anew_at_what_may_be_the_end(void)
{
	fetch();
	assert_string_equal(server.story, "o0 c w1 o300= o0 c ");
}

/* A modem takes any number of bytes for a patch. */
static void a_patch_of_unknown_length_is_never_taken_for_whole(void **state)
{
	(void)state;
	events = "pdF"; /* what it has is erased for the new beginning */
	plan[planned++] = (struct server_connection){
		.gives = HALF, .break_rc = -ECONNRESET, .hides_size = true};
	plan[planned++] = (struct server_connection){.open_rc = -ERANGE};
	assert_int_equal(patch_run(fetch_anew_at_what_may_be_the_end), 0);
	assert_patched();
}

static void an_interrupted_patch_goes_on_after_a_reset(void **state)
{
	static const size_t fragments[] = {0, 1, 3, 31, 32, 2048};

	for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
		setup(state);
		fragment = fragments[i];
		plan_loss();
		assert_int_equal(patch_run(fetch), 0);
		patch_assert_has(patch_new, HALF);
		plan_nothing();
		resumed_at = HALF;
		assert_int_equal(patch_run(fetch), 0);
		assert_patched();
		assert_int_equal(dut->calls[PATCH_ERASE], 0);
	}
}

static void another_patch_begins_at_0_in_an_erased_area(void **state)
{
	static const char *const validators[] = {"v1", "v2"};

	for (size_t i = 0; i < ARRAY_LEN(validators); i++) {
		setup(state);
		plan_loss();
		assert_int_equal(patch_run(fetch), 0);
		plan_nothing();
		validator = validators[i];
		bytes = i == 0 ? patch_other : patch_old; /* by first bytes, by name */
		events = "pdF";
		assert_int_equal(patch_run(fetch), 0);
		assert_patched();
		assert_int_equal(dut->calls[PATCH_ERASE], 1);
	}
}

static void a_server_that_cannot_go_on_costs_an_erase(void **state)
{
	(void)state;
	add_half();
	plan[planned++] = (struct server_connection){.ignores_offset = true};
	events = "pdF";
	assert_int_equal(patch_run(fetch), 0);
	assert_patched();
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
}

static void a_patch_that_is_swapped_in_mid_transfer_is_not_mixed(void **state)
{
	static const struct server_file file = {patch_old, PATCH_FILE, "v2"};

	(void)state;
	add_half();
	plan[planned++] = (struct server_connection){.file = &file};
	events = "pdF";
	assert_int_equal(patch_run(fetch), 0);
	patch_assert_has(patch_old, PATCH_FILE);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
}

/* What the modem says of bytes, of its area and of the patch, and what becomes of it. */
static void what_a_modem_answers_has_its_cause(void **state)
{
	static const struct {
		enum patch_call call;
		unsigned int after;
		int answer;
		const char *events;
		int error;
	} cases[] = {
		{PATCH_WRITE, 2, DFU_MODEM_INVALID_UUID, "E3", -EINVAL},
		{PATCH_WRITE, 2, DFU_MODEM_INVALID_DATA, "E3", -EINVAL},
		{PATCH_WRITE, 0, DFU_MODEM_INVALID_HEADER, "E3", -EINVAL},
		{PATCH_WRITE, 2, DFU_MODEM_NOT_ALLOWED, "E6", -EFAULT},
		{PATCH_WRITE, 2, -EACCES, "E6", -EACCES},
		{PATCH_WRITE, 2, -EIO, "E6", -EIO},
		{PATCH_OFFSET, 0, DFU_MODEM_INVALID_UUID, "E6", -EINVAL},
		{PATCH_OFFSET, 1, -EIO, "E6", -EIO},
		{PATCH_UUID, 0, -EPERM, "E6", -EPERM},
		{PATCH_APPLY, 0, DFU_MODEM_INCOMPLETE_DATA, "E6", -EINVAL},
		{PATCH_APPLY, 0, DFU_MODEM_INVALID_UUID, "E6", -EINVAL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		setup(state);
		patch_fault(cases[i].call, cases[i].answer, cases[i].after, 1);
		events = cases[i].events;
		error = cases[i].error;
		assert_int_equal(patch_run(fetch), 0);
		assert_false(dut->is_scheduled);
		assert_false(dut->is_open); /* the session was given back */
	}
}

static void fetch_while_it_erases(void)
{
	dut->is_erasing = true;
	dut->erased_at_ms = dut->now_ms + 500;
	fetch();
}

static void a_patch_larger_than_the_area_is_no_update(void **state)
{
	(void)state;
	dut->area_size = PATCH_FILE - 1;
	events = "E3";
	error = -EFBIG;
	assert_int_equal(patch_run(fetch), 0);
	assert_int_equal(dut->calls[PATCH_WRITE], 0);
	/* While it erases the modem tells its size late. */
	setup(state);
	dut->offset = HALF;
	dut->area_size = PATCH_FILE - 1;
	events = "pdE3";
	error = -EFBIG;
	assert_int_equal(patch_run(fetch_while_it_erases), 0);
	assert_int_equal(dut->calls[PATCH_WRITE], 0);
}

static void wait_in_vain(void)
{
	begin();
	for (uint32_t passed_ms = 0; passed_ms < 9 * TIMEOUT_MS; passed_ms += 1000) {
		assert_int_equal(fota_download_process(), 1);
		patch_pass(1000);
	}
	assert_string_equal(listener.story, "ptttttttt");
	assert_int_equal(fota_download_progress(NULL), 0);
	assert_int_equal(fota_download_cancel(), 0);
	assert_string_equal(listener.story, "pttttttttC");
}

static void a_modem_that_erases_for_ever_can_be_given_up(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->erase_ms = UINT32_MAX / 4;
	assert_int_equal(patch_run(wait_in_vain), 0);
	assert_int_equal(dut->calls[PATCH_WRITE], 0);
	/* A reset ends that erase; the next download begins it again. */
	dut->erase_ms = 2500;
	events = "pdF";
	assert_int_equal(patch_run(fetch), 0);
	assert_patched();
}

static void an_area_that_stays_dirty_is_the_modem_s_fault(void **state)
{
	(void)state;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	dut->dirty_erases = 2;
	events = "pE6";
	error = -EFAULT;
	assert_int_equal(patch_run(fetch), 0);
	events = "pdF";
	error = 0;
	assert_int_equal(patch_run(fetch), 0);
	assert_patched();
}

static void a_modem_that_is_busy_in_the_middle_gets_its_bytes_again(void **state)
{
	(void)state;
	patch_fault(PATCH_WRITE, DFU_MODEM_ERASE_PENDING, 4, 3);
	assert_int_equal(patch_run(fetch), 0);
	assert_patched();
}

/* Body: to the end from wherever the cut has left it. */
static void finish(void)
{
	begin();
	run_slowly();
	assert_int_equal(listener.story[strlen(listener.story) - 1], 'F');
}

static void no_power_cut_mixes_two_patches(void **state)
{
	(void)state;
	bytes = patch_old; /* begins like the new one */
	plan_loss();
	assert_int_equal(patch_run(fetch), 0);
	bytes = patch_new;
	validator = "v2";
	planned = 0;
	patch_snapshot();
	for (int cut = PATCH_BEFORE; cut < PATCH_CUTS; cut++) {
		long k = 0;

		while (patch_run_cut(finish, k, (enum patch_cut)cut) != 0) {
			assert_int_equal(patch_run(finish), 0);
			assert_patched();
			patch_restore();
			k++;
		}
		assert_patched();
		assert_int_equal(k, 16); /* two deletions, erase, two records, ten writes, apply */
		patch_restore();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_patch_is_downloaded_and_scheduled, setup),
		cmocka_unit_test_setup(bytes_wait_for_an_area_that_is_being_erased, setup),
		cmocka_unit_test_setup(a_line_that_breaks_while_it_erases_is_opened_again, setup),
		cmocka_unit_test_setup(a_patch_of_unknown_length_is_never_taken_for_whole, setup),
		cmocka_unit_test_setup(an_interrupted_patch_goes_on_after_a_reset, setup),
		cmocka_unit_test_setup(another_patch_begins_at_0_in_an_erased_area, setup),
		cmocka_unit_test_setup(a_server_that_cannot_go_on_costs_an_erase, setup),
		cmocka_unit_test_setup(a_patch_that_is_swapped_in_mid_transfer_is_not_mixed, setup),
		cmocka_unit_test_setup(what_a_modem_answers_has_its_cause, setup),
		cmocka_unit_test_setup(a_patch_larger_than_the_area_is_no_update, setup),
		cmocka_unit_test_setup(a_modem_that_erases_for_ever_can_be_given_up, setup),
		cmocka_unit_test_setup(an_area_that_stays_dirty_is_the_modem_s_fault, setup),
		cmocka_unit_test_setup(a_modem_that_is_busy_in_the_middle_gets_its_bytes_again,
				       setup),
		cmocka_unit_test_setup(no_power_cut_mixes_two_patches, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
