/* SPDX-License-Identifier: Apache-2.0 */
/* What the running kernel says of files that are no MTD device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <flash/flash_mtd.h>

static void a_file_is_no_mtd_device(void **state)
{
	int fd = open("/dev/null", O_RDWR);
	struct flash_mtd mtd;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(flash_mtd_init(&mtd, fd), -ENOTTY);
	assert_false(device_is_ready(&mtd.device));
	assert_int_equal(close(fd), 0);
	assert_int_equal(flash_mtd_init(&mtd, fd), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_file_is_no_mtd_device)};

	return cmocka_run_group_tests_name("flash_mtd_none", tests, NULL, NULL);
}
