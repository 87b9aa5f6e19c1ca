/* SPDX-License-Identifier: Apache-2.0 */
/* The start after a cut, and keeping what runs: the rows of both, one by one. */
#include "set_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>
#include <settings/settings.h>

#include "target/mcuboot_intent.h"
#include "target/mcuboot_schedule.h"
#include "target/mcuboot_set.h"

#define TEST BOOT_UPGRADE_TEST
#define PERMANENT BOOT_UPGRADE_PERMANENT
#define SETTLED DFU_TARGET_MCUBOOT_SETTLED
#define GOES_BACK DFU_TARGET_MCUBOOT_GOES_BACK
#define GOES_ON DFU_TARGET_MCUBOOT_GOES_ON
#define APART (&set_links[0])
#define FIRST_NEEDS_SECOND (&set_links[1])
#define SECOND_NEEDS_FIRST (&set_links[2])
#define THREE_APART (&set_links[4])

static void promise(enum mcuboot_intent_kind kind)
{
	bool is_saved;

	assert_int_equal(mcuboot_set_promise(kind, 3, 0, &is_saved), 0);
	assert_true(is_saved);
}

/* Image 0 runs new, image 1 has been promised. */
static void open_part(enum boot_mode mode, int permanent)
{
	set_open(mode, APART);
	promise(permanent == TEST ? MCUBOOT_INTENT_TEST : MCUBOOT_INTENT_PERMANENT);
	assert_int_equal(mcuboot_schedule_one(0, false, permanent != TEST), 0);
	assert_int_equal(set_boot(), 1);
}

static void without_an_intent_there_is_nothing_to_do(void **state)
{
	(void)state;
	set_open(BOOT_MODE_SWAP_MOVE, APART);
	assert_int_equal(dfu_target_mcuboot_schedule(0, TEST), 0);
	assert_int_equal(dfu_target_mcuboot_has_intent(), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	assert_int_equal(set_pending(), 1);
	assert_int_equal(set_boot(), 1);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	set_settings(false);
	assert_int_equal(dfu_target_mcuboot_has_intent(), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	set_close();
}

static void a_damaged_intent_is_none(void **state)
{
	static const uint8_t damaged[24] = {1, 1, 3};

	(void)state;
	set_open(BOOT_MODE_SWAP_MOVE, APART);
	assert_int_equal(settings_save_one("dfu/SET", damaged, sizeof(damaged)), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	assert_false(set_has_intent());
	assert_int_equal(settings_save_one("dfu/SET", set_slot(0), 200), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	assert_false(set_has_intent());
	assert_int_equal(settings_save_one("dfu/SET", damaged, sizeof(damaged)), 0);
	assert_int_equal(dfu_target_mcuboot_has_intent(), 0);
	assert_false(set_has_intent());
	set_close();
}

static void an_intent_of_more_images_than_there_are_is_none(void **state)
{
	static const struct mcuboot_intent of_others = {.kind = MCUBOOT_INTENT_TEST, .images = 5};
	struct mcuboot_intent found = {.images = 2};

	(void)state;
	set_open(BOOT_MODE_SWAP_MOVE, APART);
	assert_int_equal(mcuboot_intent_save(&of_others), 0);
	assert_int_equal(mcuboot_intent_load(&found), -ENOENT);
	assert_int_equal(found.images, 2);
	assert_int_equal(mcuboot_intent_save(&of_others), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	set_close();
}

static void requests_of_which_nothing_runs_are_taken_back(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		set_open(set_modes[m], APART);
		promise(MCUBOOT_INTENT_PERMANENT);
		assert_int_equal(mcuboot_schedule_one(0, false, true), 0);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
		assert_int_equal(set_pending(), 0);
		assert_false(set_has_intent());
		assert_int_equal(set_boot(), 0);
		set_close();
	}
}

static void a_part_of_a_test_goes_back(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		if (!set_goes_back(set_modes[m])) {
			continue;
		}
		open_part(set_modes[m], TEST);
		for (int start = 0; start < 2; start++) {
			assert_int_equal(dfu_target_mcuboot_has_intent(), 1);
			assert_int_equal(dfu_target_mcuboot_schedule_recover(), GOES_BACK);
			assert_true(set_has_intent());
		}
		assert_int_equal(dfu_target_mcuboot_confirm(0), -EBUSY);
		assert_int_equal(dfu_target_mcuboot_confirm(-1), -EBUSY);
		assert_int_equal(dfu_target_mcuboot_schedule(1, TEST), -EBUSY);
		assert_int_equal(dfu_target_mcuboot_confirm(1), -EBUSY);
		assert_int_equal(set_boot(), 0);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
		assert_false(set_has_intent());
		if (!set_is_direct(set_modes[m])) {
			/* The same call again means both, though one of them was reverted. */
			assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
			assert_int_equal(set_boot(), 3);
		}
		set_close();
	}
}

/* A test that nobody confirmed is not asked for again with others. */
static void an_image_that_failed_its_test_is_no_update(void **state)
{
	(void)state;
	set_open(BOOT_MODE_SWAP_MOVE, APART);
	assert_int_equal(dfu_target_mcuboot_schedule(0, TEST), 0);
	assert_int_equal(set_boot(), 1);
	assert_int_equal(set_boot(), 0);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_boot(), 2);
	set_close();
}

/* The recovery has not been called while it ran: the application crashed. */
static void a_whole_set_that_failed_its_test_is_no_update(void **state)
{
	/* The cut was so early that the download still counts as complete. */
	static const uint8_t record[32] = {1, 3};

	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		if (!set_goes_back(set_modes[m])) {
			continue;
		}
		set_open(set_modes[m], APART);
		promise(MCUBOOT_INTENT_TEST);
		assert_int_equal(mcuboot_schedule_one(0, false, false), 0);
		assert_int_equal(mcuboot_schedule_one(1, false, false), 0);
		assert_int_equal(settings_save_one("dfu/MCUBOOT1", record, sizeof(record)), 0);
		assert_int_equal(set_boot(), 3);
		assert_int_equal(set_boot(), 0);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
		assert_false(set_has_intent());
		assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -ENOENT);
		set_close();
	}
}

/* An earlier revert of the first one, such as that of a part, does not hide it. */
static void a_set_that_failed_after_a_part_of_it_did_is_no_update(void **state)
{
	static const uint8_t mark = 1;

	(void)state;
	open_part(BOOT_MODE_SWAP_MOVE, TEST);
	assert_int_equal(set_boot(), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	promise(MCUBOOT_INTENT_TEST);
	assert_int_equal(mcuboot_schedule_one(0, false, false), 0);
	assert_int_equal(mcuboot_schedule_one(1, false, false), 0);
	/* A cut before the part's mark was deleted. */
	assert_int_equal(settings_save_one("dfu/MCUBOOT1/u", &mark, sizeof(mark)), 0);
	assert_int_equal(set_boot(), 3);
	assert_int_equal(set_boot(), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -ENOENT);
	set_close();
}

/* Nobody knows why it crashed: what ran was a mixture. */
static void a_part_that_failed_its_test_is_still_an_update(void **state)
{
	(void)state;
	for (int part = 0; part < 2; part++) {
		/* The first one is asked for first, and taken back last. */
		for (int was_reverted = 0; was_reverted < 2 - part; was_reverted++) {
			set_open(BOOT_MODE_SWAP_MOVE, APART);
			if (was_reverted == 1) {
				/* The other pair has given another image up, long ago. */
				assert_int_equal(dfu_target_mcuboot_schedule(1 - part, TEST), 0);
				assert_int_equal(set_boot(), 2 - part);
				assert_int_equal(set_boot(), 0);
				set_put_new(1 - part);
			}
			promise(MCUBOOT_INTENT_TEST);
			assert_int_equal(mcuboot_schedule_one(part, false, false), 0);
			assert_int_equal(set_boot(), 1 + part);
			assert_int_equal(set_boot(), 0);
			assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
			assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
			assert_int_equal(set_boot(), 3);
			set_close();
		}
	}
}

static void a_part_for_good_goes_on(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		for (int permanent = TEST; permanent <= PERMANENT; permanent++) {
			if (permanent == TEST && set_goes_back(set_modes[m])) {
				continue;
			}
			open_part(set_modes[m], permanent);
			for (int start = 0; start < 2; start++) {
				assert_int_equal(dfu_target_mcuboot_schedule_recover(), GOES_ON);
				assert_int_equal(set_pending(), 2);
			}
			/* What finishes it stays. */
			assert_int_equal(dfu_target_mcuboot_cancel(1), -EBUSY);
			assert_int_equal(dfu_target_mcuboot_cancel(-1), -EBUSY);
			assert_int_equal(set_pending(), 2);
			assert_int_equal(set_boot(), 3);
			assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
			assert_false(set_has_intent());
			assert_int_equal(set_boot(), 3);
			set_close();
		}
	}
}

static void a_part_that_somebody_confirmed_goes_on(void **state)
{
	(void)state;
	open_part(BOOT_MODE_SWAP_MOVE, TEST);
	assert_int_equal(boot_write_img_confirmed_multi(0), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), GOES_ON);
	assert_int_equal(set_boot(), 3);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	set_close();
}

/* A request whose erase was torn may have been installed as a test. */
static void a_part_for_good_is_confirmed_first(void **state)
{
	(void)state;
	set_open(BOOT_MODE_SWAP_MOVE, APART);
	promise(MCUBOOT_INTENT_PERMANENT);
	assert_int_equal(mcuboot_schedule_one(1, false, false), 0);
	assert_int_equal(set_boot(), 2);
	assert_false(boot_is_img_confirmed_multi(1));
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), GOES_ON);
	assert_true(boot_is_img_confirmed_multi(1));
	assert_int_equal(set_boot(), 3);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	set_close();
}

static void a_rest_that_is_gone_is_to_be_downloaded_again(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		open_part(set_modes[m], PERMANENT);
		set_put_version(1, 2, 0, 0);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), -ENODATA);
		assert_true(set_has_intent());
		set_put_new(1);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), GOES_ON);
		assert_int_equal(set_boot(), 3);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
		set_close();
	}
}

static void a_newer_request_takes_the_place_of_an_intent(void **state)
{
	(void)state;
	open_part(BOOT_MODE_SWAP_MOVE, PERMANENT);
	set_put_version(1, 2, 0, 0);
	assert_int_equal(dfu_target_mcuboot_schedule(1, PERMANENT), 0);
	assert_false(set_has_intent());
	set_close();
	/* Not one for the rest of it. */
	open_part(BOOT_MODE_SWAP_MOVE, PERMANENT);
	assert_int_equal(dfu_target_mcuboot_schedule(1, PERMANENT), 0);
	assert_true(set_has_intent());
	assert_int_equal(set_boot(), 3);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	set_close();
	/* Nothing of it runs: the other image is not asked for by itself. */
	set_open(BOOT_MODE_SWAP_MOVE, APART);
	promise(MCUBOOT_INTENT_TEST);
	assert_int_equal(mcuboot_schedule_one(0, false, false), 0);
	assert_int_equal(dfu_target_mcuboot_schedule(1, TEST), 0);
	assert_int_equal(set_pending(), 2);
	assert_false(set_has_intent());
	set_close();
}

static void a_cancel_takes_back_all_that_was_promised_with_it(void **state)
{
	(void)state;
	for (int image = 0; image < 2; image++) {
		set_open(BOOT_MODE_SWAP_MOVE, APART);
		promise(MCUBOOT_INTENT_TEST);
		assert_int_equal(mcuboot_schedule_one(0, false, false), 0);
		assert_int_equal(dfu_target_mcuboot_cancel(image), 0);
		assert_int_equal(set_pending(), 0);
		assert_false(set_has_intent());
		set_close();
	}
}

static void the_same_file_again_is_no_part_of_a_set(void **state)
{
	(void)state;
	set_open(BOOT_MODE_OVERWRITE_ONLY, APART);
	memcpy(set_slot(1), set_slot(0), set_slot_size());
	set_fail(0); /* no intent is saved: the first operation is a request's */
	assert_int_equal(dfu_target_mcuboot_schedule_set(3, TEST), -EDOM);
	assert_true(set_power_on());
	assert_false(set_has_intent());
	set_close();
}

static void a_confirmation_that_was_cut_is_finished(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		if (!set_goes_back(set_modes[m])) {
			continue;
		}
		set_open(set_modes[m], APART);
		assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
		assert_int_equal(set_boot(), 3);
		promise(MCUBOOT_INTENT_CONFIRM);
		assert_int_equal(boot_write_img_confirmed_multi(1), 0);
		assert_int_equal(set_boot(), 2);
		if (set_is_direct(set_modes[m])) {
			assert_int_equal(dfu_target_mcuboot_schedule_recover(), -ENODATA);
			set_put_new(0);
		}
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), GOES_ON);
		assert_int_equal(set_boot(), 3);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
		assert_int_equal(set_boot(), 3);
		set_close();
	}
}

/* One of another set that a cut has left says nothing of an image that is not in it. */
static void a_left_intent_does_for_a_confirmation_of_its_own_images_alone(void **state)
{
	bool has_failed = true;

	(void)state;
	for (unsigned long k = 0; has_failed; k++) {
		set_open(BOOT_MODE_SWAP_MOVE, THREE_APART);
		assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
		assert_int_equal(set_boot(), 7);
		promise(MCUBOOT_INTENT_CONFIRM);
		assert_int_equal(boot_write_img_confirmed_multi(1), 0);
		set_fail(k);
		const int rc = dfu_target_mcuboot_confirm(-1);
		has_failed = set_power_on();
		/* An intent that cannot be deleted at the end is found to be settled. */
		const bool any = boot_is_img_confirmed_multi(0) || boot_is_img_confirmed_multi(2);
		assert_true(rc == 0 ? any : has_failed);
		unsigned int runs = set_boot();
		if (dfu_target_mcuboot_schedule_recover() == GOES_ON) {
			runs = set_boot();
		}
		assert_true(runs == 7 || (!any && runs == 3));
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
		set_close();
	}
}

static void confirming_keeps_what_runs(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		set_open(c.mode, c.links);
		assert_int_equal(dfu_target_mcuboot_confirm(-1), 0);
		assert_int_equal(dfu_target_mcuboot_schedule_set(c.all, TEST), 0);
		assert_int_equal(set_boot(), c.all);
		assert_int_equal(dfu_target_mcuboot_confirm(-1), 0);
		assert_false(set_has_intent());
		const unsigned long before = set_operations();
		assert_int_equal(dfu_target_mcuboot_confirm(-1), 0);
		assert_int_equal(set_operations(), before);
		assert_int_equal(set_boot(), c.all);
		set_close();
	}
}

/* Between the two the bootloader reverts none, where images are swapped; else both. */
static void linked_images_are_confirmed_in_order(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		if (!set_goes_back(set_modes[m])) {
			continue;
		}
		for (int first = 0; first < 2; first++) {
			set_open(set_modes[m],
				 first == 0 ? FIRST_NEEDS_SECOND : SECOND_NEEDS_FIRST);
			assert_int_equal(dfu_target_mcuboot_schedule_set(3, TEST), 0);
			assert_int_equal(set_boot(), 3);
			set_fail_once(1);
			assert_int_equal(dfu_target_mcuboot_confirm(-1), -EDOM);
			(void)set_power_on();
			assert_true(boot_is_img_confirmed_multi(first));
			assert_false(boot_is_img_confirmed_multi(1 - first));
			assert_false(set_has_intent());
			assert_int_equal(set_boot(), set_is_direct(set_modes[m]) ? 0 : 3);
			set_close();
		}
	}
}

static void one_image_is_confirmed_by_itself(void **state)
{
	(void)state;
	set_open(BOOT_MODE_SWAP_MOVE, APART);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_boot(), 3);
	assert_int_equal(dfu_target_mcuboot_confirm(2), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_confirm(-2), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_confirm(1), 0);
	assert_false(boot_is_img_confirmed_multi(0));
	assert_int_equal(set_boot(), 2);
	set_close();
}

static void an_image_that_never_ran_is_not_confirmed(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		const bool is_known = set_goes_back(set_modes[m]);

		set_open(set_modes[m], APART);
		memset(set_slot(2) + set_slot_size() - 40, 0xff, 40);
		set_put_trailer(2, true, false, false);
		assert_int_equal(dfu_target_mcuboot_confirm(1), is_known ? -EAGAIN : 0);
		assert_int_equal(dfu_target_mcuboot_confirm(-1), is_known ? -EAGAIN : 0);
		assert_int_equal(dfu_target_mcuboot_confirm(0), 0);
		set_close();
	}
}

/* Shared data tells of image 0 alone, so a device may never know it of another one. */
static void a_pair_that_runs_from_an_unknown_slot_keeps_no_other_one_up(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		if (!set_is_direct(set_modes[m])) {
			continue;
		}
		set_open(set_modes[m], APART);
		assert_int_equal(boot_running_slot_set(1, -1), 0);
		assert_int_equal(dfu_target_mcuboot_schedule(0, TEST), 0);
		assert_int_equal(set_boot(), 1);
		assert_int_equal(boot_running_slot_set(1, -1), 0);
		assert_int_equal(dfu_target_mcuboot_confirm(-1), 0);
		assert_true(boot_is_img_confirmed_multi(0));
		assert_int_equal(dfu_target_mcuboot_confirm(1), -ENODEV);
		assert_int_equal(set_boot(), 1);
		set_close();

		for (int image = -1; image < 1; image++) {
			set_open(set_modes[m], APART);
			assert_int_equal(boot_running_slot_set(1, -1), 0);
			assert_int_equal(dfu_target_mcuboot_schedule(0, TEST), 0);
			assert_int_equal(dfu_target_mcuboot_cancel(image), 0);
			assert_int_equal(set_boot(), 0);
			set_close();
		}
	}
}

static void errors_of_settings_are_passed_on(void **state)
{
	(void)state;
	set_open(BOOT_MODE_SWAP_MOVE, APART);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_boot(), 3);
	set_fail(0);
	assert_int_equal(dfu_target_mcuboot_confirm(-1), -EDOM);
	assert_true(set_power_on());
	assert_false(boot_is_img_confirmed_multi(0) || boot_is_img_confirmed_multi(1));
	promise(MCUBOOT_INTENT_TEST);
	set_fail(0);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), -EDOM);
	assert_true(set_power_on());
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
	set_close();
}

static void a_set_with_a_pair_of_an_unknown_slot_keeps_no_other_pair_up(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		if (!set_is_direct(set_modes[m])) {
			continue;
		}
		set_open(set_modes[m], THREE_APART);
		promise(MCUBOOT_INTENT_TEST);
		assert_int_equal(mcuboot_schedule_one(0, false, false), 0);
		assert_int_equal(boot_running_slot_set(1, -1), 0);
		/* What is of the set, or meant for it, waits until it is known. */
		for (int image = 0; image < 2; image++) {
			assert_int_equal(dfu_target_mcuboot_schedule(image, TEST), -ENODEV);
			assert_int_equal(dfu_target_mcuboot_cancel(image), -ENODEV);
			assert_int_equal(dfu_target_mcuboot_confirm(image), -ENODEV);
		}
		assert_int_equal(dfu_target_mcuboot_cancel(-1), -ENODEV);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), -ENODEV);
		assert_int_equal(dfu_target_mcuboot_schedule(2, TEST), 0);
		assert_int_equal(set_pending(), 5);
		assert_int_equal(dfu_target_mcuboot_cancel(2), 0);
		assert_int_equal(set_pending(), 1);
		assert_int_equal(dfu_target_mcuboot_confirm(2), 0);
		assert_int_equal(dfu_target_mcuboot_confirm(-1), 0);
		assert_true(set_has_intent());
		assert_int_equal(boot_running_slot_set(1, 0), 0);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), SETTLED);
		assert_int_equal(set_pending(), 0);
		set_close();
	}
}

/* A second intent would take the place of the one that nobody can settle yet. */
static void a_set_with_a_pair_of_an_unknown_slot_keeps_its_intent(void **state)
{
	static const struct mcuboot_intent of_one = {.kind = MCUBOOT_INTENT_TEST, .images = 1};

	(void)state;
	set_open(BOOT_MODE_DIRECT_XIP_REVERT, THREE_APART);
	assert_int_equal(mcuboot_intent_save(&of_one), 0);
	assert_int_equal(boot_running_slot_set(0, -1), 0);
	assert_int_equal(dfu_target_mcuboot_schedule_set(6, TEST), -EBUSY);
	assert_int_equal(mcuboot_schedule_one(1, false, false), 0);
	assert_int_equal(mcuboot_schedule_one(2, false, false), 0);
	assert_int_equal(dfu_target_mcuboot_cancel(-1), -EBUSY);
	assert_true(set_has_intent());
	assert_int_equal(set_boot(), 6);
	assert_int_equal(boot_running_slot_set(0, -1), 0);
	assert_int_equal(dfu_target_mcuboot_confirm(-1), 0);
	assert_true(set_has_intent());
	set_close();
}

static int fail_to_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	(void)cb;
	(void)param;
	return -EIO;
}

/* Settings that cannot be read are not empty ones. */
static void an_intent_that_cannot_be_read_is_not_none(void **state)
{
	static const struct settings_backend_api api = {.load = fail_to_load};
	static const struct settings_backend broken = {.api = &api};

	(void)state;
	set_open(BOOT_MODE_SWAP_MOVE, APART);
	settings_backend_set(&broken);
	assert_int_equal(dfu_target_mcuboot_has_intent(), -EIO);
	assert_int_equal(dfu_target_mcuboot_schedule_recover(), -EIO);
	assert_int_equal(dfu_target_mcuboot_confirm(0), -EIO);
	set_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_intent_there_is_nothing_to_do),
		cmocka_unit_test(a_damaged_intent_is_none),
		cmocka_unit_test(an_intent_of_more_images_than_there_are_is_none),
		cmocka_unit_test(requests_of_which_nothing_runs_are_taken_back),
		cmocka_unit_test(a_part_of_a_test_goes_back),
		cmocka_unit_test(an_image_that_failed_its_test_is_no_update),
		cmocka_unit_test(a_whole_set_that_failed_its_test_is_no_update),
		cmocka_unit_test(a_set_that_failed_after_a_part_of_it_did_is_no_update),
		cmocka_unit_test(a_part_that_failed_its_test_is_still_an_update),
		cmocka_unit_test(a_part_for_good_goes_on),
		cmocka_unit_test(a_part_that_somebody_confirmed_goes_on),
		cmocka_unit_test(a_part_for_good_is_confirmed_first),
		cmocka_unit_test(a_rest_that_is_gone_is_to_be_downloaded_again),
		cmocka_unit_test(a_newer_request_takes_the_place_of_an_intent),
		cmocka_unit_test(a_cancel_takes_back_all_that_was_promised_with_it),
		cmocka_unit_test(the_same_file_again_is_no_part_of_a_set),
		cmocka_unit_test(a_confirmation_that_was_cut_is_finished),
		cmocka_unit_test(a_left_intent_does_for_a_confirmation_of_its_own_images_alone),
		cmocka_unit_test(confirming_keeps_what_runs),
		cmocka_unit_test(linked_images_are_confirmed_in_order),
		cmocka_unit_test(one_image_is_confirmed_by_itself),
		cmocka_unit_test(an_image_that_never_ran_is_not_confirmed),
		cmocka_unit_test(a_pair_that_runs_from_an_unknown_slot_keeps_no_other_one_up),
		cmocka_unit_test(a_set_with_a_pair_of_an_unknown_slot_keeps_no_other_pair_up),
		cmocka_unit_test(a_set_with_a_pair_of_an_unknown_slot_keeps_its_intent),
		cmocka_unit_test(errors_of_settings_are_passed_on),
		cmocka_unit_test(an_intent_that_cannot_be_read_is_not_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
