/* SPDX-License-Identifier: Apache-2.0 */
/* The file driver against what the file holds, read by stdio. */
#include "geometries.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <flash/flash_file.h>

#define SIZE 40960
#define PAGE 8192

static const struct flash_pages_layout run = {.pages_count = SIZE / PAGE, .pages_size = PAGE};

struct fixture {
	char path[64];
	struct flash_file_config *config;
	struct device dev;
};

static struct flash_file_config *new_config(int fd, uint8_t erase_value)
{
	struct flash_file_config *config = malloc(sizeof(*config));

	assert_non_null(config);
	memcpy(config,
	       &(struct flash_file_config){
		       .fd = fd,
		       .parameters = {.write_block_size = 4, .erase_value = erase_value},
		       .layout = &run,
		       .layout_size = 1},
	       sizeof(*config));
	return config;
}

static int setup(void **state)
{
	static struct fixture fixture;
	uint8_t content[SIZE];
	int fd;

	strcpy(fixture.path, "/tmp/slotwise-flash-XXXXXX");
	fd = mkstemp(fixture.path);
	assert_true(fd >= 0);
	test_pattern(content, SIZE, 31);
	assert_int_equal(write(fd, content, SIZE), SIZE);
	fixture.config = new_config(fd, 0xff);
	fixture.dev =
		(struct device){.name = "file", .config = fixture.config, .api = &flash_file_api};
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	(void)close(f->config->fd);
	free(f->config);
	return unlink(f->path);
}

static void assert_file_holds(const struct fixture *f, const uint8_t expected[SIZE])
{
	static uint8_t content[SIZE + 1];
	FILE *file = fopen(f->path, "rb");

	assert_non_null(file);
	assert_int_equal(fread(content, 1, sizeof(content), file), SIZE);
	(void)fclose(file);
	assert_memory_equal(content, expected, SIZE);
}

static void reads_writes_and_erases_the_file(void **state)
{
	struct fixture *f = *state;
	uint8_t expected[SIZE];
	uint8_t buf[1000];

	test_pattern(expected, SIZE, 31);
	assert_int_equal(flash_read(&f->dev, 777, buf, sizeof(buf)), 0);
	assert_memory_equal(buf, expected + 777, sizeof(buf));

	test_pattern(buf, sizeof(buf), 32);
	assert_int_equal(flash_write(&f->dev, SIZE - sizeof(buf), buf, sizeof(buf)), 0);
	memcpy(expected + SIZE - sizeof(buf), buf, sizeof(buf));
	assert_file_holds(f, expected);

	assert_int_equal(flash_erase(&f->dev, PAGE, 2 * PAGE), 0);
	memset(expected + PAGE, 0xff, 2 * PAGE);
	assert_file_holds(f, expected);
}

static void erases_to_the_value_of_the_device(void **state)
{
	struct fixture *f = *state;
	struct flash_file_config *config = new_config(f->config->fd, 0x00);
	const struct device dev = {.config = config, .api = &flash_file_api};
	uint8_t expected[SIZE];

	test_pattern(expected, SIZE, 31);
	memset(expected, 0x00, PAGE);
	assert_int_equal(flash_erase(&dev, 0, PAGE), 0);
	assert_file_holds(f, expected);
	free(config);
}

static void core_checks_the_file_device_as_any_other(void **state)
{
	struct fixture *f = *state;
	uint64_t size = 0;
	uint8_t buf[4] = {0};

	assert_int_equal(flash_get_size(&f->dev, &size), 0);
	assert_int_equal(size, SIZE);
	assert_int_equal(flash_get_page_count(&f->dev), SIZE / PAGE);
	assert_int_equal(flash_write(&f->dev, 2, buf, 4), -EINVAL);
	assert_int_equal(flash_read(&f->dev, SIZE, buf, 1), -EINVAL);
}

static void short_file_is_an_io_error(void **state)
{
	struct fixture *f = *state;
	uint8_t buf[16];

	assert_int_equal(ftruncate(f->config->fd, SIZE - 8), 0);
	assert_int_equal(flash_read(&f->dev, SIZE - 16, buf, 8), 0);
	assert_int_equal(flash_read(&f->dev, SIZE - 16, buf, 16), -EIO);
	assert_int_equal(flash_read(&f->dev, SIZE - 4, buf, 4), -EIO);
}

static void errors_of_the_system_pass_through(void **state)
{
	struct fixture *f = *state;
	struct flash_file_config *config = new_config(open(f->path, O_RDONLY), 0xff);
	const struct device read_only = {.config = config, .api = &flash_file_api};
	uint8_t buf[4] = {0};

	assert_int_equal(flash_read(&read_only, 0, buf, 4), 0);
	assert_int_equal(flash_write(&read_only, 0, buf, 4), -EBADF);
	assert_int_equal(flash_erase(&read_only, 0, PAGE), -EBADF);
	(void)close(config->fd);
	assert_int_equal(flash_read(&read_only, 0, buf, 4), -EBADF);
	free(config);
}

/* A program that the system does in part goes on where it stopped, and reports what stopped it. */
static void write_done_in_part_goes_on_to_the_error(void **state)
{
	struct fixture *f = *state;
	struct rlimit old;
	struct rlimit limit;
	uint8_t expected[SIZE];
	uint8_t buf[32];
	int rc;

	test_pattern(expected, SIZE, 31);
	memset(buf, 0x99, sizeof(buf));
	memset(expected + SIZE - 32, 0x99, 16);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = SIZE - 16;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	rc = flash_write(&f->dev, SIZE - 32, buf, sizeof(buf));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(rc, -EFBIG);
	assert_file_holds(f, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_writes_and_erases_the_file, setup, teardown),
		cmocka_unit_test_setup_teardown(erases_to_the_value_of_the_device, setup, teardown),
		cmocka_unit_test_setup_teardown(core_checks_the_file_device_as_any_other, setup,
						teardown),
		cmocka_unit_test_setup_teardown(short_file_is_an_io_error, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_of_the_system_pass_through, setup, teardown),
		cmocka_unit_test_setup_teardown(write_done_in_part_goes_on_to_the_error, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
