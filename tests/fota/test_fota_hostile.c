/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers that mean no good, or do not know better, before the real MCUboot target: bytes that do
 * not come as they should (stream_...), and files that are not the same any more when a download
 * goes on (resume_...). Whatever they do, the slot has the server's file after FINISHED, nothing is
 * visible after anything else, and an honest server is all that the next download needs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>

#include "fota/fake_server.h"
#include "target/reset_rig.h"

#define SIZE 2500
#define HALF 1200
#define AREA_LEN 40 /* of TLVs in the files of sweep/images.h */

static uint8_t twin[SIZE]; /* another file with the same header */
static uint8_t junk[64];

static size_t fragment;
static struct server_connection plan[8];
static unsigned int planned;
static bool repeats_last;
static size_t most_at_once;
static const char *validator;
static const char *events; /* that the body expects */
static int error;

static int setup(void **state)
{
	(void)state;
	fragment = 100;
	memset(plan, 0, sizeof(plan));
	planned = 0;
	repeats_last = false;
	most_at_once = 0;
	validator = "v1";
	events = "F";
	error = 0;
	return 0;
}

static void add(const struct server_connection *connection)
{
	plan[planned++] = *connection;
}

/* The first connection gives HALF of the file. */
static void add_half(void)
{
	add(&(struct server_connection){.gives = HALF, .break_rc = -ECONNRESET});
}

/* Body: a download from the server that the test has planned. */
static void fetch(void)
{
	server_begin(new_file.bytes, new_file.size, validator);
	for (unsigned int i = 0; i < planned; i++) {
		server_plan(&plan[i]);
	}
	server.repeats_last = repeats_last;
	server.most_at_once = most_at_once;
	server_download(fragment);
	assert_string_equal(listener.story, events);
	assert_int_equal(fota_download_error(), error);
	dev->offset = fota_download_resumed_at();
	dev->result = (int)server.opened;
}

/* Body: one from an honest server. */
static void fetch_honestly(void)
{
	server_begin(new_file.bytes, new_file.size, "v1");
	server_download(0);
	assert_string_equal(listener.story, "F");
	dev->offset = fota_download_resumed_at();
}

static bool has_header(void)
{
	static const uint8_t magic[4] = {0x3d, 0xb8, 0xf3, 0x96};

	return memcmp(reset_slot(1) + reset_start(), magic, sizeof(magic)) == 0;
}

/* What is planned ends in `events`, invisible to the bootloader, and honesty heals it. */
static void assert_refused(const struct reset_case *what)
{
	reset_open(what, SIZE);
	assert_int_equal(reset_run(fetch), 0);
	assert_false(has_header());
	assert_int_equal(reset_run(fetch_honestly), 0);
	reset_assert_slot_is_file();
	reset_close();
}

static void assert_accepted(const struct reset_case *what)
{
	reset_open(what, SIZE);
	assert_int_equal(reset_run(fetch), 0);
	reset_assert_slot_is_file();
	reset_close();
}

static void stream_first_pieces_of_1_3_and_31_bytes(void **state)
{
	static const size_t pieces[] = {1, 3, 31};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
			fragment = 0;
			most_at_once = pieces[i];
			assert_accepted(&reset_cases[c]);
			fragment = pieces[i];
			assert_accepted(&reset_cases[c]);
		}
	}
}

static void stream_first_piece_of_0_bytes(void **state)
{
	setup(state);
	add(&(struct server_connection){.breaks_at_once = true});
	repeats_last = true;
	events = "E2";
	error = -ECONNRESET;
	reset_open(&reset_plain, SIZE);
	reset_forget_ops();
	assert_int_equal(reset_run(fetch), 0);
	plan[0].hides_size = true;
	events = "E3";
	error = -ENODATA;
	assert_int_equal(reset_run(fetch), 0);
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
			fragment = pieces[i];
			assert_accepted(what);
		}
	}
}

static void stream_file_that_no_slot_can_hold(void **state)
{
	static const size_t fragments[] = {0, 1, 31};

	(void)state;
	events = "E3";
	error = -EFBIG;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < 2 * ARRAY_LEN(fragments); i++) {
			const bool is_told = i < ARRAY_LEN(fragments);

			fragment = fragments[i % ARRAY_LEN(fragments)];
			planned = 0;
			add(&(struct server_connection){.hides_size = !is_told});
			reset_open(&reset_cases[c], 20000);
			reset_forget_ops();
			assert_int_equal(reset_run(fetch), 0);
			assert_true(!is_told || dev->op_count == 0);
			assert_false(has_header());
			image_file_make(&new_file, SIZE, 1, 0);
			assert_int_equal(reset_run(fetch_honestly), 0);
			reset_assert_slot_is_file();
			reset_close();
		}
	}
}

static void stream_fewer_bytes_than_told(void **state)
{
	(void)state;
	events = "E2";
	error = -ECONNRESET;
	add(&(struct server_connection){.size_lie = 10});
	repeats_last = true;
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_refused(&reset_cases[c]);
	}
}

static void stream_more_bytes_than_told(void **state)
{
	static const size_t fragments[] = {0, 1, 3, 31, 32, SIZE - 10, SIZE};

	(void)state;
	events = "E2";
	error = -EBADMSG;
	for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
		fragment = fragments[i];
		planned = 0;
		add(&(struct server_connection){.size_lie = -10});
		assert_refused(&reset_plain);
		planned = 0;
		add(&(struct server_connection){.extra = 1});
		assert_refused(&reset_plain);
	}
}

static void stream_size_that_is_not_told(void **state)
{
	(void)state;
	add(&(struct server_connection){.hides_size = true});
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_accepted(&reset_cases[c]);
	}
}

/* Nobody can know that they are not the file's; the image is whole before them. */
static void stream_bytes_behind_an_image_of_unknown_size(void **state)
{
	(void)state;
	add(&(struct server_connection){.hides_size = true, .extra = 5});
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_accepted(&reset_cases[c]);
	}
}

static void stream_image_of_unknown_size_that_ends_early(void **state)
{
	(void)state;
	events = "E6";
	error = -EBADMSG;
	add(&(struct server_connection){.hides_size = true, .gives = HALF});
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_refused(&reset_cases[c]);
	}
}

/* Bytes are missing, and others stand at the end for them: nothing but the hash can tell. */
static void stream_bytes_that_are_left_out(void **state)
{
	static const int shifts[] = {1, 64, 512};

	(void)state;
	events = "E6";
	error = -EBADMSG;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(shifts); i++) {
			planned = 0;
			add_half();
			add(&(struct server_connection){.lying_shift = shifts[i],
							.extra = (size_t)shifts[i]});
			assert_refused(&reset_cases[c]);
		}
	}
}

/* Body: what has arrived so far is damaged, which only the hash shows; then it is forgotten. */
static void fetch_twice(void)
{
	planned = 0;
	events = "E6";
	error = -EBADMSG;
	fetch();
	events = "F";
	error = 0;
	fetch();
	assert_int_equal(fota_download_resumed_at(), 0);
}

/* Bytes come twice, and as many are left when the file is full. */
static void stream_bytes_that_overlap(void **state)
{
	static const int shifts[] = {-1, -64, -512};

	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(shifts); i++) {
			setup(state);
			add_half();
			add(&(struct server_connection){.lying_shift = shifts[i]});
			events = "E2";
			error = -EBADMSG;
			reset_open(&reset_cases[c], SIZE);
			assert_int_equal(reset_run(fetch), 0);
			assert_false(has_header());
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
	events = "E3";
	error = -ENOTSUP;
	add(&(struct server_connection){
		.file = &(const struct server_file){junk, sizeof(junk), "v1"}});
	for (fragment = 1; fragment < 70; fragment += 23) {
		assert_refused(&reset_plain);
	}
}

static void begin_another_target(void)
{
	assert_int_equal(dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, 0, 9 * 100, NULL), 0);
	assert_int_equal(dfu_target_write(new_file.bytes, 300), 0);
	fetch();
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EPERM);
	assert_int_equal(dfu_target_done(true), -EALREADY);
}

static void stream_another_download_that_was_under_way(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(begin_another_target), 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

static void make_twin(void)
{
	const size_t area = SIZE - AREA_LEN;

	memcpy(twin, new_file.bytes, SIZE);
	for (size_t i = 32; i < area; i++) {
		twin[i] = (uint8_t)(twin[i] ^ 0x5a);
	}
	assert_int_equal(mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), twin, area,
				    &twin[area + 8]),
			 0);
}

/* Bodies' files for the parent to compare with. */
static void become(const uint8_t *bytes, size_t size)
{
	new_file.size = size;
	new_file.bytes = realloc(new_file.bytes, size);
	assert_non_null(new_file.bytes);
	memcpy(new_file.bytes, bytes, size);
}

static void resume_server_that_ignores_the_offset(void **state)
{
	(void)state;
	add_half();
	add(&(struct server_connection){.ignores_offset = true});
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_accepted(&reset_cases[c]);
	}
}

static void resume_server_that_ignores_the_offset_and_breaks_each_time(void **state)
{
	(void)state;
	add(&(struct server_connection){
		.gives = HALF, .break_rc = -ECONNRESET, .ignores_offset = true});
	repeats_last = true;
	events = "E2";
	error = -EBADMSG;
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_refused(&reset_cases[c]);
		assert_int_equal(dev->result, 5);
	}
}

static void resume_range_that_is_off_by_one_and_says_so(void **state)
{
	(void)state;
	for (int shift = -1; shift <= 1; shift += 2) {
		planned = 0;
		add_half();
		add(&(struct server_connection){.told_shift = shift});
		for (size_t c = 0; c < reset_case_count; c++) {
			assert_accepted(&reset_cases[c]);
			assert_int_equal(dev->result, 3);
		}
	}
}

static void resume_range_that_is_off_by_one_and_lies(void **state)
{
	setup(state);
	add_half();
	add(&(struct server_connection){.lying_shift = 1, .extra = 1});
	events = "E6";
	error = -EBADMSG;
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_refused(&reset_cases[c]);
	}
}

/* The file on the server becomes another one in mid-transfer. */
static void assert_changed(const struct reset_case *what, const uint8_t *bytes, size_t size,
			   const char *name, bool has_validator)
{
	const struct server_file file = {bytes, size, name};

	reset_open(what, SIZE);
	make_twin();
	planned = 0;
	add_half();
	add(&(struct server_connection){.file = &file});
	validator = has_validator ? "v1" : NULL;
	assert_int_equal(reset_run(fetch), 0);
	become(bytes, size);
	reset_assert_slot_is_file();
	reset_close();
}

static void resume_file_that_was_swapped_shrank_or_grew(void **state)
{
	struct image_file small = {0};
	struct image_file tiny = {0};
	struct image_file large = {0};

	(void)state;
	image_file_make(&small, SIZE - 8, 2, 0);
	image_file_make(&tiny, 72, 2, 0);
	image_file_make(&large, SIZE + 300, 2, 0);
	for (size_t c = 0; c < reset_case_count; c++) {
		for (int has = 0; has < 2; has++) {
			const char *same = has != 0 ? "v1" : NULL;

			assert_changed(&reset_cases[c], small.bytes, small.size, same, has != 0);
			assert_changed(&reset_cases[c], tiny.bytes, tiny.size, same, has != 0);
			assert_changed(&reset_cases[c], large.bytes, large.size, same, has != 0);
			assert_changed(&reset_cases[c], twin, SIZE, "v2", has != 0);
			assert_changed(&reset_cases[c], small.bytes, small.size, "v2", has != 0);
		}
	}
	free(small.bytes);
	free(tiny.bytes);
	free(large.bytes);
}

static void resume_file_that_changes_each_time(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};
	static struct server_file files[ARRAY_LEN(names)];

	(void)state;
	reset_open(&reset_plain, SIZE);
	make_twin();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		files[i] = (struct server_file){i % 2 == 0 ? twin : new_file.bytes, SIZE, names[i]};
		add(&(struct server_connection){
			.file = &files[i], .gives = HALF, .break_rc = -ETIMEDOUT});
	}
	events = "E2";
	error = -EBADMSG;
	assert_int_equal(reset_run(fetch), 0);
	assert_int_equal(dev->result, 5);
	assert_false(has_header());
	assert_int_equal(reset_run(fetch_honestly), 0);
	reset_assert_slot_is_file();
	reset_close();
}

/* Same size, same header, no validator to tell them apart: the hash does. */
static void resume_twin_with_the_same_header(void **state)
{
	const struct server_file file = {twin, SIZE, NULL};

	for (size_t c = 0; c < reset_case_count; c++) {
		setup(state);
		validator = NULL;
		add_half();
		add(&(struct server_connection){.file = &file});
		events = "E6";
		error = -EBADMSG;
		reset_open(&reset_cases[c], SIZE);
		make_twin();
		assert_int_equal(reset_run(fetch), 0);
		assert_false(has_header());
		/* Refused is forgotten: the twin from its first byte on. */
		become(twin, SIZE);
		planned = 0;
		events = "F";
		error = 0;
		assert_int_equal(reset_run(fetch), 0);
		assert_int_equal(dev->offset, 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

static void resume_server_that_stalls_again_and_again(void **state)
{
	setup(state);
	add(&(struct server_connection){.gives = 97, .break_rc = -ETIMEDOUT});
	repeats_last = true;
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_accepted(&reset_cases[c]);
		assert_int_equal(dev->result, (SIZE + 96) / 97);
	}
}

static void resume_server_that_stalls_for_ever(void **state)
{
	(void)state;
	add_half();
	add(&(struct server_connection){.breaks_at_once = true, .break_rc = -ETIMEDOUT});
	repeats_last = true;
	events = "E2";
	error = -ETIMEDOUT;
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_refused(&reset_cases[c]);
		assert_int_equal(dev->offset, HALF);
		assert_int_equal(dev->result, 3);
	}
}

static void resume_file_that_is_gone_for_a_while(void **state)
{
	(void)state;
	add_half();
	add(&(struct server_connection){.open_rc = -ENOENT});
	events = "E2";
	error = -ENOENT;
	for (size_t c = 0; c < reset_case_count; c++) {
		assert_refused(&reset_cases[c]);
		assert_int_equal(dev->offset, HALF);
	}
}

static void resume_slot_that_somebody_else_has_written(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		planned = 0;
		add_half();
		add(&(struct server_connection){.open_rc = -ECONNREFUSED});
		events = "E1";
		error = -ECONNREFUSED;
		reset_open(&reset_cases[c], SIZE);
		assert_int_equal(reset_run(fetch), 0);
		reset_slot(1)[reset_start() + reset_hold() + 100] ^= 0x40;
		assert_int_equal(reset_run(fetch_honestly), 0);
		assert_int_equal(dev->offset, 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

static void resume_record_that_was_damaged_at_any_byte(void **state)
{
	size_t len = 1;

	(void)state;
	add_half();
	add(&(struct server_connection){.open_rc = -ECONNREFUSED});
	events = "E1";
	error = -ECONNREFUSED;
	reset_open(&reset_plain, SIZE);
	assert_int_equal(reset_run(fetch), 0);
	reset_snapshot();
	for (size_t i = 0; i < len; i++) {
		reset_restore();
		uint8_t *record = reset_setting("dfu/MCUBOOT0", &len);

		assert_non_null(record);
		record[i] ^= 0x11;
		assert_int_equal(reset_run(fetch_honestly), 0);
		assert_int_equal(dev->offset, 0);
		reset_assert_slot_is_file();
	}
	assert_true(len > 20);
	reset_close();
}

/* Servers made at random, of two files that begin alike. */
static uint32_t seed;

static uint32_t next_random(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static struct server_connection random_connection(const struct server_file files[2])
{
	static const int errors[] = {-ECONNRESET, -ETIMEDOUT, -EAGAIN, -ERANGE, -EBADMSG, 0};
	struct server_connection connection = {0};

	connection.open_rc = next_random(6) == 0 ? errors[next_random(5)] : 0;
	connection.file = next_random(5) == 0 ? &files[next_random(2)] : NULL;
	connection.gives = next_random(3) != 0 ? 1 + next_random(SIZE) : 0;
	connection.break_rc = errors[next_random(6)];
	connection.breaks_at_once = next_random(9) == 0;
	connection.ignores_offset = next_random(7) == 0;
	connection.ignores_same_as = next_random(7) == 0;
	connection.told_shift = next_random(9) == 0 ? (int)next_random(5) - 2 : 0;
	connection.size_lie = next_random(12) == 0 ? (int)next_random(41) - 20 : 0;
	connection.hides_size = next_random(9) == 0;
	connection.extra = next_random(12) == 0 ? next_random(100) : 0;
	return connection;
}

static void fetch_at_random(void)
{
	static const size_t fragments[] = {0, 1, 3, 31, 32, 77, 2048};
	const struct server_file files[2] = {{new_file.bytes, SIZE, "v1"}, {twin, SIZE, "v2"}};

	for (int i = 0; i < 4; i++) {
		server_begin(new_file.bytes, SIZE, "v1");
		for (int k = 0; k < 12; k++) {
			const struct server_connection connection = random_connection(files);

			server_plan(&connection);
		}
		server_download(fragments[next_random(ARRAY_LEN(fragments))]);
		if (strcmp(listener.story, "F") == 0) {
			assert_memory_equal(reset_slot(1) + reset_start(), server.file.bytes, SIZE);
		} else {
			assert_int_equal(listener.story[0], 'E');
			assert_int_not_equal(fota_download_error(), 0);
		}
	}
}

static void resume_any_server_at_all(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 600; i++) {
		seed = i;
		reset_open(&reset_cases[i % reset_case_count], SIZE);
		make_twin();
		if (reset_run(fetch_at_random) != 0) {
			fail_msg("seed %u", i);
		}
		assert_int_equal(reset_run(fetch_honestly), 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(stream_first_pieces_of_1_3_and_31_bytes, setup),
		cmocka_unit_test_setup(stream_first_piece_of_0_bytes, setup),
		cmocka_unit_test_setup(stream_pieces_that_span_header_page_and_buffer, setup),
		cmocka_unit_test_setup(stream_file_that_no_slot_can_hold, setup),
		cmocka_unit_test_setup(stream_fewer_bytes_than_told, setup),
		cmocka_unit_test_setup(stream_more_bytes_than_told, setup),
		cmocka_unit_test_setup(stream_size_that_is_not_told, setup),
		cmocka_unit_test_setup(stream_bytes_behind_an_image_of_unknown_size, setup),
		cmocka_unit_test_setup(stream_image_of_unknown_size_that_ends_early, setup),
		cmocka_unit_test_setup(stream_bytes_that_are_left_out, setup),
		cmocka_unit_test_setup(stream_bytes_that_overlap, setup),
		cmocka_unit_test_setup(stream_file_that_is_no_update, setup),
		cmocka_unit_test_setup(stream_another_download_that_was_under_way, setup),
		cmocka_unit_test_setup(resume_server_that_ignores_the_offset, setup),
		cmocka_unit_test_setup(resume_server_that_ignores_the_offset_and_breaks_each_time,
				       setup),
		cmocka_unit_test_setup(resume_range_that_is_off_by_one_and_says_so, setup),
		cmocka_unit_test_setup(resume_range_that_is_off_by_one_and_lies, setup),
		cmocka_unit_test_setup(resume_file_that_was_swapped_shrank_or_grew, setup),
		cmocka_unit_test_setup(resume_file_that_changes_each_time, setup),
		cmocka_unit_test_setup(resume_twin_with_the_same_header, setup),
		cmocka_unit_test_setup(resume_server_that_stalls_again_and_again, setup),
		cmocka_unit_test_setup(resume_server_that_stalls_for_ever, setup),
		cmocka_unit_test_setup(resume_file_that_is_gone_for_a_while, setup),
		cmocka_unit_test_setup(resume_slot_that_somebody_else_has_written, setup),
		cmocka_unit_test_setup(resume_record_that_was_damaged_at_any_byte, setup),
		cmocka_unit_test_setup(resume_any_server_at_all, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
