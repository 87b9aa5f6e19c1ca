/* SPDX-License-Identifier: Apache-2.0 */
/* What a download is bound to: each part of a file's identity alone. */
#include "reset_rig.h"

#include <errno.h>
#include <string.h>

#define SIZE 2000
#define AT 1001

static size_t at = AT;
static size_t chunk = 100;
static const char *name; /* dfu_target_identity_set(); NULL: not called */
static bool is_named_away;
static size_t size;          /* of the file that comes */
static const uint8_t *first; /* NULL: img_type is not called */
static uint8_t other[64];

static void set_identity(void)
{
	if (name != NULL) {
		assert_int_equal(dfu_target_identity_set(name, strlen(name)), 0);
	}
	if (is_named_away) {
		assert_int_equal(dfu_target_identity_set(NULL, 0), 0);
	}
}

static void pause_download(void)
{
	set_identity();
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_write(at, chunk), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void ask(void)
{
	set_identity();
	if (first != NULL) {
		assert_int_equal(dfu_target_img_type(first, 32), 1);
	}
	assert_int_equal(reset_init(size), 0);
	dev->offset = reset_offset();
}

static size_t next_offset(void)
{
	assert_int_equal(reset_run(ask), 0);
	return dev->offset;
}

/* A device with a paused download; what comes next is the same file until a test says otherwise. */
static void open_paused(const struct reset_case *what)
{
	reset_open(what, SIZE);
	assert_int_equal(reset_run(pause_download), 0);
	size = SIZE;
	first = new_file.bytes;
	memcpy(other, new_file.bytes, sizeof(other));
	reset_snapshot();
}

static void begin(void)
{
	at = AT;
	chunk = 100;
	name = NULL;
	is_named_away = false;
}

static void the_same_file_goes_on_with_its_first_bytes_or_without(void **state)
{
	(void)state;
	begin();
	for (size_t c = 0; c < reset_case_count; c++) {
		open_paused(&reset_cases[c]);
		assert_int_equal(next_offset(), AT);
		reset_restore();
		first = NULL;
		assert_int_equal(next_offset(), AT);
		reset_close();
	}
}

static void another_size_begins_at_0_and_changes_nothing(void **state)
{
	static const size_t sizes[] = {0, SIZE - 1, SIZE + 1, AT, AT - 1};

	(void)state;
	begin();
	open_paused(&reset_plain);
	reset_forget_ops();
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		size = sizes[i];
		assert_int_equal(next_offset(), 0);
	}
	assert_int_equal(dev->op_count, 0);
	size = SIZE;
	assert_int_equal(next_offset(), AT);
	reset_close();
}

static void each_of_the_first_32_bytes_counts_and_no_other(void **state)
{
	static const size_t chunks[] = {1, 20, 31, 32, 33, 244, 4096, 65536};

	(void)state;
	begin();
	for (size_t c = 0; c < ARRAY_LEN(chunks); c++) {
		chunk = chunks[c];
		open_paused(&reset_plain);
		first = other;
		for (size_t i = 4; i < 32; i++) { /* the first four say what kind of file it is */
			reset_restore();
			other[i] ^= 0x20;
			assert_int_equal(next_offset(), 0);
			other[i] ^= 0x20;
		}
		reset_restore();
		other[32] ^= 0x20;
		assert_int_equal(next_offset(), AT);
		reset_close();
	}
}

static void of_fewer_bytes_those_count_that_arrived(void **state)
{
	(void)state;
	begin();
	for (at = 5; at < 32; at++) {
		open_paused(&reset_plain);
		first = other;
		other[at] ^= 1;
		assert_int_equal(next_offset(), at);
		reset_restore();
		other[at] ^= 1;
		other[at - 1] ^= 1;
		assert_int_equal(next_offset(), 0);
		reset_close();
	}
}

static void write_blocks_above_32_bytes_make_it_no_longer(void **state)
{
	(void)state;
	begin();
	for (at = 30; at < 600; at += 45) {
		open_paused(&reset_cases[6]);
		assert_int_equal(dev->what.block, 512);
		first = other;
		other[32] ^= 1;
		assert_int_equal(next_offset(), at);
		reset_restore();
		other[29] ^= 1;
		assert_int_equal(next_offset(), 0);
		reset_close();
	}
}

/* The file that comes instead: another one from its first byte on. */
static void write_another_file_on(void)
{
	ask();
	image_file_make(&new_file, SIZE, 2, 0);
	assert_int_equal(reset_write(SIZE, 100), 0);
	assert_int_equal(dfu_target_done(true), -EBADMSG);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), 0);
}

static void a_splice_that_identity_cannot_show_is_refused_and_leaves_no_record(void **state)
{
	size_t len;

	(void)state;
	begin();
	for (size_t c = 0; c < reset_case_count; c++) {
		open_paused(&reset_cases[c]);
		first = NULL;
		assert_int_equal(reset_run(write_another_file_on), 0);
		assert_int_equal(dev->offset, AT);
		assert_null(reset_setting("dfu/MCUBOOT0", &len));
		assert_null(reset_setting("dfu/MCUBOOT0/h", &len));
		assert_null(reset_setting("dfu/MCUBOOT0/t", &len));
		assert_int_equal(next_offset(), 0);
		assert_int_equal(reset_run(reset_finish), 0);
		reset_close();
	}
}

static void the_name_of_a_file_joins_its_identity(void **state)
{
	static const struct {
		const char *before;
		const char *after; /* "": taken away */
		bool goes_on;
	} names[] = {
		{NULL, NULL, true},
		{NULL, "", true},
		{"", "", true},
		{"", NULL, true},
		{"a", "a", true},
		{"a", "b", false},
		{"a", NULL, false},
		{"a", "", false},
		{NULL, "a", false},
		{"a", "ab", false},
		{"0123456789abcdef", "0123456789abcdeF", false},
	};

	(void)state;
	begin();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		name = names[i].before;
		is_named_away = false;
		open_paused(&reset_plain);
		name = names[i].after;
		is_named_away = name != NULL && name[0] == '\0';
		assert_int_equal(next_offset(), names[i].goes_on ? AT : 0);
		if (!names[i].goes_on) {
			/* It was only looked at: under its own name it goes on. */
			name = names[i].before;
			is_named_away = false;
			assert_int_equal(next_offset(), AT);
		}
		reset_close();
	}
}

static void name_it_while_it_runs(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_write(AT, 100), 0);
	assert_int_equal(dfu_target_identity_set("etag", 4), 0);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(dfu_target_identity_set(NULL, 0), 0);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), AT);
	/* Set between init and the bytes, it counts from the next init on. */
	assert_int_equal(dfu_target_identity_set("etag", 4), 0);
	assert_int_equal(dfu_target_write(new_file.bytes + AT, 1), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

static void a_name_that_changes_in_a_run_ends_the_download_and_gives_it_back(void **state)
{
	(void)state;
	begin();
	reset_open(&reset_plain, SIZE);
	size = SIZE;
	first = new_file.bytes;
	assert_int_equal(reset_run(name_it_while_it_runs), 0);
	assert_int_equal(next_offset(), AT + 1);
	reset_close();
}

static void a_name_without_bytes_is_refused(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_identity_set(NULL, 1), -EINVAL);
}

static void look_at_another_file_and_come_back(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, 32), 1);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), AT);
	other[20] ^= 1;
	assert_int_equal(dfu_target_img_type(other, 32), 1);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), 0);
	if (is_named_away) {
		assert_int_equal(dfu_target_done(false), 0);
	}
	assert_int_equal(dfu_target_img_type(new_file.bytes, 32), 1);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), AT);
	reset_finish();
}

static void a_file_that_was_only_looked_at_costs_the_other_one_nothing(void **state)
{
	(void)state;
	begin();
	for (size_t c = 0; c < reset_case_count; c++) {
		for (int paused = 0; paused < 2; paused++) {
			is_named_away = false;
			open_paused(&reset_cases[c]);
			is_named_away = paused != 0;
			assert_int_equal(reset_run(look_at_another_file_and_come_back), 0);
			reset_close();
		}
	}
}

static void look_at_another_file_and_forget_it(void)
{
	other[20] ^= 1;
	assert_int_equal(dfu_target_img_type(other, 32), 1);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), 0);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(reset_offset(), AT);
	reset_finish();
}

static void what_was_seen_counts_for_one_init(void **state)
{
	(void)state;
	begin();
	open_paused(&reset_plain);
	assert_int_equal(reset_run(look_at_another_file_and_forget_it), 0);
	reset_close();
}

static void init_again(void)
{
	assert_int_equal(reset_init(SIZE), 0);
	dev->settings_calls = 0;
	dev->sick_calls = RESET_LOAD | RESET_SAVE | RESET_DELETE;
	dev->sick_at = 1000;
	dev->sick_rc = -EIO;
	assert_int_equal(reset_init(SIZE), 0);
	assert_int_equal(dev->settings_calls, 0); /* the target was not asked */
	assert_int_equal(reset_offset(), AT);
	assert_int_equal(dfu_target_identity_set("x", 1), 0);
	assert_int_equal(reset_init(SIZE), 0);
	assert_true(dev->settings_calls > 0);
	assert_int_equal(reset_offset(), 0);
}

static void the_core_asks_the_target_again_only_for_another_identity(void **state)
{
	(void)state;
	begin();
	open_paused(&reset_plain);
	assert_int_equal(reset_run(init_again), 0);
	reset_close();
}

static void write_to_both(void)
{
	size_t offset;

	for (size_t turn = 1; turn <= 5; turn++) {
		for (int img_num = 0; img_num < 2; img_num++) {
			const size_t from = (turn - 1) * (151 + (size_t)img_num);

			assert_int_equal(dfu_target_init(1, img_num, SIZE, NULL), 0);
			assert_int_equal(dfu_target_offset_get(&offset), 0);
			assert_int_equal(offset, from);
			assert_int_equal(
				dfu_target_write(new_file.bytes + from, 151 + (size_t)img_num), 0);
		}
	}
	assert_int_equal(dfu_target_done(false), 0);
}

static void finish_both(void)
{
	size_t offset;

	for (int img_num = 1; img_num >= 0; img_num--) {
		assert_int_equal(dfu_target_init(1, img_num, SIZE, NULL), 0);
		assert_int_equal(dfu_target_offset_get(&offset), 0);
		assert_int_equal(offset, 5 * (151 + (size_t)img_num));
		assert_int_equal(dfu_target_write(new_file.bytes + offset, SIZE - offset), 0);
		assert_int_equal(dfu_target_done(true), 0);
	}
}

static void two_image_pairs_take_turns(void **state)
{
	(void)state;
	reset_open(&reset_plain, SIZE);
	dev->images = 2;
	assert_int_equal(reset_run(write_to_both), 0);
	assert_int_equal(reset_run(finish_both), 0);
	assert_memory_equal(reset_slot(1), new_file.bytes, SIZE);
	assert_memory_equal(reset_slot(3), new_file.bytes, SIZE);
	reset_close();
}

static void ask_the_other_pair(void)
{
	size_t offset;

	assert_int_equal(dfu_target_img_type(new_file.bytes, 32), 1);
	assert_int_equal(dfu_target_init(1, 1, SIZE, NULL), 0);
	assert_int_equal(dfu_target_offset_get(&offset), 0);
	assert_int_equal(offset, 0);
}

/* Under the key of one pair, the record of another: nothing but the number tells. */
static void move_the_records(void)
{
	uint8_t value[SETTINGS_MAX_VAL_LEN];
	static const char *const names[][2] = {{"dfu/MCUBOOT0", "dfu/MCUBOOT1"},
					       {"dfu/MCUBOOT0/h", "dfu/MCUBOOT1/h"},
					       {"dfu/MCUBOOT0/t", "dfu/MCUBOOT1/t"}};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const ssize_t len = settings_load_one(names[i][0], value, sizeof(value));

		assert_true(len > 0);
		assert_int_equal(settings_save_one(names[i][1], value, (size_t)len), 0);
	}
}

static void the_number_of_the_image_counts(void **state)
{
	(void)state;
	begin();
	reset_open(&reset_plain, SIZE);
	dev->images = 2;
	assert_int_equal(reset_run(pause_download), 0);
	assert_int_equal(reset_run(ask_the_other_pair), 0);
	/* The same place on flash, too. */
	assert_int_equal(reset_run(move_the_records), 0);
	reset_move_area(3, reset_slot(1) - reset_slot(3), reset_slot_size());
	assert_int_equal(reset_run(ask_the_other_pair), 0);
	reset_close();
}

/* What flash holds moves with the area, so that nothing but its place differs. */
static void the_place_of_the_area_counts(void **state)
{
	(void)state;
	begin();
	for (size_t c = 4; c < 7; c++) {
		open_paused(&reset_cases[c]);
		uint8_t *slot = reset_slot(1);
		const size_t page = dev->what.page;
		const size_t len = reset_slot_size() - page;

		reset_move_area(1, 0, len);
		memset(slot + len - page, dev->what.erased, page);
		assert_int_equal(next_offset(), 0);
		reset_restore();
		reset_move_area(1, (off_t)page, len);
		memmove(slot + page, slot, len);
		assert_int_equal(next_offset(), 0);
		reset_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_file_goes_on_with_its_first_bytes_or_without),
		cmocka_unit_test(another_size_begins_at_0_and_changes_nothing),
		cmocka_unit_test(each_of_the_first_32_bytes_counts_and_no_other),
		cmocka_unit_test(of_fewer_bytes_those_count_that_arrived),
		cmocka_unit_test(write_blocks_above_32_bytes_make_it_no_longer),
		cmocka_unit_test(
			a_splice_that_identity_cannot_show_is_refused_and_leaves_no_record),
		cmocka_unit_test(the_name_of_a_file_joins_its_identity),
		cmocka_unit_test(a_name_that_changes_in_a_run_ends_the_download_and_gives_it_back),
		cmocka_unit_test(a_name_without_bytes_is_refused),
		cmocka_unit_test(a_file_that_was_only_looked_at_costs_the_other_one_nothing),
		cmocka_unit_test(what_was_seen_counts_for_one_init),
		cmocka_unit_test(the_core_asks_the_target_again_only_for_another_identity),
		cmocka_unit_test(two_image_pairs_take_turns),
		cmocka_unit_test(the_number_of_the_image_counts),
		cmocka_unit_test(the_place_of_the_area_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
