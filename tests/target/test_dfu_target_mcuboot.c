/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MCUboot target on strict flash of several geometries: what is refused, and what flash holds
 * then.
 */
#include "target_device.h"

#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/dfu_target_stream.h>
#include <storage/flash_map.h>

#include "support/test_files.h"

static uint8_t *snapshot;

static int close_device(void **state)
{
	free(snapshot);
	snapshot = NULL;
	return target_device_teardown(state);
}

static void take_snapshot(void)
{
	free(snapshot);
	snapshot = malloc(dut.flash.size);
	assert_non_null(snapshot);
	memcpy(snapshot, dut.flash.memory, dut.flash.size);
}

static void assert_flash_untouched(void)
{
	assert_memory_equal(dut.flash.memory, snapshot, dut.flash.size);
}

static void every_chunk_size_on_every_geometry_leaves_the_file_in_the_slot(void **state)
{
	static const size_t chunks[] = {1, 3, 20, 31, 32, 33, 244, 512, 4096, 100000};

	(void)state;
	for (size_t c = 0; c < device_case_count; c++) {
		for (size_t i = 0; i < ARRAY_LEN(chunks); i++) {
			target_device_open(&device_cases[c]);
			target_device_factory(0, OLD_IMAGE);
			dut.before = 0x33;
			memset(dut.slot[1], dut.before, dut.slot_size);
			target_device_load(NEW_IMAGE);
			assert_int_equal(target_device_download(chunks[i]), 0);
			target_device_assert_slot1_is_file();
			assert_false(target_device_has_magic(1));
			target_device_close();
		}
	}
}

static void erases_are_the_pages_of_image_and_trailer_once_each(void **state)
{
	(void)state;
	for (size_t c = 0; c < device_case_count; c++) {
		target_device_open(&device_cases[c]);
		target_device_factory(0, OLD_IMAGE);
		target_device_load(NEW_IMAGE);
		const size_t page = dut.what->page_size;
		const size_t trailer_pages =
			dut.what->slot_pages - 1 - target_device_max_image() / page;
		assert_int_equal(target_device_download(244), 0);
		if (!dut.what->no_explicit_erase) {
			assert_int_equal(dut.flash.nor.stats.erases,
					 (dut.image_len + page - 1) / page + trailer_pages);
			/* The file's bytes and the padding of the last block; a block of the
			 * header that equals erased flash needs no program. */
			assert_in_range(dut.flash.nor.stats.bytes_programmed, dut.image_len - 32,
					dut.image_len + dut.what->write_block_size - 1);
		}
		target_device_close();
	}
}

/* The target erased the first page and says so; the stream need not look at 4 KiB of it. */
static void the_first_page_is_not_looked_at_again(void **state)
{
	(void)state;
	assert_int_equal(target_device_stream(dut.image_len, 512), 0);
	assert_in_range(dut.flash.nor.stats.reads, 0, 8);
}

static void no_header_is_visible_before_done_has_verified(void **state)
{
	(void)state;
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	for (size_t i = 0; i < dut.image_len; i += 100) {
		const size_t n = dut.image_len - i < 100 ? dut.image_len - i : 100;

		assert_int_equal(dfu_target_write(dut.image + i, n), 0);
		assert_int_equal(target_device_offset(), i + n);
		for (size_t k = 0; k < 32; k++) {
			assert_int_equal(dut.slot[1][k], 0xff);
		}
	}
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_slot1_is_file();
	assert_int_equal(target_device_offset(), 0);
}

static void init_checks_its_arguments_and_touches_nothing(void **state)
{
	(void)state;
	take_snapshot();
	assert_int_equal(target_device_init(-1, 100), -EINVAL);
	assert_int_equal(target_device_init(1, 100), -EINVAL);
	assert_int_equal(target_device_init(255, 100), -EINVAL);
	assert_int_equal(target_device_init(0, target_device_max_image() + 1), -EFBIG);
	assert_int_equal(target_device_init(0, SIZE_MAX), -EFBIG);
	assert_int_equal(target_device_init(0, target_device_max_image()), 0);
	assert_int_equal(target_device_init(0, 0), 0);
	assert_flash_untouched();
}

static void the_buffer_is_checked(void **state)
{
	static uint32_t own[32];
	uint8_t *buf = (uint8_t *)own;

	(void)state;
	assert_int_equal(dfu_target_mcuboot_set_buf(NULL, 128), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_set_buf(buf + 1, 64), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_set_buf(buf, 0), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_set_buf(buf, 60), 0);
	assert_int_equal(target_device_init(0, 100), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_set_buf(buf, 66), 0);
	assert_int_equal(target_device_init(0, 100), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_set_buf(buf, 128), 0);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_mcuboot_set_buf(buf, 64), -EBUSY);
	assert_int_equal(dfu_target_mcuboot_set_buf(buf, 128), 0);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(dfu_target_mcuboot_set_buf(buf, 64), -EBUSY);
}

static void calls_out_of_order_are_refused(void **state)
{
	(void)state;
	assert_int_equal(target_device_download(512), 0);
	assert_int_equal(dfu_target_mcuboot_write("x", 1), -EPERM);
	assert_int_equal(dfu_target_mcuboot_done(true), -EALREADY);
	assert_int_equal(dfu_target_mcuboot_done(false), -EALREADY);
	assert_int_equal(dfu_target_reset(), 0);
	assert_int_equal(dfu_target_mcuboot_write("x", 1), -EACCES);
	assert_int_equal(dfu_target_mcuboot_done(true), -EACCES);
	assert_int_equal(dfu_target_mcuboot_reset(), -EACCES);
	assert_int_equal(dfu_target_mcuboot_offset_get(NULL), -EINVAL);
	size_t offset = 9;
	assert_int_equal(dfu_target_mcuboot_offset_get(&offset), -EACCES);
	assert_int_equal(offset, 9);
}

static void more_than_announced_is_refused_before_it_is_consumed(void **state)
{
	(void)state;
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, dut.image_len - 1), 0);
	assert_int_equal(dfu_target_write(dut.image, 2), -EFBIG);
	assert_int_equal(dfu_target_write(dut.image, SIZE_MAX), -EFBIG);
	assert_int_equal(target_device_offset(), dut.image_len - 1);
	assert_int_equal(dfu_target_write(dut.image + dut.image_len - 1, 1), 0);
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_slot1_is_file();
}

static void an_unknown_size_is_limited_as_bytes_arrive(void **state)
{
	uint8_t junk[512];
	size_t sent = 0;
	int rc = 0;

	(void)state;
	memset(junk, 0x21, sizeof(junk));
	memcpy(junk, dut.image, 32);
	assert_int_equal(target_device_init(0, 0), 0);
	while (rc == 0 && sent < dut.slot_size) {
		rc = dfu_target_write(junk, sizeof(junk));
		sent += rc == 0 ? sizeof(junk) : 0;
	}
	assert_int_equal(rc, -EFBIG);
	assert_int_equal(sent, target_device_max_image());
	assert_string_equal(dut.flash.nor.violation, "");
}

static void an_unknown_size_is_taken_from_the_image(void **state)
{
	(void)state;
	assert_int_equal(target_device_stream(0, 244), 0);
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_slot1_is_file();
}

static void a_paused_download_goes_on_at_the_exact_byte(void **state)
{
	static const size_t stops[] = {0, 1, 31, 32, 33, 100, 288, 1000, 4096, 4251};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(target_device_offset(), 0);
		assert_int_equal(dfu_target_write(dut.image, stops[i]), 0);
		assert_int_equal(dfu_target_done(false), 0);
		assert_int_equal(target_device_init(0, dut.image_len), 0);
		assert_int_equal(target_device_offset(), stops[i]);
		assert_int_equal(target_device_download(77), 0);
		target_device_assert_slot1_is_file();
	}
}

static void another_file_never_goes_on_with_a_paused_one(void **state)
{
	(void)state;
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, 2000), 0);
	assert_int_equal(dfu_target_done(false), 0);
	/* Another size. */
	assert_int_equal(target_device_init(0, dut.image_len + 4), 0);
	assert_int_equal(target_device_offset(), 0);
	/* That cost it nothing. */
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(target_device_offset(), 2000);
	assert_int_equal(dfu_target_done(false), 0);
	/* The same size, other first bytes, as identify saw them. */
	uint8_t *other = malloc(dut.image_len);
	assert_non_null(other);
	memcpy(other, dut.image, dut.image_len);
	other[20] ^= 1; /* the version */
	assert_int_equal(dfu_target_img_type(other, 32), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(target_device_offset(), 0);
	free(other);
	assert_int_equal(dfu_target_img_type(dut.image, 32), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	assert_int_equal(target_device_download(512), 0);
	target_device_assert_slot1_is_file();
}

static void another_file_of_unknown_size_is_told_by_its_first_bytes(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_img_type(dut.image, 32), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	assert_int_equal(target_device_init(0, 0), 0);
	assert_int_equal(dfu_target_write(dut.image, 1000), 0);
	/* The same file goes on, without a pause in between. */
	assert_int_equal(dfu_target_img_type(dut.image, 32), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	assert_int_equal(target_device_init(0, 0), 0);
	assert_int_equal(target_device_offset(), 1000);
	target_device_load(OLD_IMAGE);
	assert_int_equal(dfu_target_img_type(dut.image, 32), DFU_TARGET_IMAGE_TYPE_MCUBOOT);
	assert_int_equal(target_device_init(0, 0), 0);
	assert_int_equal(target_device_offset(), 0);
	assert_int_equal(target_device_stream(0, 244), 0);
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_slot1_is_file();
}

static void a_stream_of_somebody_else_is_not_disturbed(void **state)
{
	static uint8_t other_buf[64];
	static const uint8_t junk[100] = {7, 7, 7};
	const struct dfu_target_stream_init other = {
		.id = "OTHER",
		.fdev = dut.flash.dev,
		.buf = other_buf,
		.len = sizeof(other_buf),
		.offset = (size_t)target_device_areas[0].fa_off,
		.size = 4096,
	};

	(void)state;
	assert_int_equal(dfu_target_stream_init(&other), 0);
	assert_int_equal(dfu_target_stream_write(junk, 100), 0);
	assert_int_equal(target_device_init(0, dut.image_len), -EFAULT);
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_memory_equal(dut.slot[0], junk, 100);
	/* One that came between a pause and the next init takes nothing away. */
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(dfu_target_write(dut.image, 1000), 0);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(dfu_target_stream_init(&other), 0);
	assert_int_equal(dfu_target_stream_write(junk, 100), 0);
	assert_int_equal(target_device_offset(), 0); /* none of somebody else's bytes */
	assert_int_equal(dfu_target_stream_done(true), 0);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(target_device_offset(), 1000);
	assert_int_equal(target_device_download(512), 0);
	target_device_assert_slot1_is_file();
}

static void a_failed_init_of_the_target_leaves_no_download_under_way(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_mcuboot_init(dut.image_len, 0, NULL), 0);
	assert_int_equal(dfu_target_mcuboot_write(NULL, 5), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_write(dut.image, 500), 0);
	assert_int_equal(dfu_target_mcuboot_init(1 << 24, 0, NULL), -EFBIG);
	assert_int_equal(dfu_target_mcuboot_write(dut.image, 1), -EPERM);
	/* What was there is paused. */
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_int_equal(target_device_offset(), 500);
}

static void while_unconfirmed_nothing_may_be_touched(void **state)
{
	(void)state;
	assert_int_equal(target_device_download(512), 0);
	target_device_put_trailer(0, true, false, true);
	take_snapshot();
	assert_int_equal(dfu_target_schedule_update(0), -EBUSY);
	assert_int_equal(dfu_target_mcuboot_cancel(0), -EBUSY);
	assert_int_equal(dfu_target_reset(), -EBUSY);
	assert_int_equal(target_device_init(0, dut.image_len), -EBUSY);
	assert_int_equal(dfu_target_write("x", 1), -EACCES);
	assert_flash_untouched();
	/* Confirmed, all of it is possible again. */
	target_device_put_trailer(0, true, true, true);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), 0);
	assert_int_equal(dfu_target_mcuboot_cancel(0), 0);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
}

static void an_image_that_becomes_unconfirmed_on_the_way_stops_done(void **state)
{
	(void)state;
	assert_int_equal(target_device_stream(dut.image_len, 512), 0);
	target_device_put_trailer(0, true, false, true);
	assert_int_equal(dfu_target_done(true), -EBUSY);
	assert_int_equal(dut.slot[1][0], 0xff);
	target_device_put_trailer(0, true, true, true);
	assert_int_equal(dfu_target_done(true), 0);
	target_device_assert_slot1_is_file();
}

static void a_primary_without_trailer_or_with_a_bad_one_is_no_reason_to_refuse(void **state)
{
	(void)state;
	dut.slot[0][dut.slot_size - 5] = 0x12; /* magic torn */
	assert_int_equal(target_device_download(512), 0);
	target_device_factory(0, OLD_IMAGE);
	target_device_put_trailer(0, true, false, true);
	dut.slot[0][dut.slot_size - 24] = 0x55; /* image_ok bad */
	assert_int_equal(target_device_download(512), 0);
}

static void schedule_needs_a_whole_image(void **state)
{
	(void)state;
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
	assert_int_equal(dfu_target_mcuboot_schedule_update(1), -ENOENT);
	assert_int_equal(dfu_target_mcuboot_schedule_update(-2), -ENOENT);
	target_device_factory(1, "bad/flip-ver-major.bin");
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -EBADMSG);
	assert_int_equal(dfu_target_mcuboot_schedule_update(-1), -EBADMSG);
	assert_false(target_device_has_magic(1));
	/* One that an earlier run left is verified now. */
	target_device_factory(1, NEW_IMAGE);
	assert_int_equal(dfu_target_mcuboot_schedule_update(-1), 0);
	assert_true(target_device_has_magic(1));
	assert_false(target_device_image_ok(1));
}

static void a_download_under_way_or_paused_cannot_be_scheduled(void **state)
{
	(void)state;
	assert_int_equal(target_device_stream(dut.image_len, 512), 0);
	assert_int_equal(dfu_target_schedule_update(0), -EBUSY);
	assert_int_equal(dfu_target_done(false), 0);
	assert_int_equal(dfu_target_schedule_update(0), -EBUSY);
	assert_false(target_device_has_magic(1));
	assert_int_equal(target_device_download(512), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_true(target_device_has_magic(1));
}

static void an_image_above_the_limit_is_not_scheduled(void **state)
{
	(void)state;
	/* 103 KiB on a slot of 32 pages: whole in the slot, but too large to be moved. */
	target_device_close();
	const struct device_case large = {"", 4096, 27, 4, 0xff, false, 8, false};
	target_device_open(&large);
	target_device_factory(0, OLD_IMAGE);
	target_device_factory(1, "med-1.1.0-none.bin");
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -EFBIG);
	assert_false(target_device_has_magic(1));
	target_device_close();
	assert_int_equal(target_device_setup(state), 0);
}

static void permanent_and_test_requests_differ_in_image_ok(void **state)
{
	(void)state;
	assert_int_equal(target_device_download(512), 0);
	assert_int_equal(dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT), 0);
	assert_true(target_device_has_magic(1) && target_device_image_ok(1));
	assert_int_equal(dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_TEST), -EALREADY);
	assert_true(target_device_has_magic(1) && target_device_image_ok(1));
	assert_int_equal(dfu_target_mcuboot_cancel(0), 0);
	assert_false(target_device_has_magic(1) || target_device_image_ok(1));
	assert_int_equal(dfu_target_mcuboot_cancel(0), -ENOENT);
	assert_int_equal(dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_TEST), 0);
	assert_true(target_device_has_magic(1) && !target_device_image_ok(1));
}

static void reset_clears_the_slot_wherever_it_lies(void **state)
{
	(void)state;
	for (size_t c = 0; c < device_case_count; c++) {
		target_device_open(&device_cases[c]);
		target_device_factory(0, OLD_IMAGE);
		target_device_load(NEW_IMAGE);
		assert_int_equal(target_device_download(512), 0);
		assert_int_equal(dfu_target_schedule_update(0), 0);
		assert_true(target_device_has_magic(1));
		assert_int_equal(dfu_target_reset(), 0);
		assert_false(target_device_has_magic(1));
		for (size_t k = 0; k < 32; k++) {
			assert_int_equal(dut.slot[1][k], dut.what->erase_value);
		}
		assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_NONE);
		assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENOENT);
		target_device_close();
	}
}

static void a_new_download_takes_a_pending_update_back_first(void **state)
{
	(void)state;
	assert_int_equal(target_device_download(512), 0);
	assert_int_equal(dfu_target_schedule_update(0), 0);
	assert_int_equal(target_device_init(0, dut.image_len), 0);
	assert_true(target_device_has_magic(1));
	assert_int_equal(dfu_target_write(dut.image, 1), 0);
	assert_false(target_device_has_magic(1));
	assert_int_equal(dfu_target_write(dut.image + 1, 1), 0);
	assert_int_equal(dut.slot[1][0], 0xff);
}

static void a_map_without_a_secondary_slot_has_no_device(void **state)
{
	(void)state;
	target_device_areas[1].fa_id = 99;
	assert_int_equal(target_device_init(0, 100), -ENODEV);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENODEV);
	target_device_areas[1].fa_id = 1;
	const struct device *dev = target_device_areas[1].fa_dev;
	const struct device not_ready = {.name = "none"};
	target_device_areas[1].fa_dev = &not_ready;
	assert_int_equal(target_device_init(0, 100), -EFAULT);
	target_device_areas[1].fa_dev = dev;
}

static void modes_that_update_no_slot_have_no_device(void **state)
{
	struct boot_arrangement arrangement = *boot_arrangement_get();

	(void)state;
	take_snapshot();
	arrangement.mode = BOOT_MODE_SINGLE_SLOT;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	assert_int_equal(target_device_init(0, 100), -ENODEV);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENODEV);
	/* The application; the loader in slot 1 may. */
	arrangement.mode = BOOT_MODE_FIRMWARE_LOADER;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	assert_int_equal(target_device_init(0, 100), -ENODEV);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENODEV);
	/* Which slot runs is not known, and not taken to be slot 0. */
	arrangement.mode = BOOT_MODE_RAM_LOAD;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	assert_int_equal(boot_running_slot_set(0, -1), 0);
	assert_int_equal(target_device_init(0, 100), -ENODEV);
	assert_int_equal(dfu_target_mcuboot_schedule_update(0), -ENODEV);
	assert_flash_untouched();
	arrangement.mode = BOOT_MODE_SWAP_MOVE;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
}

static void slots_off_page_boundaries_are_refused(void **state)
{
	(void)state;
	take_snapshot();
	target_device_areas[1].fa_off += 1024;
	assert_int_equal(target_device_init(0, 1000), -EINVAL);
	target_device_areas[1].fa_off -= 1024;
	assert_flash_untouched();
}

int main(void)
{
#define ON_PLAIN(test) cmocka_unit_test_setup_teardown(test, target_device_setup, close_device)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_chunk_size_on_every_geometry_leaves_the_file_in_the_slot),
		cmocka_unit_test(erases_are_the_pages_of_image_and_trailer_once_each),
		cmocka_unit_test(reset_clears_the_slot_wherever_it_lies),
		ON_PLAIN(the_first_page_is_not_looked_at_again),
		ON_PLAIN(no_header_is_visible_before_done_has_verified),
		ON_PLAIN(init_checks_its_arguments_and_touches_nothing),
		ON_PLAIN(the_buffer_is_checked),
		ON_PLAIN(calls_out_of_order_are_refused),
		ON_PLAIN(more_than_announced_is_refused_before_it_is_consumed),
		ON_PLAIN(an_unknown_size_is_limited_as_bytes_arrive),
		ON_PLAIN(an_unknown_size_is_taken_from_the_image),
		ON_PLAIN(a_paused_download_goes_on_at_the_exact_byte),
		ON_PLAIN(another_file_never_goes_on_with_a_paused_one),
		ON_PLAIN(another_file_of_unknown_size_is_told_by_its_first_bytes),
		ON_PLAIN(a_stream_of_somebody_else_is_not_disturbed),
		ON_PLAIN(a_failed_init_of_the_target_leaves_no_download_under_way),
		ON_PLAIN(while_unconfirmed_nothing_may_be_touched),
		ON_PLAIN(an_image_that_becomes_unconfirmed_on_the_way_stops_done),
		ON_PLAIN(a_primary_without_trailer_or_with_a_bad_one_is_no_reason_to_refuse),
		ON_PLAIN(schedule_needs_a_whole_image),
		ON_PLAIN(a_download_under_way_or_paused_cannot_be_scheduled),
		ON_PLAIN(an_image_above_the_limit_is_not_scheduled),
		ON_PLAIN(permanent_and_test_requests_differ_in_image_ok),
		ON_PLAIN(a_new_download_takes_a_pending_update_back_first),
		ON_PLAIN(a_map_without_a_secondary_slot_has_no_device),
		ON_PLAIN(modes_that_update_no_slot_have_no_device),
		ON_PLAIN(slots_off_page_boundaries_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
