/* SPDX-License-Identifier: Apache-2.0 */
/* No record of another file is believed, and none is touched by a look at another one. */
#include "full_modem_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_stream.h>

#define AT 1001

static uint8_t other[64];    /* the first bytes that identify sees */
static const uint8_t *first; /* NULL: it sees none */
static const char *name;     /* by which the application knows the file; NULL: it says none */
static size_t size;
static size_t at;

static int init_as_told(void)
{
	if (name != NULL) {
		assert_int_equal(dfu_target_identity_set(name, strlen(name)), 0);
	}
	if (first != NULL) {
		assert_int_equal(dfu_target_img_type(first, 32), DFU_TARGET_IMAGE_TYPE_FULL_MODEM);
	}
	return full_modem_init(size);
}

static void pause_download(void)
{
	assert_int_equal(init_as_told(), 0);
	assert_int_equal(reset_write(at, 100), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void ask(void)
{
	assert_int_equal(init_as_told(), 0);
	dev->offset = reset_offset();
}

static size_t next_offset(void)
{
	assert_int_equal(reset_run(ask), 0);
	return dev->offset;
}

static void open_paused(const struct full_modem_case *what, size_t offset)
{
	full_modem_open(what);
	memcpy(other, new_file.bytes, sizeof(other));
	first = new_file.bytes;
	name = NULL;
	size = new_file.size;
	at = offset;
	assert_int_equal(reset_run(pause_download), 0);
	reset_snapshot();
}

static void another_file_begins_at_0_and_costs_the_first_nothing(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		open_paused(&full_modem_cases[c], AT);
		reset_forget_ops();
		first = other;
		for (size_t i = 2; i < sizeof(other); i++) {
			other[i] ^= 1;
			assert_int_equal(next_offset(), i < 32 ? 0 : AT);
			if (i < 32) {
				assert_int_equal(dev->op_count, 0);
			} else {
				reset_restore();
				reset_forget_ops();
			}
			other[i] ^= 1;
		}
		size--;
		assert_int_equal(next_offset(), 0);
		size = 0;
		assert_int_equal(next_offset(), 0);
		assert_int_equal(dev->op_count, 0);
		size = new_file.size;
		assert_int_equal(next_offset(), AT);
		assert_int_equal(reset_run(full_modem_finish), 0);
		reset_close();
	}
}

static void begin_with_another_size(void)
{
	ask();
	assert_int_equal(dev->offset, AT);
	first = NULL;
	size--;
	ask();
	assert_int_equal(dev->offset, 0);
	size++;
	ask();
	assert_int_equal(dev->offset, AT);
}

static void in_a_run_it_does_so_too(void **state)
{
	(void)state;
	open_paused(&full_modem_plain, AT);
	assert_int_equal(reset_run(begin_with_another_size), 0);
	reset_close();
}

static void what_was_not_seen_is_not_asked_for(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		open_paused(&full_modem_cases[c], AT);
		first = NULL;
		assert_int_equal(next_offset(), AT);
		reset_close();
	}
}

static void of_fewer_than_32_bytes_those_count_that_arrived(void **state)
{
	static const size_t offsets[] = {3, 4, 5, 7, 8, 9, 16, 17, 30, 31, 32, 33};

	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		for (size_t o = 0; o < ARRAY_LEN(offsets); o++) {
			const size_t offset = offsets[o];
			const size_t places[] = {2, offset - 1, offset, 31};

			open_paused(&full_modem_cases[c], offset);
			first = other;
			for (size_t p = 0; p < ARRAY_LEN(places); p++) {
				const bool counts = places[p] < offset && places[p] < 32;

				other[places[p]] ^= 1;
				assert_int_equal(next_offset(), counts ? 0 : offset);
				reset_restore();
				other[places[p]] ^= 1;
			}
			first = NULL;
			assert_int_equal(next_offset(), offset);
			reset_close();
		}
	}
}

static void the_name_of_a_file_joins_its_identity(void **state)
{
	static const struct {
		const char *before;
		const char *after;
		bool goes_on;
	} names[] = {
		{NULL, NULL, true}, {NULL, "", true},   {"", NULL, true},
		{"a", "a", true},   {"a", "b", false},  {"a", NULL, false},
		{"a", "", false},   {NULL, "a", false}, {"a", "ab", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		full_modem_open(&full_modem_plain);
		first = new_file.bytes;
		size = new_file.size;
		at = AT;
		name = names[i].before;
		assert_int_equal(reset_run(pause_download), 0);
		name = names[i].after;
		assert_int_equal(next_offset(), names[i].goes_on ? AT : 0);
		if (!names[i].goes_on) {
			/* It was only looked at: under its own name it goes on. */
			name = names[i].before;
			assert_int_equal(next_offset(), AT);
		}
		reset_close();
	}
}

static void name_it_while_it_runs(void)
{
	assert_int_equal(init_as_told(), 0);
	assert_int_equal(reset_write(AT, 100), 0);
	assert_int_equal(dfu_target_identity_set("etag", 4), 0);
	assert_int_equal(full_modem_init(size), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(dfu_target_identity_set(NULL, 0), 0);
	assert_int_equal(full_modem_init(size), 0);
	assert_int_equal(reset_offset(), AT);
	/* Set between init and the bytes, it counts from the next init on. */
	assert_int_equal(dfu_target_identity_set("etag", 4), 0);
	assert_int_equal(dfu_target_write(new_file.bytes + AT, 1), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void a_name_that_changes_in_a_run_ends_the_download_and_gives_it_back(void **state)
{
	(void)state;
	open_paused(&full_modem_plain, 0);
	assert_int_equal(reset_run(name_it_while_it_runs), 0);
	assert_int_equal(next_offset(), AT + 1);
	reset_close();
}

static bool is_paused_between;

static void look_at_another_file_and_come_back(void)
{
	other[20] ^= 1;
	first = new_file.bytes;
	assert_int_equal(init_as_told(), 0);
	assert_int_equal(reset_offset(), AT);
	assert_int_equal(dfu_target_write(new_file.bytes + AT, 6), 0);
	first = other;
	assert_int_equal(init_as_told(), 0);
	assert_int_equal(reset_offset(), 0);
	if (is_paused_between) {
		assert_int_equal(dfu_target_done(false), 0);
	}
	first = new_file.bytes;
	assert_int_equal(init_as_told(), 0);
	assert_int_equal(reset_offset(), AT + 6);
	full_modem_finish();
}

static void a_file_that_was_only_looked_at_costs_the_other_one_nothing(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		for (int paused = 0; paused < 2; paused++) {
			is_paused_between = paused != 0;
			open_paused(&full_modem_cases[c], AT);
			assert_int_equal(reset_run(look_at_another_file_and_come_back), 0);
			reset_close();
		}
	}
}

static void look_at_another_file_and_forget_it(void)
{
	other[20] ^= 1;
	first = other;
	assert_int_equal(init_as_told(), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(full_modem_init(size), 0);
	assert_int_equal(reset_offset(), AT);
	full_modem_finish();
}

static void fail_after_a_look_at_another_file(void)
{
	other[20] ^= 1;
	first = other;
	size = full_modem_store.size + 1;
	assert_int_equal(init_as_told(), -EFBIG);
	size = new_file.size;
	assert_int_equal(full_modem_init(size), 0);
	assert_int_equal(reset_offset(), 0);
}

static void what_was_seen_counts_for_one_init_that_succeeds(void **state)
{
	(void)state;
	open_paused(&full_modem_plain, AT);
	assert_int_equal(reset_run(look_at_another_file_and_forget_it), 0);
	reset_restore();
	memcpy(other, new_file.bytes, sizeof(other));
	assert_int_equal(reset_run(fail_after_a_look_at_another_file), 0);
	reset_close();
}

/* Bytes that the file did not have: the first 32 are those of the record. */
static void write_another_file_on(void)
{
	ask();
	full_modem_make(&new_file, new_file.size, 2);
	assert_int_equal(reset_write(new_file.size, 100), 0);
	assert_int_equal(dfu_target_done(true), -EILSEQ);
	assert_int_equal(full_modem_init(new_file.size), 0);
	assert_int_equal(reset_offset(), 0);
}

static void a_splice_that_identity_cannot_show_is_refused_and_leaves_no_record(void **state)
{
	size_t len;

	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		open_paused(&full_modem_cases[c], AT);
		first = NULL;
		assert_int_equal(reset_run(write_another_file_on), 0);
		assert_int_equal(dev->offset, AT);
		assert_null(reset_setting(FULL_MODEM_RECORD, &len));
		assert_null(reset_setting(FULL_MODEM_TAIL, &len));
		assert_int_equal(next_offset(), 0);
		assert_int_equal(reset_run(full_modem_finish), 0);
		reset_close();
	}
}

static void the_place_of_the_store_counts(void **state)
{
	(void)state;
	open_paused(&full_modem_plain, AT);
	full_modem_store.size -= 512;
	assert_int_equal(next_offset(), 0);
	full_modem_store.size += 512;
	assert_int_equal(next_offset(), AT);
	reset_restore();
	memmove(reset_slot(1) + 512, reset_slot(1), 4096);
	full_modem_store.offset += 512;
	assert_int_equal(next_offset(), 0);
	full_modem_store.size -= 512;
	assert_int_equal(next_offset(), 0);
	reset_close();
}

static void pause_a_stream_of_the_same_id_and_place(void)
{
	static uint8_t buf[512];
	const struct dfu_target_stream_init init = {
		.id = "DFU_FULL_MODEM",
		.fdev = full_modem_store.dev,
		.buf = buf,
		.len = sizeof(buf),
		.offset = (size_t)full_modem_store.offset,
		.size = full_modem_store.size,
	};

	assert_int_equal(dfu_target_stream_init(&init), 0);
	assert_int_equal(dfu_target_stream_write(new_file.bytes, AT), 0);
	assert_int_equal(dfu_target_stream_done(false), 0);
}

static void the_type_counts(void **state)
{
	size_t len;

	(void)state;
	full_modem_open(&full_modem_plain);
	assert_int_equal(reset_run(pause_a_stream_of_the_same_id_and_place), 0);
	assert_non_null(reset_setting(FULL_MODEM_RECORD, &len));
	first = new_file.bytes;
	name = NULL;
	size = 0;
	assert_int_equal(next_offset(), 0);
	reset_close();
}

static void complete_it_and_begin_again(void)
{
	full_modem_finish();
	first = new_file.bytes;
	ask();
	assert_int_equal(dev->offset, 0);
	assert_int_equal(dfu_target_write(new_file.bytes, 0), 0);
	assert_int_equal(dfu_target_done(false), 0);
	ask();
	assert_int_equal(dev->offset, 0);
}

static void verify_what_is_complete(void)
{
	ask();
	assert_int_equal(dev->offset, size);
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EFBIG);
	reset_forget_ops();
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dev->op_count, 0);
	ask();
	assert_int_equal(dev->offset, 0);
}

static void begin_it_anew(void)
{
	full_modem_finish();
	ask();
	assert_int_equal(dfu_target_write(new_file.bytes, 700), 0);
	assert_int_equal(dfu_target_done(false), 0);
	ask();
	assert_int_equal(dev->offset, 700);
	assert_int_equal(dfu_target_done(false), 0);
}

static void a_complete_file_is_known_after_a_reset_and_not_before(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		open_paused(&full_modem_cases[c], AT);
		assert_int_equal(reset_run(complete_it_and_begin_again), 0);
		assert_int_equal(reset_run(verify_what_is_complete), 0);
		first = NULL;
		assert_int_equal(next_offset(), size);
		first = other;
		other[31] ^= 1;
		assert_int_equal(next_offset(), 0);
		other[31] ^= 1;
		assert_int_equal(next_offset(), size);
		assert_int_equal(reset_run(begin_it_anew), 0);
		assert_int_equal(next_offset(), 700);
		assert_int_equal(reset_run(full_modem_finish), 0);
		reset_close();
	}
}

static void complete_it_without_its_size(void)
{
	size = 0;
	first = new_file.bytes;
	ask();
	if (dev->offset == 0) {
		assert_int_equal(reset_write(new_file.size, 100), 0);
	}
	assert_int_equal(reset_offset(), new_file.size);
	assert_int_equal(dfu_target_done(true), 0);
	full_modem_assert_stored();
}

static void write_behind_its_end(void)
{
	ask();
	assert_int_equal(dev->offset, new_file.size);
	assert_int_equal(dfu_target_write(new_file.bytes, 1), -EFBIG);
	assert_int_equal(dfu_target_done(true), 0);
}

static void so_is_one_whose_size_was_not_told(void **state)
{
	(void)state;
	for (size_t c = 0; c < full_modem_case_count; c++) {
		full_modem_open(&full_modem_cases[c]);
		name = NULL;
		assert_int_equal(reset_run(complete_it_without_its_size), 0);
		assert_int_equal(reset_run(complete_it_without_its_size), 0);
		size = 0;
		first = new_file.bytes;
		assert_int_equal(reset_run(write_behind_its_end), 0);
		size = new_file.size;
		assert_int_equal(next_offset(), 0);
		reset_close();
	}
}

/* The record of the file before goes with the first program, not with the first look. */
static void the_first_program_of_another_file_ends_the_one_before(void **state)
{
	size_t len;

	(void)state;
	open_paused(&full_modem_plain, AT);
	full_modem_make(&new_file, new_file.size - 1, 2);
	reset_forget_ops();
	assert_int_equal(reset_run(full_modem_finish), 0);
	assert_int_equal(dev->ops[0].kind, SIM_SAVE);
	assert_int_equal(dev->ops[0].len, 0);
	assert_int_equal(dev->ops[1].kind, SIM_ERASE);
	assert_non_null(reset_setting(FULL_MODEM_RECORD, &len));
	assert_int_equal(full_modem_next_offset(), new_file.size);
	reset_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_file_begins_at_0_and_costs_the_first_nothing),
		cmocka_unit_test(in_a_run_it_does_so_too),
		cmocka_unit_test(what_was_not_seen_is_not_asked_for),
		cmocka_unit_test(of_fewer_than_32_bytes_those_count_that_arrived),
		cmocka_unit_test(the_name_of_a_file_joins_its_identity),
		cmocka_unit_test(a_name_that_changes_in_a_run_ends_the_download_and_gives_it_back),
		cmocka_unit_test(a_file_that_was_only_looked_at_costs_the_other_one_nothing),
		cmocka_unit_test(what_was_seen_counts_for_one_init_that_succeeds),
		cmocka_unit_test(
			a_splice_that_identity_cannot_show_is_refused_and_leaves_no_record),
		cmocka_unit_test(the_place_of_the_store_counts),
		cmocka_unit_test(the_type_counts),
		cmocka_unit_test(a_complete_file_is_known_after_a_reset_and_not_before),
		cmocka_unit_test(so_is_one_whose_size_was_not_told),
		cmocka_unit_test(the_first_program_of_another_file_ends_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
