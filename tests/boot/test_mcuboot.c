/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of <dfu/mcuboot.h> that are no more than a look, and the errors at their edge. */
#include "boot_rig.h"

#include <string.h>

#include <dfu/mcuboot.h>
#include <storage/flash_map.h>

static int open_device(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	return 0;
}

static int close_device(void **state)
{
	(void)state;
	rig_close();
	return 0;
}

static uint8_t *slot_start(int slot)
{
	return rig_end(slot) - rig.areas[slot].fa_size;
}

static void set_mode(enum boot_mode mode)
{
	const struct boot_arrangement build = {mode, 8, 1, 128};

	assert_int_equal(boot_arrangement_set(&build), 0);
}

static void a_header_gives_size_and_version(void **state)
{
	static const uint8_t header[32] = {0x3d, 0xb8, 0xf3, 0x96, 0,    0,    0,    0,   0, 2,
					   0,    0,    0x78, 0x56, 0x34, 0x12, 0,    0,   0, 0,
					   250,  251,  0x21, 0x43, 0x0d, 0x0c, 0x0b, 0x0a};
	struct mcuboot_img_header found;

	(void)state;
	memcpy(slot_start(1), header, sizeof(header));
	assert_int_equal(boot_read_bank_header(1, &found, sizeof(found)), 0);
	assert_int_equal(found.mcuboot_version, 1);
	assert_int_equal(found.h.v1.image_size, 0x12345678);
	assert_int_equal(found.h.v1.sem_ver.major, 250);
	assert_int_equal(found.h.v1.sem_ver.minor, 251);
	assert_int_equal(found.h.v1.sem_ver.revision, 0x4321);
	assert_int_equal(found.h.v1.sem_ver.build_num, 0x0a0b0c0d);
}

static void a_header_that_is_none_changes_nothing(void **state)
{
	struct mcuboot_img_header found;
	struct mcuboot_img_header before;

	(void)state;
	memset(&found, 0x5a, sizeof(found));
	before = found;
	assert_int_equal(boot_read_bank_header(1, &found, sizeof(found)), -EIO);
	rig_put_image(1, 1000);
	assert_int_equal(boot_read_bank_header(1, &found, sizeof(found) - 1), -ENOMEM);
	assert_int_equal(boot_read_bank_header(9, &found, sizeof(found)), -ENOENT);
	slot_start(1)[8] = 31;
	assert_int_equal(boot_read_bank_header(1, &found, sizeof(found)), -EIO);
	slot_start(1)[8] = 32;
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_after = 0;
	rig.flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(boot_read_bank_header(1, &found, sizeof(found)), -ETIMEDOUT);
	assert_memory_equal(&found, &before, sizeof(found));
	assert_int_equal(boot_read_bank_header(1, &found, sizeof(found) + 100), 0);
}

static void the_status_offset_is_that_of_copy_done(void **state)
{
	static const size_t distance[] = {32, 48, 96};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct boot_arrangement build = {BOOT_MODE_SWAP_MOVE, (uint8_t)(8u << i), 1,
						       128};

		assert_int_equal(boot_arrangement_set(&build), 0);
		assert_int_equal(boot_get_trailer_status_offset(65536), 65536 - distance[i]);
		assert_int_equal(boot_get_trailer_status_offset(distance[i]), 0);
		assert_int_equal(boot_get_trailer_status_offset(distance[i] - 1), -EFAULT);
		assert_int_equal(boot_get_area_trailer_status_offset(1), 32768 - distance[i]);
		assert_int_equal(boot_get_area_trailer_status_offset(9), -ENOENT);
	}
}

static void an_image_begins_with_its_slot(void **state)
{
	(void)state;
	for (unsigned int mode = 0; mode < BOOT_MODE_COUNT; mode++) {
		if (mode != BOOT_MODE_SWAP_OFFSET) {
			set_mode((enum boot_mode)mode);
			assert_int_equal(boot_get_image_start_offset(0), 0);
			assert_int_equal(boot_get_image_start_offset(1), 0);
		}
	}
}

static void in_swap_offset_an_update_begins_a_page_into_the_secondary(void **state)
{
	const struct boot_arrangement two = {BOOT_MODE_SWAP_OFFSET, 8, 2, 128};
	struct mcuboot_img_header found;

	(void)state;
	set_mode(BOOT_MODE_SWAP_OFFSET);
	assert_int_equal(boot_get_image_start_offset(0), 0);
	assert_int_equal(boot_get_image_start_offset(1), 4096);
	assert_int_equal(boot_get_image_start_offset(9), 0);
	rig_put_image(0, 1000);
	assert_int_equal(boot_read_bank_header(0, &found, sizeof(found)), 0);
	memcpy(slot_start(1) + 4096, slot_start(0), 1000);
	slot_start(1)[4096 + 20] = 77;
	assert_int_equal(boot_read_bank_header(1, &found, sizeof(found)), 0);
	assert_int_equal(found.h.v1.sem_ver.major, 77);

	/* What a test has put there lies at the start, as long as it is to come back. */
	rig_put_magic(0);
	rig_put(0, rig.layout->copy_done, 1);
	assert_int_equal(boot_get_image_start_offset(1), 0);
	assert_int_equal(boot_read_bank_header(1, &found, sizeof(found)), -EIO);
	rig_put(0, rig.layout->image_ok, 1);
	assert_int_equal(boot_get_image_start_offset(1), 4096);

	/* A slot of no image, and one of the second image. */
	rig.areas[1].fa_id = 3;
	assert_int_equal(boot_get_image_start_offset(3), 0);
	assert_int_equal(boot_arrangement_set(&two), 0);
	assert_int_equal(boot_get_image_start_offset(3), 4096);
}

static void pages_of_one_slot_may_be_others_than_of_the_next(void **state)
{
	const struct test_geometry geometry = {
		.runs = {{4, 1024}, {2, 2048}}, .write_block_size = 4, .erase_value = 0xff};
	struct test_flash flash;

	(void)state;
	set_mode(BOOT_MODE_SWAP_OFFSET);
	test_flash_init(&flash, &geometry);
	rig.areas[1].fa_dev = flash.dev;
	rig.areas[1].fa_off = 0;
	rig.areas[1].fa_size = 8192;
	assert_int_equal(boot_get_image_start_offset(1), 1024);
	rig.areas[1].fa_off = 4096;
	rig.areas[1].fa_size = 4096;
	assert_int_equal(boot_get_image_start_offset(1), 2048);
	test_flash_free(&flash);
}

static void erasing_a_bank_erases_all_of_it_and_nothing_else(void **state)
{
	(void)state;
	test_pattern(rig.flash.memory, rig.flash.size, 3);
	assert_int_equal(boot_erase_img_bank(1), 0);
	assert_true(trailer_is_blank(rig_end(1), rig.areas[1].fa_size, 0xff));
	for (size_t i = 0; i < rig.flash.size; i++) {
		const size_t start = (size_t)rig.areas[1].fa_off;

		if (i < start || i >= start + rig.areas[1].fa_size) {
			assert_int_equal(rig.flash.memory[i], (i + 3) % 251);
		}
	}
	assert_int_equal(boot_erase_img_bank(9), -ENOENT);
	rig_start(0, false);
	assert_int_equal(boot_erase_img_bank(0), -EINTR);
}

static void an_image_that_is_not_there_is_named_invalid(void **state)
{
	static const int list[] = {-1, 1, 8, 127, 128, 256};
	int indexes[ARRAY_LEN(list) * BOOT_MODE_COUNT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(indexes); i++) {
		set_mode((enum boot_mode)(i / ARRAY_LEN(list)));
		indexes[i] = list[i % ARRAY_LEN(list)];
		assert_int_equal(boot_request_upgrade_multi(indexes[i], 0), -EINVAL);
		assert_int_equal(boot_write_img_confirmed_multi(indexes[i]), -EINVAL);
		assert_int_equal(boot_cancel_upgrade_multi(indexes[i]), -EINVAL);
		assert_int_equal(mcuboot_swap_type_multi(indexes[i]), -EINVAL);
		assert_int_equal(boot_is_unconfirmed_multi(indexes[i]), -EINVAL);
		assert_int_equal(boot_get_max_image_size(indexes[i]), -EINVAL);
		assert_int_equal(boot_is_pending_multi(indexes[i]), -EINVAL);
		assert_false(boot_is_img_confirmed_multi(indexes[i]));
	}
}

static void without_a_secondary_slot_there_is_nothing_to_ask_for(void **state)
{
	(void)state;
	rig.areas[1].fa_id = 77;
	assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), -ENODEV);
	assert_int_equal(boot_cancel_upgrade_multi(0), -ENODEV);
	assert_int_equal(boot_get_max_image_size(0), -ENODEV);
	assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_NONE);
	rig_put_magic(0);
	rig_put(0, rig.layout->copy_done, 1);
	assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_REVERT);
}

static void a_primary_that_cannot_be_opened_is_an_error(void **state)
{
	(void)state;
	rig.areas[0].fa_id = 77;
	assert_int_equal(boot_write_img_confirmed(), -EIO);
	assert_false(boot_is_img_confirmed());
	assert_int_equal(mcuboot_swap_type(), -ENOENT);
	assert_int_equal(boot_is_unconfirmed_multi(0), -ENOENT);
}

static void the_running_slot_is_the_primary_where_slots_have_roles(void **state)
{
	(void)state;
	for (unsigned int mode = 0; mode < BOOT_MODE_COUNT; mode++) {
		const bool is_loaded = mode == BOOT_MODE_RAM_LOAD ||
				       mode == BOOT_MODE_RAM_LOAD_REVERT;

		set_mode((enum boot_mode)mode);
		assert_int_equal(boot_fetch_active_slot(), is_loaded ? BOOT_INVALID_SLOT_ID : 0);
	}
}

static void where_there_is_one_application_slot_nothing_can_be_asked_for(void **state)
{
	static const enum boot_mode modes[] = {BOOT_MODE_SINGLE_SLOT, BOOT_MODE_FIRMWARE_LOADER};

	(void)state;
	rig_put_image(0, 1000);
	rig_put_image(1, 1000);
	rig_put_magic(0);
	rig_put_magic(1);
	rig_start(-1, false);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		set_mode(modes[i]);
		for (int slot = 0; slot < 2; slot++) {
			assert_int_equal(boot_running_slot_set(0, slot), 0);
			assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), -ENODEV);
			assert_int_equal(boot_cancel_upgrade_multi(0), -ENODEV);
			assert_int_equal(boot_set_next(&rig.areas[0], false, true), -ENODEV);
			assert_int_equal(boot_set_next(&rig.areas[1], false, true), -ENODEV);
			assert_int_equal(boot_is_pending_multi(0), 0);
			assert_int_equal(boot_is_unconfirmed_multi(0), 0);
			/* Nothing is read for this. */
			rig.flash.nor.fail_reads = true;
			rig.flash.nor.fail_after = 0;
			rig.flash.nor.fail_rc = -ETIMEDOUT;
			assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_NONE);
			rig.flash.nor.fail_after = -1;
		}
	}
	assert_int_equal(rig.op_count, 0);
}

static void the_loader_confirms_itself_and_the_application_itself(void **state)
{
	(void)state;
	set_mode(BOOT_MODE_FIRMWARE_LOADER);
	for (int slot = 0; slot < 2; slot++) {
		assert_int_equal(boot_running_slot_set(0, slot), 0);
		rig_put_magic(slot);
		assert_false(boot_is_img_confirmed());
		rig_start(-1, false);
		assert_int_equal(boot_set_next(&rig.areas[1 - slot], true, true), -EINVAL);
		assert_int_equal(rig.op_count, 0);
		assert_int_equal(boot_write_img_confirmed(), 0);
		assert_int_equal(rig_end(slot)[-(ptrdiff_t)rig.layout->image_ok], 1);
		assert_true(boot_is_img_confirmed());
	}
	assert_int_equal(boot_running_slot_set(0, -1), 0);
	assert_int_equal(boot_write_img_confirmed(), -ENODEV);
	assert_int_equal(boot_set_next(&rig.areas[0], true, true), -EINVAL);
	assert_false(boot_is_img_confirmed());
}

static void a_pending_image_is_one_that_the_trailers_ask_for(void **state)
{
	(void)state;
	for (unsigned int mode = 0; mode <= BOOT_MODE_OVERWRITE_ONLY; mode++) {
		test_flash_blank(&rig.flash);
		set_mode((enum boot_mode)mode);
		assert_int_equal(boot_is_pending_multi(0), 0);
		assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
		assert_int_equal(boot_is_pending_multi(0), 1);
		assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_PERMANENT), 0);
		assert_int_equal(boot_is_pending_multi(0), 1);
		assert_int_equal(boot_cancel_upgrade_multi(0), 0);
		assert_int_equal(boot_is_pending_multi(0), 0);
		/* The way back is none. */
		rig_put_magic(0);
		rig_put(0, rig.layout->copy_done, 1);
		assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_REVERT);
		assert_int_equal(boot_is_pending_multi(0), 0);
		assert_int_equal(boot_is_unconfirmed_multi(0), 1);
		rig.flash.nor.fail_reads = true;
		rig.flash.nor.fail_after = 0;
		rig.flash.nor.fail_rc = -ETIMEDOUT;
		assert_int_equal(boot_is_pending_multi(0), -ETIMEDOUT);
	}
}

static void direct_modes_read_the_table_that_their_bootloader_does_not_ask(void **state)
{
	(void)state;
	for (unsigned int mode = BOOT_MODE_DIRECT_XIP; mode <= BOOT_MODE_RAM_LOAD_REVERT; mode++) {
		test_flash_blank(&rig.flash);
		set_mode((enum boot_mode)mode);
		assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_NONE);
		rig_put_magic(1);
		assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_TEST);
		rig_put(1, rig.layout->copy_done, 1);
		assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_TEST);
		rig_put(1, rig.layout->image_ok, 1);
		assert_int_equal(mcuboot_swap_type(), BOOT_SWAP_TYPE_PERM);
		assert_int_equal(boot_is_pending_multi(0),
				 mode >= BOOT_MODE_RAM_LOAD ? -ENODEV : 0);
	}
}

/* Slots 2 and 3 are the rig's; the calls must not end at image 0. */
static void every_call_acts_on_the_image_it_names(void **state)
{
	(void)state;
	rig.areas[0].fa_id = 14;
	rig.areas[1].fa_id = 15;
	for (unsigned int mode = 0; mode <= BOOT_MODE_RAM_LOAD_REVERT; mode++) {
		const struct boot_arrangement build = {(enum boot_mode)mode, 8, 8, 128};
		const bool is_direct = boot_mode_is_direct((enum boot_mode)mode);

		test_flash_blank(&rig.flash);
		assert_int_equal(boot_arrangement_set(&build), 0);
		assert_int_equal(boot_running_slot_set(7, 0), 0);
		rig_put_magic(0);
		rig_put(0, rig.layout->copy_done, 1);
		assert_int_equal(boot_is_unconfirmed_multi(7),
				 boot_mode_needs_trailer((enum boot_mode)mode));
		assert_int_equal(boot_write_img_confirmed_multi(7), 0);
		assert_true(boot_is_img_confirmed_multi(7));
		assert_int_equal(boot_fetch_active_slot_multi(7), 14);
		assert_int_equal(boot_request_upgrade_multi(7, BOOT_UPGRADE_PERMANENT), 0);
		assert_int_equal(mcuboot_swap_type_multi(7), BOOT_SWAP_TYPE_PERM);
		assert_int_equal(rig_end(1)[-(ptrdiff_t)rig.layout->swap_info],
				 is_direct ? 0xff : 0x73);
		assert_int_equal(boot_is_pending_multi(7), !is_direct);
		assert_true(boot_get_max_image_size(7) > 0);
		assert_int_equal(boot_cancel_upgrade_multi(7), is_direct ? -ENOENT : 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_device, close_device)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_header_gives_size_and_version),
		TEST(a_header_that_is_none_changes_nothing),
		TEST(the_status_offset_is_that_of_copy_done),
		TEST(an_image_begins_with_its_slot),
		TEST(in_swap_offset_an_update_begins_a_page_into_the_secondary),
		TEST(pages_of_one_slot_may_be_others_than_of_the_next),
		TEST(erasing_a_bank_erases_all_of_it_and_nothing_else),
		TEST(an_image_that_is_not_there_is_named_invalid),
		TEST(without_a_secondary_slot_there_is_nothing_to_ask_for),
		TEST(a_primary_that_cannot_be_opened_is_an_error),
		TEST(the_running_slot_is_the_primary_where_slots_have_roles),
		TEST(where_there_is_one_application_slot_nothing_can_be_asked_for),
		TEST(the_loader_confirms_itself_and_the_application_itself),
		TEST(a_pending_image_is_one_that_the_trailers_ask_for),
		TEST(direct_modes_read_the_table_that_their_bootloader_does_not_ask),
		TEST(every_call_acts_on_the_image_it_names),
	};

	return cmocka_run_group_tests_name("mcuboot", tests, NULL, NULL);
}
