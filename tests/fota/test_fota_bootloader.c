/* SPDX-License-Identifier: Apache-2.0 */
/* Two builds of a bootloader on a server, and a device with S0 and S1: the whole way. */
#include <errno.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>
#include <settings/settings_ram.h> /* ports/ */

#include "boot/bootloader_rig.h"
#include "fota/fake_server.h"

static uint32_t buffer[256 / sizeof(uint32_t)];
static struct settings_ram settings;
static uint8_t settings_memory[2048];

static const enum boot_mode modes[] = {BOOT_MODE_SWAP_MOVE, BOOT_MODE_OVERWRITE_ONLY};
static const enum bl_pair pairs[] = {BL_SHARED, BL_ALONE};

/* S0 has version 2, S1 the one that is given, and the application runs. */
static void open_device(enum boot_mode mode, enum bl_pair pair, uint32_t s1_version)
{
	struct image_maker maker;

	bl_open(mode, pair);
	bl_put_version(BOOT_S0_AREA_ID, 2);
	bl_put_version(BOOT_S1_AREA_ID, s1_version);
	bl_make_application(&maker, 1);
	bl_put(0, &maker);
	settings_ram_init(&settings, settings_memory, sizeof(settings_memory));
	settings_backend_set(&settings.backend);
	assert_int_equal(dfu_target_mcuboot_set_buf((uint8_t *)buffer, sizeof(buffer)), 0);
}

/* The target's RAM outlives a device: it forgets what this one had. */
static void close_device(void)
{
	if (dfu_target_init(DFU_TARGET_IMAGE_TYPE_MCUBOOT, bl_rig.image, 0, NULL) == 0) {
		assert_int_equal(dfu_target_reset(), 0);
	}
	settings_backend_set(NULL);
	bl_close();
}

/* Ask for `names`, get this file. */
static void fetch(const char *names, const struct image_maker *maker)
{
	server_begin(maker->bytes, maker->len, "v1");
	assert_int_equal(fota_download_start("host", names, -1, 0, 100), 0);
	server_run();
}

static bool is_pending(void)
{
	static const uint8_t magic[4] = {0x77, 0xc2, 0x95, 0xf3};

	return memcmp(bl_bytes(bl_rig.upload) + bl_size(bl_rig.upload) - 16, magic,
		      sizeof(magic)) == 0;
}

static void assert_fetched(const char *name, uint8_t area_id)
{
	struct image_maker maker;

	bl_make(&maker, area_id, 4);
	fetch("s0.bin s1.bin", &maker);
	assert_string_equal(server.path, name);
	assert_string_equal(listener.story, "F");
	assert_memory_equal(bl_bytes(bl_rig.upload), maker.bytes, maker.len);
	assert_true(is_pending());
}

static void the_build_for_the_slot_that_does_not_run_is_fetched_and_scheduled(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		for (size_t k = 0; k < ARRAY_LEN(pairs); k++) {
			open_device(modes[i], pairs[k], 1);
			assert_fetched("s1.bin", BOOT_S1_AREA_ID);
			close_device();
			open_device(modes[i], pairs[k], 3);
			assert_fetched("s0.bin", BOOT_S0_AREA_ID);
			close_device();
		}
	}
}

static void the_build_for_the_slot_that_runs_is_refused_and_never_pending(void **state)
{
	struct image_maker maker;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		for (size_t k = 0; k < ARRAY_LEN(pairs); k++) {
			open_device(modes[i], pairs[k], 1);
			bl_make(&maker, BOOT_S0_AREA_ID, 4);
			/* The server has the files under each other's name. */
			fetch("s1.bin s0.bin", &maker);
			assert_string_equal(listener.story, "E6");
			assert_int_equal(fota_download_error(), -EADDRINUSE);
			assert_false(is_pending());
			assert_fetched("s1.bin", BOOT_S1_AREA_ID);
			close_device();
		}
	}
}

static void one_name_goes_to_the_application(void **state)
{
	struct image_maker maker;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		for (size_t k = 0; k < ARRAY_LEN(pairs); k++) {
			open_device(modes[i], pairs[k], 1);
			bl_make_application(&maker, 2);
			fetch("app.bin", &maker);
			assert_string_equal(listener.story, "F");
			assert_memory_equal(bl_bytes(1), maker.bytes, maker.len);
			close_device();
		}
	}
}

static void without_s1_there_is_nothing_to_choose(void **state)
{
	struct image_maker maker;

	(void)state;
	open_device(BOOT_MODE_SWAP_MOVE, BL_SHARED, 1);
	bl_remove(BOOT_S1_AREA_ID);
	bl_make_application(&maker, 2);
	fetch("s0.bin s1.bin", &maker);
	assert_string_equal(server.path, "s0.bin s1.bin");
	close_device();
}

static void a_device_whose_bootloader_is_not_known_still_takes_applications(void **state)
{
	struct image_maker maker;

	(void)state;
	open_device(BOOT_MODE_SWAP_MOVE, BL_SHARED, 1);
	memset(bl_bytes(BOOT_S0_AREA_ID), 0xff, bl_size(BOOT_S0_AREA_ID));
	bl_make_application(&maker, 2);
	server_begin(maker.bytes, maker.len, "v1");
	assert_int_equal(fota_download_start("host", "s0.bin s1.bin", -1, 0, 0), -EIO);
	fetch("app.bin", &maker);
	assert_string_equal(listener.story, "F");
	close_device();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_build_for_the_slot_that_does_not_run_is_fetched_and_scheduled),
		cmocka_unit_test(the_build_for_the_slot_that_runs_is_refused_and_never_pending),
		cmocka_unit_test(one_name_goes_to_the_application),
		cmocka_unit_test(without_s1_there_is_nothing_to_choose),
		cmocka_unit_test(a_device_whose_bootloader_is_not_known_still_takes_applications),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
