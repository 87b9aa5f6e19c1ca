/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fota/http_answer.h"

static void a_range_is_read_as_it_stands(void **state)
{
	struct http_range range;

	(void)state;
	assert_int_equal(http_range_read(&range, "bytes 100-199/1000"), 0);
	assert_int_equal(range.first, 100);
	assert_int_equal(range.last, 199);
	assert_int_equal(range.size, 1000);
	assert_int_equal(http_range_read(&range, "Bytes 0-0/*"), 0);
	assert_int_equal(range.first, 0);
	assert_int_equal(range.last, 0);
	assert_true(range.size == HTTP_NOT_TOLD);
}

static void a_range_that_makes_no_sense_is_none(void **state)
{
	static const char *const bad[] = {
		"",
		"bytes",
		"bytes ",
		"bytes=0-1/2",
		"bytes */1000",
		"lines 0-1/2",
		"bytes 0-1",
		"bytes 0-1/",
		"bytes 0-1/2 ",
		"bytes 0-1/**",
		"bytes -1/2",
		"bytes 0-/2",
		"bytes  0-1/2",
		"bytes +0-1/2",
		"bytes 0x0-1/2",
		"bytes 2-1/9",
		"bytes 0-2/2",
		"bytes 0-9/5",
		"bytes 0-1/99999999999999999999999",
		"bytes 0-18446744073709551616/*",
		"bytes 18446744073709551616-18446744073709551617/*",
	};
	struct http_range range = {7, 8, 9};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("%s\n", bad[i]);
		assert_int_equal(http_range_read(&range, bad[i]), -EBADMSG);
	}
	assert_int_equal(range.first, 7);
	assert_int_equal(range.last, 8);
	assert_int_equal(range.size, 9);
}

static void the_greatest_number_is_no_number_of_bytes(void **state)
{
	struct http_range range;
	char text[64];

	(void)state;
	(void)snprintf(text, sizeof(text), "bytes 0-1/%zu", SIZE_MAX);
	assert_int_equal(http_range_read(&range, text), -EBADMSG);
	(void)snprintf(text, sizeof(text), "bytes 0-%zu/%zu", SIZE_MAX - 2, SIZE_MAX - 1);
	assert_int_equal(http_range_read(&range, text), 0);
	assert_true(range.size == SIZE_MAX - 1);
}

static void a_length_is_a_decimal_number_and_nothing_else(void **state)
{
	static const char *const bad[] = {
		"", "-1", "+1", "0x10", "1 ", " 1", "1,1", "x", "99999999999999999999999999"};
	size_t length = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("%s\n", bad[i]);
		assert_int_equal(http_length_read(&length, bad[i]), -EBADMSG);
	}
	assert_int_equal(length, 7);
	assert_int_equal(http_length_read(&length, "0"), 0);
	assert_int_equal(length, 0);
	assert_int_equal(http_length_read(&length, "0012345"), 0);
	assert_int_equal(length, 12345);
}

static void an_etag_is_strong_that_has_quotes_and_no_mark(void **state)
{
	(void)state;
	assert_true(http_etag_is_strong("\"a\""));
	assert_true(http_etag_is_strong("\"\""));
	assert_false(http_etag_is_strong("W/\"a\""));
	assert_false(http_etag_is_strong("a"));
	assert_false(http_etag_is_strong("\""));
	assert_false(http_etag_is_strong("\"a"));
	assert_false(http_etag_is_strong("\"a\"b\""));
	assert_false(http_etag_is_strong(""));
}

static void a_validator_of_up_to_64_bytes_is_the_text(void **state)
{
	char text[FOTA_VALIDATOR_MAX + 1];
	struct fota_validator validator;

	(void)state;
	memset(text, 'x', FOTA_VALIDATOR_MAX);
	text[FOTA_VALIDATOR_MAX] = '\0';
	assert_int_equal(http_validator_put(&validator, text), 0);
	assert_int_equal(validator.len, FOTA_VALIDATOR_MAX);
	assert_memory_equal(validator.bytes, text, FOTA_VALIDATOR_MAX);
	assert_true(http_validator_is_text(&validator));
}

static void a_longer_one_is_its_hash_behind_a_zero(void **state)
{
	/* sha256sum of 65 times 'x' */
	static const uint8_t digest[] = {0x95, 0x37, 0xc5, 0xfd, 0xf1, 0x20, 0x48, 0x2f,
					 0x7d, 0x58, 0xd2, 0x5e, 0x9e, 0xd5, 0x83, 0xf5,
					 0x2c, 0x02, 0xb4, 0xe3, 0x04, 0xea, 0x81, 0x4d,
					 0xb1, 0x63, 0x3a, 0xd5, 0x65, 0xae, 0xd7, 0xe9};
	char text[FOTA_VALIDATOR_MAX + 2];
	struct fota_validator validator;

	(void)state;
	memset(text, 'x', FOTA_VALIDATOR_MAX + 1);
	text[FOTA_VALIDATOR_MAX + 1] = '\0';
	assert_int_equal(http_validator_put(&validator, text), 0);
	assert_int_equal(validator.len, 1 + sizeof(digest));
	assert_int_equal(validator.bytes[0], 0);
	assert_memory_equal(&validator.bytes[1], digest, sizeof(digest));
	assert_false(http_validator_is_text(&validator));
}

static void no_validator_is_no_text(void **state)
{
	const struct fota_validator none = {.len = 0};

	(void)state;
	assert_false(http_validator_is_text(&none));
}

/* What is answered to a request for a file from 100 on; in the order of the fields. */
struct answer_case {
	const char *name;
	struct http_answer answer;
	int rc;
	struct http_body body;
};

#define NONE HTTP_NOT_TOLD

static const struct answer_case cases[] = {
	{"the whole", {200, false, {0, 0, 0}, 1000}, 0, {1000, 0, 1000}},
	{"the whole, no length", {200, false, {0, 0, 0}, NONE}, 0, {NONE, 0, NONE}},
	{"the rest", {206, true, {100, 999, 1000}, 900}, 0, {1000, 100, 900}},
	{"the rest, no length", {206, true, {100, 999, 1000}, NONE}, 0, {1000, 100, 900}},
	{"a part of it", {206, true, {100, 199, 1000}, 100}, 0, {1000, 100, 100}},
	{"a part of unknown", {206, true, {100, 199, NONE}, 100}, 0, {NONE, 100, 100}},
	{"a byte early", {206, true, {99, 999, 1000}, 901}, -EBADMSG, {0, 0, 0}},
	{"a byte late", {206, true, {101, 999, 1000}, 899}, -EBADMSG, {0, 0, 0}},
	{"from 0", {206, true, {0, 999, 1000}, 1000}, -EBADMSG, {0, 0, 0}},
	{"a byte longer", {206, true, {100, 999, 1000}, 901}, -EBADMSG, {0, 0, 0}},
	{"a byte shorter", {206, true, {100, 999, 1000}, 899}, -EBADMSG, {0, 0, 0}},
	{"which part?", {206, false, {100, 999, 1000}, 900}, -EBADMSG, {0, 0, 0}},
	{"nothing", {204, false, {0, 0, 0}, NONE}, -EBADMSG, {0, 0, 0}},
	{"not modified", {304, false, {0, 0, 0}, NONE}, -EBADMSG, {0, 0, 0}},
	{"bad request", {400, false, {0, 0, 0}, 0}, -EBADMSG, {0, 0, 0}},
	{"unauthorized", {401, false, {0, 0, 0}, 0}, -EACCES, {0, 0, 0}},
	{"forbidden", {403, false, {0, 0, 0}, 0}, -EACCES, {0, 0, 0}},
	{"not found", {404, false, {0, 0, 0}, 0}, -ENOENT, {0, 0, 0}},
	{"proxy", {407, false, {0, 0, 0}, 0}, -EACCES, {0, 0, 0}},
	{"request timeout", {408, false, {0, 0, 0}, 0}, -EAGAIN, {0, 0, 0}},
	{"gone", {410, false, {0, 0, 0}, 0}, -ENOENT, {0, 0, 0}},
	{"shorter", {416, false, {0, 0, 0}, 0}, -ERANGE, {0, 0, 0}},
	{"too many", {429, false, {0, 0, 0}, 0}, -EAGAIN, {0, 0, 0}},
	{"legal reasons", {451, false, {0, 0, 0}, 0}, -EACCES, {0, 0, 0}},
	{"server error", {500, false, {0, 0, 0}, 0}, -EAGAIN, {0, 0, 0}},
	{"unavailable", {503, false, {0, 0, 0}, 0}, -EAGAIN, {0, 0, 0}},
	{"the last 5xx", {599, false, {0, 0, 0}, 0}, -EAGAIN, {0, 0, 0}},
	{"beyond", {600, false, {0, 0, 0}, 0}, -EBADMSG, {0, 0, 0}},
	{"none", {0, false, {0, 0, 0}, 0}, -EBADMSG, {0, 0, 0}},
	{"absurd", {1206, false, {0, 0, 0}, 0}, -EBADMSG, {0, 0, 0}},
};

static void each_answer_gives_what_it_says_or_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct answer_case *row = &cases[i];
		struct http_body body = {0, 0, 0};
		const char *why = NULL;

		print_message("%s\n", row->name);
		assert_int_equal(http_answer_judge(&row->answer, 100, &body, &why), row->rc);
		assert_true(body.size == row->body.size);
		assert_true(body.offset == row->body.offset);
		assert_true(body.length == row->body.length);
		assert_true((why != NULL) == (row->rc != 0));
	}
}

static void a_part_that_was_not_asked_for_is_taken_if_it_is_the_beginning(void **state)
{
	const struct http_answer whole = {206, true, {0, 999, 1000}, 1000};
	const struct http_answer later = {206, true, {1, 999, 1000}, 999};
	struct http_body body;
	const char *why;

	(void)state;
	assert_int_equal(http_answer_judge(&whole, 0, &body, &why), 0);
	assert_int_equal(body.length, 1000);
	assert_int_equal(http_answer_judge(&later, 0, &body, &why), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_read_as_it_stands),
		cmocka_unit_test(a_range_that_makes_no_sense_is_none),
		cmocka_unit_test(the_greatest_number_is_no_number_of_bytes),
		cmocka_unit_test(a_length_is_a_decimal_number_and_nothing_else),
		cmocka_unit_test(an_etag_is_strong_that_has_quotes_and_no_mark),
		cmocka_unit_test(a_validator_of_up_to_64_bytes_is_the_text),
		cmocka_unit_test(a_longer_one_is_its_hash_behind_a_zero),
		cmocka_unit_test(no_validator_is_no_text),
		cmocka_unit_test(each_answer_gives_what_it_says_or_is_refused),
		cmocka_unit_test(a_part_that_was_not_asked_for_is_taken_if_it_is_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
