/* SPDX-License-Identifier: Apache-2.0 */
/* A new download, or a reset, in the slot of an image that is pending together with others. */
#include "set_rig.h"

#include <errno.h>

#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>

#define SIZE 400

static int begin(int image)
{
	const int rc = dfu_target_mcuboot_init(SIZE, image, NULL);

	return rc == 0 ? dfu_target_mcuboot_write("x", 1) : rc;
}

/* What the target has in RAM; flash stays as it is. */
static void forget(void)
{
	set_snapshot(2);
	const int rc = dfu_target_mcuboot_reset();
	assert_true(rc == 0 || rc == -EACCES);
	set_restore(2);
}

static void ask_for_all(enum boot_mode mode, const struct set_links *links)
{
	set_open(mode, links);
	assert_int_equal(dfu_target_mcuboot_schedule_set(SET_ALL(links->images), BOOT_UPGRADE_TEST),
			 0);
}

static void leave(enum boot_mode mode, const struct set_links *links, int image, bool resets)
{
	const unsigned int all = SET_ALL(links->images);

	ask_for_all(mode, links);
	assert_int_equal(dfu_target_mcuboot_init(SIZE, image, NULL), 0);
	assert_int_equal(set_pending(), all);
	assert_int_equal(resets ? dfu_target_mcuboot_reset() : dfu_target_mcuboot_write("x", 1), 0);
	if (set_is_linked(mode, links)) {
		assert_int_equal(set_pending(), 0);
		assert_int_equal(set_would_boot(), 0);
	} else if (!links->is_linked) {
		assert_int_equal(set_pending(), all & ~(1u << image));
	}
	assert_false(set_has_intent());
	forget();
	set_close();
}

static void linked_images_are_taken_back_by_a_download_of_any(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		for (int image = 0; image < c.links->images; image++) {
			leave(c.mode, c.links, image, false);
		}
	}
}

static void and_by_a_reset_of_any(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		for (int image = 0; image < c.links->images; image++) {
			leave(c.mode, c.links, image, true);
		}
	}
}

/* 1: cut, and all or none run; 0: there was nothing to cut. */
static bool cut(const struct set_links *links, int image, unsigned long k, enum sim_cut when,
		uint32_t seed)
{
	set_restore(0);
	set_cut(k, when, seed);
	(void)begin(image);
	const bool fired = set_power_on();
	forget();
	const unsigned int runs = set_boot();
	if (runs != 0 && runs != SET_ALL(links->images)) {
		fail_msg("%s, %s, image %d, cut at %lu: %#x runs",
			 boot_mode_name(boot_arrangement_get()->mode), links->name, image, k, runs);
	}
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), DFU_TARGET_MCUBOOT_SETTLED);
	if (runs == 0) {
		assert_int_equal(begin(image), 0);
		assert_int_equal(set_would_boot(), 0);
		forget();
	}
	return fired;
}

static void no_cut_leaves_a_mixture_of_linked_images(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		if (!set_is_linked(c.mode, c.links)) {
			continue;
		}
		for (int image = 0; image < c.links->images; image++) {
			ask_for_all(c.mode, c.links);
			set_snapshot(0);
			for (unsigned long k = 0; cut(c.links, image, k, SIM_CUT_BEFORE, 0); k++) {
				for (uint32_t seed = 0; seed < 8; seed++) {
					(void)cut(c.links, image, k, SIM_CUT_INSIDE, seed);
				}
			}
			set_close();
		}
	}
}

static void a_failure_to_take_back_keeps_the_slot_as_it_is(void **state)
{
	(void)state;
	ask_for_all(BOOT_MODE_SWAP_MOVE, &set_links[1]);
	assert_int_equal(dfu_target_mcuboot_init(SIZE, 0, NULL), 0);
	set_fail_once(0);
	assert_int_equal(dfu_target_mcuboot_write("x", 1), -EDOM);
	(void)set_power_on();
	assert_int_equal(set_pending(), 3);
	assert_int_equal(dfu_target_mcuboot_write("x", 1), 0);
	assert_int_equal(set_pending(), 0);
	forget();
	set_close();
}

/* A cut in its first page: what the slot held is gone, and no header is there yet. */
static void all_are_taken_back_beside_a_download_that_was_cut(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		set_open(set_modes[m], &set_links[0]);
		assert_int_equal(dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_TEST), 0);
		assert_int_equal(begin(1), 0);
		forget();
		assert_int_equal(dfu_target_mcuboot_cancel(-1), 0);
		assert_int_equal(set_pending(), 0);
		assert_false(set_has_intent());
		set_close();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linked_images_are_taken_back_by_a_download_of_any),
		cmocka_unit_test(and_by_a_reset_of_any),
		cmocka_unit_test(no_cut_leaves_a_mixture_of_linked_images),
		cmocka_unit_test(a_failure_to_take_back_keeps_the_slot_as_it_is),
		cmocka_unit_test(all_are_taken_back_beside_a_download_that_was_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
