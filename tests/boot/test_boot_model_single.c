/* SPDX-License-Identifier: Apache-2.0 */
/* The boot model of single-slot and firmware-loader, of which there are no recorded boots. */
#include "boot_rig.h"

#include <stdlib.h>
#include <string.h>

#include <retention/bootmode.h>
#include <retention/retention.h>

#include <boot_model.h>

#include "support/test_files.h"

#define IMAGE_SIZE 2856 /* of the image in slot 0 */

static struct sim_boot_result result;
static uint8_t retained[3];

static uint8_t *slot_start(int slot)
{
	return rig_end(slot) - rig.areas[slot].fa_size;
}

static void put_file(int slot, const char *name)
{
	size_t len;
	uint8_t *file = test_read_file(name, &len);

	memcpy(slot_start(slot), file, len);
	free(file);
}

static int open_device(void **state)
{
	const struct retention_region region = {retained, sizeof(retained)};

	(void)state;
	rig_open(&rig_cases[0]);
	put_file(0, "images/tiny-1.0.0-none.bin");
	put_file(1, "images/tiny-1.1.0-none.bin");
	rig_start(-1, false);
	memset(retained, 0, sizeof(retained));
	bootmode_region_set(&region);
	return 0;
}

static int close_device(void **state)
{
	(void)state;
	assert_int_equal(rig.op_count, 0);
	bootmode_region_set(NULL);
	rig_close();
	return 0;
}

static int boot(enum boot_mode mode, bool dry_run)
{
	const struct boot_arrangement build = {mode, 8, 1, 128};

	return sim_boot(&build, boot_rules_get(), dry_run, &result);
}

static void expect_start(enum boot_mode mode, int slot)
{
	assert_int_equal(boot(mode, false), 0);
	assert_string_equal(result.error, "");
	assert_int_equal(result.booted, 0);
	assert_int_equal(result.active[0], slot);
	assert_int_equal(result.version.minor, slot);
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_NONE);
}

static void expect_nothing(enum boot_mode mode, const char *why)
{
	assert_int_equal(boot(mode, false), 0);
	if (strstr(result.error, why) == NULL) {
		fail_msg("\"%s\" does not say \"%s\"", result.error, why);
	}
	assert_int_equal(result.booted, -1);
	assert_int_equal(result.active[0], -1);
}

/* Makes the image of a slot not valid; again: valid. */
static void spoil(int slot)
{
	slot_start(slot)[600] ^= 1;
}

static void single_slot_starts_what_is_valid_in_slot_0(void **state)
{
	(void)state;
	expect_start(BOOT_MODE_SINGLE_SLOT, 0);
	spoil(1);
	expect_start(BOOT_MODE_SINGLE_SLOT, 0);
	rig.areas[1].fa_id = 77;
	expect_start(BOOT_MODE_SINGLE_SLOT, 0);
}

static void single_slot_keeps_what_is_not_valid_and_starts_nothing(void **state)
{
	(void)state;
	spoil(0);
	expect_nothing(BOOT_MODE_SINGLE_SLOT, "in slot 0, its hash is wrong");
	spoil(0);
	slot_start(0)[16] = 0x10;
	expect_nothing(BOOT_MODE_SINGLE_SLOT, "in slot 0, it is not bootable");
	slot_start(0)[16] = 0x04;
	expect_nothing(BOOT_MODE_SINGLE_SLOT, "in slot 0, it is encrypted");
	memset(slot_start(0), 0xff, rig.areas[0].fa_size);
	expect_nothing(BOOT_MODE_SINGLE_SLOT, "in slot 0, it has no header");
	rig.areas[0].fa_id = 77;
	expect_nothing(BOOT_MODE_SINGLE_SLOT, "no slot0_partition");
}

static void single_slot_does_not_ask_for_the_boot_mode(void **state)
{
	(void)state;
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
	expect_start(BOOT_MODE_SINGLE_SLOT, 0);
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 1);
}

static void the_trailer_takes_four_fields_and_the_magic_from_the_image(void **state)
{
	(void)state;
	rig.areas[0].fa_size = IMAGE_SIZE + 48;
	expect_start(BOOT_MODE_SINGLE_SLOT, 0);
	rig.areas[0].fa_size--;
	expect_nothing(BOOT_MODE_SINGLE_SLOT, "it is too large");
	rig.areas[0].fa_size = 47;
	expect_nothing(BOOT_MODE_SINGLE_SLOT, "in slot 0, it is too small");
	rig.areas[0].fa_size = 48;
	expect_nothing(BOOT_MODE_SINGLE_SLOT, "in slot 0, its header tells of more");
}

static void the_loader_runs_when_asked_for_or_without_an_application(void **state)
{
	static const struct {
		bool application;
		bool loader;
		bool is_asked;
		int slot; /* -1: nothing */
	} cases[] = {
		{true, true, false, 0},    {true, false, false, 0},  {false, true, false, 1},
		{false, false, false, -1}, {true, true, true, 1},    {false, true, true, 1},
		{true, false, true, -1},   {false, false, true, -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		slot_start(0)[600] ^= !cases[i].application;
		slot_start(1)[600] ^= !cases[i].loader;
		if (cases[i].is_asked) {
			assert_int_equal(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
		}
		if (cases[i].slot >= 0) {
			expect_start(BOOT_MODE_FIRMWARE_LOADER, cases[i].slot);
		} else {
			expect_nothing(BOOT_MODE_FIRMWARE_LOADER,
				       cases[i].is_asked ? "in slot 0, the loader was asked for"
							 : "in slot 0, its hash is wrong");
			assert_non_null(strstr(result.error, "in slot 1, its hash is wrong"));
		}
		assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 0);
		slot_start(0)[600] ^= !cases[i].application;
		slot_start(1)[600] ^= !cases[i].loader;
	}
}

static void a_dry_run_takes_no_request_back(void **state)
{
	(void)state;
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
	assert_int_equal(boot(BOOT_MODE_FIRMWARE_LOADER, true), 0);
	assert_int_equal(result.active[0], 1);
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 1);
}

static void without_a_region_nobody_asks(void **state)
{
	(void)state;
	bootmode_region_set(NULL);
	expect_start(BOOT_MODE_FIRMWARE_LOADER, 0);
}

static void a_missing_loader_is_named(void **state)
{
	(void)state;
	rig.areas[1].fa_id = 77;
	expect_start(BOOT_MODE_FIRMWARE_LOADER, 0);
	spoil(0);
	expect_nothing(BOOT_MODE_FIRMWARE_LOADER, "in slot 1, there is none");
}

static void errors_of_the_flash_pass_through_and_keep_the_request(void **state)
{
	static const enum boot_mode modes[] = {BOOT_MODE_SINGLE_SLOT, BOOT_MODE_FIRMWARE_LOADER};

	(void)state;
	assert_int_equal(bootmode_set(BOOT_MODE_TYPE_BOOTLOADER), 0);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		rig.flash.nor.fail_reads = true;
		rig.flash.nor.fail_after = 0;
		rig.flash.nor.fail_rc = -ETIMEDOUT;
		assert_int_equal(boot(modes[i], false), -ETIMEDOUT);
		assert_int_equal(result.booted, -1);
	}
	assert_int_equal(bootmode_check(BOOT_MODE_TYPE_BOOTLOADER), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_device, close_device)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(single_slot_starts_what_is_valid_in_slot_0),
		TEST(single_slot_keeps_what_is_not_valid_and_starts_nothing),
		TEST(single_slot_does_not_ask_for_the_boot_mode),
		TEST(the_trailer_takes_four_fields_and_the_magic_from_the_image),
		TEST(the_loader_runs_when_asked_for_or_without_an_application),
		TEST(a_dry_run_takes_no_request_back),
		TEST(without_a_region_nobody_asks),
		TEST(a_missing_loader_is_named),
		TEST(errors_of_the_flash_pass_through_and_keep_the_request),
	};

	return cmocka_run_group_tests_name("boot_model_single", tests, NULL, NULL);
}
