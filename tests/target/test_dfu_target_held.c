/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The held-back bytes between done and schedule, over a reset, and when they are deleted; and the
 * same with settings that are not there or fail.
 */
#include "mode_cases.h"

#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <settings/settings.h>

#include "target/mcuboot_held.h"

static bool has_record(int img_num)
{
	uint8_t record[MCUBOOT_HELD_RECORD];
	const size_t block = dut.what->write_block_size;

	return mcuboot_held_load(img_num, record, block > 32 ? block : 32) > 0;
}

static void
the_record_is_there_from_before_the_first_program_until_the_image_is_scheduled(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &device_cases[0]);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(dfu_target_write(dut.image, 30), 0);
		assert_int_equal(dfu_target_write(dut.image + 30, 1), 0);
		assert_false(has_record(0));
		assert_int_equal(dfu_target_write(dut.image + 31, 1), 0);
		assert_int_equal(dut.flash.nor.stats.programs, 0);
		assert_true(has_record(0));
		assert_int_equal(target_device_download(244), 0);
		assert_true(has_record(0));
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_false(has_record(0));
		target_device_close();
	}
}

static unsigned long programs_at_save;

static int find_nothing(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	(void)cb;
	(void)param;
	return 0;
}

static int note_save(const struct settings_backend *backend, const char *name, const void *value,
		     size_t len)
{
	(void)backend;
	if (value != NULL && strcmp(name, "dfu/MCUBOOT0/h") == 0) {
		assert_int_equal(len, 40);
		programs_at_save = dut.flash.nor.stats.programs;
	}
	return 0;
}

static void it_is_saved_before_the_rest_of_the_same_call_is_programmed(void **state)
{
	static const struct settings_backend_api api = {.load = find_nothing, .save = note_save};
	static const struct settings_backend backend = {.api = &api};

	(void)state;
	mode_case_open(&mode_cases[1], &device_cases[0]);
	settings_backend_set(&backend);
	programs_at_save = 99;
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, dut.image_len), 0);
	assert_int_equal(programs_at_save, 0);
	assert_true(dut.flash.nor.stats.programs > 0);
	target_device_close();
}

static void after_a_reset_schedule_needs_no_init(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			mode_case_open(c, &device_cases[i]);
			assert_int_equal(target_device_download(244), 0);
			target_device_power_cycle();
			mode_case_assert_next(c, 0);
			assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
			target_device_assert_body(0);
			assert_false(has_record(0));
			mode_case_assert_next(c, 1);
			target_device_close();
		}
	}
}

static void without_settings_only_the_same_run_can_schedule(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &device_cases[0]);
		target_device_settings(false);
		assert_int_equal(target_device_download(244), 0);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		mode_case_assert_next(c, 1);
		assert_int_equal(target_device_download(244), 0);
		target_device_power_cycle();
		target_device_settings(false);
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), c->is_direct ? -ENOENT : 0);
		mode_case_assert_next(c, !c->is_direct);
		target_device_close();
	}
}

static void open_two_images(enum boot_mode mode)
{
	target_device_open(&device_cases[0]);
	target_device_images(2);
	target_device_mode(mode, 0);
	target_device_factory(0, OLD_IMAGE);
	target_device_factory(2, OLD_IMAGE);
	target_device_load(NEW_IMAGE);
}

static void two_images_wait_side_by_side(void **state)
{
	(void)state;
	open_two_images(BOOT_MODE_DIRECT_XIP);
	assert_int_equal(target_device_download_image(0, 244), 0);
	assert_int_equal(target_device_download_image(1, 244), 0);
	assert_int_equal(dut.slot[1][0], 0xff);
	assert_int_equal(dut.slot[3][0], 0xff);
	assert_true(has_record(0) && has_record(1));
	assert_int_equal(dfu_target_schedule_update(-1), 0);
	assert_memory_equal(dut.slot[1], dut.image, dut.image_len);
	assert_memory_equal(dut.slot[3], dut.image, dut.image_len);
	assert_false(has_record(0) || has_record(1));
	target_device_close();
}

/* What is left to be cleared of one slot is not of the next. */
static void an_image_goes_on_whatever_was_begun_for_another_one(void **state)
{
	(void)state;
	open_two_images(BOOT_MODE_SWAP_MOVE);
	target_device_put_trailer(1, true, true, true);
	assert_int_equal(target_device_init(1, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, 300), 0);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, 1), 0);
	dut.slot[3][dut.slot_size - 200] = 0x33;
	assert_int_equal(target_device_init(1, dut.image_len), 0);
	assert_int_equal(target_device_offset(), 300);
	assert_int_equal(dfu_target_write(dut.image + 300, dut.image_len - 300), 0);
	assert_int_equal(dfu_target_done(true), 0);
	assert_int_equal(dut.slot[3][dut.slot_size - 200], 0xff);
	target_device_close();
}

static void without_settings_the_image_downloaded_last_can_be_scheduled(void **state)
{
	(void)state;
	open_two_images(BOOT_MODE_DIRECT_XIP);
	target_device_settings(false);
	assert_int_equal(target_device_download_image(0, 244), 0);
	assert_int_equal(target_device_download_image(1, 244), 0);
	assert_int_equal(dfu_target_schedule_update(0), -ENOENT);
	/* All or none. */
	assert_int_equal(dfu_target_schedule_update(-1), -ENOENT);
	assert_int_equal(dut.slot[3][0], 0xff);
	assert_int_equal(dfu_target_schedule_update(1), 0);
	assert_memory_equal(dut.slot[3], dut.image, dut.image_len);
	target_device_close();
}

static void scheduling_another_image_leaves_the_one_that_waits_in_ram(void **state)
{
	(void)state;
	open_two_images(BOOT_MODE_DIRECT_XIP);
	assert_int_equal(target_device_download_image(0, 244), 0);
	target_device_settings(false);
	assert_int_equal(target_device_download_image(1, 244), 0); /* not saved */
	target_device_settings(true);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_int_equal(dfu_target_schedule_update(1), 0);
	assert_memory_equal(dut.slot[3], dut.image, dut.image_len);
	target_device_close();
}

static void a_new_download_or_a_reset_deletes_the_record(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &device_cases[0]);
		assert_int_equal(target_device_stream(dut.image_len, 244), 0);
		assert_true(has_record(0));
		assert_int_equal(target_device_init(0, dut.image_len - 1), 0);
		assert_true(has_record(0)); /* init touches nothing */
		assert_int_equal(dfu_target_write(dut.image, 1), 0);
		assert_false(has_record(0));
		assert_int_equal(target_device_stream(dut.image_len, 244), 0);
		assert_int_equal(dfu_target_reset(), 0);
		assert_false(has_record(0));
		target_device_close();
	}
}

static void a_file_that_is_refused_leaves_no_record(void **state)
{
	(void)state;
	mode_case_open(&mode_cases[4], &device_cases[0]);
	target_device_load("bad/flip-ver-major.bin");
	assert_int_equal(target_device_download(244), -EBADMSG);
	assert_false(has_record(0));
	target_device_power_cycle();
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
	target_device_close();
}

static void a_download_that_was_cut_is_not_scheduled(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &device_cases[0]);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(dfu_target_write(dut.image, dut.image_len - 600), 0);
		target_device_power_cycle();
		assert_true(has_record(0));
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), -EBADMSG);
		target_device_assert_no_header();
		assert_false(target_device_has_magic(dut.upload));
		mode_case_assert_next(c, 0);
		target_device_close();
	}
}

static void what_flash_holds_is_verified_again_with_the_saved_bytes(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (!c->is_direct) {
			continue;
		}
		mode_case_open(c, &device_cases[0]);
		assert_int_equal(target_device_download(244), 0);
		target_device_power_cycle();
		dut.slot[dut.upload][2000] ^= 1;
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), -EBADMSG);
		target_device_assert_no_header();
		assert_false(target_device_has_magic(dut.upload));
		dut.slot[dut.upload][2000] ^= 1;
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
		target_device_close();
	}
}

static void a_damaged_record_counts_as_none(void **state)
{
	uint8_t raw[40] = {1, 0, 32};

	(void)state;
	mode_case_open(&mode_cases[4], &device_cases[0]);
	assert_int_equal(target_device_download(244), 0);
	target_device_power_cycle();
	assert_int_equal(settings_save_one("dfu/MCUBOOT0/h", raw, sizeof(raw)), 0);
	assert_int_equal(dfu_target_mcuboot_has_held(0), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
	target_device_assert_no_header();
	target_device_close();
}

/* Of the header in the slot and the one in a left-over record the slot's counts. */
static void a_record_beside_a_header_is_ignored(void **state)
{
	uint8_t record[MCUBOOT_HELD_RECORD] = {0};

	(void)state;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &device_cases[0]);
		assert_int_equal(target_device_download(244), 0);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		mcuboot_held_save(0, record, 32);
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
		target_device_assert_body(0);
		assert_int_equal(dfu_target_reset(), 0);
		target_device_factory(dut.upload, "bad/flip-ver-major.bin");
		memmove(dut.slot[dut.upload] + dut.start, dut.slot[dut.upload], 8192);
		memcpy(&record[MCUBOOT_HELD_FRONT], dut.image, 32);
		mcuboot_held_save(0, record, 32);
		assert_int_equal(dfu_target_mcuboot_schedule_update(0) == 0, 0);
		target_device_close();
	}
}

static int save_rc;
static int load_rc;

static int load_nothing(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	(void)cb;
	(void)param;
	return load_rc;
}

static int fail_save(const struct settings_backend *backend, const char *name, const void *value,
		     size_t len)
{
	(void)backend;
	(void)name;
	(void)value;
	(void)len;
	return save_rc;
}

static void settings_that_fail_cost_no_update(void **state)
{
	static const struct settings_backend_api api = {.load = load_nothing, .save = fail_save};
	static const struct settings_backend broken = {.api = &api};

	(void)state;
	save_rc = -ENOSPC;
	load_rc = -EIO;
	FOR_EACH_MODE(c)
	{
		mode_case_open(c, &device_cases[0]);
		settings_backend_set(&broken);
		assert_int_equal(target_device_download(244), 0);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		mode_case_assert_next(c, 1);
		assert_int_equal(dfu_target_reset(), 0);
		target_device_close();
	}
}

/* Settings that cannot be read are not empty ones. */
static void unreadable_settings_are_told(void **state)
{
	static const struct settings_backend_api api = {.load = load_nothing, .save = fail_save};
	static const struct settings_backend broken = {.api = &api};

	(void)state;
	save_rc = 0;
	load_rc = -EIO;
	mode_case_open(&mode_cases[4], &device_cases[0]);
	assert_int_equal(target_device_download(244), 0);
	target_device_power_cycle();
	settings_backend_set(&broken);
	assert_int_equal(dfu_target_mcuboot_has_held(0), -EIO);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -EIO);
	target_device_assert_no_header();
	target_device_settings(true);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
	target_device_close();
}

static void it_can_be_asked_whether_the_bytes_are_known(void **state)
{
	(void)state;
	open_two_images(BOOT_MODE_DIRECT_XIP);
	assert_int_equal(dfu_target_mcuboot_has_held(2), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_has_held(-1), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_has_held(1), 0);
	assert_int_equal(target_device_download_image(1, 244), 0);
	assert_int_equal(dfu_target_mcuboot_has_held(0), 0);
	assert_int_equal(dfu_target_mcuboot_has_held(1), 1);
	target_device_power_cycle();
	assert_int_equal(dfu_target_mcuboot_has_held(1), 1);
	assert_int_equal(boot_running_slot_set(1, -1), 0);
	assert_int_equal(dfu_target_mcuboot_has_held(1), -ENODEV);
	assert_int_equal(boot_running_slot_set(1, 0), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_update(1), 0);
	assert_int_equal(dfu_target_mcuboot_has_held(1), 0);
	target_device_settings(false);
	assert_int_equal(target_device_download_image(0, 244), 0);
	assert_int_equal(dfu_target_mcuboot_has_held(0), 1);
	target_device_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_record_is_there_from_before_the_first_program_until_the_image_is_scheduled),
		cmocka_unit_test(it_is_saved_before_the_rest_of_the_same_call_is_programmed),
		cmocka_unit_test(after_a_reset_schedule_needs_no_init),
		cmocka_unit_test(without_settings_only_the_same_run_can_schedule),
		cmocka_unit_test(two_images_wait_side_by_side),
		cmocka_unit_test(an_image_goes_on_whatever_was_begun_for_another_one),
		cmocka_unit_test(without_settings_the_image_downloaded_last_can_be_scheduled),
		cmocka_unit_test(scheduling_another_image_leaves_the_one_that_waits_in_ram),
		cmocka_unit_test(a_new_download_or_a_reset_deletes_the_record),
		cmocka_unit_test(a_file_that_is_refused_leaves_no_record),
		cmocka_unit_test(a_download_that_was_cut_is_not_scheduled),
		cmocka_unit_test(what_flash_holds_is_verified_again_with_the_saved_bytes),
		cmocka_unit_test(a_damaged_record_counts_as_none),
		cmocka_unit_test(a_record_beside_a_header_is_ignored),
		cmocka_unit_test(settings_that_fail_cost_no_update),
		cmocka_unit_test(unreadable_settings_are_told),
		cmocka_unit_test(it_can_be_asked_whether_the_bytes_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
