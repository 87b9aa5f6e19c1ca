/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no recorded boot shows of the boot model: where it ends, and a swap that was begun for a
 * candidate that is bad.
 */
#include "boot_rig.h"

#include <stdlib.h>
#include <string.h>

#include <boot_model.h>

#include "support/test_files.h"

static struct sim_boot_result result;

static void put_file(int slot, const char *name)
{
	size_t len;
	uint8_t *file = test_read_file(name, &len);

	memcpy(rig_end(slot) - rig.areas[slot].fa_size, file, len);
	free(file);
}

static int open_device(void **state)
{
	(void)state;
	rig_open(&rig_cases[0]);
	put_file(0, "images/tiny-1.0.0-none.bin");
	put_file(1, "images/tiny-1.1.0-none.bin");
	rig_start(-1, false);
	return 0;
}

static int close_device(void **state)
{
	(void)state;
	rig_close();
	return 0;
}

static int boot(void)
{
	return sim_boot(boot_arrangement_get(), boot_rules_get(), false, &result);
}

static void a_bad_candidate_of_a_begun_swap_is_erased_and_the_running_image_kept(void **state)
{
	(void)state;
	rig_put_magic(0);
	rig_put(0, rig.layout->swap_info, 2);
	*(rig_end(1) - rig.areas[1].fa_size + 600) ^= 1;
	assert_int_equal(boot(), 0);
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_FAIL);
	assert_int_equal(result.booted, 0);
	assert_int_equal(result.version.minor, 0);
	assert_true(trailer_is_blank(rig_end(1), rig.areas[1].fa_size, 0xff));
	assert_int_equal(rig_end(0)[-(ptrdiff_t)rig.layout->image_ok], 1);
}

static void the_middle_of_a_swap_is_refused_and_left_alone(void **state)
{
	(void)state;
	rig_put_magic(0);
	rig_put(0, rig.layout->swap_info, 2);
	rig_put(0, 1584, 1); /* the first status record */
	assert_int_equal(boot(), -ENOTSUP);
	assert_non_null(strstr(result.error, "middle of a swap"));
	assert_int_equal(result.booted, -1);
	assert_int_equal(result.active[0], -1);
	assert_int_equal(rig.op_count, 0);
}

static void without_a_secondary_slot_the_primary_runs(void **state)
{
	(void)state;
	rig.areas[1].fa_id = 77;
	assert_int_equal(boot(), 0);
	assert_int_equal(result.booted, 0);
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_NONE);
	assert_int_equal(rig.op_count, 0);
}

static void a_slot_without_room_for_a_trailer_stops_the_bootloader(void **state)
{
	static const struct boot_arrangement builds[] = {{BOOT_MODE_SWAP_MOVE, 8, 1, 2731},
							 {BOOT_MODE_SWAP_MOVE, 8, 1, 128}};

	(void)state;
	assert_int_equal(sim_boot(&builds[0], boot_rules_get(), false, &result), 0);
	assert_int_equal(result.booted, -1);
	assert_non_null(strstr(result.error, "trailer of 32820 bytes"));
	rig.areas[1].fa_size = 1024;
	assert_int_equal(sim_boot(&builds[1], boot_rules_get(), false, &result), 0);
	assert_int_equal(result.booted, -1);
	assert_int_equal(rig.op_count, 0);
}

static void errors_of_the_flash_pass_through(void **state)
{
	(void)state;
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_after = 1;
	rig.flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(boot(), -ETIMEDOUT);
	rig_put_magic(1);
	rig_start(1, false);
	assert_int_equal(boot(), -EINTR);
}

static void without_a_primary_slot_nothing_runs_and_nothing_is_written(void **state)
{
	(void)state;
	rig_put_magic(1);
	rig.areas[0].fa_id = 77;
	assert_int_equal(boot(), 0);
	assert_int_equal(result.booted, -1);
	assert_int_equal(result.active[0], -1);
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_NONE);
	assert_non_null(strstr(result.error, "image 0 has no slot0_partition"));
	assert_int_equal(rig.op_count, 0);
}

static void a_second_image_without_a_primary_slot_keeps_the_first_from_running(void **state)
{
	static const struct boot_arrangement two = {BOOT_MODE_SWAP_MOVE, 8, 2, 128};

	(void)state;
	rig_put_magic(1);
	assert_int_equal(sim_boot(&two, boot_rules_get(), false, &result), 0);
	assert_int_equal(result.images, 2);
	assert_int_equal(result.booted, -1);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(result.active[i], -1);
		assert_int_equal(result.swap_type[i], BOOT_SWAP_TYPE_NONE);
	}
	assert_non_null(strstr(result.error, "image 1 has no slot2_partition"));
	assert_int_equal(rig.op_count, 0);
}

static void an_error_leaves_an_entry_for_each_image(void **state)
{
	static const struct boot_arrangement two = {BOOT_MODE_SWAP_MOVE, 8, 2, 128};

	(void)state;
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_after = 1;
	rig.flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(sim_boot(&two, boot_rules_get(), false, &result), -ETIMEDOUT);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(result.active[i], -1);
		assert_int_equal(result.swap_type[i], BOOT_SWAP_TYPE_NONE);
	}
}

static void blank_write_blocks_are_not_programmed(void **state)
{
	size_t programmed = 0;

	(void)state;
	rig_put_magic(1);
	rig.flash.nor.stats.bytes_programmed = 0;
	assert_int_equal(boot(), 0);
	assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_TEST);
	/* Two images of 2856 bytes, the one sector that is left from moving, and the trailer. */
	programmed = (size_t)rig.flash.nor.stats.bytes_programmed;
	assert_true(programmed < 3 * 2856 + 40);
	assert_int_equal(boot_write_img_confirmed(), 0);
}

static void what_was_asked_for_by_the_library_is_what_boots(void **state)
{
	(void)state;
	for (size_t i = 0; i < rig_case_count; i++) {
		rig_close();
		rig_open(&rig_cases[i]);
		put_file(0, "images/tiny-1.0.0-none.bin");
		put_file(1, "images/tiny-1.1.0-none.bin");
		assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
		assert_int_equal(boot(), 0);
		assert_int_equal(result.version.minor, 1);
		assert_int_equal(boot_is_unconfirmed_multi(0), 1);
		assert_int_equal(boot(), 0);
		assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_REVERT);
		assert_int_equal(result.version.minor, 0);
		assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_TEST), 0);
		assert_int_equal(boot(), 0);
		assert_int_equal(boot_write_img_confirmed(), 0);
		assert_int_equal(boot(), 0);
		assert_int_equal(result.swap_type[0], BOOT_SWAP_TYPE_NONE);
		assert_int_equal(result.version.minor, 1);
		assert_int_equal(boot_request_upgrade(BOOT_UPGRADE_PERMANENT), 0);
		assert_int_equal(boot(), 0);
		assert_int_equal(boot_is_unconfirmed_multi(0), 0);
		assert_int_equal(boot(), 0);
		assert_int_equal(result.version.minor, 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_device, close_device)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bad_candidate_of_a_begun_swap_is_erased_and_the_running_image_kept),
		TEST(the_middle_of_a_swap_is_refused_and_left_alone),
		TEST(without_a_secondary_slot_the_primary_runs),
		TEST(a_slot_without_room_for_a_trailer_stops_the_bootloader),
		TEST(errors_of_the_flash_pass_through),
		TEST(without_a_primary_slot_nothing_runs_and_nothing_is_written),
		TEST(a_second_image_without_a_primary_slot_keeps_the_first_from_running),
		TEST(an_error_leaves_an_entry_for_each_image),
		TEST(blank_write_blocks_are_not_programmed),
		TEST(what_was_asked_for_by_the_library_is_what_boots),
	};

	return cmocka_run_group_tests_name("boot_model_edges", tests, NULL, NULL);
}
