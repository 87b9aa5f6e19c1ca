/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that are sound and lie: each field of the progress changed, with the checksum that goes
 * with it; records that are older or newer than flash; and what lies where the download goes on.
 * Progress may be lost, and the file arrives whole.
 */
#include "reset_rig.h"

#include <errno.h>
#include <string.h>

#include <zlib.h>

#define SIZE 2000
#define RECORD "dfu/MCUBOOT0"

static size_t at;

static void download_to_the_pause(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_write(at, 100), 0);
	assert_int_equal(dfu_target_done(false), 0);
}

/* The power goes when so much is written. */
static void download_and_stop(void)
{
	assert_int_equal(dfu_target_img_type(new_file.bytes, new_file.size), 1);
	assert_int_equal(reset_init(new_file.size), 0);
	assert_int_equal(reset_write(at, 100), 0);
}

static void pause_at(size_t offset)
{
	at = offset;
	assert_int_equal(reset_run(download_to_the_pause), 0);
}

static void expect_whole(void)
{
	assert_int_equal(reset_run(reset_finish), 0);
	reset_assert_slot_is_file();
}

static void le32(uint8_t *p, uint32_t value)
{
	for (size_t i = 0; i < 4; i++) {
		p[i] = (uint8_t)(value >> (8 * i));
	}
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* As the formats describe it: name (none), first bytes, tail, all before the checksum. */
static void put_checksum(uint8_t *record)
{
	static const uint8_t none[4];
	size_t tail_len;
	const uint8_t *tail = reset_setting(RECORD "/t", &tail_len);
	const size_t told = record[24] + 256u * record[25];
	uLong crc = crc32(0, none, sizeof(none));

	crc = crc32(crc, new_file.bytes, 32);
	if (tail != NULL) {
		crc = crc32(crc, tail, (uInt)(told < tail_len ? told : tail_len));
	}
	le32(&record[28], (uint32_t)crc32(crc, record, 28));
}

static uint8_t *find_record(void)
{
	size_t len;
	uint8_t *record = reset_setting(RECORD, &len);

	assert_non_null(record);
	assert_int_equal(len, 32);
	return record;
}

static void the_checksum_of_this_test_is_that_of_the_library(void **state)
{
	uint8_t before[32];

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		pause_at(1001);
		memcpy(before, find_record(), 32);
		put_checksum(find_record());
		assert_memory_equal(find_record(), before, 32);
		reset_close();
	}
}

static void a_record_of_another_version_counts_for_nothing(void **state)
{
	static const uint8_t versions[] = {0, 2, 3, 127, 255};

	(void)state;
	reset_open(&reset_plain, SIZE);
	pause_at(1001);
	reset_snapshot();
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		reset_restore();
		find_record()[0] = versions[i];
		put_checksum(find_record());
		assert_int_equal(reset_next_offset(), 0);
		expect_whole();
	}
	reset_close();
}

/* Type, image, size of the file, region, position, sum, all of them as numbers of 32 bits. */
static void a_field_that_lies_counts_for_nothing(void **state)
{
	static const uint32_t changes[] = {1,          0xffffffff, 512,        0x80000000,
					   0x7fffffff, 4,          0xfffffffc, 1000000};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		pause_at(1001);
		reset_snapshot();
		for (size_t field = 4; field <= 20; field += 4) {
			for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
				reset_restore();
				uint8_t *record = find_record();

				le32(&record[field], get32(&record[field]) + changes[i]);
				put_checksum(record);
				const size_t offset = reset_next_offset();
				/* Where zeros are erased, some more of them have the same sum. */
				assert_true(offset == 0 || (field == 16 && offset == 512 &&
							    reset_cases[c].erased == 0));
				expect_whole();
			}
		}
		reset_close();
	}
}

/* What is left to be cleared costs no byte of the file, whatever is said to be. */
static void a_rest_that_lies_costs_the_progress_at_most(void **state)
{
	static const uint8_t values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 255};

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		pause_at(1001);
		reset_snapshot();
		for (size_t i = 0; i < ARRAY_LEN(values); i++) {
			reset_restore();
			find_record()[26] = values[i];
			put_checksum(find_record());
			assert_int_equal(reset_next_offset(), (values[i] & ~5) == 0 ? 1001 : 0);
			expect_whole();
		}
		reset_close();
	}
}

static void a_type_a_pair_and_a_state_that_lie_count_for_nothing(void **state)
{
	static const struct {
		size_t field;
		uint8_t value;
	} cases[] = {{1, 0}, {1, 5}, {1, 255}, {2, 0}, {2, 2}, {2, 4}, {2, 128}, {3, 1}, {3, 255}};

	(void)state;
	reset_open(&reset_plain, SIZE);
	pause_at(1001);
	reset_snapshot();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		reset_restore();
		find_record()[cases[i].field] = cases[i].value;
		put_checksum(find_record());
		assert_int_equal(reset_next_offset(), 0);
		expect_whole();
	}
	reset_close();
}

/* A position behind the end: of the file, of the region, of all numbers. */
static void a_position_beyond_the_end_counts_for_nothing(void **state)
{
	(void)state;
	for (uint8_t kind = 1; kind <= 3; kind++) {
		reset_open(&reset_plain, SIZE);
		pause_at(1001);
		const uint32_t positions[] = {
			(uint32_t)new_file.size + 1, (uint32_t)reset_slot_size(),
			(uint32_t)reset_slot_size() + 1, 0x80000000, 0xffffffff};
		reset_snapshot();
		for (size_t i = 0; i < ARRAY_LEN(positions); i++) {
			reset_restore();
			find_record()[1] = kind;
			le32(&find_record()[16], positions[i]);
			put_checksum(find_record());
			assert_int_equal(reset_next_offset(), 0);
			expect_whole();
		}
		reset_close();
	}
}

static void a_tail_that_is_not_there_counts_for_nothing(void **state)
{
	static const uint16_t lengths[] = {2, 31, 32, 63, 64, 65, 512, 0xffff};

	(void)state;
	reset_open(&reset_plain, SIZE);
	pause_at(1001); /* one byte of a write block */
	reset_snapshot();
	assert_int_equal(find_record()[24], 1);
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		reset_restore();
		find_record()[24] = (uint8_t)lengths[i];
		find_record()[25] = (uint8_t)(lengths[i] >> 8);
		put_checksum(find_record());
		assert_int_equal(reset_next_offset(), 0);
		expect_whole();
	}
	reset_close();
}

/* A backup of the settings is put back: sound, of this file, and of before. */
static void a_record_from_before_is_true_of_what_it_speaks(void **state)
{
	static struct settings_ram store;
	static uint8_t memory[sizeof(dev->store_memory)];

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		for (size_t early = 100; early < 1900; early += 299) {
			reset_open(&reset_cases[c], SIZE);
			at = early;
			assert_int_equal(reset_run(download_and_stop), 0);
			store = dev->store;
			memcpy(memory, dev->store_memory, sizeof(memory));
			pause_at(1950);
			dev->store = store;
			memcpy(dev->store_memory, memory, sizeof(memory));
			assert_true(reset_next_offset() <= early);
			expect_whole();
			reset_close();
		}
	}
}

/* And one of what was there before the slot was given to another file. */
static void a_record_from_a_time_whose_bytes_are_gone_counts_for_nothing(void **state)
{
	static struct settings_ram store;
	static uint8_t memory[sizeof(dev->store_memory)];

	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		reset_open(&reset_cases[c], SIZE);
		pause_at(1500);
		store = dev->store;
		memcpy(memory, dev->store_memory, sizeof(memory));
		/* Other content under the same header. */
		new_file.bytes[600] ^= 0x55;
		dev->store.used = 0;
		pause_at(1100);
		new_file.bytes[600] ^= 0x55;
		dev->store = store;
		memcpy(dev->store_memory, memory, sizeof(memory));
		assert_int_equal(reset_next_offset(), 0);
		expect_whole();
		reset_close();
	}
}

/* Where the erase of the page that comes next was cut, by whomever: bytes of two times. */
static void a_page_that_is_half_erased_is_erased_again(void **state)
{
	(void)state;
	for (size_t c = 0; c < reset_case_count; c++) {
		const struct reset_case *what = &reset_cases[c];

		at = what->page + what->page / 2;
		for (int half = 0; at < SIZE && half < 2; half++) {
			reset_open(what, SIZE);
			assert_int_equal(reset_run(download_and_stop), 0);
			/* Saved is the page's start; half of it goes, and half of the next. */
			uint8_t *page = reset_slot(1) + reset_start() + what->page;

			for (size_t i = 0; i < what->page / 2; i++) {
				const size_t k = i + (half == 0 ? 0 : what->page / 2);

				page[k] = what->erased;
				page[what->page + k] = (uint8_t)(i % 251);
			}
			assert_true(reset_next_offset() <= what->page);
			expect_whole();
			reset_close();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_checksum_of_this_test_is_that_of_the_library),
		cmocka_unit_test(a_record_of_another_version_counts_for_nothing),
		cmocka_unit_test(a_field_that_lies_counts_for_nothing),
		cmocka_unit_test(a_rest_that_lies_costs_the_progress_at_most),
		cmocka_unit_test(a_type_a_pair_and_a_state_that_lie_count_for_nothing),
		cmocka_unit_test(a_position_beyond_the_end_counts_for_nothing),
		cmocka_unit_test(a_tail_that_is_not_there_counts_for_nothing),
		cmocka_unit_test(a_record_from_before_is_true_of_what_it_speaks),
		cmocka_unit_test(a_record_from_a_time_whose_bytes_are_gone_counts_for_nothing),
		cmocka_unit_test(a_page_that_is_half_erased_is_erased_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
