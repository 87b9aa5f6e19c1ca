/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot model where the bootloader lies in S0 and S1: which one a reset starts, and what becomes
 * of a bootloader in an upload slot. Judged by a copy of all flash, changed by hand as it should
 * be.
 */
#include "bootloader_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <boot_model.h>

#include <dfu/boot.h>

static const enum boot_mode modes[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE,
				       BOOT_MODE_SWAP_OFFSET, BOOT_MODE_OVERWRITE_ONLY};

static struct image_maker maker;
static struct sim_boot_result result;
static uint8_t *expected; /* all of flash */

static int boot(bool dry_run)
{
	return sim_boot(boot_arrangement_get(), boot_rules_get(), dry_run, &result);
}

static uint8_t *expected_bytes(uint8_t area_id)
{
	return expected + bl_off(area_id);
}

/* From here on flash is to change as the copy does. */
static void watch(void)
{
	expected = realloc(expected, bl_rig.flash.size);
	assert_non_null(expected);
	memcpy(expected, bl_rig.flash.memory, bl_rig.flash.size);
}

static void assert_flash_is_as_expected(void)
{
	assert_memory_equal(bl_rig.flash.memory, expected, bl_rig.flash.size);
}

/* S0 of version 1 runs, and application 3. */
static void open_running(enum boot_mode mode, enum bl_pair pair)
{
	bl_open(mode, pair);
	bl_put_version(BOOT_S0_AREA_ID, 1);
	bl_make_application(&maker, 3);
	bl_put(0, &maker);
	watch();
}

static int open_alone(void **state)
{
	(void)state;
	open_running(BOOT_MODE_SWAP_MOVE, BL_ALONE);
	return 0;
}

static int open_shared(void **state)
{
	(void)state;
	open_running(BOOT_MODE_OVERWRITE_ONLY, BL_SHARED);
	return 0;
}

static int close_device(void **state)
{
	(void)state;
	free(expected);
	expected = NULL;
	bl_close();
	return 0;
}

static size_t upload_start(void)
{
	return boot_arrangement_get()->mode == BOOT_MODE_SWAP_OFFSET ? BL_PAGE : 0;
}

/* Put the image that was made where uploads go, and ask for it. */
static void upload(void)
{
	memcpy(bl_bytes(bl_rig.upload) + upload_start(), maker.bytes, maker.len);
	bl_put_magic(bl_rig.upload);
	watch();
}

static void expect_erased(uint8_t area_id, size_t off, size_t len)
{
	memset(expected_bytes(area_id) + off, 0xff, len);
}

/* What a copy leaves: the slot holds the image alone, the upload slot lost two places. */
static void expect_copied(uint8_t area_id)
{
	const size_t end = bl_size(bl_rig.upload);
	const bool is_overwritten = boot_arrangement_get()->mode == BOOT_MODE_OVERWRITE_ONLY;
	/* 40 bytes in overwrite-only, below them 1.5 KiB of status in the others */
	const size_t trailer = (is_overwritten ? 1 : 2) * BL_PAGE;

	expect_erased(area_id, 0, bl_size(area_id));
	memcpy(expected_bytes(area_id), maker.bytes, maker.len);
	expect_erased(bl_rig.upload, end - trailer, trailer);
	expect_erased(bl_rig.upload, upload_start(), BL_PAGE);
}

static void assert_started(int slot, uint32_t version)
{
	assert_string_equal(result.error, "");
	assert_int_equal(result.booted, 0);
	assert_int_equal(result.version.major, 3);
	assert_int_equal(result.bootloader, slot);
	assert_int_equal(result.bootloader_version, version);
}

static void the_higher_version_starts_and_s0_if_they_are_equal(void **state)
{
	(void)state;
	bl_put_version(BOOT_S1_AREA_ID, 1);
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S0_AREA_ID, 1);
	bl_put_version(BOOT_S1_AREA_ID, 2);
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S1_AREA_ID, 2);
	bl_put_version(BOOT_S0_AREA_ID, 3);
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S0_AREA_ID, 3);
}

static void a_damaged_one_does_not_start(void **state)
{
	(void)state;
	bl_put_version(BOOT_S1_AREA_ID, 2);
	bl_bytes(BOOT_S1_AREA_ID)[0x700] ^= 1;
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S0_AREA_ID, 1);
}

static void one_without_a_header_starts_by_its_fw_info(void **state)
{
	(void)state;
	bl_make(&maker, BOOT_S1_AREA_ID, 7);
	memcpy(bl_bytes(BOOT_S1_AREA_ID), &maker.bytes[0x200], 3000);
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S1_AREA_ID, 7);
}

static void without_a_bootloader_nothing_starts(void **state)
{
	(void)state;
	bl_bytes(BOOT_S0_AREA_ID)[0x700] ^= 1;
	watch();
	assert_int_equal(boot(false), 0);
	assert_int_equal(result.booted, -1);
	assert_int_equal(result.active[0], -1);
	assert_int_equal(result.bootloader, -1);
	assert_non_null(strstr(result.error, "s0_partition: its hash is wrong"));
	assert_non_null(strstr(result.error, "s1_partition: no fw_info"));
	assert_flash_is_as_expected();
}

static void a_board_without_s0_is_not_asked_for_one(void **state)
{
	(void)state;
	bl_remove(BOOT_S0_AREA_ID);
	bl_remove(BOOT_S1_AREA_ID);
	assert_int_equal(boot(false), 0);
	assert_started(-1, 0);
}

static void a_new_one_is_copied_and_started_at_the_next_reset(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(modes); i++) {
		open_running(modes[i / 2], i % 2 == 0 ? BL_ALONE : BL_SHARED);
		test_pattern(bl_bytes(BOOT_S1_AREA_ID), bl_size(BOOT_S1_AREA_ID), 7);
		bl_make(&maker, BOOT_S1_AREA_ID, 2);
		upload();
		assert_int_equal(boot(true), 0);
		assert_flash_is_as_expected();
		expect_copied(BOOT_S1_AREA_ID);
		assert_int_equal(boot(false), 0);
		assert_started(BOOT_S0_AREA_ID, 1);
		assert_int_equal(result.swap_type[bl_rig.image], BOOT_SWAP_TYPE_TEST);
		assert_flash_is_as_expected();

		assert_int_equal(boot(false), 0);
		assert_started(BOOT_S1_AREA_ID, 2);
		assert_int_equal(result.swap_type[bl_rig.image], BOOT_SWAP_TYPE_NONE);
		assert_flash_is_as_expected();

		bl_make(&maker, BOOT_S0_AREA_ID, 2);
		upload();
		expect_copied(BOOT_S0_AREA_ID);
		assert_int_equal(boot(false), 0);
		assert_flash_is_as_expected();
		assert_int_equal(boot(false), 0);
		assert_started(BOOT_S0_AREA_ID, 2);
		bl_close();
	}
}

static void a_pair_for_bootloaders_alone_never_runs_anything(void **state)
{
	(void)state;
	assert_int_equal(boot(false), 0);
	assert_int_equal(result.active[0], 0);
	assert_int_equal(result.active[1], -1);
	assert_flash_is_as_expected();
}

static void one_that_nobody_asks_for_stays(void **state)
{
	(void)state;
	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	bl_put(bl_rig.upload, &maker);
	watch();
	assert_int_equal(boot(false), 0);
	assert_flash_is_as_expected();
}

static void assert_refused(void)
{
	upload();
	expect_erased(bl_rig.upload, 0, bl_size(bl_rig.upload));
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S0_AREA_ID, 1);
	assert_int_equal(result.swap_type[bl_rig.image], BOOT_SWAP_TYPE_NONE);
	assert_flash_is_as_expected();
}

static void one_for_the_slot_that_runs_is_erased(void **state)
{
	(void)state;
	bl_make(&maker, BOOT_S0_AREA_ID, 9);
	assert_refused();
}

static void one_that_is_damaged_is_erased(void **state)
{
	(void)state;
	bl_make(&maker, BOOT_S1_AREA_ID, 9);
	maker.bytes[0x700] ^= 1;
	assert_refused();
}

static void one_that_is_larger_than_its_slot_is_erased(void **state)
{
	(void)state;
	bl_shrink(BOOT_S1_AREA_ID, 3);
	bl_make(&maker, BOOT_S1_AREA_ID, 9);
	assert_refused();
}

static void a_fixed_one_lies_where_its_header_says(void **state)
{
	(void)state;
	bl_begin(&maker, BL_BASE + bl_off(BOOT_S1_AREA_ID), 3000, DFU_IMAGE_F_ROM_FIXED);
	memset(&maker.bytes[0x200], 0, 8);
	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
	upload();
	expect_copied(BOOT_S1_AREA_ID);
	assert_int_equal(boot(false), 0);
	assert_flash_is_as_expected();
}

/* The bootloader copies it all the same; the first stage goes on with the other. */
static void an_older_one_is_copied_and_not_started(void **state)
{
	(void)state;
	bl_make(&maker, BOOT_S1_AREA_ID, 0);
	upload();
	expect_copied(BOOT_S1_AREA_ID);
	assert_int_equal(boot(false), 0);
	assert_flash_is_as_expected();
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S0_AREA_ID, 1);
}

static void anything_else_where_only_bootloaders_go_stays_pending(void **state)
{
	(void)state;
	bl_make_application(&maker, 4);
	upload();
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S0_AREA_ID, 1);
	assert_flash_is_as_expected();
}

static void in_a_shared_pair_it_is_the_applications(void **state)
{
	(void)state;
	bl_make_application(&maker, 4);
	upload();
	assert_int_equal(boot(false), 0);
	assert_int_equal(result.version.major, 4);
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_TEST);
}

static void a_dependency_that_is_not_met_keeps_it_waiting(void **state)
{
	static const uint8_t needs[12] = {1, 0, 0, 0, 1};

	(void)state;
	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	upload();
	bl_begin(&maker, BL_BASE + bl_off(0) + 0x300, 2000, 0);
	maker_protected(&maker, DFU_IMAGE_TLV_DEPENDENCY, needs, sizeof(needs));
	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
	bl_put(1, &maker);
	bl_put_magic(1);
	watch();
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S0_AREA_ID, 1);
	assert_flash_is_as_expected();
}

static void a_slot_that_shares_a_page_is_not_modelled(void **state)
{
	(void)state;
	bl_share_page(BOOT_S1_AREA_ID);
	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	upload();
	assert_int_equal(boot(false), -ENOTSUP);
	assert_int_equal(result.booted, -1);
	assert_flash_is_as_expected();
}

static void without_s1_the_pair_lacks_its_primary(void **state)
{
	(void)state;
	bl_remove(BOOT_S1_AREA_ID);
	assert_int_equal(boot(false), 0);
	assert_int_equal(result.booted, -1);
	assert_non_null(strstr(result.error, "slot2_partition"));
}

static void modes_that_copy_nothing_only_have_a_first_stage(void **state)
{
	(void)state;
	bl_close();
	open_running(BOOT_MODE_DIRECT_XIP, BL_SHARED);
	bl_put_version(BOOT_S1_AREA_ID, 2);
	watch();
	assert_int_equal(boot(false), 0);
	assert_started(BOOT_S1_AREA_ID, 2);
	assert_flash_is_as_expected();
	bl_close();
	open_running(BOOT_MODE_DIRECT_XIP, BL_ALONE);
	assert_int_equal(boot(false), 0);
	assert_int_equal(result.booted, -1);
	assert_non_null(strstr(result.error, "slot2_partition"));
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, open_alone, close_device)
#define SHARED(test) cmocka_unit_test_setup_teardown(test, open_shared, close_device)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE(the_higher_version_starts_and_s0_if_they_are_equal),
		ALONE(a_damaged_one_does_not_start),
		ALONE(one_without_a_header_starts_by_its_fw_info),
		ALONE(without_a_bootloader_nothing_starts),
		SHARED(a_board_without_s0_is_not_asked_for_one),
		cmocka_unit_test(a_new_one_is_copied_and_started_at_the_next_reset),
		ALONE(a_pair_for_bootloaders_alone_never_runs_anything),
		ALONE(one_that_nobody_asks_for_stays),
		ALONE(one_for_the_slot_that_runs_is_erased),
		SHARED(one_for_the_slot_that_runs_is_erased),
		ALONE(one_that_is_damaged_is_erased),
		SHARED(one_that_is_damaged_is_erased),
		ALONE(one_that_is_larger_than_its_slot_is_erased),
		SHARED(one_that_is_larger_than_its_slot_is_erased),
		ALONE(a_fixed_one_lies_where_its_header_says),
		SHARED(a_fixed_one_lies_where_its_header_says),
		ALONE(an_older_one_is_copied_and_not_started),
		ALONE(anything_else_where_only_bootloaders_go_stays_pending),
		SHARED(in_a_shared_pair_it_is_the_applications),
		ALONE(a_dependency_that_is_not_met_keeps_it_waiting),
		ALONE(a_slot_that_shares_a_page_is_not_modelled),
		ALONE(without_s1_the_pair_lacks_its_primary),
		SHARED(modes_that_copy_nothing_only_have_a_first_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
