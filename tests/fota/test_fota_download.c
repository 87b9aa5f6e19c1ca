/* SPDX-License-Identifier: Apache-2.0 */
/* What a download does with its server and its target, each of them scripted. */
#include <errno.h>
#include <string.h>

#include <dfu/config.h>

#include "fota/download_rig.h"

#define BUFFER CONFIG_FOTA_DOWNLOAD_BUF_SZ

static void a_file_goes_to_its_target_and_is_scheduled(void **state)
{
	size_t size = 0;

	(void)state;
	assert_int_equal(fota_download_start("host", "file", -1, 0, 100), 0);
	assert_int_equal(fota_download_target(), DFU_TARGET_IMAGE_TYPE_NONE);
	server_run();
	download_assert_has(DOWNLOAD_SIZE);
	assert_string_equal(fake_target.story, "iowDs");
	assert_string_equal(server.story, "o0 c ");
	assert_string_equal(listener.story, "F");
	assert_int_equal(fake_target.file_size, DOWNLOAD_SIZE);
	assert_int_equal(fake_target.img_num, 0);
	assert_int_equal(fake_target.scheduled, 0);
	assert_int_equal(fota_download_target(), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	assert_int_equal(fota_download_progress(&size), DOWNLOAD_SIZE);
	assert_int_equal(size, DOWNLOAD_SIZE);
	assert_int_equal(fota_download_resumed_at(), 0);
	assert_int_equal(fota_download_error(), 0);
	assert_int_equal(fota_download_process(), 0);
	assert_int_equal(fota_download_cancel(), -EAGAIN);
}

static void a_file_is_not_scheduled_if_the_application_wants_to_do_that(void **state)
{
	(void)state;
	fota_download_autoschedule_set(false);
	server_download(100);
	assert_string_equal(fake_target.story, "iowD");
	assert_string_equal(listener.story, "F");
	fota_download_autoschedule_set(true);
	download_begin(DOWNLOAD_SIZE);
	server_download(100);
	assert_string_equal(fake_target.story, "iowDs");
}

static void every_length_and_fragment_size_arrives_whole(void **state)
{
	static const size_t sizes[] = {32,         33,     63,         64,         1000,
				       BUFFER - 1, BUFFER, BUFFER + 1, 2 * BUFFER, 2 * BUFFER + 99};
	static const size_t fragments[] = {0, 1, 3, 31, 32, 33, 244, BUFFER};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t k = 0; k < ARRAY_LEN(fragments); k++) {
			for (size_t most = 0; most < 40; most += 13) {
				download_begin(sizes[i]);
				server.most_at_once = most;
				server_download(fragments[k]);
				assert_string_equal(listener.story, "F");
				download_assert_has(sizes[i]);
			}
		}
	}
}

static void a_target_that_goes_on_is_sent_the_rest_alone(void **state)
{
	static const size_t offsets[] = {1, 31, 32, 100, 999, 1000};
	static const char *const stories[] = {"o0 c o1= c ",   "o0 c o31= c ",  "o0 c o32= c ",
					      "o0 c o100= c ", "o0 c o999= c ", "o0 c "};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
		download_begin(DOWNLOAD_SIZE);
		fake_target.goes_on_at = offsets[i];
		memcpy(fake_target.bytes, download_bytes, offsets[i]);
		server_download(100);
		assert_string_equal(server.story, stories[i]);
		assert_string_equal(fake_target.story,
				    offsets[i] < DOWNLOAD_SIZE ? "iowDs" : "ioDs");
		download_assert_has(DOWNLOAD_SIZE);
		assert_int_equal(fota_download_resumed_at(), offsets[i]);
		assert_string_equal(listener.story, "F");
	}
}

static void a_target_that_has_more_than_the_file_begins_at_0(void **state)
{
	(void)state;
	fake_target.goes_on_at = DOWNLOAD_SIZE + 1;
	server_download(100);
	assert_string_equal(listener.story, "F");
	assert_string_equal(fake_target.story, "iorio"
					       "wDs");
	assert_string_equal(server.story, "o0 c ");
	download_assert_has(DOWNLOAD_SIZE);
	download_begin(DOWNLOAD_SIZE);
	fake_target.goes_on_at = DOWNLOAD_SIZE + 1;
	fake_target.keeps_offset = true;
	server_download(100);
	assert_string_equal(listener.story, "E6");
	assert_int_equal(fota_download_error(), -EIO);
	assert_string_equal(fake_target.story, "ioriod");
}

static void a_server_that_cannot_go_on_makes_the_target_begin_at_0(void **state)
{
	(void)state;
	fake_target.goes_on_at = 500;
	server_plan(&(struct server_connection){0});
	server_plan(&(struct server_connection){.ignores_offset = true});
	server_download(100);
	assert_string_equal(listener.story, "F");
	assert_string_equal(server.story, "o0 c o500= c ");
	assert_string_equal(fake_target.story, "ioioriowDs");
	download_assert_has(DOWNLOAD_SIZE);
	assert_int_equal(fota_download_resumed_at(), 0);
}

static void a_line_that_breaks_in_the_first_bytes_begins_with_the_first(void **state)
{
	static const size_t fragments[] = {1, 5, 31, 0};

	(void)state;
	for (size_t gives = 1; gives < 32; gives++) {
		for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
			download_begin(DOWNLOAD_SIZE);
			server_plan(&(struct server_connection){.gives = gives,
								.break_rc = -ECONNRESET});
			server_download(fragments[i]);
			assert_string_equal(listener.story, "F");
			assert_string_equal(server.story, "o0 c w1 o0 c ");
			assert_string_equal(fake_target.story, "iowDs");
			download_assert_has(DOWNLOAD_SIZE);
			/* Bytes that no target has taken do not count: it ends. */
			download_begin(DOWNLOAD_SIZE);
			server_plan(&(struct server_connection){.gives = gives});
			server.repeats_last = true;
			server_download(fragments[i]);
			assert_string_equal(listener.story, "E2");
			assert_string_equal(server.story, "o0 c w1 o0 c w2 o0 c ");
			assert_string_equal(fake_target.story, "");
		}
	}
}

static void a_download_that_began_again_and_failed_has_not_resumed(void **state)
{
	(void)state;
	fake_target.goes_on_at = 500;
	server_plan(&(struct server_connection){0});
	server_plan(&(struct server_connection){.open_rc = -ERANGE});
	server_plan(&(struct server_connection){.open_rc = -ENOENT});
	server_download(100);
	assert_string_equal(listener.story, "E2");
	assert_string_equal(server.story, "o0 c o500= o0 ");
	assert_int_equal(fota_download_resumed_at(), 0);
	assert_int_equal(fota_download_progress(NULL), 0);
	assert_string_equal(fake_target.story, "iod");
}

static void plan_nothing_behind_what_the_target_has(void)
{
	download_begin(DOWNLOAD_SIZE);
	fake_target.goes_on_at = DOWNLOAD_SIZE;
	memcpy(fake_target.bytes, download_bytes, DOWNLOAD_SIZE);
	server_plan(&(struct server_connection){.hides_size = true});
	server_plan(&(struct server_connection){.open_rc = -ERANGE});
}

static void a_whole_file_of_unknown_length_is_not_fetched_again(void **state)
{
	(void)state;
	plan_nothing_behind_what_the_target_has();
	server_download(100);
	assert_string_equal(server.story, "o0 c o1000= ");
	assert_string_equal(fake_target.story, "ioDs");
	assert_string_equal(listener.story, "F");
	assert_int_equal(fota_download_resumed_at(), DOWNLOAD_SIZE);
}

static void take_all_of_it_next_time(void)
{
	fake_target.goes_on_at = 0;
	fake_target.done_rc = 0;
	fake_target.on_done = NULL;
}

static void what_is_not_the_whole_file_after_all_begins_at_0(void **state)
{
	(void)state;
	plan_nothing_behind_what_the_target_has();
	fake_target.done_rc = -EBADMSG;
	fake_target.on_done = take_all_of_it_next_time;
	server_download(100);
	assert_string_equal(listener.story, "F");
	assert_string_equal(server.story, "o0 c o1000= o0 c ");
	assert_string_equal(fake_target.story, "ioDiowDs");
	assert_int_equal(fota_download_resumed_at(), 0);
	download_assert_has(DOWNLOAD_SIZE);
}

static void a_whole_file_of_unknown_length_that_is_refused_is_not_fetched_again(void **state)
{
	(void)state;
	plan_nothing_behind_what_the_target_has();
	fake_target.done_rc = -EACCES;
	server_download(100);
	assert_string_equal(server.story, "o0 c o1000= ");
	assert_string_equal(listener.story, "E6");
	assert_int_equal(fota_download_error(), -EACCES);
}

static void names_are_of_content_alone(void **state)
{
	static const struct {
		const char *validator;
		const char *host;
		size_t size;
	} files[] = {
		{"v1", "a", DOWNLOAD_SIZE}, {"v1", "b", DOWNLOAD_SIZE},
		{"v2", "a", DOWNLOAD_SIZE}, {NULL, "a", DOWNLOAD_SIZE},
		{NULL, "b", DOWNLOAD_SIZE}, {"v1", "a", DOWNLOAD_SIZE + 1},
		{NULL, "a", 999},
	};
	uint32_t names[ARRAY_LEN(files)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		download_begin(files[i].size);
		server.file.validator = files[i].validator;
		assert_int_equal(fota_download_start(files[i].host, "f", -1, 0, 0), 0);
		server_run();
		names[i] = fake_target.name;
		assert_int_not_equal(names[i], 0);
	}
	assert_int_equal(names[0], names[1]);
	assert_int_equal(names[3], names[4]);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		for (size_t k = 0; k < i; k++) {
			const bool same = (i == 1 && k == 0) || (i == 4 && k == 3);

			assert_true((names[i] == names[k]) == same);
		}
	}
}

static void what_no_target_knows_or_is_too_short_is_no_update(void **state)
{
	static const size_t fragments[] = {0, 1, 7, 31};

	(void)state;
	download_bytes[0] ^= 1;
	server_download(0);
	assert_string_equal(listener.story, "E3");
	assert_int_equal(fota_download_error(), -ENOTSUP);
	for (size_t size = 0; size < 32; size++) {
		for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
			download_begin(size); /* 0: of unknown size */
			server_download(fragments[i]);
			assert_string_equal(listener.story, "E3");
			assert_int_equal(fota_download_error(), -ENODATA);
			assert_string_equal(fake_target.story, "");
			assert_string_equal(server.story, "o0 c ");
		}
	}
}

/* Every errno of the port, where it opens and where it reads. */
static void every_error_of_the_port_ends_in_its_cause(void **state)
{
	static const struct {
		int rc;
		int cause;
		bool is_repeated;
	} errors[] = {
		{-ENETDOWN, 1, true},         {-EHOSTUNREACH, 1, false}, {-ECONNREFUSED, 1, false},
		{-ECONNABORTED, 1, false},    {-ECONNRESET, 2, true},    {-ETIMEDOUT, 2, true},
		{-EAGAIN, 2, true},           {-EHOSTDOWN, 2, false},    {-ENOENT, 2, false},
		{-EACCES, 2, false},          {-EBADMSG, 2, false},      {-ERANGE, 2, false},
		{-E2BIG, 2, false},           {-EIO, 5, false},          {-ENOMEM, 5, false},
		{-EPROTONOSUPPORT, 7, false}, {-EINVAL, 8, false},       {-EAFNOSUPPORT, 8, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		char expected[] = {'E', (char)('0' + errors[i].cause), '\0'};

		download_begin(DOWNLOAD_SIZE);
		server_plan(&(struct server_connection){.open_rc = errors[i].rc});
		server.repeats_last = true;
		server_download(100);
		assert_string_equal(listener.story, expected);
		assert_string_equal(server.story,
				    errors[i].is_repeated ? "o0 w1 o0 w2 o0 " : "o0 ");
		assert_int_equal(fota_download_error(), errors[i].rc);
		assert_string_equal(fake_target.story, "");
		download_begin(DOWNLOAD_SIZE);
		server_plan(&(struct server_connection){.gives = 300, .break_rc = errors[i].rc});
		server_plan(&(struct server_connection){.breaks_at_once = true,
							.break_rc = errors[i].rc});
		server.repeats_last = true;
		server_download(100);
		assert_string_equal(listener.story, expected);
		assert_string_equal(server.story, errors[i].is_repeated
							  ? "o0 c w1 o300= c w2 o300= c "
							  : "o0 c ");
		assert_string_equal(fake_target.story, "iowd");
	}
}

static void every_error_of_the_target_ends_in_its_cause(void **state)
{
	static const struct {
		struct fake_target target;
		int rc;
		const char *events;
		const char *calls;
	} cases[] = {
		{{.init_rc = -EFBIG}, -EFBIG, "E3", "i"},
		{{.init_rc = -EBUSY}, -EBUSY, "E6", "i"},
		{{.init_rc = -EINVAL}, -EINVAL, "E6", "i"},
		{{.offset_rc = -EIO}, -EIO, "E6", "iod"},
		{{.goes_on_at = 2000, .reset_rc = -EIO}, -EIO, "E6", "iord"},
		{{.write_rc = -EINVAL, .write_after = 3}, -EINVAL, "E3", "iowd"},
		{{.write_rc = -EFBIG, .write_after = 3}, -EFBIG, "E3", "iowd"},
		{{.write_rc = -EIO}, -EIO, "E6", "iowd"},
		{{.write_rc = -EAGAIN}, -EAGAIN, "E6", "iowd"},
		{{.done_rc = -EBADMSG}, -EBADMSG, "E6", "iowDd"},
		{{.done_rc = -EACCES}, -EACCES, "E6", "iowDd"},
		{{.schedule_rc = -ENOLINK}, -ENOLINK, "E6", "iowDs"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		download_begin(DOWNLOAD_SIZE);
		fake_target = cases[i].target;
		server_download(100);
		assert_string_equal(listener.story, cases[i].events);
		assert_string_equal(fake_target.story, cases[i].calls);
		assert_int_equal(fota_download_error(), cases[i].rc);
		assert_string_equal(server.story, "o0 c ");
		/* It does not outlive the next start. */
		download_begin(DOWNLOAD_SIZE);
		server_download(100);
		assert_string_equal(listener.story, "F");
		assert_int_equal(fota_download_error(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_file_goes_to_its_target_and_is_scheduled, download_setup),
		cmocka_unit_test_setup(a_file_is_not_scheduled_if_the_application_wants_to_do_that,
				       download_setup),
		cmocka_unit_test_setup(every_length_and_fragment_size_arrives_whole,
				       download_setup),
		cmocka_unit_test_setup(a_target_that_goes_on_is_sent_the_rest_alone,
				       download_setup),
		cmocka_unit_test_setup(a_target_that_has_more_than_the_file_begins_at_0,
				       download_setup),
		cmocka_unit_test_setup(a_server_that_cannot_go_on_makes_the_target_begin_at_0,
				       download_setup),
		cmocka_unit_test_setup(a_line_that_breaks_in_the_first_bytes_begins_with_the_first,
				       download_setup),
		cmocka_unit_test_setup(a_download_that_began_again_and_failed_has_not_resumed,
				       download_setup),
		cmocka_unit_test_setup(a_whole_file_of_unknown_length_is_not_fetched_again,
				       download_setup),
		cmocka_unit_test_setup(what_is_not_the_whole_file_after_all_begins_at_0,
				       download_setup),
		cmocka_unit_test_setup(
			a_whole_file_of_unknown_length_that_is_refused_is_not_fetched_again,
			download_setup),
		cmocka_unit_test_setup(names_are_of_content_alone, download_setup),
		cmocka_unit_test_setup(what_no_target_knows_or_is_too_short_is_no_update,
				       download_setup),
		cmocka_unit_test_setup(every_error_of_the_port_ends_in_its_cause, download_setup),
		cmocka_unit_test_setup(every_error_of_the_target_ends_in_its_cause, download_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
