/* SPDX-License-Identifier: Apache-2.0 */
/* What a start takes, refuses and passes on. */
#include <errno.h>
#include <string.h>

#include <dfu/config.h>

#include "fota/download_rig.h"

#define TAGS CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX
#define BUFFER CONFIG_FOTA_DOWNLOAD_BUF_SZ

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
	download_assert_has(DOWNLOAD_SIZE);
	server_begin(download_bytes, DOWNLOAD_SIZE, "v1");
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
		download_begin(DOWNLOAD_SIZE);
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
		download_begin(DOWNLOAD_SIZE);
		fake_boot = cases[i].boot;
		assert_int_equal(fota_download_start("h", cases[i].file, -1, 0, 0), 0);
		server_run();
		assert_string_equal(listener.story, "F");
		assert_string_equal(server.path, cases[i].fetched);
		assert_int_equal(fake_target.img_num, cases[i].image);
		assert_int_equal(fake_target.scheduled, cases[i].image);
	}
}

static void images_go_to_the_pair_that_was_named(void **state)
{
	(void)state;
	assert_int_equal(fota_download_image_set(-2), -EINVAL);
	assert_int_equal(fota_download_image_set(3), 0);
	for (int i = 0; i < 2; i++) {
		download_begin(DOWNLOAD_SIZE);
		fake_boot = (struct fake_boot){0, true, 1};
		assert_int_equal(
			fota_download_start("h", i == 0 ? "app.bin" : "s0.bin s1.bin", -1, 0, 0),
			0);
		assert_int_equal(fota_download_image_set(2), -EALREADY);
		server_run();
		assert_string_equal(listener.story, "F");
		assert_int_equal(fake_target.img_num, 3);
		assert_int_equal(fake_target.scheduled, 3);
	}
	assert_int_equal(fota_download_image_set(-1), 0);
	server_download(0);
	assert_int_equal(fake_target.img_num, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_a_callback_and_a_port_are_named_nothing_starts),
		cmocka_unit_test_setup(a_start_that_fails_leaves_nothing_under_way, download_setup),
		cmocka_unit_test_setup(while_one_is_under_way_no_other_starts, download_setup),
		cmocka_unit_test_setup(the_port_gets_copies_of_what_was_asked_for, download_setup),
		cmocka_unit_test_setup(only_files_of_expected_types_are_taken, download_setup),
		cmocka_unit_test_setup(of_two_names_the_one_for_the_other_slot_is_fetched,
				       download_setup),
		cmocka_unit_test_setup(images_go_to_the_pair_that_was_named, download_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
