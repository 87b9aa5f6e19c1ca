/* SPDX-License-Identifier: Apache-2.0 */
/* What a download does with its server, its target and its listener, each of them scripted. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <dfu/config.h>

#include "fota/fake_server.h"
#include "fota/fake_target.h"
#include "support/test_flash.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define SIZE 1000
#define TAGS CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX
#define BUFFER CONFIG_FOTA_DOWNLOAD_BUF_SZ

static uint8_t bytes[2 * BUFFER + 100];

static void begin_with(size_t size)
{
	static const uint8_t magic[4] = {0x3d, 0xb8, 0xf3, 0x96};

	test_pattern(bytes, sizeof(bytes), 3);
	memcpy(bytes, magic, sizeof(magic));
	fake_target_begin();
	server_begin(bytes, size, "v1");
}

static int setup(void **state)
{
	(void)state;
	begin_with(SIZE);
	return 0;
}

static void assert_has_file(size_t size)
{
	assert_int_equal(fake_target.offset, size);
	assert_memory_equal(fake_target.bytes, bytes, size);
}

static void before_a_callback_and_a_port_are_named_nothing_starts(void **state)
{
	struct fota_transport_ops ops = *server_port.ops;
	const struct fota_transport no_ops = {.ops = NULL};
	const struct fota_transport port = {.ops = &ops};

	(void)state;
	assert_int_equal(fota_download_start("h", "f", -1, 0, 0), -EINVAL);
	assert_int_equal(fota_download_process(), 0);
	assert_int_equal(fota_download_cancel(), -EAGAIN);
	assert_int_equal(fota_download_transport_set(NULL), -EINVAL);
	assert_int_equal(fota_download_transport_set(&no_ops), -EINVAL);
	for (int i = 0; i < 3; i++) {
		ops = *server_port.ops;
		ops.open = i == 0 ? NULL : ops.open;
		ops.read = i == 1 ? NULL : ops.read;
		ops.close = i == 2 ? NULL : ops.close;
		assert_int_equal(fota_download_transport_set(&port), -EINVAL);
	}
	ops = *server_port.ops;
	ops.wait = NULL;
	assert_int_equal(fota_download_transport_set(&port), 0);
	assert_int_equal(fota_download_init(NULL), -EINVAL);
	assert_int_equal(fota_download_start("h", "f", -1, 0, 0), -EINVAL);
}

static void a_start_that_fails_leaves_nothing_under_way(void **state)
{
	static char long_host[CONFIG_FOTA_DOWNLOAD_HOST_NAME_LENGTH + 1];
	static char long_file[CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH + 1];
	int tags[TAGS + 1] = {0};

	(void)state;
	memset(long_host, 'h', sizeof(long_host) - 1);
	memset(long_file, 'f', sizeof(long_file) - 1);
	assert_int_equal(fota_download_start(NULL, "f", -1, 0, 0), -EINVAL);
	assert_int_equal(fota_download_start("h", NULL, -1, 0, 0), -EINVAL);
	assert_int_equal(fota_download_any("h", "f", NULL, 1, 0, 0), -EINVAL);
	assert_int_equal(fota_download_any("h", "f", tags, TAGS + 1, 0, 0), -E2BIG);
	assert_int_equal(fota_download_start(long_host, "f", -1, 0, 0), -ENAMETOOLONG);
	assert_int_equal(fota_download_start("h", long_file, -1, 0, 0), -ENAMETOOLONG);
	fake_boot.s0_rc = -EFAULT;
	assert_int_equal(fota_download_start("h", "a b", -1, 0, 0), -EIO);
	assert_int_equal(fota_download_process(), 0);
	assert_int_equal(fota_download_cancel(), -EAGAIN);
	assert_string_equal(listener.story, "");
	/* One character less each, and as many tags as there may be. */
	long_host[sizeof(long_host) - 2] = '\0';
	long_file[sizeof(long_file) - 2] = '\0';
	assert_int_equal(fota_download_any(long_host, long_file, tags, TAGS, 0, 0), 0);
	server_run();
	assert_string_equal(server.host, long_host);
	assert_string_equal(server.path, long_file);
	assert_string_equal(listener.story, "F");
}

static void while_one_is_under_way_no_other_starts(void **state)
{
	(void)state;
	assert_int_equal(fota_download_start("host", "file", -1, 0, 100), 0);
	do {
		assert_int_equal(fota_download_start("other", "other", -1, 0, 0), -EALREADY);
		assert_int_equal(fota_download_transport_set(&server_port), -EALREADY);
	} while (fota_download_process() != 0);
	assert_string_equal(listener.story, "F");
	assert_string_equal(server.host, "host");
	assert_string_equal(server.path, "file");
	assert_has_file(SIZE);
	server_begin(bytes, SIZE, "v1");
	server_download(0);
	assert_string_equal(listener.story, "F");
}

static void the_port_gets_copies_of_what_was_asked_for(void **state)
{
	char host[] = "https://h.example:8443";
	char file[] = "//dir/file name";
	int tags[] = {7, 0, -3};

	(void)state;
	assert_int_equal(fota_download_any(host, file, tags, 3, 9, 77), 0);
	memset(host, 'x', sizeof(host) - 1);
	memset(file, 'x', sizeof(file) - 1);
	memset(tags, 0x55, sizeof(tags));
	server_run();
	assert_string_equal(server.host, "https://h.example:8443");
	assert_string_equal(server.path, "dir/file name");
	assert_int_equal(server.tag_count, 3);
	assert_int_equal(server.tags[0], 7);
	assert_int_equal(server.tags[2], -3);
	assert_int_equal(server.pdn_id, 9);
	assert_int_equal(server.fragment, 77);
	assert_int_equal(fota_download_start("h", "f", 42, 0, BUFFER + 1), 0);
	server_run();
	assert_int_equal(server.tag_count, 1);
	assert_int_equal(server.tags[0], 42);
	assert_int_equal(server.fragment, BUFFER);
	assert_int_equal(fota_download_start("h", "f", -1, 0, 0), 0);
	server_run();
	assert_int_equal(server.tag_count, 0);
	assert_int_equal(server.fragment, BUFFER);
}

static void a_file_goes_to_its_target_and_is_scheduled(void **state)
{
	size_t size = 0;

	(void)state;
	assert_int_equal(fota_download_start("host", "file", -1, 0, 100), 0);
	assert_int_equal(fota_download_target(), DFU_TARGET_IMAGE_TYPE_NONE);
	server_run();
	assert_has_file(SIZE);
	assert_string_equal(fake_target.story, "iowDs");
	assert_string_equal(server.story, "o0 c ");
	assert_string_equal(listener.story, "F");
	assert_int_equal(fake_target.file_size, SIZE);
	assert_int_equal(fake_target.img_num, 0);
	assert_int_equal(fake_target.scheduled, 0);
	assert_int_equal(fota_download_target(), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	assert_int_equal(fota_download_progress(&size), SIZE);
	assert_int_equal(size, SIZE);
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
	begin_with(SIZE);
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
				begin_with(sizes[i]);
				server.most_at_once = most;
				server_download(fragments[k]);
				assert_string_equal(listener.story, "F");
				assert_has_file(sizes[i]);
			}
		}
	}
}

static void percents_rise_to_a_hundred_and_none_is_told_twice(void **state)
{
	static const size_t fragments[] = {1, 100, 999, 2048};
	static const unsigned int told[] = {98, 10, 2, 1}; /* of one: 32 bytes come first */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
		begin_with(SIZE);
		server_download(fragments[i]);
		assert_int_equal(listener.percent, 100);
		/* The first one, 0, is told when the target is ready. */
		assert_int_equal(listener.told, told[i] + 1);
	}
	begin_with(SIZE);
	server_plan(&(struct server_connection){.hides_size = true});
	server_download(100);
	assert_string_equal(listener.story, "F");
	assert_int_equal(listener.told, 0);
}

static void a_target_that_goes_on_is_sent_the_rest_alone(void **state)
{
	static const size_t offsets[] = {1, 31, 32, 100, 999, 1000};
	static const char *const stories[] = {"o0 c o1= c ",   "o0 c o31= c ",  "o0 c o32= c ",
					      "o0 c o100= c ", "o0 c o999= c ", "o0 c "};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
		begin_with(SIZE);
		fake_target.goes_on_at = offsets[i];
		memcpy(fake_target.bytes, bytes, offsets[i]);
		server_download(100);
		assert_string_equal(server.story, stories[i]);
		assert_string_equal(fake_target.story, offsets[i] < SIZE ? "iowDs" : "ioDs");
		assert_has_file(SIZE);
		assert_int_equal(fota_download_resumed_at(), offsets[i]);
		assert_string_equal(listener.story, "F");
	}
}

static void a_target_that_has_more_than_the_file_begins_at_0(void **state)
{
	(void)state;
	fake_target.goes_on_at = SIZE + 1;
	server_download(100);
	assert_string_equal(listener.story, "F");
	assert_string_equal(fake_target.story, "iorio"
					       "wDs");
	assert_string_equal(server.story, "o0 c ");
	assert_has_file(SIZE);
	begin_with(SIZE);
	fake_target.goes_on_at = SIZE + 1;
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
	assert_has_file(SIZE);
	assert_int_equal(fota_download_resumed_at(), 0);
}

static void a_line_that_breaks_in_the_first_bytes_begins_with_the_first(void **state)
{
	static const size_t fragments[] = {1, 5, 31, 0};

	(void)state;
	for (size_t gives = 1; gives < 32; gives++) {
		for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
			begin_with(SIZE);
			server_plan(&(struct server_connection){.gives = gives,
								.break_rc = -ECONNRESET});
			server_download(fragments[i]);
			assert_string_equal(listener.story, "F");
			assert_string_equal(server.story, "o0 c w1 o0 c ");
			assert_string_equal(fake_target.story, "iowDs");
			assert_has_file(SIZE);
			/* Bytes that no target has taken do not count: it ends. */
			begin_with(SIZE);
			server_plan(&(struct server_connection){.gives = gives});
			server.repeats_last = true;
			server_download(fragments[i]);
			assert_string_equal(listener.story, "E2");
			assert_string_equal(server.story, "o0 c w1 o0 c w2 o0 c ");
			assert_string_equal(fake_target.story, "");
		}
	}
}

static void names_are_of_content_alone(void **state)
{
	static const struct {
		const char *validator;
		const char *host;
		size_t size;
	} files[] = {
		{"v1", "a", SIZE}, {"v1", "b", SIZE},     {"v2", "a", SIZE}, {NULL, "a", SIZE},
		{NULL, "b", SIZE}, {"v1", "a", SIZE + 1}, {NULL, "a", 999},
	};
	uint32_t names[ARRAY_LEN(files)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		begin_with(files[i].size);
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

static void only_files_of_expected_types_are_taken(void **state)
{
	static const struct {
		int expected;
		const char *story;
	} cases[] = {
		{DFU_TARGET_IMAGE_TYPE_ANY, "F"},
		{DFU_TARGET_IMAGE_TYPE_MCUBOOT, "F"},
		{DFU_TARGET_IMAGE_TYPE_ANY_APPLICATION, "F"},
		{DFU_TARGET_IMAGE_TYPE_MCUBOOT | DFU_TARGET_IMAGE_TYPE_FULL_MODEM, "F"},
		{DFU_TARGET_IMAGE_TYPE_ANY_MODEM, "E4"},
		{DFU_TARGET_IMAGE_TYPE_CUSTOM, "E4"},
		{DFU_TARGET_IMAGE_TYPE_NONE, "E4"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		begin_with(SIZE);
		assert_int_equal(
			fota_download_start_with_image_type(
				"h", "f", -1, 0, 0, (enum dfu_target_image_type)cases[i].expected),
			0);
		server_run();
		assert_string_equal(listener.story, cases[i].story);
		if (cases[i].story[0] == 'E') {
			assert_int_equal(fota_download_error(), -EPERM);
			assert_string_equal(fake_target.story, "");
			assert_int_equal(fota_download_target(), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
		}
	}
}

static void what_no_target_knows_or_is_too_short_is_no_update(void **state)
{
	static const size_t fragments[] = {0, 1, 7, 31};

	(void)state;
	bytes[0] ^= 1;
	server_download(0);
	assert_string_equal(listener.story, "E3");
	assert_int_equal(fota_download_error(), -ENOTSUP);
	for (size_t size = 0; size < 32; size++) {
		for (size_t i = 0; i < ARRAY_LEN(fragments); i++) {
			begin_with(size); /* 0: of unknown size */
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

		begin_with(SIZE);
		server_plan(&(struct server_connection){.open_rc = errors[i].rc});
		server.repeats_last = true;
		server_download(100);
		assert_string_equal(listener.story, expected);
		assert_string_equal(server.story,
				    errors[i].is_repeated ? "o0 w1 o0 w2 o0 " : "o0 ");
		assert_int_equal(fota_download_error(), errors[i].rc);
		assert_string_equal(fake_target.story, "");
		begin_with(SIZE);
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
		begin_with(SIZE);
		fake_target = cases[i].target;
		server_download(100);
		assert_string_equal(listener.story, cases[i].events);
		assert_string_equal(fake_target.story, cases[i].calls);
		assert_int_equal(fota_download_error(), cases[i].rc);
		assert_string_equal(server.story, "o0 c ");
		/* It does not outlive the next start. */
		begin_with(SIZE);
		server_download(100);
		assert_string_equal(listener.story, "F");
		assert_int_equal(fota_download_error(), 0);
	}
}

static void of_two_names_the_one_for_the_other_slot_is_fetched(void **state)
{
	static const struct {
		struct fake_boot boot;
		const char *file;
		const char *fetched;
		int image;
	} cases[] = {
		{{0, true, 1}, "s0.bin s1.bin", "s1.bin", 1},
		{{0, false, 1}, "s0.bin s1.bin", "s0.bin", 1},
		{{0, false, 1}, "/s0.bin /s1.bin", "s0.bin", 1},
		{{0, true, 1}, "/s0.bin /s1.bin", "s1.bin", 1},
		{{0, true, 0}, "s0.bin s1.bin", "s1.bin", 0},
		{{0, true, -ENOENT}, "s0.bin s1.bin", "s1.bin", 0},
		{{0, true, 1}, "app.bin", "app.bin", 0},
		{{-EFAULT, true, 1}, "app.bin", "app.bin", 0},
		{{-ENOENT, true, 1}, "s0.bin s1.bin", "s0.bin s1.bin", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		begin_with(SIZE);
		fake_boot = cases[i].boot;
		assert_int_equal(fota_download_start("h", cases[i].file, -1, 0, 0), 0);
		server_run();
		assert_string_equal(listener.story, "F");
		assert_string_equal(server.path, cases[i].fetched);
		assert_int_equal(fake_target.img_num, cases[i].image);
		assert_int_equal(fake_target.scheduled, cases[i].image);
	}
}

static void a_cancelled_download_is_closed_then_paused_then_told(void **state)
{
	(void)state;
	for (int steps = 0; steps < 12; steps++) {
		begin_with(SIZE);
		assert_int_equal(fota_download_start("host", "file", -1, 0, 100), 0);
		for (int i = 0; i < steps; i++) {
			assert_int_equal(fota_download_process(), 1);
		}
		assert_int_equal(fota_download_cancel(), 0);
		assert_string_equal(listener.story, "C");
		assert_string_equal(server.story, steps > 0 ? "o0 c " : "");
		assert_string_equal(fake_target.story, steps < 2 ? "" : steps < 3 ? "iod" : "iowd");
		assert_int_equal(fota_download_process(), 0);
		assert_int_equal(fota_download_cancel(), -EAGAIN);
		assert_string_equal(listener.story, "C");
	}
}

static int cancel_rc;
static enum fota_download_evt_id cancel_on;

static void cancel_in_callback(const struct fota_download_evt *event)
{
	if (event->id == cancel_on) {
		assert_int_equal(fota_download_process(),
				 event->id == FOTA_DOWNLOAD_EVT_FINISHED ? 0 : 1);
		cancel_rc = fota_download_cancel();
	}
}

static void a_callback_may_cancel(void **state)
{
	static const struct {
		enum fota_download_evt_id on;
		int told_in;
		int rc;
		const char *story;
		const char *calls;
	} cases[] = {
		{FOTA_DOWNLOAD_EVT_PROGRESS, 0, 0, "C", "iod"},
		{FOTA_DOWNLOAD_EVT_ERASE_PENDING, 'i', 0, "pC", "iod"},
		{FOTA_DOWNLOAD_EVT_ERASE_PENDING, 'w', 0, "pC", "iowd"},
		{FOTA_DOWNLOAD_EVT_FINISHED, 0, -EAGAIN, "F", "iowDs"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		begin_with(SIZE);
		cancel_rc = 1;
		cancel_on = cases[i].on;
		listener.on_event = cancel_in_callback;
		fake_target.told_in = cases[i].told_in;
		fake_target.tells = DFU_TARGET_EVT_ERASE_PENDING;
		server_download(100);
		assert_int_equal(cancel_rc, cases[i].rc);
		assert_string_equal(listener.story, cases[i].story);
		assert_string_equal(fake_target.story, cases[i].calls);
		assert_string_equal(server.story, "o0 c ");
	}
}

static void a_cancellation_is_told_even_if_the_step_fails(void **state)
{
	(void)state;
	cancel_on = FOTA_DOWNLOAD_EVT_ERASE_TIMEOUT;
	listener.on_event = cancel_in_callback;
	fake_target.told_in = 'w';
	fake_target.tells = DFU_TARGET_EVT_TIMEOUT;
	fake_target.write_rc = -EIO;
	server_download(100);
	assert_string_equal(listener.story, "tC");
}

static int starts;

static void start_in_callback(const struct fota_download_evt *event)
{
	if (event->id == FOTA_DOWNLOAD_EVT_FINISHED || event->id == FOTA_DOWNLOAD_EVT_ERROR ||
	    event->id == FOTA_DOWNLOAD_EVT_CANCELLED) {
		if (starts-- > 0) {
			listener.percent = -1;
			fake_target.write_rc = 0;
			assert_int_equal(fota_download_start("next", "file", -1, 0, 100), 0);
		}
	}
}

static void a_callback_may_start_the_next_one(void **state)
{
	(void)state;
	starts = 3;
	listener.on_event = start_in_callback;
	fake_target.write_rc = -EIO;
	assert_int_equal(fota_download_start("host", "file", -1, 0, 100), 0);
	assert_int_equal(fota_download_process(), 1);
	assert_int_equal(fota_download_cancel(), 0);
	assert_string_equal(server.host, "host");
	fake_target.write_rc = -EIO;
	server_run();
	assert_string_equal(listener.story, "CE6FF");
	assert_string_equal(server.host, "next");
}

static void the_target_s_events_reach_the_listener(void **state)
{
	static const char *const stories[] = {"pF", "tF", "dF"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
		begin_with(SIZE);
		fake_target.told_in = 'i';
		fake_target.tells = (enum dfu_target_evt_id)i;
		server_download(0);
		assert_string_equal(listener.story, stories[i]);
	}
}

static void progress_counts_what_the_target_has(void **state)
{
	size_t size = 0;
	size_t before = 0;

	(void)state;
	fake_target.goes_on_at = 300;
	server_plan(&(struct server_connection){0});
	server_plan(&(struct server_connection){.gives = 150, .break_rc = -EAGAIN});
	assert_int_equal(fota_download_start("host", "file", -1, 0, 100), 0);
	while (fota_download_process() != 0) {
		const size_t now = fota_download_progress(&size);

		assert_true(now >= before);
		assert_int_equal(now, before == 0 && now == 0 ? 0 : fake_target.offset);
		before = now;
	}
	assert_int_equal(size, SIZE);
	assert_int_equal(fota_download_progress(NULL), SIZE);
	assert_int_equal(fota_download_resumed_at(), 300);
	assert_string_equal(server.story, "o0 c o300= c w1 o450= c ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_a_callback_and_a_port_are_named_nothing_starts),
		cmocka_unit_test_setup(a_start_that_fails_leaves_nothing_under_way, setup),
		cmocka_unit_test_setup(while_one_is_under_way_no_other_starts, setup),
		cmocka_unit_test_setup(the_port_gets_copies_of_what_was_asked_for, setup),
		cmocka_unit_test_setup(a_file_goes_to_its_target_and_is_scheduled, setup),
		cmocka_unit_test_setup(a_file_is_not_scheduled_if_the_application_wants_to_do_that,
				       setup),
		cmocka_unit_test_setup(every_length_and_fragment_size_arrives_whole, setup),
		cmocka_unit_test_setup(percents_rise_to_a_hundred_and_none_is_told_twice, setup),
		cmocka_unit_test_setup(a_target_that_goes_on_is_sent_the_rest_alone, setup),
		cmocka_unit_test_setup(a_target_that_has_more_than_the_file_begins_at_0, setup),
		cmocka_unit_test_setup(a_server_that_cannot_go_on_makes_the_target_begin_at_0,
				       setup),
		cmocka_unit_test_setup(a_line_that_breaks_in_the_first_bytes_begins_with_the_first,
				       setup),
		cmocka_unit_test_setup(names_are_of_content_alone, setup),
		cmocka_unit_test_setup(only_files_of_expected_types_are_taken, setup),
		cmocka_unit_test_setup(what_no_target_knows_or_is_too_short_is_no_update, setup),
		cmocka_unit_test_setup(every_error_of_the_port_ends_in_its_cause, setup),
		cmocka_unit_test_setup(every_error_of_the_target_ends_in_its_cause, setup),
		cmocka_unit_test_setup(of_two_names_the_one_for_the_other_slot_is_fetched, setup),
		cmocka_unit_test_setup(a_cancelled_download_is_closed_then_paused_then_told, setup),
		cmocka_unit_test_setup(a_callback_may_cancel, setup),
		cmocka_unit_test_setup(a_cancellation_is_told_even_if_the_step_fails, setup),
		cmocka_unit_test_setup(a_callback_may_start_the_next_one, setup),
		cmocka_unit_test_setup(the_target_s_events_reach_the_listener, setup),
		cmocka_unit_test_setup(progress_counts_what_the_target_has, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
