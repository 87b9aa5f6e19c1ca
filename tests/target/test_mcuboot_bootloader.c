/* SPDX-License-Identifier: Apache-2.0 */
/* A bootloader for S0 or S1 on its way through the target: at init, done and schedule. */
#include "boot/bootloader_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>
#include <settings/settings_ram.h> /* ports/ */

#include "target/mcuboot_admit.h"

static struct image_maker maker;
static struct settings_ram settings;
static uint8_t settings_memory[2048];
static uint32_t buf[64 / sizeof(uint32_t)];

static void open_device(enum boot_mode mode, enum bl_pair pair)
{
	bl_open(mode, pair);
	bl_put_version(BOOT_S0_AREA_ID, 2);
	bl_put_version(BOOT_S1_AREA_ID, 1);
	bl_make_application(&maker, 1);
	bl_put(0, &maker);
	settings_ram_init(&settings, settings_memory, sizeof(settings_memory));
	settings_backend_set(&settings.backend);
	assert_int_equal(dfu_target_mcuboot_set_buf((uint8_t *)buf, sizeof(buf)), 0);
}

static int open_alone(void **state)
{
	(void)state;
	open_device(BOOT_MODE_SWAP_MOVE, BL_ALONE);
	return 0;
}

static int open_shared(void **state)
{
	(void)state;
	open_device(BOOT_MODE_OVERWRITE_ONLY, BL_SHARED);
	return 0;
}

static int close_device(void **state)
{
	(void)state;
	/* The target's state outlives a device, and reset is what makes it forget. */
	assert_int_equal(dfu_target_mcuboot_init(0, bl_rig.image, NULL), 0);
	assert_int_equal(dfu_target_mcuboot_reset(), 0);
	settings_backend_set(NULL);
	bl_close();
	return 0;
}

static int init(void)
{
	assert_true(dfu_target_mcuboot_identify(maker.bytes));
	return dfu_target_mcuboot_init(maker.len, bl_rig.image, NULL);
}

static int download(void)
{
	assert_int_equal(init(), 0);
	assert_int_equal(dfu_target_mcuboot_write(maker.bytes, maker.len), 0);
	return dfu_target_mcuboot_done(true);
}

static void make_fixed(uint8_t area_id, uint32_t version)
{
	bl_begin(&maker, BL_BASE + bl_off(area_id), 3000, DFU_IMAGE_F_ROM_FIXED);
	bl_info(&maker, 0x400, version);
	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
}

static void one_for_the_other_slot_is_taken_and_asked_for(void **state)
{
	(void)state;
	bl_make(&maker, BOOT_S1_AREA_ID, 3);
	assert_int_equal(download(), 0);
	assert_memory_equal(bl_bytes(bl_rig.upload), maker.bytes, maker.len);
	assert_int_equal(dfu_target_mcuboot_schedule_update(bl_rig.image), 0);
	assert_int_equal(boot_is_pending_multi(bl_rig.image), 1);
}

static void one_for_the_slot_that_runs_is_refused_when_it_is_there(void **state)
{
	(void)state;
	bl_make(&maker, BOOT_S0_AREA_ID, 3);
	assert_int_equal(download(), -EADDRINUSE);
	assert_int_equal(boot_is_pending_multi(bl_rig.image), 0);
	assert_int_equal(dfu_target_mcuboot_schedule(bl_rig.image, true), -ENOENT);
}

static void or_at_once_if_its_header_tells(void **state)
{
	(void)state;
	make_fixed(BOOT_S0_AREA_ID, 3);
	assert_int_equal(init(), -EADDRINUSE);
	assert_int_equal(dfu_target_mcuboot_write(maker.bytes, maker.len), -EACCES);
	make_fixed(BOOT_S1_AREA_ID, 3);
	assert_int_equal(download(), 0);
}

/* It was taken when S0's ran; since then S1's does. */
static void a_request_is_judged_by_what_runs_now(void **state)
{
	(void)state;
	bl_make(&maker, BOOT_S1_AREA_ID, 3);
	assert_int_equal(download(), 0);
	bl_put_version(BOOT_S1_AREA_ID, 4);
	assert_int_equal(dfu_target_mcuboot_schedule(bl_rig.image, true), -EADDRINUSE);
	bl_put_version(BOOT_S1_AREA_ID, 1);
	bl_put_version(BOOT_S0_AREA_ID, 3);
	assert_int_equal(dfu_target_mcuboot_schedule(bl_rig.image, true), -ESTALE);
	assert_int_equal(boot_is_pending_multi(bl_rig.image), 0);
}

static void one_that_tells_no_version_is_refused(void **state)
{
	(void)state;
	bl_begin(&maker, BL_BASE + bl_off(BOOT_S1_AREA_ID), 3000, 0);
	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
	assert_int_equal(download(), -EBADMSG);
}

static void nothing_else_goes_where_only_bootloaders_do(void **state)
{
	(void)state;
	bl_make_application(&maker, 2);
	assert_int_equal(download(), -EXDEV);
}

static void more_than_a_slot_holds_is_refused_at_once(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_mcuboot_init(8 * BL_PAGE + 1, bl_rig.image, NULL), -EFBIG);
	assert_int_equal(dfu_target_mcuboot_init(8 * BL_PAGE, bl_rig.image, NULL), 0);
}

static void first_bytes_tell_only_of_bootloaders_that_are_fixed(void **state)
{
	(void)state;
	bl_make(&maker, BOOT_S0_AREA_ID, 3);
	assert_int_equal(mcuboot_admit_first(bl_rig.image, maker.bytes), 0);
	make_fixed(BOOT_S0_AREA_ID, 3);
	assert_int_equal(mcuboot_admit_first(bl_rig.image, maker.bytes), -EADDRINUSE);
	assert_int_equal(mcuboot_admit_first(1 - bl_rig.image, maker.bytes), 0);
	maker.bytes[0] ^= 1;
	assert_int_equal(mcuboot_admit_first(bl_rig.image, maker.bytes), 0);
	make_fixed(0, 3);
	assert_int_equal(mcuboot_admit_first(bl_rig.image, maker.bytes), 0);
	make_fixed(BOOT_S1_AREA_ID, 3);
	memset(bl_bytes(BOOT_S0_AREA_ID), 0xff, bl_size(BOOT_S0_AREA_ID));
	assert_int_equal(mcuboot_admit_first(bl_rig.image, maker.bytes), -EFAULT);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, open_alone, close_device)
#define SHARED(test) cmocka_unit_test_setup_teardown(test, open_shared, close_device)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE(one_for_the_other_slot_is_taken_and_asked_for),
		SHARED(one_for_the_other_slot_is_taken_and_asked_for),
		ALONE(one_for_the_slot_that_runs_is_refused_when_it_is_there),
		SHARED(one_for_the_slot_that_runs_is_refused_when_it_is_there),
		ALONE(or_at_once_if_its_header_tells),
		SHARED(or_at_once_if_its_header_tells),
		ALONE(a_request_is_judged_by_what_runs_now),
		SHARED(a_request_is_judged_by_what_runs_now),
		ALONE(one_that_tells_no_version_is_refused),
		ALONE(nothing_else_goes_where_only_bootloaders_do),
		ALONE(more_than_a_slot_holds_is_refused_at_once),
		ALONE(first_bytes_tell_only_of_bootloaders_that_are_fixed),
		SHARED(first_bytes_tell_only_of_bootloaders_that_are_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
