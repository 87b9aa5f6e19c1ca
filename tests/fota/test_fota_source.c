/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/config.h>

#include "fota/fake_server.h"
#include "fota/fota_source.h"
#include "support/test_flash.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define SIZE 1000

static uint8_t bytes[SIZE];
static uint8_t others[SIZE + 100];
static struct fota_source source;
static uint8_t got[4 * SIZE];

static void begin(void)
{
	const struct fota_request request = {
		.host = "host", .file = "file", .sec_tag_list = (const int[]){0}};

	server_begin(bytes, SIZE, "v1");
	fota_source_init(&source, &server_port, &request);
}

static int setup(void **state)
{
	(void)state;
	test_pattern(bytes, sizeof(bytes), 1);
	test_pattern(others, sizeof(others), 2);
	begin();
	return 0;
}

/* Read and take to `end`; what read gave last. */
static ssize_t take_to(size_t end, size_t len)
{
	ssize_t n = 1;

	while (n > 0 && source.read < end) {
		n = fota_source_read(&source, &got[source.read],
				     end - source.read < len ? end - source.read : len);
		if (n > 0) {
			fota_source_take(&source, source.read);
		}
	}
	return n;
}

static void open_and_take(size_t end)
{
	assert_int_equal(fota_source_open(&source), 0);
	assert_true(take_to(end, 64) > 0);
	assert_int_equal(source.taken, end);
}

static void a_file_is_read_to_its_end_and_no_further(void **state)
{
	static const size_t lens[] = {1, 3, 31, 999, 1000, 1001, 2048};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		begin();
		assert_int_equal(fota_source_open(&source), 0);
		assert_int_equal(take_to(SIZE + 1, lens[i]), 0);
		assert_int_equal(source.taken, SIZE);
		assert_memory_equal(got, bytes, SIZE);
		assert_int_equal(fota_source_read(&source, got, 1), 0);
		fota_source_close(&source);
		fota_source_close(&source);
		assert_string_equal(server.story, "o0 c ");
	}
}

static void a_file_of_unknown_size_ends_where_the_server_ends_it(void **state)
{
	(void)state;
	server_plan(&(struct server_connection){.hides_size = true});
	assert_int_equal(fota_source_open(&source), 0);
	assert_int_equal(source.content.size, 0);
	assert_int_equal(take_to(SIZE + 1, 64), 0);
	assert_int_equal(source.taken, SIZE);
	fota_source_close(&source);
}

static void it_goes_on_behind_what_was_taken(void **state)
{
	static const char *const validators[] = {"v1", NULL};
	static const char *const stories[] = {"o0 c w1 o300= c ", "o0 c w1 o300 c "};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(validators); i++) {
		begin();
		server.file.validator = validators[i];
		server_plan(&(struct server_connection){.gives = 333, .break_rc = -ETIMEDOUT});
		open_and_take(300);
		assert_int_equal(fota_source_read(&source, got + 300, 64), 33); /* not taken */
		assert_int_equal(fota_source_read(&source, got + 333, 64), -ETIMEDOUT);
		assert_true(fota_source_retry(&source, -ETIMEDOUT));
		memset(got + 300, 0, SIZE - 300);
		assert_int_equal(fota_source_open(&source), 0);
		assert_int_equal(take_to(SIZE + 1, 64), 0);
		assert_memory_equal(got, bytes, SIZE);
		fota_source_close(&source);
		assert_string_equal(server.story, stories[i]);
	}
}

static void a_file_that_ends_early_is_a_broken_one(void **state)
{
	(void)state;
	server_plan(&(struct server_connection){.gives = 333});
	assert_int_equal(fota_source_open(&source), 0);
	assert_int_equal(take_to(SIZE, 64), -ECONNRESET);
	assert_int_equal(source.taken, 333);
	fota_source_close(&source);
}

/* However it is cut into fragments: nothing of the last one is given. */
static void more_bytes_than_the_server_told_are_refused(void **state)
{
	static const size_t lens[] = {1, 100, 499, 500, 501, 2048};
	static const size_t extras[] = {1, 600, 5000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		for (size_t k = 0; k < ARRAY_LEN(extras); k++) {
			begin();
			server.most_at_once = lens[i];
			server_plan(&(struct server_connection){.extra = extras[k]});
			assert_int_equal(fota_source_open(&source), 0);
			while (source.read + lens[i] < SIZE) {
				assert_int_equal(fota_source_read(&source, got, sizeof(got)),
						 lens[i]);
			}
			assert_int_equal(fota_source_read(&source, got, sizeof(got)), -EBADMSG);
			fota_source_close(&source);
		}
	}
}

static void only_what_may_pass_is_tried_again_and_not_for_ever(void **state)
{
	static const int passing[] = {-ECONNRESET, -ETIMEDOUT, -EAGAIN, -ENETDOWN};

	(void)state;
	for (int error = 1; error < 3000; error++) {
		bool may_pass = false;

		for (size_t i = 0; i < ARRAY_LEN(passing); i++) {
			may_pass = may_pass || passing[i] == -error;
		}
		begin();
		assert_int_equal(fota_source_open(&source), 0);
		for (int attempt = 0; attempt < CONFIG_FOTA_SOCKET_RETRIES; attempt++) {
			assert_int_equal(fota_source_retry(&source, -error), may_pass);
		}
		assert_false(fota_source_retry(&source, -error));
		assert_string_equal(server.story, may_pass ? "o0 c w1 w2 " : "o0 c ");
	}
}

static void bytes_that_were_taken_begin_the_count_of_attempts_anew(void **state)
{
	(void)state;
	open_and_take(100);
	assert_true(fota_source_retry(&source, -EAGAIN));
	assert_true(fota_source_retry(&source, -EAGAIN));
	assert_int_equal(fota_source_open(&source), 0);
	assert_int_equal(fota_source_read(&source, got, 10), 10);
	assert_false(fota_source_retry(&source, -EAGAIN));
	fota_source_take(&source, 110);
	assert_true(fota_source_retry(&source, -EAGAIN));
	assert_string_equal(server.story, "o0 c w1 w2 o100= c w1 ");
}

static void a_port_that_cannot_wait_is_not_asked_to(void **state)
{
	struct fota_transport_ops ops = *server_port.ops;
	const struct fota_transport port = {.ops = &ops};

	(void)state;
	ops.wait = NULL;
	fota_source_init(&source, &port, &(struct fota_request){.host = "h", .file = "f"});
	assert_true(fota_source_retry(&source, -EAGAIN));
	assert_string_equal(server.story, "");
}

/* What the second connection does; the first gave 300 bytes. */
static const struct {
	struct server_connection second;
	const char *story;
} changes[] = {
	{{.ignores_offset = true}, "o0 c o300= "},
	{{.file = &(const struct server_file){others, SIZE, "v2"}}, "o0 c o300= "},
	{{.file = &(const struct server_file){others, SIZE, "v2"}, .ignores_same_as = true},
	 "o0 c o300= c o0 "},
	{{.file = &(const struct server_file){others, SIZE, "v10"}, .ignores_same_as = true},
	 "o0 c o300= c o0 "},
	{{.file = &(const struct server_file){others, SIZE, NULL}, .ignores_same_as = true},
	 "o0 c o300= c o0 "},
	{{.file = &(const struct server_file){others, SIZE + 1, "v1"}}, "o0 c o300= c o0 "},
	{{.file = &(const struct server_file){others, SIZE - 1, "v1"}}, "o0 c o300= c o0 "},
	{{.file = &(const struct server_file){others, 299, "v1"}}, "o0 c o300= o0 "},
	{{.file = &(const struct server_file){others, 100, "v2"}}, "o0 c o300= "},
	{{.told_shift = 1}, "o0 c o300= c o0 "},
	{{.told_shift = -1}, "o0 c o300= c o0 "},
	{{.open_rc = -ERANGE}, "o0 c o300= o0 "},
	{{.open_rc = -EBADMSG}, "o0 c o300= o0 "},
};

static void what_is_not_the_same_file_at_that_offset_begins_at_0(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		begin();
		server_plan(&(struct server_connection){0});
		server_plan(&changes[i].second);
		open_and_take(300);
		fota_source_close(&source);
		assert_int_equal(fota_source_open(&source), 0);
		assert_int_equal(source.taken, 0);
		assert_int_equal(source.read, 0);
		assert_int_equal(source.content.size, server.file.size);
		assert_string_equal(server.story, changes[i].story);
		assert_int_equal(take_to(SIZE + 2, 64), 0);
		assert_int_equal(source.taken, server.file.size);
		assert_memory_equal(got, server.file.bytes, server.file.size);
		fota_source_close(&source);
	}
}

static void a_size_that_is_told_once_is_enough(void **state)
{
	(void)state;
	server_plan(&(struct server_connection){0});
	server_plan(&(struct server_connection){.hides_size = true});
	open_and_take(300);
	fota_source_close(&source);
	assert_int_equal(fota_source_open(&source), 0);
	assert_int_equal(source.taken, 300);
	assert_int_equal(source.content.size, SIZE);
	fota_source_close(&source);
	begin();
	server_plan(&(struct server_connection){.hides_size = true});
	open_and_take(300);
	fota_source_close(&source);
	assert_int_equal(fota_source_open(&source), 0);
	assert_int_equal(source.taken, 300);
	assert_int_equal(source.content.size, SIZE);
	fota_source_close(&source);
}

static void nothing_behind_bytes_of_unknown_length_may_be_the_end(void **state)
{
	(void)state;
	server_plan(&(struct server_connection){.hides_size = true});
	server_plan(&(struct server_connection){.open_rc = -ERANGE});
	open_and_take(300);
	fota_source_close(&source);
	assert_int_equal(fota_source_open(&source), -ERANGE);
	assert_int_equal(source.taken, 300);
	assert_int_equal(source.beginnings, 0);
	assert_int_equal(fota_source_restart(&source), 0);
	assert_int_equal(fota_source_open(&source), 0);
	assert_int_equal(source.taken, 0);
	assert_int_equal(source.beginnings, 1);
	assert_string_equal(server.story, "o0 c o300= o0 ");
	fota_source_close(&source);
}

static void three_times_it_begins_again_and_no_more(void **state)
{
	(void)state;
	server_plan(&(struct server_connection){.ignores_offset = true});
	server.repeats_last = true;
	for (int i = 0; i < 3; i++) {
		open_and_take(300);
		fota_source_close(&source);
	}
	open_and_take(300);
	fota_source_close(&source);
	assert_int_equal(fota_source_open(&source), -EBADMSG);
	assert_int_equal(source.taken, 0);
	assert_string_equal(server.story, "o0 c o300= c o300= c o300= c o300= c ");
}

static void a_file_that_cannot_be_opened_at_0_has_not_begun_again(void **state)
{
	static const int errors[] = {-EBADMSG, -ERANGE, -ENOENT, -ETIMEDOUT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		begin();
		server_plan(&(struct server_connection){.open_rc = errors[i]});
		assert_int_equal(fota_source_open(&source), errors[i]);
		assert_string_equal(server.story, "o0 ");
		assert_int_equal(source.beginnings, 0);
	}
}

static void an_error_at_the_offset_changes_nothing(void **state)
{
	(void)state;
	server_plan(&(struct server_connection){0});
	server_plan(&(struct server_connection){.open_rc = -ETIMEDOUT});
	open_and_take(300);
	fota_source_close(&source);
	assert_int_equal(fota_source_open(&source), -ETIMEDOUT);
	assert_int_equal(source.taken, 300);
	assert_int_equal(fota_source_open(&source), 0);
	assert_int_equal(source.taken, 300);
	fota_source_close(&source);
}

static void an_error_behind_a_new_beginning_keeps_the_beginning(void **state)
{
	(void)state;
	server_plan(&(struct server_connection){0});
	server_plan(&(struct server_connection){.open_rc = -ERANGE});
	server_plan(&(struct server_connection){.open_rc = -ETIMEDOUT});
	open_and_take(300);
	fota_source_close(&source);
	assert_int_equal(fota_source_open(&source), -ETIMEDOUT);
	assert_int_equal(source.taken, 0);
	assert_int_equal(fota_source_open(&source), 0);
	assert_string_equal(server.story, "o0 c o300= o0 o0 ");
	fota_source_close(&source);
}

/* A port that does not keep its own contract is not believed. */
static int open_with_a_long_validator(const struct fota_transport *transport,
				      const struct fota_request *request,
				      struct fota_content *content)
{
	const int rc = server_port.ops->open(&server_port, request, content);

	(void)transport;
	content->validator.len = FOTA_VALIDATOR_MAX + 1;
	return rc;
}

static ssize_t read_too_much(const struct fota_transport *transport, void *buf, size_t len)
{
	(void)transport;
	(void)buf;
	return (ssize_t)len + 1;
}

static void close_it(const struct fota_transport *transport)
{
	(void)transport;
	server_port.ops->close(&server_port);
}

static void a_port_that_gives_too_much_is_refused(void **state)
{
	struct fota_transport_ops ops = {open_with_a_long_validator, read_too_much, close_it, NULL};
	const struct fota_transport port = {.ops = &ops};
	const struct fota_request request = source.request;

	(void)state;
	fota_source_init(&source, &port, &request);
	assert_int_equal(fota_source_open(&source), -EBADMSG);
	assert_string_equal(server.story, "o0 c ");
	begin();
	assert_int_equal(fota_source_open(&source), 0);
	source.transport = &port;
	assert_int_equal(fota_source_read(&source, got, 10), -EBADMSG);
	fota_source_close(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_file_is_read_to_its_end_and_no_further, setup),
		cmocka_unit_test_setup(a_file_of_unknown_size_ends_where_the_server_ends_it, setup),
		cmocka_unit_test_setup(it_goes_on_behind_what_was_taken, setup),
		cmocka_unit_test_setup(a_file_that_ends_early_is_a_broken_one, setup),
		cmocka_unit_test_setup(more_bytes_than_the_server_told_are_refused, setup),
		cmocka_unit_test_setup(only_what_may_pass_is_tried_again_and_not_for_ever, setup),
		cmocka_unit_test_setup(bytes_that_were_taken_begin_the_count_of_attempts_anew,
				       setup),
		cmocka_unit_test_setup(a_port_that_cannot_wait_is_not_asked_to, setup),
		cmocka_unit_test_setup(what_is_not_the_same_file_at_that_offset_begins_at_0, setup),
		cmocka_unit_test_setup(a_size_that_is_told_once_is_enough, setup),
		cmocka_unit_test_setup(nothing_behind_bytes_of_unknown_length_may_be_the_end,
				       setup),
		cmocka_unit_test_setup(three_times_it_begins_again_and_no_more, setup),
		cmocka_unit_test_setup(a_file_that_cannot_be_opened_at_0_has_not_begun_again,
				       setup),
		cmocka_unit_test_setup(an_error_at_the_offset_changes_nothing, setup),
		cmocka_unit_test_setup(an_error_behind_a_new_beginning_keeps_the_beginning, setup),
		cmocka_unit_test_setup(a_port_that_gives_too_much_is_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
