/* SPDX-License-Identifier: Apache-2.0 */
/* Judged by the definition, word by word over all bytes at once; check values by Python's zlib. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/bytes.h"
#include "target/running_sum.h"

#define LEN 251

static uint8_t stream[LEN];

static int fill(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN; i++) {
		stream[i] = (uint8_t)(i * 131 + 7);
	}
	return 0;
}

static uint32_t sum_of_parts(size_t len, size_t part)
{
	struct running_sum sum = {0};

	for (size_t at = 0; at < len; at += part) {
		running_sum_add(&sum, &stream[at], min_size(part, len - at));
	}
	return running_sum_value(&sum);
}

/* Bytes of a last word that is not whole count in the one sum only. */
static uint32_t sum_by_definition(size_t len)
{
	uint64_t sum = 0;
	uint64_t weighted = 0;
	uint8_t sums[16];

	for (size_t i = 0; i < len; i++) {
		sum += (uint64_t)stream[i] << (8 * (i % 8));
		weighted += i % 8 == 7 ? sum : 0;
	}
	for (size_t i = 0; i < 8; i++) {
		sums[i] = (uint8_t)(sum >> (8 * i));
		sums[8 + i] = (uint8_t)(weighted >> (8 * i));
	}
	return crc32_ieee(0, sums, sizeof(sums));
}

static void it_is_the_same_however_the_stream_is_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len <= LEN; len++) {
		for (size_t part = 1; part <= LEN; part++) {
			assert_int_equal(sum_of_parts(len, part), sum_by_definition(len));
		}
	}
}

static void it_outlives_the_program_that_computes_it(void **state)
{
	(void)state;
	assert_int_equal(sum_of_parts(0, 1), 0xecbb4b55);
	assert_int_equal(sum_of_parts(LEN, LEN), 0x73843a09);
}

static void each_bit_counts(void **state)
{
	const uint32_t before = sum_of_parts(LEN, LEN);

	(void)state;
	for (size_t bit = 0; bit < 8 * LEN; bit++) {
		stream[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_not_equal(sum_of_parts(LEN, LEN), before);
		stream[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
}

static void the_order_of_words_counts(void **state)
{
	const uint32_t before = sum_of_parts(LEN, LEN);
	uint8_t word[8];

	(void)state;
	for (size_t at = 8; at + 8 <= LEN; at += 8) {
		memcpy(word, stream, 8);
		memcpy(stream, &stream[at], 8);
		memcpy(&stream[at], word, 8);
		assert_int_not_equal(sum_of_parts(LEN, LEN), before);
		fill(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_is_the_same_however_the_stream_is_cut, fill),
		cmocka_unit_test_setup(it_outlives_the_program_that_computes_it, fill),
		cmocka_unit_test_setup(each_bit_counts, fill),
		cmocka_unit_test_setup(the_order_of_words_counts, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
