/* SPDX-License-Identifier: Apache-2.0 */
/* What the library sees of a device's bootloader: its rules and key, which slot runs, shared RAM.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <dfu/boot.h>
#include <dfu/boot_rules.h>
#include <retention/blinfo.h>
#include <retention/bootmode.h>

#include "device.h"
#include "sim/board_source.h"

#define DEVICE "bootloader-device-test"
#define KEYS VECTORS "/images/keys/"

static struct sim_error error;
static struct sim_device *device;

/* A device of the sound board with more properties of its bootloader, from a file beside the keys.
 */
static int make(const char *mode, const char *properties)
{
	char node[256];
	char *text;
	size_t len;
	void *blob;
	int rc;

	(void)snprintf(node, sizeof(node), "mode = \"%s\"; %s", mode, properties);
	text = text_changed(board_source, "mode = \"swap-move\";", node);
	blob = board_compile_text(text, &len);
	free(text);
	const struct sim_device_options made_with = {.source = KEYS "board.dts"};

	rc = sim_device_create(DEVICE, blob, len, &made_with, &error);
	free(blob);
	return rc;
}

static void open_again(void)
{
	sim_device_close(device);
	device = NULL;
	error.text[0] = '\0';
	if (sim_device_open(&device, DEVICE, &error) != 0) {
		fail_msg("%s", error.text);
	}
}

static void open_new(const char *mode, const char *properties)
{
	if (make(mode, properties) != 0) {
		fail_msg("%s", error.text);
	}
	open_again();
}

static int tear_down(void **state)
{
	static const char *const names[] = {
		DEVICE "/board.dtb", DEVICE "/inner.bin",      DEVICE "/outer.bin",
		DEVICE "/settings",  DEVICE "/public-key.pem", NULL,
	};

	(void)state;
	sim_device_close(device);
	device = NULL;
	for (size_t i = 0; names[i] != NULL; i++) {
		(void)unlink(names[i]);
	}
	(void)rmdir(DEVICE);
	return 0;
}

static void the_library_takes_what_the_bootloader_takes(void **state)
{
	(void)state;
	open_new("ram-load", "signature-type = \"ecdsa-p256\"; public-key = \"ec256-a.pub.pem\"; "
			     "ram-start = <0x1000>; downgrade-prevention = \"version\";");
	assert_int_equal(boot_rules_get()->signature, BOOT_SIGNATURE_ECDSA_P256);
	assert_int_equal(boot_rules_get()->ram_start, 0x1000);
	assert_int_equal(boot_rules_get()->downgrade, BOOT_DOWNGRADE_BY_VERSION);
	assert_non_null(boot_rules_get()->key);
	assert_int_equal(boot_rules_get()->key->alg, DFU_SIG_ECDSA_P256);
	sim_device_close(device);
	device = NULL;
	assert_null(boot_rules_get()->key);
}

static void a_signature_without_a_key_is_a_bootloader_of_unknown_key(void **state)
{
	(void)state;
	open_new("swap-move", "signature-type = \"rsa-3072\";");
	assert_int_equal(boot_rules_get()->signature, BOOT_SIGNATURE_RSA_3072);
	assert_null(boot_rules_get()->key);
}

static void keys_of_every_kind_are_taken_by_their_bootloader_alone(void **state)
{
	static const struct {
		const char *signature;
		const char *key;
	} cases[] = {
		{"ecdsa-p256", "ec256-a"}, {"ecdsa-p384", "ec384-a"}, {"rsa-2048", "rsa2048-a"},
		{"rsa-3072", "rsa3072-a"}, {"ed25519", "ed25519-a"},
	};
	enum { CASES = sizeof(cases) / sizeof(cases[0]) };

	(void)state;
	for (size_t i = 0; i < CASES * CASES; i++) {
		const char *signature = cases[i / CASES].signature;
		const char *key = cases[i % CASES].key;
		char text[160];

		(void)snprintf(text, sizeof(text),
			       "signature-type = \"%s\"; public-key = \"%s.pub.pem\";", signature,
			       key);
		if (i / CASES == i % CASES) {
			open_new("swap-move", text);
		} else {
			assert_int_equal(make("swap-move", text), -EINVAL);
			assert_non_null(strstr(error.text, "not a key for signature-type"));
			assert_non_null(strstr(error.text, signature));
			assert_non_null(strstr(error.text, key));
		}
		assert_int_equal(tear_down(NULL), 0);
	}
	open_new("swap-move",
		 "signature-type = \"ed25519-pure\"; public-key = \"ed25519-a.pub.pem\";");
}

static void a_bootloader_without_a_signature_may_have_a_key_of_any_kind(void **state)
{
	static const char *const keys[] = {"ec256-a", "ec384-a", "rsa2048-a", "rsa3072-a",
					   "ed25519-a"};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char text[160];

		(void)snprintf(text, sizeof(text), "check-signature; public-key = \"%s.pub.pem\";",
			       keys[i]);
		open_new("swap-move", text);
		assert_true(boot_rules_get()->check_signature);
		assert_non_null(boot_rules_get()->key);
		assert_int_equal(tear_down(NULL), 0);
	}
}

static void a_key_that_is_none_is_named_and_nothing_is_made(void **state)
{
	static const struct {
		const char *file;
		int rc;
		const char *words;
	} cases[] = {
		{"gone.pem", -ENOENT, KEYS "gone.pem: No such file"},
		{"ec256-a.pem", -EINVAL, KEYS "ec256-a.pem: not a public key in PEM"},
		{"../med-1.0.0-none.bin", -EINVAL,
		 KEYS "../med-1.0.0-none.bin: not a public key in PEM"},
		{"/", -EISDIR, "public-key: /: Is a directory"},
		{"/dev/null", -EINVAL, "public-key: /dev/null: not a regular file"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[160];

		(void)snprintf(text, sizeof(text),
			       "signature-type = \"ecdsa-p256\"; public-key = \"%s\";",
			       cases[i].file);
		assert_int_equal(make("swap-move", text), cases[i].rc);
		assert_non_null(strstr(error.text, cases[i].words));
		assert_int_equal(access(DEVICE, F_OK), -1);
	}
}

static void a_device_whose_key_is_gone_does_not_open(void **state)
{
	(void)state;
	assert_int_equal(make("swap-move", "signature-type = \"ed25519\"; "
					   "public-key = \"ed25519-a.pub.pem\";"),
			 0);
	assert_int_equal(unlink(DEVICE "/public-key.pem"), 0);
	assert_int_equal(sim_device_open(&device, DEVICE, &error), -ENOENT);
	assert_string_equal(error.text, DEVICE "/public-key.pem: No such file or directory");
	device = NULL;
}

static void the_slot_that_runs_is_told_where_nothing_else_tells_it(void **state)
{
	static const char *const modes[] = {"direct-xip", "direct-xip-revert", "ram-load",
					    "ram-load-revert", "firmware-loader"};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		open_new(modes[i], "");
		assert_int_equal(boot_running_slot(0), -ENODEV);
		assert_int_equal(sim_device_set_active(device, 0, 1), 0);
		assert_int_equal(boot_running_slot(0), 1);
		open_again();
		assert_int_equal(boot_running_slot(0), 1);
		assert_int_equal(sim_device_set_active(device, 0, -1), 0);
		assert_int_equal(boot_running_slot(0), -ENODEV);
		assert_int_equal(tear_down(NULL), 0);
	}
	open_new("swap-move", "");
	assert_int_equal(boot_running_slot(0), 0);
}

static void a_slot_that_is_only_assumed_is_not_remembered(void **state)
{
	(void)state;
	open_new("direct-xip", "");
	assert_int_equal(sim_device_assume_active(device, 0, 1), 0);
	assert_int_equal(boot_running_slot(0), 1);
	assert_int_equal(sim_device_active(device, 0), -ENOENT);
	assert_int_equal(sim_device_assume_active(device, 0, -1), 0);
	assert_int_equal(boot_running_slot(0), -ENODEV);
	assert_int_equal(sim_device_assume_active(device, 1, 0), -EINVAL);
	open_again();
	assert_int_equal(boot_running_slot(0), -ENODEV);
}

static void the_bootloader_tells_about_itself(void **state)
{
	uint8_t value[8];
	char *val = (char *)value;

	(void)state;
	open_new("direct-xip-revert",
		 "signature-type = \"rsa-2048\"; public-key = \"rsa2048-a.pub.pem\";");
	assert_int_equal(blinfo_lookup(BLINFO_MODE, val, sizeof(value)), 1);
	assert_int_equal(value[0], MCUBOOT_MODE_DIRECT_XIP_WITH_REVERT);
	assert_int_equal(blinfo_lookup(BLINFO_SIGNATURE_TYPE, val, sizeof(value)), 1);
	assert_int_equal(value[0], 1);
	assert_int_equal(blinfo_lookup(BLINFO_RECOVERY, val, sizeof(value)), 1);
	assert_int_equal(value[0], 0);
	assert_int_equal(blinfo_lookup(BLINFO_BOOTLOADER_VERSION, val, sizeof(value)), 8);
	assert_memory_equal(value, "\2\4\0\0\0\0\0\0", 8);
	assert_int_equal(blinfo_lookup(BLINFO_RUNNING_SLOT, val, sizeof(value)), -EIO);
	assert_int_equal(sim_device_set_active(device, 0, 1), 0);
	assert_int_equal(blinfo_lookup(BLINFO_RUNNING_SLOT, val, sizeof(value)), 1);
	assert_int_equal(value[0], 1);
	open_again();
	assert_int_equal(blinfo_lookup(BLINFO_RUNNING_SLOT, val, sizeof(value)), 1);
	sim_device_close(device);
	device = NULL;
	assert_int_equal(blinfo_lookup(BLINFO_MODE, val, sizeof(value)), -EIO);
}

static void the_largest_image_is_told_in_little_endian(void **state)
{
	uint8_t value[4];

	(void)state;
	open_new("swap-move", "");
	assert_int_equal(blinfo_lookup(BLINFO_MAX_APPLICATION_SIZE, (char *)value, 4), 4);
	assert_int_equal(value[0] | value[1] << 8 | value[2] << 16, boot_get_max_image_size(0));
}

static void the_boot_mode_survives_a_closing_when_it_is_kept(void **state)
{
	(void)state;
	open_new("firmware-loader", "");
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 0);
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
	assert_int_equal(sim_device_keep_boot_mode(device), 0);
	open_again();
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 1);
	assert_int_equal(bootmode_clear(), 0);
	assert_int_equal(sim_device_keep_boot_mode(device), 0);
	open_again();
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 0);
	sim_device_close(device);
	device = NULL;
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), -ENODEV);
}

static void settings_that_are_no_file_keep_no_boot_mode(void **state)
{
	(void)state;
	open_new("firmware-loader", "");
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
	assert_int_equal(mkdir(DEVICE "/settings", 0777), 0);
	assert_int_equal(sim_device_keep_boot_mode(device), -EISDIR);
	open_again();
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 0);
	assert_int_equal(rmdir(DEVICE "/settings"), 0);
}

#define DEVICE_TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEVICE_TEST(the_library_takes_what_the_bootloader_takes),
		DEVICE_TEST(a_signature_without_a_key_is_a_bootloader_of_unknown_key),
		DEVICE_TEST(keys_of_every_kind_are_taken_by_their_bootloader_alone),
		DEVICE_TEST(a_bootloader_without_a_signature_may_have_a_key_of_any_kind),
		DEVICE_TEST(a_key_that_is_none_is_named_and_nothing_is_made),
		DEVICE_TEST(a_device_whose_key_is_gone_does_not_open),
		DEVICE_TEST(the_slot_that_runs_is_told_where_nothing_else_tells_it),
		DEVICE_TEST(a_slot_that_is_only_assumed_is_not_remembered),
		DEVICE_TEST(the_bootloader_tells_about_itself),
		DEVICE_TEST(the_largest_image_is_told_in_little_endian),
		DEVICE_TEST(the_boot_mode_survives_a_closing_when_it_is_kept),
		DEVICE_TEST(settings_that_are_no_file_keep_no_boot_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
