/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package over resets: what settings keep, what writers say, and when they do not agree. An init
 * is a reset, because it forgets all that RAM knows.
 */
#include "byte_writers.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <settings/settings.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const int both[] = {0, 1};
static struct package_bytes package;
static struct package_bytes other;

static void make(struct package_bytes *p, uint8_t seed)
{
	package_bytes_begin(p, seed);
	package_bytes_add(p, 0, 1000);
	package_bytes_add(p, 1, 600);
	package_bytes_end(p, 5);
}

static int set_up(void **state)
{
	(void)state;
	byte_writers_begin();
	byte_writers_start(both, LEN(both));
	make(&package, 1);
	make(&other, 101);
	return 0;
}

static void restart(void)
{
	byte_writers_start(both, LEN(both));
}

static ssize_t stored(const char *name, uint8_t *value, size_t len)
{
	return settings_load_one(name, value, len);
}

static void finish(const struct package_bytes *p)
{
	assert_int_equal(feed(p, dfu_multi_image_offset(), p->len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(0, p) && byte_writer_has(1, p));
	assert_int_equal(store.used, 0);
}

static void a_package_goes_on_where_its_writer_is(void **state)
{
	for (size_t end = 0; end <= package.len; end += end < 120 ? 1 : 97) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, end, 10), 0);
		restart();
		const size_t at = dfu_multi_image_offset();
		const size_t first = package.start[0];
		const size_t second = package.start[1];
		/* What is known by less than its first bytes begins again. */
		const size_t expected = end < first + 32                     ? 0
					: end >= second && end < second + 32 ? second
									     : end;
		assert_int_equal(at, expected);
		assert_int_equal(byte_writers[0].resets + byte_writers[1].resets, 0);
		finish(&package);
	}
}

static void a_package_sent_again_goes_on_as_well(void **state)
{
	static const size_t chunks[] = {1, 3, 31, 512, PACKAGE_MAX};

	for (size_t i = 0; i < LEN(chunks); i++) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, 1500, 100), 0);
		restart();
		assert_int_equal(feed(&package, 0, package.len, chunks[i]), 0);
		assert_int_equal(byte_writers[1].len, 600);
		assert_int_equal(byte_writers[0].resets + byte_writers[1].resets, 0);
		finish(&package);
	}
}

static void settings_hold_header_count_and_first_bytes(void **state)
{
	uint8_t value[64];

	(void)state;
	assert_int_equal(feed(&package, 0, package.start[0] + 31, 10), 0);
	const ssize_t len = stored("dfumi/h", value, sizeof(value));
	assert_int_equal(len, package.header_len - 2 - 5);
	assert_memory_equal(value, &package.bytes[2], (size_t)len);
	assert_int_equal(stored("dfumi/f", value, sizeof(value)), -ENOENT);
	assert_int_equal(feed(&package, package.start[0] + 31, package.start[1], 10), 0);
	assert_int_equal(stored("dfumi/i", value, sizeof(value)), 1);
	assert_int_equal(value[0], 1);
	assert_int_equal(stored("dfumi/f", value, sizeof(value)), 24);
	assert_int_equal(feed(&package, package.start[1], package.len, 10), 0);
	assert_int_equal(stored("dfumi/f", value, sizeof(value)), 28);
	assert_int_equal(stored("dfumi/i", value, sizeof(value)), 1);
	assert_int_equal(value[0], 2);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_int_equal(store.used, 0);
}

static void put_number(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++) {
		p[i] = (uint8_t)(value >> 8 * i);
	}
}

/* Bytes of dfumi/f as FORMATS.md has them: CRC-32 by hand. */
static uint32_t crc32(const uint8_t *bytes, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++) {
			crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
		}
	}
	return ~crc;
}

static uint32_t number(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void the_record_of_first_bytes_is_as_documented(void **state)
{
	uint8_t f[64];

	(void)state;
	restart();
	assert_int_equal(feed(&package, 0, package.start[1] + 40, 50), 0);
	assert_int_equal(stored("dfumi/f", f, sizeof(f)), 28);
	assert_int_equal(f[0], 1);
	assert_int_equal(f[1], 2);
	assert_int_equal(f[2], 3);
	assert_int_equal(f[3], 0);
	assert_int_equal(number(&f[4]), package.header_len - 2);
	assert_int_equal(number(&f[8]), crc32(&package.bytes[2], package.header_len - 7));
	assert_int_equal(number(&f[12]), 0);
	assert_int_equal(number(&f[16]), crc32(&package.bytes[package.start[0]], 32));
	assert_int_equal(number(&f[20]), crc32(&package.bytes[package.start[1]], 32));
	assert_int_equal(number(&f[24]), crc32(f, 24));
}

static void finished_images_are_closed_again(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	restart();
	assert_int_equal(dfu_multi_image_offset(), package.len);
	assert_int_equal(byte_writers[0].finished, 2);
	assert_int_equal(byte_writers[1].finished, 2);
	finish(&package);
}

static void done_takes_up_what_is_complete(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	restart();
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_int_equal(store.used, 0);
}

static void an_image_that_its_writer_lost_is_wanted_again(void **state)
{
	static const size_t left[] = {0, 1, 31, 32, 999};

	for (size_t i = 0; i < LEN(left); i++) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, package.start[1] + 200, 100), 0);
		byte_writers[0].len = left[i];
		restart();
		assert_int_equal(dfu_multi_image_offset(),
				 package.start[0] + (left[i] < 32 ? 0 : left[i]));
		assert_int_equal(feed(&package, dfu_multi_image_offset(), package.start[1], 100),
				 0);
		assert_int_equal(dfu_multi_image_offset(),
				 package.start[1] + (left[i] < 32 ? 0 : 200));
		finish(&package);
	}
}

/*
 * The header is the same, and of the image that is lost nothing is left to compare: the finished
 * one behind it must not end up beside one of the other package.
 */
static void what_stands_behind_an_image_that_is_lost_is_of_no_other_package(void **state)
{
	(void)state;
	for (size_t lost = 1; lost <= 1000; lost += 999) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, package.len, 100), 0);
		byte_writers[0].len -= lost;
		restart();
		if (lost < 1000) {
			byte_writers_fail(WRITER_CLOSE, 0, -EBADMSG, 0);
			assert_int_equal(feed(&package, 0, package.len, 100), -EBADMSG);
			assert_int_equal(byte_writers[0].len, 0);
		}
		assert_int_equal(dfu_multi_image_offset(), package.start[0]);
		assert_int_equal(byte_writers[1].len, 0);
		assert_int_equal(feed(&other, 0, other.len, 100), 0);
		finish(&other);
	}
}

/* A writer that kept some first bytes got those of another package, and then of this one. */
static void a_writer_with_less_than_the_first_bytes_begins_again(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	byte_writers[0].len = 0;
	restart();
	assert_int_equal(dfu_multi_image_offset(), package.start[0]);
	assert_int_equal(dfu_multi_image_write(other.start[0], &other.bytes[other.start[0]], 27),
			 0);
	restart();
	assert_int_equal(feed(&package, 0, package.len, 50), 0);
	finish(&package);
}

static void an_offset_beyond_the_image_is_not_believed(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	byte_writers[0].len = 1001;
	restart();
	assert_int_equal(dfu_multi_image_offset(), package.start[0]);
	assert_int_equal(byte_writers[0].resets, 1);
	finish(&package);
}

static void an_image_that_was_skipped_is_skipped_again(void **state)
{
	static const int second[] = {1};

	(void)state;
	byte_writers_start(second, 1);
	byte_writers[1].id = 99;
	assert_int_equal(feed(&package, 0, package.start[1] + 300, 100), 0);
	byte_writers_start(second, 1);
	assert_int_equal(dfu_multi_image_offset(), package.start[1] + 300);
	assert_int_equal(feed(&package, dfu_multi_image_offset(), package.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	assert_true(byte_writer_has(1, &package));
}

static void a_missing_writer_or_offset_is_told_until_another_package_comes(void **state)
{
	(void)state;
	for (int what = 0; what < 2; what++) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, package.start[1] + 300, 100), 0);
		byte_writers_without_offset = what == 0;
		byte_writers_start(both, what == 0 ? 2 : 1);
		assert_int_equal(feed(&package, 0, package.len, 100), -EPIPE);
		assert_int_equal(dfu_multi_image_done(true), -EPIPE);
		byte_writers_without_offset = false;
		restart();
		assert_int_equal(feed(&other, 0, other.len, 100), 0);
		finish(&other);
	}
}

static void a_pause_survives(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 700, 100), 0);
	assert_int_equal(dfu_multi_image_done(false), 0);
	restart();
	assert_int_equal(dfu_multi_image_done(false), 0);
	assert_int_equal(dfu_multi_image_offset(), 700);
	finish(&package);
}

/* Its first bytes were known; those of the package that took its place could not be saved. */
static void what_could_not_be_saved_leaves_nothing_older_behind(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 500, 100), 0);
	byte_writers[0].len = 0;
	restart();
	assert_int_equal(dfu_multi_image_offset(), package.start[0]);
	store_fails_saves = -ENOSPC;
	assert_int_equal(dfu_multi_image_write(other.start[0], &other.bytes[other.start[0]], 94),
			 0);
	store_fails_saves = 0;
	restart();
	assert_int_equal(feed(&package, 0, package.len, 50), 0);
	finish(&package);
}

static void another_package_after_a_reset_begins_again(void **state)
{
	static const size_t chunks[] = {1, 3, 31, 512, PACKAGE_MAX};

	for (size_t i = 0; i < LEN(chunks); i++) {
		(void)set_up(state);
		assert_int_equal(feed(&package, 0, 900, 100), 0);
		restart();
		assert_int_equal(feed(&other, 0, other.len, chunks[i]), 0);
		assert_int_equal(byte_writers[0].resets, 1);
		finish(&other);
	}
}

static void a_second_image_that_differs_after_a_reset_is_stale(void **state)
{
	(void)state;
	make(&other, 1);
	package_bytes_change(&other, 1, 0, 200);
	assert_int_equal(feed(&package, 0, 1300, 100), 0);
	restart();
	assert_int_equal(feed(&other, 0, other.len, 100), -ESTALE);
	assert_int_equal(dfu_multi_image_offset(), 0);
	assert_int_equal(store.used, 0);
	restart();
	finish(&other);
}

static void another_name_begins_again(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_identity_set("one", 3), 0);
	assert_int_equal(feed(&package, 0, 900, 100), 0);
	restart();
	assert_int_equal(dfu_multi_image_offset(), 900);
	assert_int_equal(dfu_target_identity_set("two", 3), 0);
	restart();
	assert_int_equal(dfu_multi_image_offset(), 0);
	assert_int_equal(byte_writers[0].len, 900 - package.start[0]);
	assert_int_equal(feed(&package, 0, 100, 100), 0);
	assert_int_equal(byte_writers[0].resets, 1);
	finish(&package);
}

static void a_reset_knows_the_images_from_the_settings(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 900, 100), 0);
	restart();
	assert_int_equal(dfu_multi_image_reset(), 0);
	assert_int_equal(byte_writers[0].resets, 1);
	assert_int_equal(byte_writers[1].resets, 1);
	assert_int_equal(store.used, 0);
	restart();
	assert_int_equal(dfu_multi_image_offset(), 0);
}

/* Every byte of every value, each bit of it; and each value of no length, or gone. */
static void a_damaged_record_is_never_gone_on_with_wrongly(void **state)
{
	static const char *const names[] = {"dfumi/h", "dfumi/f", "dfumi/i"};
	uint8_t value[64];
	uint8_t damaged[64];

	for (size_t i = 0; i < LEN(names); i++) {
		for (size_t at = 0;; at++) {
			(void)set_up(state);
			assert_int_equal(feed(&package, 0, 1300, 100), 0);
			const ssize_t len = stored(names[i], value, sizeof(value));
			assert_true(len > 0);
			if (at > (size_t)len) {
				break;
			}
			memcpy(damaged, value, sizeof(value));
			damaged[at] ^= (uint8_t)(1u << at % 8);
			assert_int_equal(settings_save_one(names[i], damaged,
							   at == (size_t)len ? 0 : (size_t)len),
					 0);
			restart();
			const size_t offset = dfu_multi_image_offset();
			assert_true(offset == 0 || (offset == 1300 && i == 2));
			finish(&package);
		}
	}
}

static void a_record_of_another_version_is_not_gone_on_with(void **state)
{
	uint8_t f[24];

	(void)state;
	assert_int_equal(feed(&package, 0, 900, 100), 0);
	assert_int_equal(stored("dfumi/f", f, sizeof(f)), sizeof(f));
	f[0] = 2;
	put_number(&f[20], crc32(f, sizeof(f) - 4));
	assert_int_equal(settings_save_one("dfumi/f", f, sizeof(f)), 0);
	restart();
	assert_int_equal(dfu_multi_image_offset(), 0);
	finish(&package);
}

static void a_record_whose_padding_passes_32_bits_is_not_gone_on_with(void **state)
{
	/* One image, which ends where 32 bits do: no byte of padding has room before it. */
	static const uint8_t header[] = {0xa1, 0x63, 'i',  'm',  'g',  0x81, 0xa2,
					 0x62, 'i',  'd',  0x00, 0x64, 's',  'i',
					 'z',  'e',  0x1a, 0xff, 0xff, 0xff, 0xe8};
	(void)state;
	for (uint8_t padding = 1; padding < 40; padding++) {
		uint8_t f[24] = {1, 1, 1, 0, (uint8_t)(sizeof(header) + padding)};

		put_number(&f[8], crc32(header, sizeof(header)));
		put_number(&f[20], crc32(f, 20));
		assert_int_equal(settings_save_one("dfumi/h", header, sizeof(header)), 0);
		assert_int_equal(settings_save_one("dfumi/f", f, sizeof(f)), 0);
		restart();
		assert_int_equal(dfu_multi_image_offset(), 0);
		assert_int_equal(byte_writers[0].opened, 0);
	}
}

static void remains_beside_a_header_that_is_none_go_first(void **state)
{
	uint8_t value[64];

	(void)state;
	assert_int_equal(feed(&package, 0, package.start[1], 100), 0);
	assert_int_equal(settings_save_one("dfumi/h", "?", 1), 0);
	restart();
	assert_int_equal(feed(&package, 0, package.header_len, 100), 0);
	assert_int_equal(stored("dfumi/f", value, sizeof(value)), -ENOENT);
	assert_int_equal(stored("dfumi/i", value, sizeof(value)), -ENOENT);
	finish(&package);
}

static void settings_that_fail_cost_progress_alone(void **state)
{
	(void)state;
	for (int what = 0; what < 3; what++) {
		(void)set_up(state);
		store_fails_saves = what != 1 ? -ENOSPC : 0;
		store_fails_deletions = what != 0 ? -EIO : 0;
		store_fails_loads = what == 2 ? -EIO : 0;
		assert_int_equal(feed(&package, 0, package.len, 100), 0);
		assert_int_equal(dfu_multi_image_done(true), what == 0 ? 0 : -EIO);
		assert_true(byte_writer_has(0, &package) && byte_writer_has(1, &package));
		store_fails_saves = 0;
		store_fails_deletions = 0;
		store_fails_loads = 0;
		assert_int_equal(dfu_multi_image_done(true), 0);
		assert_int_equal(store.used, 0);
	}
}

static void no_settings_at_all_are_no_progress(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	restart();
	assert_int_equal(dfu_multi_image_offset(), 0);
}

static void an_unreadable_record_begins_again(void **state)
{
	(void)state;
	assert_int_equal(feed(&package, 0, 900, 100), 0);
	store_fails_loads = -EIO;
	restart();
	assert_int_equal(dfu_multi_image_offset(), 0);
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	store_fails_loads = 0;
	finish(&package);
}

static void download_both(void)
{
	assert_int_equal(feed(&package, 0, package.len, 100), 0);
	assert_int_equal(dfu_multi_image_done(true), 0);
	restart();
	assert_int_equal(feed(&other, 0, 1300, 100), 0);
}

/* The power goes before each operation of the settings; bytes that writers got stay. */
static void no_cut_leaves_a_record_beside_another_header(void **state)
{
	(void)set_up(state);
	download_both();
	const unsigned int operations = store_operations;
	assert_true(operations > 10);
	for (unsigned int last = 0; last < operations; last++) {
		(void)set_up(state);
		store_last = last;
		download_both();
		store_last = UINT_MAX;
		restart();
		assert_int_equal(feed(&other, 0, other.len, 100), 0);
		finish(&other);
	}
}

static bool is_stored_header(const struct package_bytes *p)
{
	uint8_t value[64];
	const ssize_t len = stored("dfumi/h", value, sizeof(value));

	return len > 0 && memcmp(value, &p->bytes[2], (size_t)len) == 0;
}

static void count_and_first_bytes_go_before_the_header_changes(void **state)
{
	uint8_t value[64];
	unsigned int seen = 0;

	for (unsigned int n = 0; n < 10; n++) {
		(void)set_up(state);
		package_bytes_begin(&other, 101);
		package_bytes_add(&other, 0, 1100);
		package_bytes_end(&other, 0);
		assert_int_equal(feed(&package, 0, 1300, 100), 0);
		restart();
		store_last = store_operations + n;
		assert_int_equal(feed(&other, 0, other.start[0] + 20, 10), 0);
		store_last = UINT_MAX;
		const bool is_old = is_stored_header(&package);
		const bool is_new = is_stored_header(&other);
		const bool has_count = stored("dfumi/i", value, sizeof(value)) > 0;
		const bool has_first = stored("dfumi/f", value, sizeof(value)) > 0;
		assert_false(is_new && (has_count || has_first));
		assert_true(is_old || !has_first);
		seen |= (is_old ? 1u : 0) | (is_new ? 2u : 0) | (has_count && !has_first ? 4u : 0);
	}
	assert_int_equal(seen, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_package_goes_on_where_its_writer_is, set_up),
		cmocka_unit_test_setup(a_package_sent_again_goes_on_as_well, set_up),
		cmocka_unit_test_setup(settings_hold_header_count_and_first_bytes, set_up),
		cmocka_unit_test_setup(the_record_of_first_bytes_is_as_documented, set_up),
		cmocka_unit_test_setup(finished_images_are_closed_again, set_up),
		cmocka_unit_test_setup(done_takes_up_what_is_complete, set_up),
		cmocka_unit_test_setup(an_image_that_its_writer_lost_is_wanted_again, set_up),
		cmocka_unit_test_setup(
			what_stands_behind_an_image_that_is_lost_is_of_no_other_package, set_up),
		cmocka_unit_test_setup(a_writer_with_less_than_the_first_bytes_begins_again,
				       set_up),
		cmocka_unit_test_setup(an_offset_beyond_the_image_is_not_believed, set_up),
		cmocka_unit_test_setup(an_image_that_was_skipped_is_skipped_again, set_up),
		cmocka_unit_test_setup(
			a_missing_writer_or_offset_is_told_until_another_package_comes, set_up),
		cmocka_unit_test_setup(a_pause_survives, set_up),
		cmocka_unit_test_setup(what_could_not_be_saved_leaves_nothing_older_behind, set_up),
		cmocka_unit_test_setup(another_package_after_a_reset_begins_again, set_up),
		cmocka_unit_test_setup(a_second_image_that_differs_after_a_reset_is_stale, set_up),
		cmocka_unit_test_setup(another_name_begins_again, set_up),
		cmocka_unit_test_setup(a_reset_knows_the_images_from_the_settings, set_up),
		cmocka_unit_test_setup(a_damaged_record_is_never_gone_on_with_wrongly, set_up),
		cmocka_unit_test_setup(a_record_of_another_version_is_not_gone_on_with, set_up),
		cmocka_unit_test_setup(a_record_whose_padding_passes_32_bits_is_not_gone_on_with,
				       set_up),
		cmocka_unit_test_setup(remains_beside_a_header_that_is_none_go_first, set_up),
		cmocka_unit_test_setup(settings_that_fail_cost_progress_alone, set_up),
		cmocka_unit_test_setup(no_settings_at_all_are_no_progress, set_up),
		cmocka_unit_test_setup(an_unreadable_record_begins_again, set_up),
		cmocka_unit_test_setup(no_cut_leaves_a_record_beside_another_header, set_up),
		cmocka_unit_test_setup(count_and_first_bytes_go_before_the_header_changes, set_up),
	};

	return cmocka_run_group_tests_name("dfu_multi_image_resume", tests, NULL, NULL);
}
