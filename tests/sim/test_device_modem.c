/* SPDX-License-Identifier: Apache-2.0 */
/* The modem of a device folder: its file, its key, and what it keeps from process to process. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "device.h"
#include "sim/board_source.h"

#define DEVICE "device-modem-test"
#define MODEM DEVICE "/modem.bin"
#define KEYS VECTORS "/images/keys"
#define NODE                                                                                       \
	"cell { compatible = \"slotwise,modem\"; patch-area-size = <0x3000>;"                      \
	"firmware-size = <0x9000>; firmware-version = \"1.2.3\"; }; mcuboot {"
#define BLOCK_LEN (2 * 4096 + 0x3000 + 2 * 0x9000)

static struct sim_error error;
static struct sim_device *device;
static struct sim_modem_status status;

static int make_as(const char *from, const char *to, const char *key)
{
	const struct sim_device_options options = {.modem_key = key};
	char *text = text_changed(board_source, from, to);
	size_t len;
	void *blob = board_compile_text(text, &len);
	const int rc = sim_device_create(DEVICE, blob, len, &options, &error);

	free(blob);
	free(text);
	return rc;
}

static int make(const char *key)
{
	return make_as("mcuboot {", NODE, key);
}

static void drop(void)
{
	static const char *const names[] = {DEVICE "/board.dtb", DEVICE "/inner.bin",
					    DEVICE "/outer.bin", DEVICE "/settings", MODEM};

	sim_device_close(device);
	device = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)unlink(names[i]);
	}
	(void)rmdir(MODEM);
	(void)rmdir(DEVICE);
}

static int set_up(void **state)
{
	(void)state;
	drop();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	drop();
	return 0;
}

static int open_device(void)
{
	sim_device_close(device);
	device = NULL;
	error.text[0] = '\0';
	return sim_device_open(&device, DEVICE, &error);
}

static void a_device_of_a_board_with_a_modem_has_it(void **state)
{
	static uint8_t room[0x9000];
	struct sim_modem_firmware want;
	struct sim_modem_firmware got;
	struct sim_modem *modem;
	struct stat file;

	(void)state;
	assert_int_equal(make(NULL), 0);
	assert_int_equal(stat(MODEM, &file), 0);
	assert_int_equal(file.st_size, BLOCK_LEN);
	/* A disk too small is found here, and not at a byte that is mapped. */
	assert_true(file.st_blocks * 512 >= BLOCK_LEN);
	assert_null(dfu_modem_get());
	assert_int_equal(open_device(), 0);
	modem = sim_device_modem(device);
	assert_non_null(modem);
	assert_ptr_equal(dfu_modem_get(), &modem->port);
	sim_modem_status_get(modem, &status);
	assert_string_equal(status.version, "1.2.3");
	assert_int_equal(status.area, 0x3000);
	assert_int_equal(status.offset, 0);
	assert_false(status.has_key);
	sim_modem_firmware_make(&want, room, sizeof(room), "1.2.3");
	sim_modem_firmware_get(modem, &got);
	assert_int_equal(got.count, want.count);
	for (size_t i = 0; i < want.count; i++) {
		assert_int_equal(got.segment[i].addr, want.segment[i].addr);
		assert_int_equal(got.segment[i].len, want.segment[i].len);
		assert_memory_equal(got.segment[i].bytes, want.segment[i].bytes,
				    want.segment[i].len);
	}
	sim_device_close(device);
	device = NULL;
	assert_null(dfu_modem_get());
}

static void a_device_of_a_board_without_a_modem_has_none(void **state)
{
	(void)state;
	assert_int_equal(make_as("", "", NULL), 0);
	assert_int_equal(access(MODEM, F_OK), -1);
	assert_int_equal(open_device(), 0);
	assert_null(sim_device_modem(device));
	assert_null(dfu_modem_get());
}

static void the_factory_puts_256_kib_of_firmware_into_a_large_modem(void **state)
{
	struct sim_modem_firmware firmware;

	(void)state;
	assert_int_equal(
		make_as("mcuboot {", "cell { compatible = \"slotwise,modem\"; }; mcuboot {", NULL),
		0);
	assert_int_equal(open_device(), 0);
	sim_modem_firmware_get(sim_device_modem(device), &firmware);
	assert_int_equal(sim_modem_firmware_len(&firmware), 256u << 10);
}

static void what_the_modem_keeps_is_in_its_file(void **state)
{
	const struct dfu_modem *port;
	size_t offset;

	(void)state;
	assert_int_equal(make(NULL), 0);
	assert_int_equal(open_device(), 0);
	port = dfu_modem_get();
	assert_int_equal(port->delta->write(port, "abc", 3), 0);
	assert_int_equal(sim_device_power(device)->operations, 1);
	assert_int_equal(open_device(), 0);
	port = dfu_modem_get();
	assert_int_equal(port->delta->offset(port, &offset), 0);
	assert_int_equal(offset, 3);
	assert_int_equal(port->full->begin(port), 0);
	assert_int_equal(port->full->bootloader_write(port, "x", 1), 0);
	assert_int_equal(open_device(), 0);
	sim_modem_status_get(sim_device_modem(device), &status);
	assert_int_equal(status.state, SIM_MODEM_UNBOOTABLE);
}

static void the_power_of_the_device_is_the_modems_too(void **state)
{
	const struct dfu_modem *port;
	size_t offset;

	(void)state;
	assert_int_equal(make(NULL), 0);
	assert_int_equal(open_device(), 0);
	port = dfu_modem_get();
	sim_power_cut(sim_device_power(device), 1, SIM_CUT_BEFORE, 0, -EINTR);
	assert_int_equal(port->delta->write(port, "abc", 3), 0);
	assert_int_equal(port->delta->write(port, "def", 3), -EINTR);
	assert_int_equal(port->delta->offset(port, &offset), -EINTR);
	assert_int_equal(open_device(), 0);
	port = dfu_modem_get();
	assert_int_equal(port->delta->offset(port, &offset), 0);
	assert_int_equal(offset, 3);
}

static void a_file_that_is_damaged_or_of_another_size_is_refused_by_its_name(void **state)
{
	static const char zeros[2 * 4096];
	int fd;

	(void)state;
	assert_int_equal(make(NULL), 0);
	assert_int_equal(truncate(MODEM, BLOCK_LEN - 1), 0);
	assert_int_equal(open_device(), -EINVAL);
	assert_non_null(strstr(error.text, "modem.bin: 94207 bytes, but the modem has 94208"));
	assert_null(dfu_modem_get());
	assert_int_equal(truncate(MODEM, BLOCK_LEN), 0);
	assert_int_equal(open_device(), 0);
	fd = open(MODEM, O_WRONLY);
	assert_int_equal(pwrite(fd, zeros, sizeof(zeros), 0), sizeof(zeros));
	assert_int_equal(close(fd), 0);
	assert_int_equal(open_device(), -EINVAL);
	assert_non_null(strstr(error.text, "modem.bin: damaged"));
	assert_null(device);
	assert_null(dfu_modem_get());
}

static void what_is_no_file_or_is_not_there_is_refused_by_its_name(void **state)
{
	(void)state;
	assert_int_equal(make(NULL), 0);
	assert_int_equal(unlink(MODEM), 0);
	assert_int_equal(open_device(), -ENOENT);
	assert_non_null(strstr(error.text, "modem.bin: "));
	assert_int_equal(mkdir(MODEM, 0777), 0);
	assert_int_equal(open_device(), -EISDIR);
	assert_int_equal(rmdir(MODEM), 0);
	assert_int_equal(mkfifo(MODEM, 0600), 0);
	assert_int_equal(open_device(), -EINVAL);
	assert_non_null(strstr(error.text, "modem.bin: not a regular file"));
}

/* One that was made before there were modems; nothing is made for it on the quiet. */
static void a_device_whose_modem_is_only_assumed_may_lack_it(void **state)
{
	(void)state;
	assert_int_equal(make_as("partition@30000 {", "fmfu_storage: partition@30000 {", NULL), 0);
	assert_int_equal(open_device(), 0);
	assert_non_null(sim_device_modem(device));
	assert_int_equal(unlink(MODEM), 0);
	assert_int_equal(open_device(), 0);
	assert_null(sim_device_modem(device));
	assert_null(dfu_modem_get());
	assert_int_equal(access(MODEM, F_OK), -1);
}

static void the_key_is_kept_in_the_modem(void **state)
{
	(void)state;
	assert_int_equal(make(KEYS "/rsa2048-a.pub.pem"), 0);
	assert_int_equal(open_device(), 0);
	sim_modem_status_get(sim_device_modem(device), &status);
	assert_true(status.has_key);
}

static void a_key_that_no_modem_can_have_is_refused_before_anything_is_made(void **state)
{
	static const struct {
		const char *name;
		int rc;
		const char *words;
	} rows[] = {
		{KEYS "/rsa3072-a.pub.pem", -EINVAL, "rsa3072-a.pub.pem: not an RSA-2048 key"},
		{KEYS "/ec256-a.pub.pem", -EINVAL, "ec256-a.pub.pem: not an RSA-2048 key"},
		{KEYS "/rsa2048-a.pem", -EINVAL, "rsa2048-a.pem: not a public key in PEM"},
		{KEYS "/enc-x25519.pub.pem", -ENOTSUP,
		 "enc-x25519.pub.pem: a public key of a kind"},
		{KEYS "/gone.pem", -ENOENT, "gone.pem: "},
		{KEYS, -EISDIR, "keys: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int rc = make(rows[i].name);

		if (rc != rows[i].rc || strstr(error.text, rows[i].words) == NULL) {
			fail_msg("%s gave %d and \"%s\"", rows[i].name, rc, error.text);
		}
		assert_non_null(strstr(error.text, "modem key: "));
		assert_int_equal(access(DEVICE, F_OK), -1);
	}
}

static void a_key_without_a_modem_is_refused(void **state)
{
	(void)state;
	assert_int_equal(make_as("", "", KEYS "/rsa2048-a.pub.pem"), -EINVAL);
	assert_non_null(strstr(error.text, "rsa2048-a.pub.pem: the board has no modem"));
	assert_int_equal(access(DEVICE, F_OK), -1);
}

#define DEVICE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEVICE_TEST(a_device_of_a_board_with_a_modem_has_it),
		DEVICE_TEST(a_device_of_a_board_without_a_modem_has_none),
		DEVICE_TEST(the_factory_puts_256_kib_of_firmware_into_a_large_modem),
		DEVICE_TEST(what_the_modem_keeps_is_in_its_file),
		DEVICE_TEST(the_power_of_the_device_is_the_modems_too),
		DEVICE_TEST(a_file_that_is_damaged_or_of_another_size_is_refused_by_its_name),
		DEVICE_TEST(what_is_no_file_or_is_not_there_is_refused_by_its_name),
		DEVICE_TEST(a_device_whose_modem_is_only_assumed_may_lack_it),
		DEVICE_TEST(the_key_is_kept_in_the_modem),
		DEVICE_TEST(a_key_that_no_modem_can_have_is_refused_before_anything_is_made),
		DEVICE_TEST(a_key_without_a_modem_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
