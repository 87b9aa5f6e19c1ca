/* SPDX-License-Identifier: Apache-2.0 */
/* Which bootloader runs, what images are linked for, and which bootloaders are taken. */
#include "bootloader_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/boot.h>

static struct image_maker maker;

static int open_alone(void **state)
{
	(void)state;
	bl_open(BOOT_MODE_OVERWRITE_ONLY, BL_ALONE);
	return 0;
}

static int open_shared(void **state)
{
	(void)state;
	bl_open(BOOT_MODE_SWAP_MOVE, BL_SHARED);
	return 0;
}

static int close_device(void **state)
{
	(void)state;
	bl_close();
	return 0;
}

static void the_higher_version_is_active_and_s0_if_they_are_equal(void **state)
{
	static const struct {
		uint32_t s0, s1;
		bool is_s0;
	} cases[] = {
		{1, 2, false},
		{2, 1, true},
		{3, 3, true},
		{0, UINT32_MAX, false},
		{UINT32_MAX, 0, true},
		{0, 0, true},
		{0x7fffffff, 0x80000000, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool s0_active = !cases[i].is_s0;

		bl_put_version(BOOT_S0_AREA_ID, cases[i].s0);
		bl_put_version(BOOT_S1_AREA_ID, cases[i].s1);
		assert_int_equal(boot_s0_active_get(&s0_active), 0);
		assert_int_equal(s0_active, cases[i].is_s0);
	}
}

static void s0_is_active_while_s1_has_no_fw_info(void **state)
{
	bool s0_active = false;

	(void)state;
	bl_put_version(BOOT_S0_AREA_ID, 0);
	assert_int_equal(boot_s0_active_get(&s0_active), 0);
	assert_true(s0_active);
}

static void without_fw_info_in_s0_nobody_knows(void **state)
{
	bool s0_active = true;

	(void)state;
	bl_put_version(BOOT_S1_AREA_ID, 1);
	assert_int_equal(boot_s0_active_get(&s0_active), -EFAULT);
	bl_remove(BOOT_S0_AREA_ID);
	assert_int_equal(boot_s0_active_get(&s0_active), -EFAULT);
	assert_true(s0_active);
}

static void without_s1_there_is_nothing_to_choose(void **state)
{
	bool s0_active = true;

	(void)state;
	bl_put_version(BOOT_S0_AREA_ID, 1);
	bl_remove(BOOT_S1_AREA_ID);
	assert_int_equal(boot_s0_active_get(&s0_active), -ENOENT);
	assert_int_equal(boot_bootloader_image(), -ENOENT);
	assert_false(boot_is_bootloader_only(1));
	assert_true(s0_active);
}

static void an_error_of_the_device_is_passed_on(void **state)
{
	bool s0_active = true;
	unsigned int reads;

	(void)state;
	bl_put_version(BOOT_S0_AREA_ID, 1);
	bl_put_version(BOOT_S1_AREA_ID, 2);
	assert_int_equal(boot_s0_active_get(&s0_active), 0);
	s0_active = true;
	reads = bl_rig.reads;
	assert_true(reads > 2);
	for (unsigned int i = 1; i <= reads; i++) {
		bl_rig.reads = 0;
		bl_rig.failing_read = i;
		assert_int_equal(boot_s0_active_get(&s0_active), -EIO);
		assert_true(s0_active);
	}
}

static void a_pair_for_bootloaders_alone_has_no_slot_to_run_from(void **state)
{
	(void)state;
	assert_int_equal(boot_bootloader_image(), 1);
	assert_true(boot_is_bootloader_only(1));
	assert_false(boot_is_bootloader_only(0));
	assert_false(boot_is_bootloader_only(-1));
	assert_false(boot_is_bootloader_only(2));
	bl_remove(3);
	assert_false(boot_is_bootloader_only(1));
}

static void a_shared_pair_is_none_for_bootloaders_alone(void **state)
{
	(void)state;
	assert_int_equal(boot_bootloader_image(), 0);
	assert_false(boot_is_bootloader_only(0));
}

static void a_pair_that_the_bootloader_lacks_takes_none(void **state)
{
	struct boot_rules rules = *boot_rules_get();

	(void)state;
	rules.bootloader_image = 2;
	assert_int_equal(boot_rules_set(&rules), 0);
	assert_int_equal(boot_bootloader_image(), -ENOENT);
}

static int link_address(uint32_t *address)
{
	struct dfu_image_source source;
	struct dfu_image image;

	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
	source = dfu_image_source_memory(maker.bytes, maker.len);
	assert_int_equal(dfu_image_open(&image, &source, NULL), 0);
	return boot_link_address(&image, address);
}

static void an_image_is_linked_where_its_reset_vector_points(void **state)
{
	uint32_t address = 0;

	(void)state;
	bl_begin(&maker, 0x10000400, 100, 0);
	assert_int_equal(link_address(&address), 0);
	assert_int_equal(address, 0x10000400);
}

static void or_where_its_header_says_if_it_is_fixed_there(void **state)
{
	uint32_t address = 0;

	(void)state;
	bl_begin(&maker, 0x20000400, 7, DFU_IMAGE_F_ROM_FIXED);
	assert_int_equal(link_address(&address), 0);
	assert_int_equal(address, 0x20000400);
}

static void a_payload_without_two_words_has_no_reset_vector(void **state)
{
	uint32_t address = 5;

	(void)state;
	for (uint32_t len = 0; len < 8; len++) {
		bl_begin(&maker, 0, len, 0);
		assert_int_equal(link_address(&address), -ENODATA);
	}
	assert_int_equal(address, 5);
	bl_begin(&maker, 0x300, 8, 0);
	assert_int_equal(link_address(&address), 0);
}

static void a_slot_ends_where_the_next_one_begins(void **state)
{
	const uint32_t s0 = BL_BASE + bl_off(BOOT_S0_AREA_ID);
	const uint32_t s1 = BL_BASE + bl_off(BOOT_S1_AREA_ID);

	(void)state;
	assert_int_equal(boot_link_slot(s0 - 1), -ENOENT);
	assert_int_equal(boot_link_slot(s0), BOOT_S0_AREA_ID);
	assert_int_equal(boot_link_slot(s1 - 1), BOOT_S0_AREA_ID);
	assert_int_equal(boot_link_slot(s1), BOOT_S1_AREA_ID);
	assert_int_equal(boot_link_slot(s1 + 8 * BL_PAGE - 1), BOOT_S1_AREA_ID);
	assert_int_equal(boot_link_slot(s1 + 8 * BL_PAGE), -ENOENT);
	/* Offsets are none, and neither is what wraps to one. */
	assert_int_equal(boot_link_slot(bl_off(BOOT_S0_AREA_ID)), -ENOENT);
	assert_int_equal(boot_link_slot(0), -ENOENT);
	assert_int_equal(boot_link_slot(UINT32_MAX), -ENOENT);
}

static void versions(uint32_t s0, uint32_t s1)
{
	bl_put_version(BOOT_S0_AREA_ID, s0);
	bl_put_version(BOOT_S1_AREA_ID, s1);
}

static enum dfu_image_fault judge_for(uint8_t area_id, uint32_t version)
{
	bl_make(&maker, area_id, version);
	return bl_judge(&maker);
}

static void one_for_the_slot_that_runs_is_refused_whatever_its_version(void **state)
{
	(void)state;
	versions(2, 1);
	assert_int_equal(judge_for(BOOT_S0_AREA_ID, 9), DFU_IMAGE_RUNNING_BOOTLOADER);
	assert_int_equal(dfu_image_fault_errno(DFU_IMAGE_RUNNING_BOOTLOADER), -EADDRINUSE);
	versions(2, 3);
	assert_int_equal(judge_for(BOOT_S1_AREA_ID, 9), DFU_IMAGE_RUNNING_BOOTLOADER);
	assert_int_equal(judge_for(BOOT_S1_AREA_ID, 1), DFU_IMAGE_RUNNING_BOOTLOADER);
}

static void one_for_the_other_slot_is_taken_if_it_will_win(void **state)
{
	(void)state;
	versions(5, 1);
	assert_int_equal(judge_for(BOOT_S1_AREA_ID, 6), DFU_IMAGE_OK);
	assert_int_equal(judge_for(BOOT_S1_AREA_ID, 5), DFU_IMAGE_OLDER);
	assert_int_equal(judge_for(BOOT_S1_AREA_ID, 4), DFU_IMAGE_OLDER);
	versions(1, 5);
	assert_int_equal(judge_for(BOOT_S0_AREA_ID, 6), DFU_IMAGE_OK);
	assert_int_equal(judge_for(BOOT_S0_AREA_ID, 5), DFU_IMAGE_OK);
	assert_int_equal(judge_for(BOOT_S0_AREA_ID, 4), DFU_IMAGE_OLDER);
	versions(UINT32_MAX, 1);
	assert_int_equal(judge_for(BOOT_S1_AREA_ID, UINT32_MAX), DFU_IMAGE_OLDER);
}

static void the_version_of_its_header_does_not_matter(void **state)
{
	struct boot_rules rules = *boot_rules_get();

	(void)state;
	versions(1, 0);
	rules.downgrade = BOOT_DOWNGRADE_BY_VERSION;
	rules.check_build_number = true;
	rules.check_link_address = true;
	assert_int_equal(boot_rules_set(&rules), 0);
	bl_make_application(&maker, 9);
	bl_put(0, &maker);
	assert_int_equal(judge_for(BOOT_S1_AREA_ID, 2), DFU_IMAGE_OK);
}

static void a_bootloader_that_tells_no_version_is_refused(void **state)
{
	(void)state;
	versions(1, 0);
	bl_begin(&maker, BL_BASE + bl_off(BOOT_S1_AREA_ID), 3000, 0);
	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_NO_FW_INFO);
}

/* An older file may have left one in the slot, where this one would have it if it were longer. */
static void what_lies_behind_it_is_not_its_own(void **state)
{
	struct dfu_image_source source;
	uint8_t buf[64];

	(void)state;
	versions(1, 0);
	bl_begin(&maker, BL_BASE + bl_off(BOOT_S1_AREA_ID), 100, 0);
	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
	memset(&maker.bytes[maker.len], 0, sizeof(maker.bytes) - maker.len);
	bl_info(&maker, 0x600, 9);
	source = dfu_image_source_memory(maker.bytes, sizeof(maker.bytes));
	assert_int_equal(
		boot_judge(bl_rig.image, &source, NULL, 0, buf, sizeof(buf), &bl_rig.judgement),
		-EBADMSG);
	assert_int_equal(bl_rig.judgement.report.fault, DFU_IMAGE_NO_FW_INFO);
}

static void one_that_is_larger_than_its_slot_is_refused(void **state)
{
	(void)state;
	versions(1, 0);
	bl_shrink(BOOT_S1_AREA_ID, 3);
	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	assert_true(maker.len > bl_size(BOOT_S1_AREA_ID) && maker.len < bl_size(BOOT_S0_AREA_ID));
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_TOO_LARGE);
	bl_shrink(BOOT_S1_AREA_ID, 4);
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_OK);
}

static void a_damaged_or_unsigned_one_is_refused_as_any_image(void **state)
{
	struct boot_rules rules = *boot_rules_get();

	(void)state;
	versions(1, 0);
	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	maker.bytes[0x700] ^= 1;
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_HASH_MISMATCH);
	rules.signature = BOOT_SIGNATURE_ECDSA_P256;
	assert_int_equal(boot_rules_set(&rules), 0);
	assert_int_equal(judge_for(BOOT_S1_AREA_ID, 2), DFU_IMAGE_NO_SIGNATURE);
}

static void without_fw_info_in_s0_no_bootloader_is_taken(void **state)
{
	(void)state;
	bl_put_version(BOOT_S1_AREA_ID, 1);
	bl_make(&maker, BOOT_S0_AREA_ID, 2);
	assert_int_equal(bl_judge_rc(&maker), -EFAULT);
}

static void nothing_else_goes_where_only_bootloaders_do(void **state)
{
	(void)state;
	versions(1, 0);
	bl_make_application(&maker, 1);
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_LINK_ADDRESS);
	bl_begin(&maker, 0, 4, 0);
	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_LINK_ADDRESS);
}

static void in_a_shared_pair_all_else_is_the_applications(void **state)
{
	(void)state;
	versions(1, 0);
	bl_make_application(&maker, 1);
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_OK);
	bl_begin(&maker, 0, 4, 0);
	maker_hash(&maker, DFU_IMAGE_TLV_SHA256);
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_OK);
	assert_int_equal(judge_for(BOOT_S1_AREA_ID, 2), DFU_IMAGE_OK);
	assert_int_equal(judge_for(BOOT_S0_AREA_ID, 2), DFU_IMAGE_RUNNING_BOOTLOADER);
}

static void without_s1_it_is_an_image_like_others(void **state)
{
	(void)state;
	bl_put_version(BOOT_S0_AREA_ID, 1);
	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	bl_remove(BOOT_S1_AREA_ID);
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_OK);
}

static void modes_that_copy_nothing_take_no_bootloader(void **state)
{
	static const enum boot_mode modes[] = {BOOT_MODE_DIRECT_XIP, BOOT_MODE_RAM_LOAD,
					       BOOT_MODE_DIRECT_XIP_REVERT,
					       BOOT_MODE_RAM_LOAD_REVERT};

	(void)state;
	bl_close();
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		bl_open(modes[i], BL_SHARED);
		assert_int_equal(boot_running_slot_set(0, 0), 0);
		versions(1, 0);
		bl_make(&maker, BOOT_S1_AREA_ID, 2);
		assert_int_equal(bl_judge_rc(&maker), -ENOTSUP);
		bl_close();
	}
	bl_open(BOOT_MODE_SWAP_MOVE, BL_SHARED);
}

static void a_judgement_passes_errors_of_the_device_on(void **state)
{
	unsigned int reads;

	(void)state;
	versions(1, 0);
	bl_make(&maker, BOOT_S1_AREA_ID, 2);
	bl_rig.reads = 0;
	assert_int_equal(bl_judge(&maker), DFU_IMAGE_OK);
	reads = bl_rig.reads;
	for (unsigned int i = 1; i <= reads; i++) {
		bl_rig.reads = 0;
		bl_rig.failing_read = i;
		assert_int_equal(bl_judge_rc(&maker), -EIO);
	}
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, open_alone, close_device)
#define SHARED(test) cmocka_unit_test_setup_teardown(test, open_shared, close_device)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE(the_higher_version_is_active_and_s0_if_they_are_equal),
		ALONE(s0_is_active_while_s1_has_no_fw_info),
		ALONE(without_fw_info_in_s0_nobody_knows),
		ALONE(without_s1_there_is_nothing_to_choose),
		ALONE(an_error_of_the_device_is_passed_on),
		ALONE(a_pair_for_bootloaders_alone_has_no_slot_to_run_from),
		SHARED(a_shared_pair_is_none_for_bootloaders_alone),
		SHARED(a_pair_that_the_bootloader_lacks_takes_none),
		ALONE(an_image_is_linked_where_its_reset_vector_points),
		ALONE(or_where_its_header_says_if_it_is_fixed_there),
		ALONE(a_payload_without_two_words_has_no_reset_vector),
		ALONE(a_slot_ends_where_the_next_one_begins),
		ALONE(one_for_the_slot_that_runs_is_refused_whatever_its_version),
		ALONE(one_for_the_other_slot_is_taken_if_it_will_win),
		ALONE(the_version_of_its_header_does_not_matter),
		SHARED(the_version_of_its_header_does_not_matter),
		ALONE(a_bootloader_that_tells_no_version_is_refused),
		ALONE(what_lies_behind_it_is_not_its_own),
		SHARED(one_that_is_larger_than_its_slot_is_refused),
		ALONE(one_that_is_larger_than_its_slot_is_refused),
		ALONE(a_damaged_or_unsigned_one_is_refused_as_any_image),
		ALONE(without_fw_info_in_s0_no_bootloader_is_taken),
		ALONE(nothing_else_goes_where_only_bootloaders_do),
		SHARED(in_a_shared_pair_all_else_is_the_applications),
		SHARED(without_s1_it_is_an_image_like_others),
		SHARED(modes_that_copy_nothing_take_no_bootloader),
		ALONE(a_judgement_passes_errors_of_the_device_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
