/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file driver over system calls that do a part of what they are asked, or nothing, with EINTR.
 * pread() and pwrite() are those below, on an array of bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <flash/flash_file.h>

#include "support/test_flash.h"

#define SIZE 4096
#define PART_MAX 7

static uint8_t content[SIZE];
static unsigned int calls;
static bool stuck; /* pwrite() does nothing and says so */

static ssize_t interrupted(void)
{
	errno = EINTR;
	return -1;
}

ssize_t pread(int fd, void *buf, size_t len, off_t offset)
{
	size_t n = len < PART_MAX ? len : PART_MAX;

	(void)fd;
	if (calls++ % 3 == 0) {
		return interrupted();
	}
	memcpy(buf, content + offset, n);
	return (ssize_t)n;
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset)
{
	size_t n = len < PART_MAX ? len : PART_MAX;

	(void)fd;
	if (calls++ % 3 == 0) {
		return interrupted();
	}
	if (stuck) {
		return 0;
	}
	memcpy(content + offset, buf, n);
	return (ssize_t)n;
}

static const struct flash_pages_layout run = {.pages_count = 4, .pages_size = SIZE / 4};
static const struct flash_file_config config = {
	.parameters = {.write_block_size = 1, .erase_value = 0xff},
	.layout = &run,
	.layout_size = 1};
static const struct device dev = {.config = &config, .api = &flash_file_api};

static int setup(void **state)
{
	(void)state;
	stuck = false;
	calls = 0;
	test_pattern(content, SIZE, 3);
	return 0;
}

static void read_goes_on_until_all_is_read(void **state)
{
	uint8_t buf[1000];

	(void)state;
	assert_int_equal(flash_read(&dev, 501, buf, sizeof(buf)), 0);
	assert_memory_equal(buf, content + 501, sizeof(buf));
}

static void write_goes_on_until_all_is_written(void **state)
{
	uint8_t expected[SIZE];
	uint8_t data[1000];

	(void)state;
	memcpy(expected, content, SIZE);
	test_pattern(data, sizeof(data), 90);
	memcpy(expected + 501, data, sizeof(data));
	assert_int_equal(flash_write(&dev, 501, data, sizeof(data)), 0);
	assert_memory_equal(content, expected, SIZE);
}

static void erase_goes_on_until_all_is_erased(void **state)
{
	uint8_t expected[SIZE];

	(void)state;
	memcpy(expected, content, SIZE);
	memset(expected + SIZE / 4, 0xff, SIZE / 2);
	assert_int_equal(flash_erase(&dev, SIZE / 4, SIZE / 2), 0);
	assert_memory_equal(content, expected, SIZE);
}

static void write_that_goes_nowhere_is_an_io_error(void **state)
{
	(void)state;
	stuck = true;
	assert_int_equal(flash_write(&dev, 0, "data", 4), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(read_goes_on_until_all_is_read, setup),
		cmocka_unit_test_setup(write_goes_on_until_all_is_written, setup),
		cmocka_unit_test_setup(erase_goes_on_until_all_is_erased, setup),
		cmocka_unit_test_setup(write_that_goes_nowhere_is_an_io_error, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
