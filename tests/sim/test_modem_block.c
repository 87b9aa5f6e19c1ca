/* SPDX-License-Identifier: Apache-2.0 */
/* The block of a modem against the bytes that FORMATS.md tells; offsets are written out here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/bytes.h"
#include "modem_block.h"

#define AREA 100u
#define CAPACITY 64u
#define LEN (8192u + AREA + 2u * CAPACITY)

static uint8_t block[LEN];
static struct sim_modem_record record;
static struct sim_modem_record got;

static int set_up(void **state)
{
	(void)state;
	memset(block, 0xa5, sizeof(block));
	record = (struct sim_modem_record){
		.number = 7,
		.area = AREA,
		.erase_ms = 0x01020304,
		.capacity = CAPACITY,
		.key_len = 3,
		.key = {0x30, 0x01, 0x02},
		.offset = 0x55,
		.is_dirty = true,
		.has_back = true,
		.active = 1,
		.request = SIM_MODEM_GO_BACK,
		.stage = SIM_MODEM_IN_BOOTLOADER,
		.bank = {{.count = 2, .row = {{0x1000, 16, 32}, {0x2000, 32, 0}}, .digest = {0xd0}},
			 {.count = 1, .row = {{0xffffffc0, 64, 0}}, .digest = {0xd1}}},
	};
	return 0;
}

/* The checksum of a copy that was changed. */
static void seal(uint8_t *raw)
{
	put_le32(&raw[12], crc32_ieee(0, &raw[16], (size_t)get_le16(&raw[10]) - 16));
}

static void a_record_lies_where_the_format_says(void **state)
{
	static const uint8_t start[] = {'S', 'W', 'M', 'O', 'D', 'E', 'M', 0, 1, 0, 151, 0};
	static const uint8_t fixed[] = {7, 0, 0,    0, 100, 0, 0, 0, 4, 3, 2, 1, 64, 0,
					0, 0, 0x55, 0, 0,   0, 1, 1, 1, 2, 1, 0, 3,  0};
	const uint8_t *raw = &block[4096];

	(void)state;
	sim_modem_block_put(block, &record);
	assert_memory_equal(raw, start, sizeof(start));
	assert_memory_equal(&raw[16], fixed, sizeof(fixed));
	assert_int_equal(raw[44], 0xd0);
	assert_int_equal(get_le16(&raw[76]), 2);
	assert_int_equal(raw[78], 0xd1);
	assert_int_equal(get_le16(&raw[110]), 1);
	assert_memory_equal(&raw[112], record.key, 3);
	assert_int_equal(get_le32(&raw[115]), 0x1000);
	assert_int_equal(get_le32(&raw[119]), 16);
	assert_int_equal(get_le32(&raw[123]), 32);
	assert_int_equal(get_le32(&raw[127]), 0x2000);
	assert_int_equal(get_le32(&raw[139]), 0xffffffc0);
	assert_int_equal(raw[151], 0xa5);
	assert_int_equal(block[0], 0xa5);
	assert_int_equal(get_le32(&raw[12]), crc32_ieee(0, &raw[16], 135));
	assert_ptr_equal(sim_modem_block_area(block), &block[8192]);
	assert_ptr_equal(sim_modem_block_bank(block, &record, 1), &block[8192 + 100 + 64]);
	assert_int_equal(sim_modem_block_size(AREA, CAPACITY), LEN);
}

static void what_was_put_is_got(void **state)
{
	(void)state;
	sim_modem_block_put(block, &record);
	assert_int_equal(sim_modem_block_get(&got, block, LEN), 0);
	assert_int_equal(got.number, 7);
	assert_int_equal(got.area, AREA);
	assert_int_equal(got.erase_ms, 0x01020304);
	assert_int_equal(got.capacity, CAPACITY);
	assert_int_equal(got.key_len, 3);
	assert_memory_equal(got.key, record.key, 3);
	assert_int_equal(got.offset, 0x55);
	assert_true(got.is_dirty);
	assert_true(got.has_back);
	assert_int_equal(got.active, 1);
	assert_int_equal(got.request, SIM_MODEM_GO_BACK);
	assert_int_equal(got.stage, SIM_MODEM_IN_BOOTLOADER);
	for (size_t b = 0; b < 2; b++) {
		assert_int_equal(got.bank[b].count, record.bank[b].count);
		assert_memory_equal(got.bank[b].digest, record.bank[b].digest, 32);
		assert_memory_equal(got.bank[b].row, record.bank[b].row,
				    record.bank[b].count * sizeof(struct sim_modem_row));
	}
}

static void a_record_with_everything_fits(void **state)
{
	static uint8_t large[8192 + AREA + 2 * 4096];

	(void)state;
	record.capacity = 4096;
	record.key_len = SIM_MODEM_KEY_MAX;
	for (size_t b = 0; b < 2; b++) {
		record.bank[b].count = SIM_MODEM_SEGMENTS_MAX;
		for (uint32_t i = 0; i < SIM_MODEM_SEGMENTS_MAX; i++) {
			record.bank[b].row[i] = (struct sim_modem_row){2 * i + 1, 1, i};
		}
	}
	sim_modem_block_put(large, &record);
	assert_int_equal(sim_modem_block_get(&got, large, sizeof(large)), 0);
	assert_memory_equal(got.bank, record.bank, sizeof(got.bank));
}

static void the_younger_of_two_records_counts(void **state)
{
	(void)state;
	for (record.number = 7; record.number < 12; record.number++) {
		record.offset = record.number;
		sim_modem_block_put(block, &record);
		assert_int_equal(sim_modem_block_get(&got, block, LEN), 0);
		assert_int_equal(got.offset, record.number);
	}
	/* 11 is at the second place, 10 at the first. */
	block[4096 + 30] ^= 1;
	assert_int_equal(sim_modem_block_get(&got, block, LEN), 0);
	assert_int_equal(got.offset, 10);
	block[30] ^= 1;
	assert_int_equal(sim_modem_block_get(&got, block, LEN), -EBADMSG);
}

static void any_bit_changed_is_noticed(void **state)
{
	(void)state;
	sim_modem_block_put(block, &record);
	for (size_t bit = 0; bit < (size_t)8 * 151; bit++) {
		block[4096 + bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(sim_modem_block_get(&got, block, LEN), -EBADMSG);
		block[4096 + bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(sim_modem_block_get(&got, block, LEN), 0);
}

static void a_record_that_contradicts_itself_or_the_block_is_none(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} rows[] = {
		{8, 2},      /* version */
		{10, 150},   /* shorter than its rows */
		{10, 152},   /* longer */
		{10, 100},   /* than the fixed part */
		{11, 0x11},  /* than a place */
		{20, 101},   /* another area */
		{28, 65},    /* another capacity */
		{32, 101},   /* more of a patch than area */
		{38, 2},     /* no such bank */
		{39, 3},     /* no such request */
		{40, 3},     /* no such stage */
		{43, 2},     /* a key too long */
		{42, 4},     /* and one that leaves a row too few */
		{76, 3},     /* rows that are not there */
		{77, 1},     /* too many */
		{116, 0},    /* address 0 */
		{116, 0x20}, /* out of order */
		{119, 0},    /* a segment of no bytes */
		{123, 49},   /* behind the bank */
		{131, 65},   /* longer than the bank */
		{139, 0xc1}, /* over the end of the addresses */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *raw = &block[4096];
		int rc;

		sim_modem_block_put(block, &record);
		raw[rows[i].at] = rows[i].byte;
		if (get_le16(&raw[10]) <= 4096) {
			seal(raw);
		}
		rc = sim_modem_block_get(&got, block, LEN);
		if (rc != -EBADMSG) {
			fail_msg("byte %zu as %u gave %d", rows[i].at, rows[i].byte, rc);
		}
	}
}

static void a_block_too_short_for_records_is_none(void **state)
{
	(void)state;
	sim_modem_block_put(block, &record);
	for (size_t len = 0; len < LEN; len += 509) {
		assert_int_equal(sim_modem_block_get(&got, block, len), -EBADMSG);
	}
}

#define BLOCK_TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BLOCK_TEST(a_record_lies_where_the_format_says),
		BLOCK_TEST(what_was_put_is_got),
		BLOCK_TEST(a_record_with_everything_fits),
		BLOCK_TEST(the_younger_of_two_records_counts),
		BLOCK_TEST(any_bit_changed_is_noticed),
		BLOCK_TEST(a_record_that_contradicts_itself_or_the_block_is_none),
		BLOCK_TEST(a_block_too_short_for_records_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
