/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is refused before anything is erased, in each mode: flash without a trailer, slots off their
 * pages, images too large, a running image that is unconfirmed. And what is not refused.
 */
#include "mode_cases.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

static uint8_t *snapshot;

static void open_case(const struct mode_case *c, const struct device_case *what)
{
	mode_case_open(c, what);
	snapshot = malloc(dut.flash.size);
	assert_non_null(snapshot);
	memcpy(snapshot, dut.flash.memory, dut.flash.size);
}

static void close_case(void)
{
	free(snapshot);
	target_device_close();
}

/* The code expected, and flash as it was. */
static void assert_refused(const struct mode_case *c, int rc, int expected)
{
	if (rc != expected) {
		fail_msg("%s: %d instead of %d", c->name, rc, expected);
	}
	assert_memory_equal(dut.flash.memory, snapshot, dut.flash.size);
}

static bool needs_trailer(const struct mode_case *c)
{
	return !c->is_direct || c->has_revert;
}

static const struct device_case coarse[] = {
	{"block 16, align 8", 4096, 8, 16, 0xff, false, 8, false},
	{"block 32, align 16", 4096, 8, 32, 0xff, false, 16, false},
	{"block 64", 4096, 8, 64, 0xff, false, 32, false},
	{"block 512", 4096, 8, 512, 0xff, false, 8, false},
	{"block 512, erased 0, no erase", 4096, 8, 512, 0x00, true, 32, false},
};

static void where_no_trailer_can_be_written_modes_that_need_one_do_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(coarse); i++) {
		FOR_EACH_MODE(c)
		{
			if (!needs_trailer(c)) {
				continue;
			}
			open_case(c, &coarse[i]);
			memcpy(dut.slot[dut.upload] + dut.start, dut.image, dut.image_len);
			memcpy(snapshot, dut.flash.memory, dut.flash.size);
			assert_refused(c, target_device_init(0, 1000), -ENOTSUP);
			assert_refused(c, dfu_target_mcuboot_schedule_update(0), -ENOTSUP);
			assert_refused(c, boot_request_upgrade(BOOT_UPGRADE_TEST), -ENOTSUP);
			close_case();
		}
	}
}

static void modes_without_trailers_work_in_full_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(coarse); i++) {
		FOR_EACH_MODE(c)
		{
			if (needs_trailer(c)) {
				continue;
			}
			open_case(c, &coarse[i]);
			assert_int_equal(target_device_download(244), 0);
			mode_case_assert_next(c, 0);
			target_device_power_cycle();
			assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
			target_device_assert_body(0);
			mode_case_assert_next(c, 1);
			assert_int_equal(target_device_init(0, dut.image_len), 0);
			assert_int_equal(dfu_target_reset(), 0);
			mode_case_assert_next(c, 0);
			close_case();
		}
	}
}

static void slots_that_begin_or_end_inside_a_page_are_refused(void **state)
{
	/* Of the upload slot and of the other one: what its start and size grow by. */
	static const struct {
		bool is_upload;
		int start;
		int size;
	} moves[] = {{true, 1024, 0}, {true, 1024, -1024},  {true, 0, -1024},
		     {true, 0, 1024}, {false, 1024, -1024}, {false, 0, -1024}};

	(void)state;
	FOR_EACH_MODE(c)
	{
		for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
			open_case(c, &device_cases[0]);
			struct flash_area *area =
				&target_device_areas[moves[i].is_upload ? dut.upload : c->running];
			area->fa_off += moves[i].start;
			area->fa_size = (size_t)((long)area->fa_size + moves[i].size);
			const int rc = target_device_init(0, dut.image_len);
			/* The bootloader touches the other slot only to install an image. */
			assert_refused(c, rc, moves[i].is_upload || !c->is_direct ? -EINVAL : 0);
			close_case();
		}
	}
}

static void the_largest_image_of_the_mode_is_taken_and_none_above(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_case_count; i++) {
		FOR_EACH_MODE(c)
		{
			open_case(c, &device_cases[i]);
			const ssize_t max = boot_get_max_image_size(0);
			assert_true(max > 0);
			assert_refused(c, target_device_init(0, (size_t)max + 1), -EFBIG);
			assert_refused(c, target_device_init(0, (size_t)max), 0);
			close_case();
		}
	}
}

/* A test that runs: swap modes say so in the primary, revert variants in the slot that runs. */
static void make_running_image_unconfirmed(const struct mode_case *c)
{
	uint8_t *end = dut.slot[c->running] + dut.slot_size;

	memset(end - 128, dut.what->erase_value, 128);
	target_device_put_trailer(c->running, true, false, true);
	memcpy(snapshot, dut.flash.memory, dut.flash.size);
}

static void while_unconfirmed_nothing_may_be_touched(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (!needs_trailer(c) || c->mode == BOOT_MODE_OVERWRITE_ONLY) {
			continue;
		}
		open_case(c, &device_cases[0]);
		assert_int_equal(target_device_download(512), 0);
		make_running_image_unconfirmed(c);
		assert_refused(c, dfu_target_schedule_update(0), -EBUSY);
		assert_refused(c, dfu_target_mcuboot_cancel(0), -EBUSY);
		assert_refused(c, dfu_target_reset(), -EBUSY);
		assert_refused(c, target_device_init(0, dut.image_len), -EBUSY);
		close_case();
	}
}

static void plain_modes_know_no_test(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (needs_trailer(c)) {
			continue;
		}
		open_case(c, &device_cases[0]);
		make_running_image_unconfirmed(c);
		assert_int_equal(target_device_download(512), 0);
		assert_int_equal(dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT), 0);
		mode_case_assert_next(c, 1);
		close_case();
	}
}

/* Of two versions the bootloader of a direct mode starts the higher one, whatever is asked. */
static void an_image_that_would_not_be_started_is_refused(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		if (!c->is_direct || c->mode == BOOT_MODE_FIRMWARE_LOADER) {
			continue;
		}
		open_case(c, &device_cases[0]);
		target_device_factory(c->running, c->new_image);
		if (c->has_revert) {
			target_device_put_trailer(c->running, true, true, true);
		}
		target_device_load(c->old_image);
		assert_int_equal(target_device_download(512), -ESTALE);
		target_device_assert_no_header();
		/* Of equal ones the primary's is. */
		target_device_load(c->new_image);
		assert_int_equal(target_device_download(512), c->running == 1 ? 0 : -ESTALE);
		close_case();
	}
}

static void a_missing_partner_is_asked_for_when_scheduling(void **state)
{
	static const enum boot_mode modes[] = {BOOT_MODE_SWAP_MOVE, BOOT_MODE_DIRECT_XIP};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		target_device_open(&device_cases[0]);
		target_device_images(2);
		target_device_mode(modes[i], 0);
		target_device_factory(0, OLD_IMAGE);
		target_device_factory(2, OLD_IMAGE);
		target_device_load("tiny-1.1.0-none-dep1-1.1.0.bin");
		assert_int_equal(target_device_download_image(0, 512), 0);
		assert_int_equal(dfu_target_schedule_update(0), -ENOLINK);
		target_device_load(NEW_IMAGE);
		assert_int_equal(target_device_download_image(1, 512), 0);
		/* There, but not asked for. */
		assert_int_equal(dfu_target_schedule_update(0), -ENOLINK);
		assert_false(target_device_has_magic(1));
		assert_int_equal(dfu_target_schedule_update(-1), 0);
		target_device_close();
	}
}

/* A torn magic is repaired by an erase, so not where the image has bytes in that page. */
static void
a_torn_magic_beside_a_held_header_is_repaired_where_no_byte_of_the_image_is(void **state)
{
	static const struct {
		const char *image;
		int rc;
	} files[] = {{"../extra/size28672.bin.gz", 0}, {"../extra/size28673.bin.gz", -EUCLEAN}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		target_device_open(&device_cases[0]);
		target_device_mode(BOOT_MODE_DIRECT_XIP_REVERT, 0);
		target_device_factory(0, "tiny-0.9.0-none.bin");
		target_device_put_trailer(0, true, true, true);
		target_device_load(files[i].image);
		assert_int_equal(target_device_download(512), 0);
		memset(dut.slot[1] + dut.slot_size - 16, 0x77, 1);
		assert_int_equal(dfu_target_schedule_update(0), files[i].rc);
		assert_int_equal(target_device_has_magic(1), files[i].rc == 0);
		target_device_assert_body(32);
		assert_int_equal(dut.slot[1][0], files[i].rc == 0 ? dut.image[0] : 0xff);
		target_device_close();
	}
}

/* The same code as where there can be none to erase. */
static void a_trailer_that_the_device_does_not_erase_ends_the_download(void **state)
{
	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[0]);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		dut.flash.nor.fail_after = 0;
		dut.flash.nor.fail_rc = -ENOTSUP;
		assert_refused(c, dfu_target_write(dut.image, 512), -ENOTSUP);
		assert_int_equal(target_device_offset(), 0);
		assert_int_equal(dfu_target_write(dut.image, 512), 0);
		close_case();
	}
}

static void an_image_pair_that_cannot_be_is_not_there(void **state)
{
	static const int pairs[] = {INT_MIN, -2, 1, BOOT_IMAGES_MAX, 256, INT_MAX};

	(void)state;
	FOR_EACH_MODE(c)
	{
		open_case(c, &device_cases[0]);
		for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
			assert_refused(c, dfu_target_mcuboot_schedule_update(pairs[i]), -ENOENT);
			assert_refused(c, dfu_target_mcuboot_cancel(pairs[i]), -EINVAL);
			assert_refused(c, target_device_init(pairs[i], 1000), -EINVAL);
		}
		close_case();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_no_trailer_can_be_written_modes_that_need_one_do_nothing),
		cmocka_unit_test(modes_without_trailers_work_in_full_there),
		cmocka_unit_test(slots_that_begin_or_end_inside_a_page_are_refused),
		cmocka_unit_test(the_largest_image_of_the_mode_is_taken_and_none_above),
		cmocka_unit_test(while_unconfirmed_nothing_may_be_touched),
		cmocka_unit_test(plain_modes_know_no_test),
		cmocka_unit_test(an_image_that_would_not_be_started_is_refused),
		cmocka_unit_test(a_missing_partner_is_asked_for_when_scheduling),
		cmocka_unit_test(
			a_torn_magic_beside_a_held_header_is_repaired_where_no_byte_of_the_image_is),
		cmocka_unit_test(a_trailer_that_the_device_does_not_erase_ends_the_download),
		cmocka_unit_test(an_image_pair_that_cannot_be_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
