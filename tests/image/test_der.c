/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/der.h"

static bool take(const uint8_t *bytes, size_t len, struct der *content, size_t *left)
{
	struct der in = {.p = bytes, .len = len};
	bool is_taken = der_take(&in, DER_INTEGER, content);

	*left = in.len;
	return is_taken;
}

static void an_element_is_taken_and_the_rest_is_left(void **state)
{
	static const uint8_t bytes[] = {0x02, 0x02, 0xaa, 0xbb, 0xcc};
	struct der content;
	size_t left;

	(void)state;
	assert_true(take(bytes, sizeof(bytes), &content, &left));
	assert_ptr_equal(content.p, bytes + 2);
	assert_int_equal(content.len, 2);
	assert_int_equal(left, 1);
}

static void lengths_have_their_shortest_form(void **state)
{
	static uint8_t bytes[70000];
	struct der content;
	size_t left;
	static const struct {
		uint8_t head[5];
		size_t head_len;
		size_t len; /* 0: refused */
	} rows[] = {
		{{0x02, 0x7f}, 2, 0x7f},
		{{0x02, 0x81, 0x80}, 3, 0x80},
		{{0x02, 0x81, 0xff}, 3, 0xff},
		{{0x02, 0x82, 0x01, 0x00}, 4, 0x100},
		{{0x02, 0x82, 0xff, 0xff}, 4, 0xffff},
		{{0x02, 0x80}, 2, 0},                   /* indefinite */
		{{0x02, 0x81, 0x7f}, 3, 0},             /* fits one byte */
		{{0x02, 0x82, 0x00, 0xff}, 4, 0},       /* fits two */
		{{0x02, 0x83, 0x01, 0x00, 0x00}, 5, 0}, /* longer than anything we read */
		{{0x02, 0xff}, 2, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, rows[i].head, rows[i].head_len);
		assert_int_equal(take(bytes, sizeof(bytes), &content, &left), rows[i].len != 0);
		if (rows[i].len != 0) {
			assert_int_equal(content.len, rows[i].len);
			assert_ptr_equal(content.p, bytes + rows[i].head_len);
			/* One byte short of its end it does not fit. */
			size_t whole = rows[i].head_len + rows[i].len;

			assert_true(take(bytes, whole, &content, &left));
			assert_false(take(bytes, whole - 1, &content, &left));
			assert_int_equal(left, whole - 1);
		} else {
			assert_int_equal(left, sizeof(bytes));
		}
	}
}

static void an_element_cut_in_its_head_is_not_taken(void **state)
{
	static const uint8_t bytes[] = {0x02, 0x82, 0x01};
	struct der content;
	size_t left;

	(void)state;
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		assert_false(take(bytes, len, &content, &left));
		assert_int_equal(left, len);
	}
}

static void another_tag_is_not_taken(void **state)
{
	static const uint8_t bytes[] = {0x03, 0x01, 0x00};
	struct der content;
	size_t left;

	(void)state;
	assert_false(take(bytes, sizeof(bytes), &content, &left));
}

static void numbers_come_without_leading_zeros(void **state)
{
	static const struct {
		uint8_t bytes[6];
		size_t len;
		int magnitude_len; /* -1: refused */
	} rows[] = {
		{{0x02, 0x01, 0x00}, 3, 0},
		{{0x02, 0x01, 0x7f}, 3, 1},
		{{0x02, 0x02, 0x00, 0x80}, 4, 1},
		{{0x02, 0x03, 0x01, 0x00, 0x00}, 5, 3},
		{{0x02, 0x00}, 2, -1},             /* no number */
		{{0x02, 0x01, 0x80}, 3, -1},       /* negative */
		{{0x02, 0x02, 0x00, 0x7f}, 4, -1}, /* a zero too many */
		{{0x02, 0x02, 0x00, 0x00}, 4, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct der in = {.p = rows[i].bytes, .len = rows[i].len};
		struct der magnitude;
		bool is_taken = der_take_unsigned(&in, &magnitude);

		assert_int_equal(is_taken, rows[i].magnitude_len >= 0);
		assert_int_equal(in.len, is_taken ? 0 : rows[i].len);
		if (is_taken) {
			assert_int_equal(magnitude.len, rows[i].magnitude_len);
		}
	}
}

static void signature_numbers_are_aligned_to_the_right(void **state)
{
	static const uint8_t sig[] = {0x30, 0x09, 0x02, 0x02, 0x00, 0x81,
				      0x02, 0x03, 0x01, 0x02, 0x03};
	static const uint8_t expected[] = {0, 0, 0, 0x81, 0, 1, 2, 3};
	uint8_t rs[8];

	(void)state;
	assert_true(der_ecdsa_signature(sig, sizeof(sig), rs, 4));
	assert_memory_equal(rs, expected, sizeof(rs));
	assert_true(der_ecdsa_signature(sig, sizeof(sig), rs, 3));
	/* s does not fit */
	assert_false(der_ecdsa_signature(sig, sizeof(sig), rs, 2));
}

static void signature_padding_must_be_zero_and_outside_the_sequence(void **state)
{
	uint8_t sig[] = {0x30, 0x06, 0x02, 0x01, 0x11, 0x02, 0x01, 0x22, 0x00, 0x00, 0x00};
	uint8_t rs[2];

	(void)state;
	assert_true(der_ecdsa_signature(sig, 8, rs, 1));
	assert_true(der_ecdsa_signature(sig, sizeof(sig), rs, 1));
	sig[10] = 1;
	assert_false(der_ecdsa_signature(sig, sizeof(sig), rs, 1));
	sig[10] = 0;
	sig[1] = 0x07;
	assert_false(der_ecdsa_signature(sig, sizeof(sig), rs, 1));
}

static void a_signature_cut_anywhere_is_refused(void **state)
{
	static const uint8_t sig[] = {0x30, 0x06, 0x02, 0x01, 0x11, 0x02, 0x01, 0x22};
	uint8_t rs[2];

	(void)state;
	for (size_t len = 0; len < sizeof(sig); len++) {
		uint8_t *block = malloc(len > 0 ? len : 1);

		assert_non_null(block);
		memcpy(block, sig, len);
		assert_false(der_ecdsa_signature(block, len, rs, 1));
		free(block);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_element_is_taken_and_the_rest_is_left),
		cmocka_unit_test(lengths_have_their_shortest_form),
		cmocka_unit_test(an_element_cut_in_its_head_is_not_taken),
		cmocka_unit_test(another_tag_is_not_taken),
		cmocka_unit_test(numbers_come_without_leading_zeros),
		cmocka_unit_test(signature_numbers_are_aligned_to_the_right),
		cmocka_unit_test(signature_padding_must_be_zero_and_outside_the_sequence),
		cmocka_unit_test(a_signature_cut_anywhere_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
