/* SPDX-License-Identifier: Apache-2.0 */
/* An image pair that has an upload slot alone, and one that application and bootloader share. */
#include "bootloader_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/mcuboot.h>

#include "boot/boot_judge.h"
#include "target/mcuboot_slot.h"

static struct image_maker maker;

static const enum boot_mode modes[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE,
				       BOOT_MODE_SWAP_OFFSET, BOOT_MODE_OVERWRITE_ONLY};

static int open_alone(void **state)
{
	(void)state;
	bl_open(BOOT_MODE_SWAP_MOVE, BL_ALONE);
	return 0;
}

static int close_device(void **state)
{
	(void)state;
	bl_close();
	return 0;
}

/* Run a check in each mode that copies, on a fresh device. */
static void in_each_mode(void (*check)(void))
{
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		bl_open(modes[i], BL_ALONE);
		check();
		bl_close();
	}
}

static void check_idle(void)
{
	assert_int_equal(boot_is_unconfirmed_multi(1), 0);
	assert_true(boot_is_img_confirmed_multi(1));
	assert_int_equal(boot_write_img_confirmed_multi(1), 0);
	assert_int_equal(boot_fetch_active_slot_multi(1), BOOT_INVALID_SLOT_ID);
	assert_int_equal(boot_upload_area(1), 3);
	assert_int_equal(mcuboot_swap_type_multi(1), BOOT_SWAP_TYPE_NONE);
	assert_int_equal(boot_is_pending_multi(1), 0);
	assert_int_equal(boot_cancel_upgrade_multi(1), -ENOENT);
}

static void nothing_runs_from_it_and_nothing_is_unconfirmed(void **state)
{
	(void)state;
	in_each_mode(check_idle);
}

static void check_request(void)
{
	const size_t start = boot_arrangement_get()->mode == BOOT_MODE_SWAP_OFFSET ? BL_PAGE : 0;

	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	memcpy(bl_bytes(3) + start, maker.bytes, maker.len);
	for (int permanent = 0; permanent < 2; permanent++) {
		const int type = permanent != 0 ? BOOT_SWAP_TYPE_PERM : BOOT_SWAP_TYPE_TEST;

		assert_int_equal(boot_request_upgrade_multi(1, permanent), 0);
		assert_int_equal(mcuboot_swap_type_multi(1), type);
		assert_int_equal(boot_is_pending_multi(1), 1);
		assert_int_equal(boot_is_unconfirmed_multi(1), 0);
		assert_int_equal(boot_cancel_upgrade_multi(1), 0);
		assert_int_equal(boot_is_pending_multi(1), 0);
		assert_memory_equal(bl_bytes(3) + start, maker.bytes, maker.len);
	}
}

static void it_is_asked_for_and_taken_back_as_any_other(void **state)
{
	(void)state;
	in_each_mode(check_request);
}

/*
 * Trailers by hand: 40 bytes from swap_info on; below 8 for the size, 16 in swap-offset, and status
 * of 128 sectors, three write blocks of 4 each, two in swap-offset.
 */
static void its_images_end_below_the_trailer(void **state)
{
	static const size_t trailer[] = {40 + 8 + 1536, 40 + 8 + 1536, 40 + 16 + 1024, 40};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		const size_t start = modes[i] == BOOT_MODE_SWAP_OFFSET ? BL_PAGE : 0;

		bl_open(modes[i], BL_ALONE);
		bl_shrink(3, 6);
		assert_int_equal(boot_get_max_image_size(1), 6 * BL_PAGE - trailer[i] - start);
		bl_close();
	}
}

static void nor_are_they_larger_than_s0_and_s1(void **state)
{
	(void)state;
	assert_int_equal(boot_get_max_image_size(1), 8 * BL_PAGE);
	bl_shrink(BOOT_S0_AREA_ID, 5);
	assert_int_equal(boot_get_max_image_size(1), 8 * BL_PAGE);
	bl_shrink(BOOT_S1_AREA_ID, 4);
	assert_int_equal(boot_get_max_image_size(1), 5 * BL_PAGE);
}

static void slots_that_nothing_can_be_copied_in_take_none(void **state)
{
	struct boot_arrangement arrangement = *boot_arrangement_get();

	(void)state;
	bl_shrink(3, 1);
	assert_int_equal(boot_get_max_image_size(1), -ENOTSUP);
	bl_shrink(3, 16);
	arrangement.max_sectors = 15;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	assert_int_equal(boot_get_max_image_size(1), -ENOTSUP);
	arrangement.max_sectors = 16;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	assert_int_equal(boot_get_max_image_size(1), 8 * BL_PAGE);
	arrangement.mode = BOOT_MODE_DIRECT_XIP;
	assert_int_equal(boot_arrangement_set(&arrangement), 0);
	assert_int_equal(boot_get_max_image_size(1), -ENOTSUP);
}

static void slots_that_are_not_whole_pages_are_refused(void **state)
{
	static const uint8_t areas[] = {BOOT_S0_AREA_ID, BOOT_S1_AREA_ID, 3};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(areas); i++) {
		bl_close();
		bl_open(BOOT_MODE_SWAP_MOVE, BL_ALONE);
		bl_share_page(areas[i]);
		assert_int_equal(boot_get_max_image_size(1), -EINVAL);
	}
}

static void a_download_asks_for_no_primary(void **state)
{
	struct mcuboot_slot slot;

	(void)state;
	assert_int_equal(mcuboot_slot_open(1, &slot), 0);
	assert_int_equal(slot.area->fa_id, 3);
	assert_int_equal(mcuboot_slot_check_pages(1, &slot), 0);
	assert_int_equal(mcuboot_slot_refuse_unconfirmed(1), 0);
}

static int find_next(int image, unsigned int together, struct boot_found *found)
{
	enum dfu_image_fault fault = DFU_IMAGE_OK;
	uint8_t buf[64];
	const struct boot_candidate candidate = {.image_index = 7,
						 .together = together,
						 .buf = buf,
						 .len = sizeof(buf),
						 .fault = &fault};

	return boot_find_next(image, &candidate, found);
}

static void a_bootloader_is_not_what_its_pair_will_run(void **state)
{
	struct boot_found found;

	(void)state;
	bl_put_version(BOOT_S0_AREA_ID, 1);
	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	bl_put(3, &maker);
	assert_int_equal(find_next(1, 0, &found), 0);
	assert_int_equal(find_next(1, 1 << 1, &found), 0);
	bl_put_magic(3);
	assert_int_equal(find_next(1, 0, &found), 0);

	bl_close();
	bl_open(BOOT_MODE_SWAP_MOVE, BL_SHARED);
	bl_put_version(BOOT_S0_AREA_ID, 1);
	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	bl_put(1, &maker);
	assert_int_equal(find_next(0, 1, &found), 0);
	bl_put_magic(1);
	assert_int_equal(find_next(0, 0, &found), 0);
	bl_make_application(&maker, 4);
	bl_put(0, &maker);
	assert_int_equal(find_next(0, 0, &found), 1);
	assert_int_equal(found.header.version.major, 4);
	assert_int_equal(find_next(0, 1, &found), 1);
	assert_int_equal(found.header.version.major, 4);
	bl_make_application(&maker, 5);
	bl_put(1, &maker);
	assert_int_equal(find_next(0, 0, &found), 1);
	assert_int_equal(found.header.version.major, 5);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, open_alone, close_device)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_runs_from_it_and_nothing_is_unconfirmed),
		cmocka_unit_test(it_is_asked_for_and_taken_back_as_any_other),
		cmocka_unit_test(its_images_end_below_the_trailer),
		ALONE(nor_are_they_larger_than_s0_and_s1),
		ALONE(slots_that_nothing_can_be_copied_in_take_none),
		ALONE(slots_that_are_not_whole_pages_are_refused),
		ALONE(a_download_asks_for_no_primary),
		ALONE(a_bootloader_is_not_what_its_pair_will_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
