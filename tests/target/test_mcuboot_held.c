/* SPDX-License-Identifier: Apache-2.0 */
/* The record of the held-back bytes: each byte of it, and what is no record. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include <settings/settings_ram.h> /* ports/ */

#include "support/test_flash.h"
#include "target/mcuboot_held.h"

#define LEN 48
#define RECORD_LEN (4 + LEN + 4)

static struct settings_ram settings;
static uint8_t memory[1024];
static uint8_t record[MCUBOOT_HELD_RECORD];

static int setup(void **state)
{
	(void)state;
	settings_ram_init(&settings, memory, sizeof(memory));
	settings_backend_set(&settings.backend);
	memset(record, 0xee, sizeof(record));
	test_pattern(&record[MCUBOOT_HELD_FRONT], LEN, 5);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	return 0;
}

/* A record as the format says, made without the code under test. */
static void make_record(uint8_t raw[RECORD_LEN])
{
	memset(raw, 0, RECORD_LEN);
	raw[0] = 1;
	raw[2] = LEN;
	test_pattern(&raw[4], LEN, 5);
	const uint32_t crc = (uint32_t)crc32(0, raw, 4 + LEN);
	for (size_t i = 0; i < 4; i++) {
		raw[4 + LEN + i] = (uint8_t)(crc >> 8 * i);
	}
}

struct found {
	uint8_t value[SETTINGS_MAX_VAL_LEN];
	size_t len;
	unsigned int count;
};

static int note(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg, void *param)
{
	struct found *found = param;

	assert_null(key);
	found->count++;
	found->len = len;
	assert_int_equal(read_cb(cb_arg, found->value, sizeof(found->value)), (int)len);
	return 0;
}

static struct found find(const char *name)
{
	struct found found = {.count = 0};

	assert_int_equal(settings_load_subtree_direct(name, note, &found), 0);
	return found;
}

static void a_record_is_what_the_format_says(void **state)
{
	uint8_t raw[RECORD_LEN];

	(void)state;
	make_record(raw);
	mcuboot_held_save(0, record, LEN);
	const struct found found = find("dfu/MCUBOOT0/h");
	assert_int_equal(found.count, 1);
	assert_int_equal(found.len, RECORD_LEN);
	assert_memory_equal(found.value, raw, RECORD_LEN);
}

static void what_was_saved_is_loaded_in_a_new_program(void **state)
{
	uint8_t loaded[MCUBOOT_HELD_RECORD] = {0};

	(void)state;
	mcuboot_held_save(0, record, LEN);
	assert_int_equal(mcuboot_held_load(0, loaded, LEN), LEN);
	assert_memory_equal(&loaded[MCUBOOT_HELD_FRONT], &record[MCUBOOT_HELD_FRONT], LEN);
}

static void each_image_has_a_record_of_its_own(void **state)
{
	uint8_t loaded[MCUBOOT_HELD_RECORD];

	(void)state;
	for (int n = 0; n < 8; n++) {
		record[MCUBOOT_HELD_FRONT] = (uint8_t)n;
		mcuboot_held_save(n, record, LEN);
	}
	assert_int_equal(find("dfu/MCUBOOT7/h").count, 1);
	mcuboot_held_delete(3);
	for (int n = 0; n < 8; n++) {
		assert_int_equal(mcuboot_held_load(n, loaded, LEN), n == 3 ? -ENOENT : LEN);
		assert_true(n == 3 || loaded[MCUBOOT_HELD_FRONT] == n);
	}
}

static void a_record_with_any_byte_wrong_is_none(void **state)
{
	uint8_t raw[RECORD_LEN];

	(void)state;
	for (size_t i = 0; i < RECORD_LEN; i++) {
		make_record(raw);
		raw[i] ^= 0x10;
		assert_int_equal(settings_save_one("dfu/MCUBOOT0/h", raw, sizeof(raw)), 0);
		assert_int_equal(mcuboot_held_load(0, record, LEN), -ENOENT);
	}
	make_record(raw);
	assert_int_equal(settings_save_one("dfu/MCUBOOT0/h", raw, sizeof(raw)), 0);
	assert_int_equal(mcuboot_held_load(0, record, LEN), LEN);
}

/* Fields that contradict the rest, under a checksum that is right. */
static void a_record_of_another_kind_is_none(void **state)
{
	static const struct {
		size_t off;
		uint8_t value;
	} fields[] = {{0, 0}, {0, 2}, {1, 1}, {2, LEN - 1}, {3, 1}};
	uint8_t raw[RECORD_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		make_record(raw);
		raw[fields[i].off] = fields[i].value;
		const uint32_t crc = (uint32_t)crc32(0, raw, 4 + LEN);
		for (size_t k = 0; k < 4; k++) {
			raw[4 + LEN + k] = (uint8_t)(crc >> 8 * k);
		}
		assert_int_equal(settings_save_one("dfu/MCUBOOT0/h", raw, sizeof(raw)), 0);
		assert_int_equal(mcuboot_held_load(0, record, LEN), -ENOENT);
	}
}

static void a_record_of_another_length_is_none(void **state)
{
	uint8_t raw[RECORD_LEN + 1] = {0};

	(void)state;
	assert_int_equal(mcuboot_held_load(0, record, LEN), -ENOENT);
	make_record(raw);
	for (size_t len = 1; len <= sizeof(raw); len++) {
		assert_int_equal(settings_save_one("dfu/MCUBOOT0/h", raw, len), 0);
		assert_int_equal(mcuboot_held_load(0, record, LEN),
				 len == RECORD_LEN ? LEN : -ENOENT);
	}
	/* Of a flash with larger write blocks; or of one with smaller ones, or of a pause. */
	mcuboot_held_save(0, record, LEN);
	assert_int_equal(mcuboot_held_load(0, record, 32), -ENOENT);
	assert_int_equal(mcuboot_held_load(0, record, 512), LEN);
}

static void what_lies_below_the_name_is_not_the_record(void **state)
{
	uint8_t raw[RECORD_LEN];

	(void)state;
	make_record(raw);
	assert_int_equal(settings_save_one("dfu/MCUBOOT0/h/old", raw, sizeof(raw)), 0);
	assert_int_equal(mcuboot_held_load(0, record, LEN), -ENOENT);
	mcuboot_held_save(0, record, LEN);
	assert_int_equal(mcuboot_held_load(0, record, LEN), LEN);
}

static void the_largest_write_block_has_room(void **state)
{
	uint8_t loaded[MCUBOOT_HELD_RECORD];

	(void)state;
	test_pattern(&record[MCUBOOT_HELD_FRONT], 512, 9);
	mcuboot_held_save(0, record, 512);
	assert_int_equal(mcuboot_held_load(0, loaded, 512), 512);
	assert_memory_equal(&loaded[MCUBOOT_HELD_FRONT], &record[MCUBOOT_HELD_FRONT], 512);
}

static void without_a_back_end_nothing_is_kept(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	mcuboot_held_save(0, record, LEN);
	assert_int_equal(mcuboot_held_load(0, record, LEN), -ENOENT);
	mcuboot_held_delete(0);
}

/* Whatever its value is: one too many costs an erase, one too few costs more. */
static void an_erase_that_was_cut_leaves_its_mark(void **state)
{
	static const uint8_t values[][2] = {{1, 0}, {0, 0}, {2, 7}};

	(void)state;
	for (int n = 0; n < 8; n++) {
		assert_false(mcuboot_mark_is_set(n, TARGET_ERASING));
	}
	mcuboot_mark_set(3, TARGET_ERASING);
	const struct found found = find("dfu/MCUBOOT3/e");
	assert_int_equal(found.count, 1);
	assert_int_equal(found.len, 1);
	assert_int_equal(found.value[0], 1);
	for (int n = 0; n < 8; n++) {
		assert_int_equal(mcuboot_mark_is_set(n, TARGET_ERASING), n == 3);
	}
	mcuboot_mark_clear(3, TARGET_ERASING);
	assert_int_equal(find("dfu/MCUBOOT3/e").count, 0);
	assert_false(mcuboot_mark_is_set(3, TARGET_ERASING));
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		for (size_t len = 1; len <= 2; len++) {
			assert_int_equal(settings_save_one("dfu/MCUBOOT0/e", values[i], len), 0);
			assert_true(mcuboot_mark_is_set(0, TARGET_ERASING));
		}
	}
	settings_backend_set(NULL);
	mcuboot_mark_set(0, TARGET_ERASING);
	assert_false(mcuboot_mark_is_set(0, TARGET_ERASING));
	mcuboot_mark_clear(0, TARGET_ERASING);
}

static int fail_init(const struct settings_backend *backend)
{
	(void)backend;
	return -EIO;
}

static ssize_t fail_read(void *cb_arg, void *data, size_t len)
{
	(void)cb_arg;
	(void)data;
	(void)len;
	return -EBADF;
}

static int offer_unreadable(const struct settings_backend *backend, settings_backend_cb cb,
			    void *param)
{
	(void)backend;
	(void)cb("dfu/MCUBOOT0/h", RECORD_LEN, fail_read, NULL, param);
	return 0;
}

static int fail_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	(void)cb;
	(void)param;
	return -ETIMEDOUT;
}

static int fail_save(const struct settings_backend *backend, const char *name, const void *value,
		     size_t len)
{
	(void)backend;
	(void)name;
	(void)value;
	(void)len;
	return -ENOSPC;
}

/* An unreadable store is not an empty one. */
static void errors_of_the_back_end_are_told_when_loading(void **state)
{
	static const struct settings_backend_api apis[] = {
		{.init = fail_init, .load = fail_load, .save = fail_save},
		{.load = fail_load, .save = fail_save},
		{.load = offer_unreadable, .save = fail_save},
	};
	static const int expected[] = {-EIO, -ETIMEDOUT, -EBADF};

	(void)state;
	for (size_t i = 0; i < sizeof(apis) / sizeof(apis[0]); i++) {
		const struct settings_backend backend = {.api = &apis[i]};

		settings_backend_set(&backend);
		assert_int_equal(mcuboot_held_load(0, record, LEN), expected[i]);
		/* These two have no result: a failure costs no more than the record. */
		mcuboot_held_save(0, record, LEN);
		mcuboot_held_delete(0);
	}
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_record_is_what_the_format_says),
		TEST(what_was_saved_is_loaded_in_a_new_program),
		TEST(each_image_has_a_record_of_its_own),
		TEST(a_record_with_any_byte_wrong_is_none),
		TEST(a_record_of_another_kind_is_none),
		TEST(a_record_of_another_length_is_none),
		TEST(what_lies_below_the_name_is_not_the_record),
		TEST(the_largest_write_block_has_room),
		TEST(without_a_back_end_nothing_is_kept),
		TEST(an_erase_that_was_cut_leaves_its_mark),
		TEST(errors_of_the_back_end_are_told_when_loading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
