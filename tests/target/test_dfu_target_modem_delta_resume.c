/* SPDX-License-Identifier: Apache-2.0 */
/* Which patch goes on after a reset, and that no two are ever mixed. */
#include "target/patch_modem.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_modem_delta.h>

#define SETTING "dfu/MODEM_DELTA"
#define FIRST "dfu/MODEM_DELTA/h"
#define HALF 300

static size_t chunk = 100;

static void begin_old(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, HALF, chunk), 0);
}

static void begin_old_blindly(void)
{
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_old, HALF, chunk), 0);
}

/* What init of a file gives; what goes on is what the area has. */
static void ask_for(const uint8_t *file, const uint8_t *seen, size_t size)
{
	patch_forget_story();
	assert_int_equal(patch_init(seen, size), 0);
	dut->offset_found = patch_offset();
	patch_assert_has(file, dut->offset_found);
}

static void ask_for_old(void)
{
	ask_for(patch_old, patch_old, PATCH_FILE);
}

static void ask_for_old_blindly(void)
{
	ask_for(patch_old, NULL, PATCH_FILE);
}

static void ask_for_other(void)
{
	ask_for(patch_other, patch_other, PATCH_FILE);
}

static void ask_for_longer(void)
{
	ask_for(patch_old, patch_old, PATCH_FILE + 1);
}

static void ask_for_unknown_size(void)
{
	ask_for(patch_old, patch_old, 0);
}

static void ask_for_named(void)
{
	assert_int_equal(dfu_target_identity_set("etag", 4), 0);
	ask_for_old();
}

static void finish_old(void)
{
	assert_int_equal(patch_download(patch_old, chunk), 0);
	patch_assert_has(patch_old, PATCH_FILE);
}

static void finish_other(void)
{
	assert_int_equal(patch_download(patch_other, chunk), 0);
	patch_assert_has(patch_other, PATCH_FILE);
}

/* After a run of `first`, one of `second` finds this offset, erased or not. */
static void assert_finds(void (*first)(void), void (*second)(void), size_t offset)
{
	assert_int_equal(patch_run(first), 0);
	assert_int_equal(patch_run(second), 0);
	assert_int_equal(dut->offset_found, offset);
	assert_int_equal(dut->calls[PATCH_ERASE], offset == 0);
}

static void the_same_file_goes_on_to_the_byte(void **state)
{
	static void (*const begins[])(void) = {begin_old, begin_old_blindly};
	static const size_t chunks[] = {1, 5, 31, 32, 33, 299};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
		for (size_t k = 0; k < ARRAY_LEN(begins); k++) {
			chunk = chunks[i];
			patch_setup(NULL);
			assert_finds(begins[k], ask_for_old, HALF);
			assert_finds(begins[k], ask_for_old_blindly, HALF);
			assert_int_equal(patch_run(finish_old), 0);
			assert_int_equal(dut->calls[PATCH_ERASE], 0);
			assert_int_equal(dut->event_count, 0);
		}
	}
	chunk = 100;
}

static void begin_other_byte_by_byte(void)
{
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_other, HALF, 1), 0);
}

static void a_zero_is_a_byte_like_any_other(void **state)
{
	(void)state;
	assert_int_equal(patch_other[31], 0);
	assert_finds(begin_other_byte_by_byte, ask_for_other, HALF);
}

static void begin_other(void)
{
	ask_for_other();
	assert_int_equal(patch_write(patch_other, HALF, chunk), 0);
}

static void another_file_begins_in_an_empty_area(void **state)
{
	static void (*const asks[])(void) = {ask_for_other, ask_for_longer, ask_for_unknown_size,
					     ask_for_named};

	for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
		patch_setup(state);
		assert_finds(begin_old, asks[i], 0);
	}
	/* Nor does the one before go on behind bytes of the other. */
	patch_setup(state);
	assert_finds(begin_old, begin_other, 0);
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
}

static void begin_named(void)
{
	assert_int_equal(dfu_target_identity_set("etag", 4), 0);
	begin_old();
}

static void a_name_joins_what_a_file_is_known_by(void **state)
{
	(void)state;
	assert_finds(begin_named, ask_for_named, HALF);
	assert_finds(begin_named, ask_for_old, 0);
}

static void an_area_of_another_size_is_another_modem(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	dut->area_size--;
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
}

static void begin_unknown_size(void)
{
	assert_int_equal(patch_init(patch_old, 0), 0);
	assert_int_equal(patch_write(patch_old, HALF, chunk), 0);
}

static void no_patch_is_as_long_as_that(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	dut->offset = PATCH_FILE + 1;
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
	assert_int_equal(patch_run(begin_unknown_size), 0);
	dut->offset = DFU_MODEM_OFFSET_DIRTY + 1;
	assert_int_equal(patch_run(ask_for_unknown_size), 0);
	assert_int_equal(dut->offset_found, 0);
}

static void without_a_record_the_area_is_erased(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	dut->store.used = 0;
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
	assert_string_equal(dut->story, "RHePD");
}

static void a_record_that_cannot_be_read_is_none(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	dut->load_rc = -EIO;
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
}

/* An entry of the settings: its value in place, *len bytes. */
static uint8_t *find_setting(const char *name, size_t *len)
{
	/* As settings_ram packs them: size of the name, length of the value, name, value. */
	for (size_t pos = 0; pos < dut->store.used;) {
		uint8_t *entry = dut->store_memory + pos;

		*len = entry[1] + 256u * entry[2];
		if (strcmp((const char *)entry + 3, name) == 0) {
			return entry + 3 + entry[0];
		}
		pos += 3 + entry[0] + *len;
	}
	fail_msg("no %s", name);
	return NULL;
}

static void a_damaged_record_is_none(void **state)
{
	static const char *const names[] = {SETTING, FIRST};

	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	patch_snapshot();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t len;

		patch_restore();
		(void)find_setting(names[i], &len);
		assert_int_equal(len, 32);
		for (size_t at = 0; at < len; at++) {
			patch_restore();
			find_setting(names[i], &len)[at] ^= 1;
			assert_int_equal(patch_run(ask_for_old_blindly), 0);
			assert_int_equal(dut->offset_found, 0);
		}
		/* Another length. */
		static const size_t lengths[] = {0, 1, 31, 33};
		for (size_t k = 0; k < ARRAY_LEN(lengths); k++) {
			uint8_t value[33] = {0};

			patch_restore();
			memcpy(value, find_setting(names[i], &len), 32);
			assert_int_equal(dut->store.backend.api->save(&dut->store.backend, names[i],
								      value, lengths[k]),
					 0);
			assert_int_equal(patch_run(ask_for_old_blindly), 0);
			assert_int_equal(dut->offset_found, 0);
		}
	}
}

static void write_a_zero(void)
{
	static const uint8_t zero;

	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_write(&zero, 1), 0);
}

/* The record of these first bytes is that of none, too. */
static void a_record_without_its_first_bytes_is_none(void **state)
{
	(void)state;
	assert_int_equal(patch_run(write_a_zero), 0);
	assert_int_equal(dut->store.backend.api->save(&dut->store.backend, FIRST, NULL, 0), 0);
	assert_int_equal(patch_run(ask_for_old_blindly), 0);
	assert_int_equal(dut->offset_found, 0);
	assert_int_equal(dut->calls[PATCH_ERASE], 1);
}

static void the_record_is_as_the_formats_say(void **state)
{
	/* The one of FORMATS.md, its checksum by zlib. */
	static const uint8_t expected[32] = {0x01, 0x01, 0x02, 0x00, 0xe8, 0x03, 0x00, 0x00,
					     0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00,
					     0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
					     0x00, 0x00, 0x00, 0x00, 0xbf, 0x90, 0x23, 0x1b};
	size_t len;

	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	assert_memory_equal(find_setting(SETTING, &len), expected, sizeof(expected));
	assert_memory_equal(find_setting(FIRST, &len), patch_old, 32);
}

static void save_nothing_and_finish(void)
{
	begin_old();
	assert_int_equal(dfu_target_modem_delta_done(false), 0);
	/* This run knows what the area has. */
	ask_for_old();
	assert_int_equal(dut->offset_found, HALF);
	finish_old();
	ask_for_other();
	assert_int_equal(dut->offset_found, 0);
	finish_other();
}

static void settings_that_fail_cost_progress_and_not_the_update(void **state)
{
	(void)state;
	dut->save_rc = -EIO;
	dut->delete_rc = -EIO;
	assert_int_equal(patch_run(save_nothing_and_finish), 0);
	assert_int_equal(patch_run(ask_for_other), 0);
	assert_int_equal(dut->offset_found, 0);
	patch_setup(NULL);
	dut->has_settings = false;
	assert_int_equal(patch_run(save_nothing_and_finish), 0);
	assert_string_equal(dut->story, "fePDwwwwwwwwww"); /* the last of its files */
	assert_int_equal(patch_run(ask_for_other), 0);
	assert_int_equal(dut->offset_found, 0);
}

static void lose_settings(void)
{
	begin_old();
	dut->store.used = 0;
	ask_for_old();
	assert_int_equal(dut->offset_found, 0);
}

static void a_record_that_was_saved_and_is_gone_counts_as_none(void **state)
{
	(void)state;
	assert_int_equal(patch_run(lose_settings), 0);
}

/* The record of the old file stays: nothing can be saved, nothing deleted. */
static void begin_new_beside_a_stale_record(void)
{
	dut->save_rc = -EIO;
	dut->delete_rc = -EIO;
	assert_int_equal(patch_init(patch_new, PATCH_FILE - 1), 0);
	assert_int_equal(patch_write(patch_new, HALF, chunk), 0);
	patch_assert_has(patch_new, HALF);
	/* In this run the old file is not taken for it. */
	ask_for_old();
	assert_int_equal(dut->offset_found, 0);
	assert_int_equal(patch_init(patch_new, PATCH_FILE - 1), 0);
	assert_int_equal(patch_write(patch_new, HALF, chunk), 0);
	/* As soon as settings work again the next write brings it in order, deep in the file. */
	patch_forget_story();
	dut->save_rc = 0;
	assert_int_equal(patch_write(patch_new, 2 * HALF, 1), 0);
	dut->story[5] = '\0';
	assert_string_equal(dut->story, "hrwww");
}

static void a_stale_record_is_removed_as_soon_as_settings_work(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	assert_int_equal(patch_run(begin_new_beside_a_stale_record), 0);
	dut->delete_rc = 0;
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
}

/* Another file of the same size, and nothing but the old one's record. */
static void confuse_equal_sizes(void)
{
	dut->save_rc = -EIO;
	dut->delete_rc = -EIO;
	assert_int_equal(patch_init(patch_other, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_other, HALF, chunk), 0);
	ask_for_old();
	assert_int_equal(dut->offset_found, 0);
}

static void confuse_where_an_erase_fails(void)
{
	dut->save_rc = -EIO;
	dut->delete_rc = -EIO;
	assert_int_equal(patch_init(patch_new, PATCH_FILE - 1), 0);
	assert_int_equal(patch_write(patch_new, HALF, chunk), 0);
	patch_fault(PATCH_ERASE, DFU_MODEM_ERASE_ERROR, 0, 1);
	assert_int_equal(patch_init(NULL, PATCH_FILE), -EFAULT);
	assert_int_equal(dut->offset, HALF);
	ask_for_old();
	assert_int_equal(dut->offset_found, 0);
}

static void a_run_is_not_deceived_by_a_stale_record(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	patch_snapshot();
	assert_int_equal(patch_run(confuse_equal_sizes), 0);
	patch_restore();
	assert_int_equal(patch_run(confuse_where_an_erase_fails), 0);
}

static void lose_settings_early(void)
{
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_old, 5), 0);
	dut->save_rc = -EIO;
	dut->delete_rc = -EIO;
	assert_int_equal(patch_write(patch_old, HALF, chunk), 0);
}

/* More bytes than it tells of may be those of many files. */
static void a_record_of_fewer_first_bytes_is_none(void **state)
{
	(void)state;
	assert_int_equal(patch_run(lose_settings_early), 0);
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
}

/* A store that is full takes no record, but gives one away. */
static void begin_new_with_full_settings(void)
{
	dut->delete_rc = -EIO;
	assert_int_equal(patch_init(patch_new, PATCH_FILE - 1), 0);
	dut->delete_rc = 0;
	dut->save_rc = -ENOSPC;
	patch_forget_story();
	assert_int_equal(patch_write(patch_new, HALF, chunk), 0);
	assert_string_equal(dut->story, "hRHwww");
}

static void what_cannot_be_replaced_is_deleted(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	assert_int_equal(patch_run(begin_new_with_full_settings), 0);
	dut->save_rc = 0;
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
}

/* One of the two entries fails. */
static void a_record_that_is_saved_by_half_is_none(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_old), 0);
	patch_snapshot();
	for (long k = 0; k < 2; k++) {
		/* Deleting the record, or its first bytes, is the last that happens. */
		patch_restore();
		assert_int_equal(patch_run_cut(ask_for_other, k, PATCH_AFTER), PATCH_CUT);
		assert_int_equal(patch_run(ask_for_old), 0);
		assert_int_equal(dut->offset_found, 0);
	}
}

static void begin_byte_by_byte(void)
{
	assert_int_equal(patch_init(dut->result != 0 ? patch_old : NULL, PATCH_FILE), 0);
	patch_forget_story();
	assert_int_equal(patch_write(patch_old, 40, 1), 0);
}

static void a_byte_is_bound_to_its_file_before_the_modem_has_it(void **state)
{
	(void)state;
	assert_int_equal(patch_run(begin_byte_by_byte), 0);
	for (size_t i = 0; i < 32; i++) {
		assert_memory_equal(dut->story + 3 * i, "hrw", 3);
	}
	assert_string_equal(dut->story + 96, "wwwwwwww");
	/* Bytes that were seen are bound at once. */
	patch_setup(state);
	dut->result = 1;
	assert_int_equal(patch_run(begin_byte_by_byte), 0);
	assert_memory_equal(dut->story, "hrwwww", 6);
	assert_int_equal(strlen(dut->story), 42);
}

static void see_old_and_write_other(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(patch_write(patch_other, HALF, 9), 0);
}

static void go_on_blindly(void)
{
	see_old_and_write_other();
	/* What was seen was of the init before. */
	ask_for(patch_other, NULL, PATCH_FILE);
}

static void see_old_and_write_little_of_other(void)
{
	assert_int_equal(patch_init(patch_old, PATCH_FILE), 0);
	assert_int_equal(dfu_target_modem_delta_write(patch_new + 40, 9), 0);
}

static void ask_for_little(void)
{
	assert_int_equal(patch_init(NULL, PATCH_FILE), 0);
	dut->offset_found = patch_offset();
}

static void what_is_written_counts_and_not_what_was_seen(void **state)
{
	(void)state;
	assert_int_equal(patch_run(go_on_blindly), 0);
	assert_int_equal(dut->offset_found, HALF);
	patch_setup(state);
	assert_int_equal(patch_run(see_old_and_write_little_of_other), 0);
	assert_int_equal(patch_run(ask_for_little), 0);
	assert_int_equal(dut->offset_found, 9);
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
	patch_setup(state);
	assert_finds(see_old_and_write_other, ask_for_other, HALF);
	patch_setup(state);
	assert_finds(see_old_and_write_other, ask_for_old, 0);
}

static void schedule_old(void)
{
	finish_old();
	assert_int_equal(dfu_target_modem_delta_schedule_update(0), 0);
}

static void a_scheduled_patch_is_complete_for_its_file(void **state)
{
	(void)state;
	assert_int_equal(patch_run(schedule_old), 0);
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, PATCH_FILE);
	assert_true(dut->is_scheduled);
	assert_int_equal(patch_run(ask_for_other), 0);
	assert_int_equal(dut->offset_found, 0);
	assert_false(dut->is_scheduled);
}

static void after_it_was_applied_a_patch_begins_again(void **state)
{
	(void)state;
	assert_int_equal(patch_run(schedule_old), 0);
	dut->is_scheduled = false;
	dut->offset = DFU_MODEM_OFFSET_DIRTY;
	assert_int_equal(patch_run(ask_for_old), 0);
	assert_int_equal(dut->offset_found, 0);
	assert_string_equal(dut->story, "RHePD");
}

static void switch_files_in_one_run(void)
{
	begin_old();
	patch_forget_story();
	/* The session ends before the erase. */
	assert_int_equal(patch_init(patch_other, PATCH_FILE), 0);
	assert_string_equal(dut->story, "fRHePD");
	finish_other();
	/* The same once more goes on, and nothing happens. */
	patch_forget_story();
	assert_int_equal(patch_init(patch_other, PATCH_FILE), 0);
	assert_int_equal(patch_offset(), PATCH_FILE);
	assert_string_equal(dut->story, "");
}

static void an_init_of_another_file_ends_the_session_that_is_open(void **state)
{
	(void)state;
	assert_int_equal(patch_run(switch_files_in_one_run), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_same_file_goes_on_to_the_byte, patch_setup),
		cmocka_unit_test_setup(a_zero_is_a_byte_like_any_other, patch_setup),
		cmocka_unit_test_setup(another_file_begins_in_an_empty_area, patch_setup),
		cmocka_unit_test_setup(a_name_joins_what_a_file_is_known_by, patch_setup),
		cmocka_unit_test_setup(an_area_of_another_size_is_another_modem, patch_setup),
		cmocka_unit_test_setup(no_patch_is_as_long_as_that, patch_setup),
		cmocka_unit_test_setup(without_a_record_the_area_is_erased, patch_setup),
		cmocka_unit_test_setup(a_record_that_cannot_be_read_is_none, patch_setup),
		cmocka_unit_test_setup(a_damaged_record_is_none, patch_setup),
		cmocka_unit_test_setup(a_record_without_its_first_bytes_is_none, patch_setup),
		cmocka_unit_test_setup(the_record_is_as_the_formats_say, patch_setup),
		cmocka_unit_test_setup(settings_that_fail_cost_progress_and_not_the_update,
				       patch_setup),
		cmocka_unit_test_setup(a_record_that_was_saved_and_is_gone_counts_as_none,
				       patch_setup),
		cmocka_unit_test_setup(a_stale_record_is_removed_as_soon_as_settings_work,
				       patch_setup),
		cmocka_unit_test_setup(a_run_is_not_deceived_by_a_stale_record, patch_setup),
		cmocka_unit_test_setup(a_record_of_fewer_first_bytes_is_none, patch_setup),
		cmocka_unit_test_setup(what_cannot_be_replaced_is_deleted, patch_setup),
		cmocka_unit_test_setup(a_record_that_is_saved_by_half_is_none, patch_setup),
		cmocka_unit_test_setup(a_byte_is_bound_to_its_file_before_the_modem_has_it,
				       patch_setup),
		cmocka_unit_test_setup(what_is_written_counts_and_not_what_was_seen, patch_setup),
		cmocka_unit_test_setup(a_scheduled_patch_is_complete_for_its_file, patch_setup),
		cmocka_unit_test_setup(after_it_was_applied_a_patch_begins_again, patch_setup),
		cmocka_unit_test_setup(an_init_of_another_file_ends_the_session_that_is_open,
				       patch_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
