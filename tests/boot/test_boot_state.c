/* SPDX-License-Identifier: Apache-2.0 */
/* The swap table over every combination of fields, and the reading of trailers. */
#include "boot_rig.h"

#include <string.h>

#include <storage/flash_map.h>

#define STATES 81 /* magic, image_ok, copy_done, swap_type: three values each */

static struct boot_swap_state state_of(unsigned int n)
{
	return (struct boot_swap_state){
		.magic = (uint8_t)(1 + n % 3),
		.image_ok = (uint8_t)(1 + n / 3 % 3),
		.copy_done = (uint8_t)(1 + n / 9 % 3),
		.swap_type = (uint8_t)(1 + n / 27 % 3),
	};
}

/*
 * The rules in words: an update is asked for by the secondary's magic and kept by its image_ok;
 * else a test goes back.
 */
static int told_again(bool offset_mode, const struct boot_swap_state *p,
		      const struct boot_swap_state *s)
{
	if (s->magic == 1) {
		switch (s->image_ok) {
		case 1:
			return 3;
		case 3:
			return offset_mode && s->copy_done == 1 ? 4 : 2;
		default:
			break;
		}
	}
	return p->magic == 1 && p->copy_done == 1 && p->image_ok == 3 ? 4 : 1;
}

static void every_combination_of_two_trailers_has_the_bootloaders_type(void **state)
{
	static const enum boot_mode modes[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE,
					       BOOT_MODE_SWAP_OFFSET, BOOT_MODE_OVERWRITE_ONLY};
	unsigned int types[5] = {0};

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		const struct boot_arrangement build = {
			.mode = modes[m], .max_align = 8, .images = 1, .max_sectors = 128};

		assert_int_equal(boot_arrangement_set(&build), 0);
		for (unsigned int n = 0; n < STATES * STATES; n++) {
			const struct boot_swap_state p = state_of(n % STATES);
			const struct boot_swap_state s = state_of(n / STATES);
			const int type = boot_swap_type_of(&p, &s);

			assert_int_equal(type,
					 told_again(modes[m] == BOOT_MODE_SWAP_OFFSET, &p, &s));
			types[type]++;
		}
	}
	/* All four happened. */
	for (int type = 1; type <= 4; type++) {
		assert_true(types[type] > 0);
	}
}

static void without_a_secondary_only_a_revert_can_be_due(void **state)
{
	unsigned int reverts = 0;

	(void)state;
	rig_open(&rig_cases[0]);
	for (unsigned int n = 0; n < STATES; n++) {
		const struct boot_swap_state p = state_of(n);
		const int type = boot_swap_type_of(&p, NULL);

		assert_int_equal(type, p.magic == 1 && p.copy_done == 1 && p.image_ok == 3 ? 4 : 1);
		reverts += type == 4;
	}
	assert_int_equal(reverts, 3);
	rig_close();
}

static void an_image_is_unconfirmed_only_after_a_test_swap(void **state)
{
	(void)state;
	for (size_t i = 0; i < rig_case_count; i++) {
		rig_open(&rig_cases[i]);
		for (unsigned int n = 0; n < 27; n++) {
			static const uint8_t set_bad[] = {0x01, 0x55};
			const unsigned int magic = n % 3, ok = n / 3 % 3, done = n / 9;

			test_flash_blank(&rig.flash);
			if (magic < 2) {
				rig_put_magic(0);
				rig_put(0, 5, magic == 0 ? rig.layout->magic[11] : 0x5a);
			}
			if (ok < 2) {
				rig_put(0, rig.layout->image_ok, set_bad[ok]);
			}
			if (done < 2) {
				rig_put(0, rig.layout->copy_done, set_bad[done]);
			}
			assert_int_equal(boot_is_unconfirmed_multi(0),
					 magic == 0 && ok == 2 && done == 0);
		}
		rig_close();
	}
}

static void a_write_block_that_holds_two_fields_is_refused(void **state)
{
	static const size_t blocks[] = {16, 32, 64, 256, 512};
	static const enum boot_mode modes[] = {BOOT_MODE_SWAP_SCRATCH, BOOT_MODE_SWAP_MOVE,
					       BOOT_MODE_SWAP_OFFSET, BOOT_MODE_OVERWRITE_ONLY,
					       BOOT_MODE_DIRECT_XIP_REVERT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(blocks) * ARRAY_LEN(modes); i++) {
		const size_t block = blocks[i / ARRAY_LEN(modes)];
		const struct rig_case what = {.page = 4096,
					      .pages = 8,
					      .write = block,
					      .erased = 0xff,
					      .align = block > 32 ? 32 : 8};
		struct boot_swap_state found;
		struct boot_swap_state before;

		memset(&found, 0x5a, sizeof(found));
		before = found;
		rig_open_mode(&what, modes[i % ARRAY_LEN(modes)]);
		rig_put_image(1, 4096); /* the direct mode could have it pending */
		rig_start(-1, false);
		assert_int_equal(boot_read_swap_state(&rig.areas[0], &found), -ENOTSUP);
		assert_memory_equal(&found, &before, sizeof(found));
		assert_int_equal(boot_trailer_size(&rig.areas[0]), -ENOTSUP);
		assert_int_equal(boot_trailer_wipe(&rig.areas[1], NULL), -ENOTSUP);
		assert_int_equal(boot_request_upgrade(0), -ENOTSUP);
		assert_int_equal(boot_cancel_upgrade_multi(0), -ENOTSUP);
		assert_int_equal(boot_write_img_confirmed(), -ENOTSUP);
		assert_int_equal(boot_get_max_image_size(0), -ENOTSUP);
		assert_int_equal(mcuboot_swap_type(), -ENOTSUP);
		assert_int_equal(boot_is_unconfirmed_multi(0), -ENOTSUP);
		assert_int_equal(boot_is_pending_multi(0), -ENOTSUP);
		assert_false(boot_is_img_confirmed());
		assert_int_equal(rig.op_count, 0);
		rig_close();
	}
}

static void a_state_that_cannot_be_read_leaves_the_callers_alone(void **state)
{
	struct boot_swap_state found = {.magic = 77};

	(void)state;
	rig_open(&rig_cases[0]);
	rig.flash.nor.fail_reads = true;
	rig.flash.nor.fail_after = 0;
	rig.flash.nor.fail_rc = -ETIMEDOUT;
	assert_int_equal(boot_read_swap_state_by_id(1, &found), -ETIMEDOUT);
	assert_int_equal(boot_read_swap_state_by_id(2, &found), -ENOENT);
	assert_int_equal(boot_read_swap_state_by_id(-1, &found), -ENOENT);
	assert_int_equal(boot_read_swap_state_by_id(256, &found), -ENOENT);
	assert_int_equal(found.magic, 77);
	rig_close();
}

static void an_arrangement_outside_its_ranges_is_refused_and_the_old_one_stays(void **state)
{
	static const struct boot_arrangement bad[] = {
		{BOOT_MODE_COUNT, 8, 1, 128},      {BOOT_MODE_SWAP_MOVE, 4, 1, 128},
		{BOOT_MODE_SWAP_MOVE, 64, 1, 128}, {BOOT_MODE_SWAP_MOVE, 24, 1, 128},
		{BOOT_MODE_SWAP_MOVE, 8, 0, 128},  {BOOT_MODE_SWAP_MOVE, 8, 9, 128},
	};
	const struct boot_arrangement good = {BOOT_MODE_RAM_LOAD, 32, 8, 1};

	(void)state;
	assert_int_equal(boot_arrangement_set(&good), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(boot_arrangement_set(&bad[i]), -EINVAL);
		assert_int_equal(boot_arrangement_get()->mode, BOOT_MODE_RAM_LOAD);
		assert_int_equal(boot_arrangement_get()->max_align, 32);
		assert_int_equal(boot_arrangement_get()->images, 8);
		assert_int_equal(boot_arrangement_get()->max_sectors, 1);
	}
}

static void no_number_of_sectors_is_that_of_the_configuration(void **state)
{
	const struct boot_arrangement open = {BOOT_MODE_SWAP_MOVE, 8, 1, 0};

	(void)state;
	assert_int_equal(boot_arrangement_set(&open), 0);
	assert_int_equal(boot_arrangement_get()->max_sectors, CONFIG_BOOT_MAX_IMG_SECTORS);
}

static void modes_have_the_names_of_the_devicetree(void **state)
{
	static const char *const names[] = {
		"swap-scratch", "swap-move",         "swap-offset", "overwrite-only",
		"direct-xip",   "direct-xip-revert", "ram-load",    "ram-load-revert",
		"single-slot",  "firmware-loader"};

	(void)state;
	assert_int_equal(ARRAY_LEN(names), BOOT_MODE_COUNT);
	for (unsigned int i = 0; i < BOOT_MODE_COUNT; i++) {
		assert_string_equal(boot_mode_name((enum boot_mode)i), names[i]);
	}
	assert_null(boot_mode_name(BOOT_MODE_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_of_two_trailers_has_the_bootloaders_type),
		cmocka_unit_test(without_a_secondary_only_a_revert_can_be_due),
		cmocka_unit_test(an_image_is_unconfirmed_only_after_a_test_swap),
		cmocka_unit_test(a_write_block_that_holds_two_fields_is_refused),
		cmocka_unit_test(a_state_that_cannot_be_read_leaves_the_callers_alone),
		cmocka_unit_test(
			an_arrangement_outside_its_ranges_is_refused_and_the_old_one_stays),
		cmocka_unit_test(no_number_of_sectors_is_that_of_the_configuration),
		cmocka_unit_test(modes_have_the_names_of_the_devicetree),
	};

	return cmocka_run_group_tests_name("boot_state", tests, NULL, NULL);
}
