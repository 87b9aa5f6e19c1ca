/* SPDX-License-Identifier: Apache-2.0 */
/* The file back-end against the bytes of its file, read and written here by stdio. */
#include "suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <settings/settings_file.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static char folder[64];
static char path[96];
static char tmp_path[104];
static struct settings_file file;

static const struct settings_backend *open_file(void)
{
	strcpy(folder, "/tmp/slotwise-settings-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		abort();
	}
	(void)snprintf(path, sizeof(path), "%s/settings", folder);
	(void)snprintf(tmp_path, sizeof(tmp_path), "%s.tmp", path);
	settings_file_init(&file, path);
	return &file.backend;
}

static void close_file(void)
{
	(void)unlink(tmp_path);
	(void)unlink(path);
	(void)rmdir(path);
	if (rmdir(folder) != 0) {
		abort(); /* something was left behind */
	}
}

static int setup(void **state)
{
	(void)state;
	settings_backend_set(open_file());
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	settings_backend_set(NULL);
	close_file();
	return 0;
}

static void put_file(const char *content, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void assert_file(const char *content, size_t len)
{
	char buf[4096];
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	assert_int_equal(fread(buf, 1, sizeof(buf), f), len);
	(void)fclose(f);
	assert_memory_equal(buf, content, len);
}

static void assert_no_tmp_file(void)
{
	assert_int_not_equal(access(tmp_path, F_OK), 0);
}

static int no_entry(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg,
		    void *param)
{
	(void)key;
	(void)len;
	(void)read_cb;
	(void)cb_arg;
	(void)param;
	fail_msg("an entry of a damaged store was offered");
	return 0;
}

static void file_has_a_line_of_hex_an_entry(void **state)
{
	static const char expected[] = "dfu/a=00ff0a\nb=31\n";

	(void)state;
	assert_int_equal(settings_save_one("dfu/a", "\x00\xff\x0a", 3), 0);
	assert_int_equal(settings_save_one("b", "1", 1), 0);
	assert_file(expected, strlen(expected));
	assert_no_tmp_file();
	assert_int_equal(settings_delete("b"), 0);
	assert_file(expected, strlen("dfu/a=00ff0a\n"));
}

static void file_of_another_program_is_read(void **state)
{
	static const char content[] = "a=0102\nb=ff\na=03\n";

	(void)state;
	put_file(content, strlen(content));
	assert_setting("a", "\x03", 1); /* the later line */
	assert_setting("b", "\xff", 1);
}

/* A good line before the damage is not used either. */
static void damaged_file_is_neither_used_nor_overwritten(void **state)
{
	static const struct {
		const char *content;
		size_t len;
	} damaged[] = {
#define DAMAGED(text) {text, sizeof(text) - 1}
		DAMAGED("a=01\nb\n"),       DAMAGED("a=01\n\n"),        DAMAGED("a=01\n=01\n"),
		DAMAGED("a=01\nb=\n"),      DAMAGED("a=01\nb=1\n"),     DAMAGED("a=01\nb=0g\n"),
		DAMAGED("a=01\nb=g0\n"),    DAMAGED("a=01\nb=0A\n"),    DAMAGED("a=01\nb=01 \n"),
		DAMAGED("a=01\nb=01\r\n"),  DAMAGED("a=01\nb=01"),      DAMAGED("a=01\nb=0"),
		DAMAGED("a=01\nb=01=02\n"), DAMAGED("a=01\nb\0c=01\n"), DAMAGED("a=01\nb=\0\0\n"),
		DAMAGED("a=01\n\0\0\0\0"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		put_file(damaged[i].content, damaged[i].len);
		assert_int_equal(settings_load_subtree_direct(NULL, no_entry, NULL), -EBADMSG);
		assert_int_equal(settings_save_one("c", "1", 1), -EBADMSG);
		assert_int_equal(settings_delete("a"), -EBADMSG);
		assert_file(damaged[i].content, damaged[i].len);
		assert_no_tmp_file();
	}
}

static void line_longer_than_an_entry_is_damage(void **state)
{
	char content[2 * SETTINGS_MAX_VAL_LEN + 8];

	(void)state;
	memset(content, '0', sizeof(content));
	memcpy(content, "a=", 2);
	content[2 + 2 * SETTINGS_MAX_VAL_LEN] = '\n';
	put_file(content, 2 + 2 * SETTINGS_MAX_VAL_LEN + 1);
	assert_setting("a", (uint8_t[SETTINGS_MAX_VAL_LEN]){0}, SETTINGS_MAX_VAL_LEN);

	content[2 + 2 * SETTINGS_MAX_VAL_LEN] = '0';
	content[2 + 2 * SETTINGS_MAX_VAL_LEN + 2] = '\n';
	put_file(content, 2 + 2 * SETTINGS_MAX_VAL_LEN + 3);
	assert_int_equal(settings_load_subtree_direct(NULL, no_entry, NULL), -EBADMSG);

	memset(content, 'n', SETTINGS_MAX_NAME_LEN + 1);
	memcpy(content + SETTINGS_MAX_NAME_LEN + 1, "=00\n", 4);
	put_file(content, SETTINGS_MAX_NAME_LEN + 5);
	assert_int_equal(settings_load_subtree_direct(NULL, no_entry, NULL), -EBADMSG);
}

/* Entries of one byte take the most room in memory for a line of their length. */
static void many_short_entries_fit(void **state)
{
	char content[26 * 26 * 6];
	size_t len = 0;

	(void)state;
	for (char c = 'a'; c <= 'z'; c++) {
		for (char d = 'a'; d <= 'z'; d++) {
			const char line[] = {c, d, '=', '7', '7', '\n'};

			memcpy(content + len, line, sizeof(line));
			len += sizeof(line);
		}
	}
	put_file(content, len);
	assert_setting("aa", "\x77", 1);
	assert_setting("zz", "\x77", 1);
	assert_int_equal(
		settings_save_one("A", (uint8_t[SETTINGS_MAX_VAL_LEN]){0}, SETTINGS_MAX_VAL_LEN),
		0);
	assert_setting("zz", "\x77", 1);
}

static void line_end_in_a_name_is_refused(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("a\nb", "1", 1), -EINVAL);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void deleting_a_missing_name_writes_nothing(void **state)
{
	(void)state;
	assert_int_equal(settings_delete("a"), 0);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void folder_that_cannot_be_written_passes_through(void **state)
{
	struct settings_file lost;

	(void)state;
	settings_file_init(&lost, "/proc/slotwise-settings");
	settings_backend_set(&lost.backend);
	assert_setting("a", NULL, 0);
	assert_int_equal(settings_save_one("a", "1", 1), -ENOENT);

	put_file("a=31\n", 5);
	(void)snprintf(tmp_path, sizeof(tmp_path), "%s/below", path);
	settings_file_init(&lost, tmp_path); /* a file where a folder should be */
	assert_int_equal(settings_save_one("a", "1", 1), -ENOTDIR);
	assert_int_equal(settings_load_subtree_direct(NULL, no_entry, NULL), -ENOTDIR);
}

static void folder_in_place_of_the_file_passes_through(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(settings_load_subtree_direct(NULL, no_entry, NULL), -EISDIR);
	assert_int_equal(settings_save_one("a", "1", 1), -EISDIR);
}

static void pipe_in_place_of_the_file_is_refused_and_not_waited_for(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(settings_load_subtree_direct(NULL, no_entry, NULL), -EINVAL);
	assert_int_equal(settings_save_one("a", "1", 1), -EINVAL);
}

/* The new file lands on a device that is always full. */
static void full_disk_leaves_the_old_file_alone(void **state)
{
	(void)state;
	assert_int_equal(settings_save_one("a", "1", 1), 0);
	assert_int_equal(symlink("/dev/full", tmp_path), 0);
	assert_int_equal(settings_save_one("a", "2", 1), -ENOSPC);
	assert_no_tmp_file();
	assert_file("a=31\n", 5);
	assert_int_equal(settings_save_one("a", "2", 1), 0); /* the same call again */
	assert_file("a=32\n", 5);
}

/* The system writes a part, then no more. */
static void file_cut_short_leaves_the_old_one_alone(void **state)
{
	struct rlimit old;
	struct rlimit limit;
	uint8_t value[100] = {0};
	int rc;

	(void)state;
	assert_int_equal(settings_save_one("a", "1", 1), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 64;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	rc = settings_save_one("b", value, sizeof(value));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(rc, -EFBIG);
	assert_no_tmp_file();
	assert_file("a=31\n", 5);
}

static void new_file_left_by_a_cut_is_no_obstacle(void **state)
{
	FILE *f;

	(void)state;
	assert_int_equal(settings_save_one("a", "1", 1), 0);
	f = fopen(tmp_path, "wb");
	assert_non_null(f);
	assert_true(fputs("a=torn and longer than what comes", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_setting("a", "1", 1);
	assert_int_equal(settings_save_one("b", "2", 1), 0);
	assert_file("a=31\nb=32\n", 10);
	assert_no_tmp_file();
}

static void path_without_a_folder_is_of_the_current_one(void **state)
{
	char before[512];
	struct settings_file here;

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(folder), 0);
	settings_file_init(&here, "settings");
	settings_backend_set(&here.backend);
	assert_int_equal(settings_save_one("a", "1", 1), 0);
	assert_int_equal(chdir(before), 0);
	assert_file("a=31\n", 5);
}

int main(void)
{
	const struct settings_suite suite = {"settings in a file", open_file, close_file};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(file_has_a_line_of_hex_an_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(file_of_another_program_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged_file_is_neither_used_nor_overwritten, setup,
						teardown),
		cmocka_unit_test_setup_teardown(line_longer_than_an_entry_is_damage, setup,
						teardown),
		cmocka_unit_test_setup_teardown(many_short_entries_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(line_end_in_a_name_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(deleting_a_missing_name_writes_nothing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(folder_that_cannot_be_written_passes_through, setup,
						teardown),
		cmocka_unit_test_setup_teardown(folder_in_place_of_the_file_passes_through, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			pipe_in_place_of_the_file_is_refused_and_not_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(full_disk_leaves_the_old_file_alone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(file_cut_short_leaves_the_old_one_alone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(new_file_left_by_a_cut_is_no_obstacle, setup,
						teardown),
		cmocka_unit_test_setup_teardown(path_without_a_folder_is_of_the_current_one, setup,
						teardown),
	};

	return run_settings_suite(&suite) + cmocka_run_group_tests(tests, NULL, NULL);
}
