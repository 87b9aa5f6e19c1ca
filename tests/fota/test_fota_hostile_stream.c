/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that do not come as they should: too few, too many, none, twice, not at all. */
#include <errno.h>
#include <string.h>

#include "fota/hostile_rig.h"

static uint8_t junk[64];

static void stream_first_pieces_of_1_3_and_31_bytes(void **state)
{
	static const size_t pieces[] = {1, 3, 31};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
			hostile.fragment = 0;
			hostile.most_at_once = pieces[i];
			hostile_assert_accepted(&reset_cases[c]);
			hostile.fragment = pieces[i];
			hostile_assert_accepted(&reset_cases[c]);
		}
	}
}

static void stream_first_piece_of_0_bytes(void **state)
{
	hostile_setup(state);
	hostile_add(&(struct server_connection){.breaks_at_once = true});
	hostile.repeats_last = true;
	hostile.events = "E2";
	hostile.error = -ECONNRESET;
	reset_open(&reset_plain, HOSTILE_SIZE);
	reset_forget_ops();
	assert_int_equal(reset_run(hostile_fetch), 0);
	hostile.plan[0].hides_size = true;
	hostile.events = "E3";
	hostile.error = -ENODATA;
	assert_int_equal(reset_run(hostile_fetch), 0);
	assert_int_equal(dev->op_count, 0);
	reset_close();
}

static void stream_pieces_that_span_header_page_and_buffer(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		const struct reset_case *what = &reset_cases[c];
		const size_t pieces[] = {33,
					 what->block + 1,
					 what->buffer - 1,
					 what->buffer + 1,
					 what->page - 1,
					 what->page,
					 what->page + 1};

		for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
			hostile.fragment = pieces[i];
			hostile_assert_accepted(what);
		}
	}
}

static void stream_file_that_no_slot_can_hold(void **state)
{
	static const size_t fragments[] = {0, 1, 31};

	(void)state;
	hostile.events = "E3";
	hostile.error = -EFBIG;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < 2 * ARRAY_LEN(fragments); i++) {
			const bool is_told = i < ARRAY_LEN(fragments);

			hostile.fragment = fragments[i % ARRAY_LEN(fragments)];
			hostile.planned = 0;
			hostile_add(&(struct server_connection){.hides_size = !is_told});
			reset_open(&reset_cases[c], 20000);
			reset_forget_ops();
			assert_int_equal(reset_run(hostile_fetch), 0);
			assert_true(!is_told || dev->op_count == 0);
			assert_false(hostile_has_header());
			image_file_make(&new_file, HOSTILE_SIZE, 1, 0);
			assert_int_equal(reset_run(hostile_fetch_honestly), 0);
			reset_assert_slot_is_file();
			reset_close();
		}
	}
}

static void stream_fewer_bytes_than_told(void **state)
{
	(void)state;
	hostile.events = "E2";
	hostile.error = -ECONNRESET;
	hostile_add(&(struct server_connection){.size_lie = 10});
	hostile.repeats_last = true;
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_refused(&reset_cases[c]);
	}
}

static void stream_more_bytes_than_told(void **state)
{
	static const size_t fragments[] = {0, 1, 3, 31, 32, HOSTILE_SIZE - 10, HOSTILE_SIZE};

	(void)state;
	hostile.events = "E2";
	hostile.error = -EBADMSG;
	for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
		hostile.fragment = fragments[i];
		hostile.planned = 0;
		hostile_add(&(struct server_connection){.size_lie = -10});
		hostile_assert_refused(&reset_plain);
		hostile.planned = 0;
		hostile_add(&(struct server_connection){.extra = 1});
		hostile_assert_refused(&reset_plain);
	}
}

static void stream_size_that_is_not_told(void **state)
{
	(void)state;
	hostile_add(&(struct server_connection){.hides_size = true});
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_accepted(&reset_cases[c]);
	}
}

/* Nobody can know that they are not the file's; the image is whole before them. */
static void stream_bytes_behind_an_image_of_unknown_size(void **state)
{
	(void)state;
	hostile_add(&(struct server_connection){.hides_size = true, .extra = 5});
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_accepted(&reset_cases[c]);
	}
}

static void stream_image_of_unknown_size_that_ends_early(void **state)
{
	(void)state;
	hostile.events = "E6";
	hostile.error = -EBADMSG;
	hostile_add(&(struct server_connection){.hides_size = true, .gives = HOSTILE_HALF});
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_refused(&reset_cases[c]);
	}
}

/* Bytes are missing, and others stand at the end for them: nothing but the hash can tell. */
static void stream_bytes_that_are_left_out(void **state)
{
	static const int shifts[] = {1, 64, 512};

	(void)state;
	hostile.events = "E6";
	hostile.error = -EBADMSG;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(shifts); i++) {
			hostile.planned = 0;
			hostile_add_half();
			hostile_add(&(struct server_connection){.lying_shift = shifts[i],
								.extra = (size_t)shifts[i]});
			hostile_assert_refused(&reset_cases[c]);
		}
	}
}

/* Body: what has arrived so far is damaged, which only the hash shows; then it is forgotten. */
static void fetch_twice(void)
{
	hostile.planned = 0;
	hostile.events = "E6";
	hostile.error = -EBADMSG;
	hostile_fetch();
	hostile.events = "F";
	hostile.error = 0;
	hostile_fetch();
	assert_int_equal(fota_download_resumed_at(), 0);
}

/* Bytes come twice, and as many are left when the file is full. */
static void stream_bytes_that_overlap(void **state)
{
	static const int shifts[] = {-1, -64, -512};

	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(shifts); i++) {
			hostile_setup(state);
			hostile_add_half();
			hostile_add(&(struct server_connection){.lying_shift = shifts[i]});
			hostile.events = "E2";
			hostile.error = -EBADMSG;
			reset_open(&reset_cases[c], HOSTILE_SIZE);
			assert_int_equal(reset_run(hostile_fetch), 0);
			assert_false(hostile_has_header());
			assert_int_equal(reset_run(fetch_twice), 0);
			reset_assert_slot_is_file();
			reset_close();
		}
	}
}

static void stream_file_that_is_no_update(void **state)
{
	(void)state;
	memset(junk, 'x', sizeof(junk));
	hostile.events = "E3";
	hostile.error = -ENOTSUP;
	hostile_add(&(struct server_connection){
		.file = &(const struct server_file){junk, sizeof(junk), "v1"}});
	for (hostile.fragment = 1; hostile.fragment < 70; hostile.fragment += 23) {
		hostile_assert_refused(&reset_plain);
	}
}

static void begin_another_target(void)
{
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 9 * 100, NULL), 0);
	assert_int_equal(dfu_target_write(new_file.bytes, 300), 0);
	hostile_fetch();
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EPERM);
	assert_int_equal(dfu_target_done(true), -EALREADY);
}

static void stream_another_download_that_was_under_way(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], HOSTILE_SIZE);
		assert_int_equal(reset_run(begin_another_target), 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(stream_first_pieces_of_1_3_and_31_bytes, hostile_setup),
		cmocka_unit_test_setup(stream_first_piece_of_0_bytes, hostile_setup),
		cmocka_unit_test_setup(stream_pieces_that_span_header_page_and_buffer,
				       hostile_setup),
		cmocka_unit_test_setup(stream_file_that_no_slot_can_hold, hostile_setup),
		cmocka_unit_test_setup(stream_fewer_bytes_than_told, hostile_setup),
		cmocka_unit_test_setup(stream_more_bytes_than_told, hostile_setup),
		cmocka_unit_test_setup(stream_size_that_is_not_told, hostile_setup),
		cmocka_unit_test_setup(stream_bytes_behind_an_image_of_unknown_size, hostile_setup),
		cmocka_unit_test_setup(stream_image_of_unknown_size_that_ends_early, hostile_setup),
		cmocka_unit_test_setup(stream_bytes_that_are_left_out, hostile_setup),
		cmocka_unit_test_setup(stream_bytes_that_overlap, hostile_setup),
		cmocka_unit_test_setup(stream_file_that_is_no_update, hostile_setup),
		cmocka_unit_test_setup(stream_another_download_that_was_under_way, hostile_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
