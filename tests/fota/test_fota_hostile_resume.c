/* SPDX-License-Identifier: Apache-2.0 */
/* Servers, files, slots and records that are not the same any more when a download goes on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>

#include "fota/hostile_rig.h"

#define AREA_LEN 40 /* of TLVs in the files of sweep/images.h */

static uint8_t twin[HOSTILE_SIZE]; /* another file with the same header */

static void make_twin(void)
{
	const size_t area = HOSTILE_SIZE - AREA_LEN;

	memcpy(twin, new_file.bytes, HOSTILE_SIZE);
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
	hostile_add_half();
	hostile_add(&(struct server_connection){.ignores_offset = true});
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_accepted(&reset_cases[c]);
	}
}

static void resume_server_that_ignores_the_offset_and_breaks_each_time(void **state)
{
	(void)state;
	hostile_add(&(struct server_connection){
		.gives = HOSTILE_HALF, .break_rc = -ECONNRESET, .ignores_offset = true});
	hostile.repeats_last = true;
	hostile.events = "E2";
	hostile.error = -EBADMSG;
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_refused(&reset_cases[c]);
		assert_int_equal(dev->result, 5);
	}
}

static void resume_range_that_is_off_by_one_and_says_so(void **state)
{
	(void)state;
	for (int shift = -1; shift <= 1; shift += 2) {
		hostile.planned = 0;
		hostile_add_half();
		hostile_add(&(struct server_connection){.told_shift = shift});
		for (size_t c = 0; c < reset_case_count; c++) {
			hostile_assert_accepted(&reset_cases[c]);
			assert_int_equal(dev->result, 3);
		}
	}
}

static void resume_range_that_is_off_by_one_and_lies(void **state)
{
	hostile_setup(state);
	hostile_add_half();
	hostile_add(&(struct server_connection){.lying_shift = 1, .extra = 1});
	hostile.events = "E6";
	hostile.error = -EBADMSG;
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_refused(&reset_cases[c]);
	}
}

/* The file on the server becomes another one in mid-transfer. */
static void assert_changed(const struct reset_case *what, const uint8_t *bytes, size_t size,
			   const char *name, bool has_validator)
{
	const struct server_file file = {bytes, size, name};

	reset_open(what, HOSTILE_SIZE);
	make_twin();
	hostile.planned = 0;
	hostile_add_half();
	hostile_add(&(struct server_connection){.file = &file});
	hostile.validator = has_validator ? "v1" : NULL;
	assert_int_equal(reset_run(hostile_fetch), 0);
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
	image_file_make(&small, HOSTILE_SIZE - 8, 2, 0);
	image_file_make(&tiny, 72, 2, 0);
	image_file_make(&large, HOSTILE_SIZE + 300, 2, 0);
	for (size_t c = 0; c < reset_case_count; c++) {
		for (int has = 0; has < 2; has++) {
			const char *same = has != 0 ? "v1" : NULL;

			assert_changed(&reset_cases[c], small.bytes, small.size, same, has != 0);
			assert_changed(&reset_cases[c], tiny.bytes, tiny.size, same, has != 0);
			assert_changed(&reset_cases[c], large.bytes, large.size, same, has != 0);
			assert_changed(&reset_cases[c], twin, HOSTILE_SIZE, "v2", has != 0);
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
	reset_open(&reset_plain, HOSTILE_SIZE);
	make_twin();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		files[i] = (struct server_file){i % 2 == 0 ? twin : new_file.bytes, HOSTILE_SIZE,
						names[i]};
		hostile_add(&(struct server_connection){
			.file = &files[i], .gives = HOSTILE_HALF, .break_rc = -ETIMEDOUT});
	}
	hostile.events = "E2";
	hostile.error = -EBADMSG;
	assert_int_equal(reset_run(hostile_fetch), 0);
	assert_int_equal(dev->result, 5);
	assert_false(hostile_has_header());
	assert_int_equal(reset_run(hostile_fetch_honestly), 0);
	reset_assert_slot_is_file();
	reset_close();
}

/* Same size, same header, no validator to tell them apart: the hash does. */
static void resume_twin_with_the_same_header(void **state)
{
	const struct server_file file = {twin, HOSTILE_SIZE, NULL};

	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_setup(state);
		hostile.validator = NULL;
		hostile_add_half();
		hostile_add(&(struct server_connection){.file = &file});
		hostile.events = "E6";
		hostile.error = -EBADMSG;
		reset_open(&reset_cases[c], HOSTILE_SIZE);
		make_twin();
		assert_int_equal(reset_run(hostile_fetch), 0);
		assert_false(hostile_has_header());
		/* Refused is forgotten: the twin from its first byte on. */
		become(twin, HOSTILE_SIZE);
		hostile.planned = 0;
		hostile.events = "F";
		hostile.error = 0;
		assert_int_equal(reset_run(hostile_fetch), 0);
		assert_int_equal(dev->offset, 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

static void resume_server_that_stalls_again_and_again(void **state)
{
	hostile_setup(state);
	hostile_add(&(struct server_connection){.gives = 97, .break_rc = -ETIMEDOUT});
	hostile.repeats_last = true;
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_accepted(&reset_cases[c]);
		assert_int_equal(dev->result, (HOSTILE_SIZE + 96) / 97);
	}
}

static void resume_server_that_stalls_for_ever(void **state)
{
	(void)state;
	hostile_add_half();
	hostile_add(&(struct server_connection){.breaks_at_once = true, .break_rc = -ETIMEDOUT});
	hostile.repeats_last = true;
	hostile.events = "E2";
	hostile.error = -ETIMEDOUT;
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_refused(&reset_cases[c]);
		assert_int_equal(dev->offset, HOSTILE_HALF);
		assert_int_equal(dev->result, 3);
	}
}

static void resume_file_that_is_gone_for_a_while(void **state)
{
	(void)state;
	hostile_add_half();
	hostile_add(&(struct server_connection){.open_rc = -ENOENT});
	hostile.events = "E2";
	hostile.error = -ENOENT;
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile_assert_refused(&reset_cases[c]);
		assert_int_equal(dev->offset, HOSTILE_HALF);
	}
}

static void resume_slot_that_somebody_else_has_written(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		hostile.planned = 0;
		hostile_add_half();
		hostile_add(&(struct server_connection){.open_rc = -ECONNREFUSED});
		hostile.events = "E1";
		hostile.error = -ECONNREFUSED;
		reset_open(&reset_cases[c], HOSTILE_SIZE);
		assert_int_equal(reset_run(hostile_fetch), 0);
		reset_slot(1)[reset_start() + reset_hold() + 100] ^= 0x40;
		assert_int_equal(reset_run(hostile_fetch_honestly), 0);
		assert_int_equal(dev->offset, 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

static void resume_record_that_was_damaged_at_any_byte(void **state)
{
	size_t len = 1;

	(void)state;
	hostile_add_half();
	hostile_add(&(struct server_connection){.open_rc = -ECONNREFUSED});
	hostile.events = "E1";
	hostile.error = -ECONNREFUSED;
	reset_open(&reset_plain, HOSTILE_SIZE);
	assert_int_equal(reset_run(hostile_fetch), 0);
	reset_snapshot();
	for (size_t i = 0; i < len; i++) {
		reset_restore();
		uint8_t *record = reset_setting("dfu/MCUBOOT0", &len);

		assert_non_null(record);
		record[i] ^= 0x11;
		assert_int_equal(reset_run(hostile_fetch_honestly), 0);
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
	connection.gives = next_random(3) != 0 ? 1 + next_random(HOSTILE_SIZE) : 0;
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
	const struct server_file files[2] = {{new_file.bytes, HOSTILE_SIZE, "v1"},
					     {twin, HOSTILE_SIZE, "v2"}};

	for (int i = 0; i < 4; i++) {
		server_begin(new_file.bytes, HOSTILE_SIZE, "v1");
		for (int k = 0; k < 12; k++) {
			const struct server_connection connection = random_connection(files);

			server_plan(&connection);
		}
		server_download(fragments[next_random(ARRAY_LEN(fragments))]);
		if (strcmp(listener.story, "F") == 0) {
			assert_memory_equal(reset_slot(1) + reset_start(), server.file.bytes,
					    HOSTILE_SIZE);
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
		reset_open(&reset_cases[i % reset_case_count], HOSTILE_SIZE);
		make_twin();
		if (reset_run(fetch_at_random) != 0) {
			fail_msg("seed %u", i);
		}
		assert_int_equal(reset_run(hostile_fetch_honestly), 0);
		reset_assert_slot_is_file();
		reset_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(resume_server_that_ignores_the_offset, hostile_setup),
		cmocka_unit_test_setup(resume_server_that_ignores_the_offset_and_breaks_each_time,
				       hostile_setup),
		cmocka_unit_test_setup(resume_range_that_is_off_by_one_and_says_so, hostile_setup),
		cmocka_unit_test_setup(resume_range_that_is_off_by_one_and_lies, hostile_setup),
		cmocka_unit_test_setup(resume_file_that_was_swapped_shrank_or_grew, hostile_setup),
		cmocka_unit_test_setup(resume_file_that_changes_each_time, hostile_setup),
		cmocka_unit_test_setup(resume_twin_with_the_same_header, hostile_setup),
		cmocka_unit_test_setup(resume_server_that_stalls_again_and_again, hostile_setup),
		cmocka_unit_test_setup(resume_server_that_stalls_for_ever, hostile_setup),
		cmocka_unit_test_setup(resume_file_that_is_gone_for_a_while, hostile_setup),
		cmocka_unit_test_setup(resume_slot_that_somebody_else_has_written, hostile_setup),
		cmocka_unit_test_setup(resume_record_that_was_damaged_at_any_byte, hostile_setup),
		cmocka_unit_test_setup(resume_any_server_at_all, hostile_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
