/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <retention/bootmode.h>
#include <settings/settings.h>
#include <storage/flash_map.h>

#include "device.h"
#include "sim/board_source.h"

#define DEVICE "device-test"

static struct sim_error error;
static struct sim_device *device;

static int make(void)
{
	size_t len;
	void *blob = board_compile_text(board_source, &len);
	int rc = sim_device_create(DEVICE, blob, len, NULL, &error);

	free(blob);
	return rc;
}

static int set_up(void **state)
{
	(void)state;
	device = NULL;
	return make();
}

static int tear_down(void **state)
{
	static const char *const names[] = {
		DEVICE "/board.dtb",
		DEVICE "/inner.bin",
		DEVICE "/outer.bin",
		DEVICE "/settings",
	};

	(void)state;
	sim_device_close(device);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)unlink(names[i]);
	}
	return rmdir(DEVICE);
}

static off_t file_size(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

static uint8_t byte_of(const char *path, long offset)
{
	FILE *file = fopen(path, "rb");
	int byte;

	assert_non_null(file);
	assert_int_equal(fseek(file, offset, SEEK_SET), 0);
	byte = fgetc(file);
	assert_int_not_equal(byte, EOF);
	(void)fclose(file);
	return (uint8_t)byte;
}

static void a_new_device_is_erased_at_full_size(void **state)
{
	(void)state;
	assert_int_equal(file_size(DEVICE "/inner.bin"), 0x40000);
	assert_int_equal(file_size(DEVICE "/outer.bin"), 0x40000);
	assert_int_equal(byte_of(DEVICE "/inner.bin", 0), 0x00);
	assert_int_equal(byte_of(DEVICE "/inner.bin", 0x3ffff), 0x00);
	assert_int_equal(byte_of(DEVICE "/outer.bin", 0), 0xff);
	assert_int_equal(byte_of(DEVICE "/outer.bin", 0x3ffff), 0xff);
}

static void a_path_that_exists_is_not_made_into_a_device(void **state)
{
	(void)state;
	assert_int_equal(make(), -EEXIST);
	assert_int_equal(file_size(DEVICE "/inner.bin"), 0x40000);
}

static void a_path_too_long_leaves_nothing_behind(void **state)
{
	size_t len;
	void *blob = board_compile_text(board_source, &len);
	char path[4200];

	(void)state;
	memset(path, '/', sizeof(path));
	memcpy(path, "longer", 6);
	/* A path that the folder itself fits in, but not its files. */
	path[4090] = '\0';
	assert_int_equal(sim_device_create(path, blob, len, NULL, &error), -ENAMETOOLONG);
	assert_int_equal(access("longer", F_OK), -1);
	free(blob);
}

static void writes_reach_the_raw_file_of_their_flash(void **state)
{
	static const uint8_t block[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	const struct flash_area *fa;

	(void)state;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	assert_int_equal(flash_area_open(0, &fa), 0);
	assert_int_equal(fa->fa_size, 0x20000);
	assert_string_equal(flash_area_label(fa), "image-0");
	assert_int_equal(flash_area_write(fa, 0x18, block, sizeof(block)), 0);
	assert_int_equal(byte_of(DEVICE "/inner.bin", 0x10000 + 0x18), 1);
	assert_int_equal(byte_of(DEVICE "/inner.bin", 0x10000 + 0x1f), 8);
	assert_int_equal(flash_area_open(1, &fa), 0);
	assert_int_equal(flash_area_write(fa, 3, block, 1), 0);
	assert_int_equal(byte_of(DEVICE "/outer.bin", 3), 1);
	assert_null(sim_device_violation(device));
}

static void a_broken_rule_of_flash_names_device_operation_and_offset(void **state)
{
	static const uint8_t block[8] = {1};
	const struct flash_area *fa;

	(void)state;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	assert_int_equal(flash_area_open(0, &fa), 0);
	assert_int_equal(flash_area_write(fa, 0, block, sizeof(block)), 0);
	assert_int_equal(flash_area_write(fa, 0, block, sizeof(block)), -EIO);
	assert_non_null(sim_device_violation(device));
	assert_non_null(strstr(sim_device_violation(device), "inner"));
	assert_non_null(strstr(sim_device_violation(device), "0x10000"));
}

static void the_flash_map_holds_the_board_and_nothing_else(void **state)
{
	const struct flash_area *fa;

	(void)state;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	assert_int_equal(flash_area_open(20, &fa), 0);
	assert_int_equal(flash_area_open(21, &fa), 0);
	assert_int_equal(flash_area_open(2, &fa), -ENOENT);
	assert_int_equal(flash_area_open(16, &fa), -ENOENT);
	assert_int_equal(flash_area_open(17, &fa), -ENOENT);
	assert_int_equal(flash_area_open(22, &fa), -ENOENT);
	assert_int_equal(boot_arrangement_get()->max_align, 16);
	assert_int_equal(boot_arrangement_get()->max_sectors, 200);
	sim_device_close(device);
	device = NULL;
	assert_int_equal(flash_area_open(0, &fa), -ENOENT);
}

static void a_device_is_open_in_one_process_alone(void **state)
{
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	child = fork();
	if (child == 0) {
		struct sim_device *second;

		_exit(sim_device_open(&second, DEVICE, &error) == -EBUSY &&
				      strcmp(error.text, "in use by another process") == 0
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	sim_device_close(device);
	device = NULL;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
}

static void what_is_no_device_folder_is_told_apart(void **state)
{
	(void)state;
	assert_int_equal(sim_device_open(&device, "gone", &error), -ENOENT);
	assert_int_equal(sim_device_open(&device, DEVICE "/board.dtb", &error), -ENOTDIR);
	assert_string_equal(error.text, "not a device folder");
	assert_int_equal(unlink(DEVICE "/board.dtb"), 0);
	assert_int_equal(sim_device_open(&device, DEVICE, &error), -ENOTDIR);
	assert_null(device);
}

static void a_raw_file_must_have_the_size_of_its_flash(void **state)
{
	(void)state;
	assert_int_equal(truncate(DEVICE "/outer.bin", 0x3ffff), 0);
	assert_int_equal(sim_device_open(&device, DEVICE, &error), -EINVAL);
	assert_non_null(strstr(error.text, "outer.bin: 262143 bytes, but the flash has 262144"));
	assert_int_equal(unlink(DEVICE "/outer.bin"), 0);
	assert_int_equal(sim_device_open(&device, DEVICE, &error), -ENOENT);
	assert_int_equal(mkfifo(DEVICE "/outer.bin", 0600), 0);
	assert_int_equal(sim_device_open(&device, DEVICE, &error), -EINVAL);
	assert_non_null(strstr(error.text, "outer.bin: not a regular file"));
	assert_null(device);
}

static void the_slot_an_image_runs_from_is_remembered(void **state)
{
	(void)state;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	assert_int_equal(sim_device_active(device, 0), -ENOENT);
	assert_int_equal(sim_device_set_active(device, 0, 1), 0);
	assert_int_equal(sim_device_set_active(device, 3, 0), 0);
	sim_device_close(device);
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	assert_int_equal(sim_device_active(device, 0), 1);
	assert_int_equal(sim_device_active(device, 1), -ENOENT);
	assert_int_equal(sim_device_active(device, 3), 0);
	assert_int_equal(sim_device_set_active(device, 0, -1), 0);
	assert_int_equal(sim_device_active(device, 0), -ENOENT);
}

static void a_remembered_slot_that_is_none_is_refused(void **state)
{
	static const char *const lines[] = {
		"sim/active/0=02\n",
		"sim/active/0=0001\n",
		"sim/active/0=ff\n",
	};

	(void)state;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		FILE *file = fopen(DEVICE "/settings", "w");

		assert_non_null(file);
		assert_true(fputs(lines[i], file) >= 0);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(sim_device_active(device, 0), -EBADMSG);
	}
}

/* All of it is off: both flash devices, the settings, and what the simulator remembers. */
static void one_power_is_behind_all_flash_and_settings(void **state)
{
	static const uint8_t block[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	const struct flash_area *fa[2];
	struct sim_power *power;

	(void)state;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	power = sim_device_power(device);
	assert_false(power->fired);
	assert_int_equal(power->plan, SIM_PLAN_NONE);
	assert_int_equal(flash_area_open(0, &fa[0]), 0);
	assert_int_equal(flash_area_open(1, &fa[1]), 0);
	assert_ptr_not_equal(fa[0]->fa_dev, fa[1]->fa_dev);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(flash_area_write(fa[i], 0, block, sizeof(block)), 0);
		assert_int_equal(power->operations, i + 1);
	}
	assert_int_equal(settings_save_one("a", "x", 1), 0);
	assert_int_equal(power->operations, 3);

	sim_power_cut(power, 0, SIM_CUT_BEFORE, 0, -EINTR);
	assert_int_equal(settings_save_one("a", "y", 1), -EINTR);
	assert_int_equal(flash_area_write(fa[0], 8, block, sizeof(block)), -EINTR);
	assert_int_equal(flash_area_write(fa[1], 8, block, sizeof(block)), -EINTR);
	assert_int_equal(sim_device_set_active(device, 0, 1), -EINTR);
	assert_int_equal(sim_device_keep_boot_mode(device), -EINTR);

	sim_device_close(device);
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	assert_false(sim_device_power(device)->fired);
	assert_int_equal(sim_device_active(device, 0), -ENOENT);
}

static uint8_t watched;

static void watch(void *arg, const struct sim_operation *operation)
{
	assert_ptr_equal(arg, device);
	watched = (uint8_t)operation->flash;
}

/* The number is that of the board, which the file belongs to. */
static void an_operation_names_its_flash_by_the_number_in_the_board(void **state)
{
	static const uint8_t block[8] = {1, 2, 3, 4, 5, 6, 7, 8};

	(void)state;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	sim_device_power(device)->watch = watch;
	sim_device_power(device)->arg = device;
	for (uint8_t slot = 0; slot < 2; slot++) {
		const struct flash_area *fa;

		assert_int_equal(flash_area_open(slot, &fa), 0);
		watched = UINT8_MAX;
		assert_int_equal(flash_area_write(fa, 0, block, sizeof(block)), 0);
		assert_in_range(watched, 0, 1);
		assert_string_equal(sim_device_board(device)->flash[watched].label,
				    fa->fa_dev->name);
	}
}

static void what_the_simulator_remembers_is_no_operation(void **state)
{
	(void)state;
	assert_int_equal(sim_device_open(&device, DEVICE, &error), 0);
	sim_power_cut(sim_device_power(device), 0, SIM_CUT_BEFORE, 0, -EINTR);
	assert_int_equal(sim_device_set_active(device, 0, 1), 0);
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
	assert_int_equal(sim_device_keep_boot_mode(device), 0);
	assert_int_equal(bootmode_clear(), 0);
	assert_int_equal(sim_device_keep_boot_mode(device), 0);
	assert_int_equal(sim_device_active(device, 0), 1);
	assert_int_equal(sim_device_set_active(device, 0, -1), 0);
	assert_int_equal(sim_device_power(device)->operations, 0);
	assert_false(sim_device_power(device)->fired);
}

#define DEVICE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEVICE_TEST(a_new_device_is_erased_at_full_size),
		DEVICE_TEST(a_path_that_exists_is_not_made_into_a_device),
		DEVICE_TEST(a_path_too_long_leaves_nothing_behind),
		DEVICE_TEST(writes_reach_the_raw_file_of_their_flash),
		DEVICE_TEST(a_broken_rule_of_flash_names_device_operation_and_offset),
		DEVICE_TEST(the_flash_map_holds_the_board_and_nothing_else),
		DEVICE_TEST(a_device_is_open_in_one_process_alone),
		DEVICE_TEST(what_is_no_device_folder_is_told_apart),
		DEVICE_TEST(a_raw_file_must_have_the_size_of_its_flash),
		DEVICE_TEST(the_slot_an_image_runs_from_is_remembered),
		DEVICE_TEST(a_remembered_slot_that_is_none_is_refused),
		DEVICE_TEST(one_power_is_behind_all_flash_and_settings),
		DEVICE_TEST(an_operation_names_its_flash_by_the_number_in_the_board),
		DEVICE_TEST(what_the_simulator_remembers_is_no_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
