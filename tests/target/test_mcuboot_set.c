/* SPDX-License-Identifier: Apache-2.0 */
/* Several images at once: which are asked for, what is refused, and the state after errors. */
#include "set_rig.h"

#include <errno.h>
#include <string.h>

#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>
#include <settings/settings.h>

#include "target/mcuboot_set.h"

#define TEST BOOT_UPGRADE_TEST
#define PERMANENT BOOT_UPGRADE_PERMANENT
#define APART (&set_links[0])
#define FIRST_NEEDS_SECOND (&set_links[1])
#define THREE_APART (&set_links[4])
#define CHAIN (&set_links[5])

static void open_swap(const struct set_links *links)
{
	set_open(BOOT_MODE_SWAP_MOVE, links);
}

static void take_away(int image)
{
	memset(set_slot(2 * image + 1), 0xff, set_slot_size());
}

/* Flash is as it was, and no intent there. */
static void assert_untouched(const uint8_t *before)
{
	for (int slot = 0; slot < 2 * SET_IMAGES_MAX; slot++) {
		assert_memory_equal(set_slot(slot), before + (size_t)slot * set_slot_size(),
				    set_slot_size());
	}
	assert_false(set_has_intent());
}

static const uint8_t *copy_flash(void)
{
	static uint8_t copy[2 * SET_IMAGES_MAX * 4096];

	for (int slot = 0; slot < 2 * SET_IMAGES_MAX; slot++) {
		memcpy(copy + (size_t)slot * set_slot_size(), set_slot(slot), set_slot_size());
	}
	return copy;
}

static void a_set_is_asked_for_as_a_whole(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		set_open(c.mode, c.links);
		assert_int_equal(dfu_target_mcuboot_schedule_set(c.all, PERMANENT), 0);
		assert_int_equal(set_pending(), c.all);
		assert_false(set_has_intent());
		assert_int_equal(set_boot(), c.all);
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), DFU_TARGET_MCUBOOT_SETTLED);
		assert_int_equal(set_boot(), c.all);
		set_close();
	}
}

static void a_set_has_to_be_one_of_image_pairs(void **state)
{
	(void)state;
	open_swap(APART);
	const uint8_t *before = copy_flash();
	assert_int_equal(dfu_target_mcuboot_schedule_set(0, TEST), -ENOENT);
	assert_int_equal(dfu_target_mcuboot_schedule_set(4, TEST), -ENOENT);
	assert_int_equal(dfu_target_mcuboot_schedule_set(7, TEST), -ENOENT);
	assert_int_equal(dfu_target_mcuboot_schedule_set(~0u, TEST), -ENOENT);
	assert_int_equal(dfu_target_mcuboot_schedule(2, TEST), -ENOENT);
	assert_untouched(before);
	assert_int_equal(dfu_target_mcuboot_schedule_set(2, TEST), 0);
	assert_int_equal(set_pending(), 2);
	set_close();
}

static void pairs_without_an_update_are_left_out(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		set_open(set_modes[m], THREE_APART);
		take_away(0);
		set_put_version(2, 0, 0, 0);
		assert_int_equal(settings_delete("dfu/MCUBOOT0/h"), 0);
		assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
		assert_int_equal(set_pending(), 2);
		take_away(1);
		set_close();
	}
	open_swap(APART);
	take_away(0);
	take_away(1);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -ENOENT);
	set_close();
}

static void a_pair_that_is_not_on_the_map_is_left_out(void **state)
{
	(void)state;
	open_swap(APART);
	set_area(3)->fa_id = UINT8_MAX;
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_pending(), 1);
	assert_int_equal(dfu_target_mcuboot_cancel(-1), 0);
	assert_int_equal(set_pending(), 0);
	set_close();
}

static void one_whose_device_is_not_ready_is_not(void **state)
{
	static const struct device not_ready = {.name = "none"};

	(void)state;
	open_swap(APART);
	set_area(3)->fa_dev = &not_ready;
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -ENODEV);
	assert_int_equal(dfu_target_mcuboot_cancel(-1), -ENODEV);
	assert_int_equal(set_pending(), 0);
	set_close();
}

static void one_that_would_not_be_taken_is_none(void **state)
{
	(void)state;
	open_swap(APART);
	set_slot(1)[100] ^= 1; /* hash */
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_pending(), 2);
	set_close();
	/* And so is who needs it. */
	open_swap(FIRST_NEEDS_SECOND);
	set_slot(3)[100] ^= 1;
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -ENOENT);
	assert_int_equal(set_pending(), 0);
	set_close();
}

static void one_that_is_known_has_to_be_taken(void **state)
{
	uint8_t record[32] = {1, 3}; /* a complete download; to whom it belongs is not asked */

	(void)state;
	open_swap(APART);
	assert_int_equal(settings_save_one("dfu/MCUBOOT0", record, sizeof(record)), 0);
	set_slot(1)[100] ^= 1;
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -EBADMSG);
	assert_int_equal(set_pending(), 0);
	/* One that is not complete is not there yet. */
	record[1] = 1;
	set_slot(1)[100] ^= 1;
	assert_int_equal(settings_save_one("dfu/MCUBOOT0", record, sizeof(record)), 0);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_pending(), 2);
	set_close();
}

static void what_was_given_up_is_no_update(void **state)
{
	(void)state;
	open_swap(APART);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_boot(), 3);
	assert_int_equal(dfu_target_mcuboot_confirm(1), 0);
	assert_int_equal(set_boot(), 2);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -ENOENT);
	assert_int_equal(dfu_target_mcuboot_schedule(0, TEST), 0);
	set_close();
}

static void what_is_pending_is_one_of_all(void **state)
{
	(void)state;
	open_swap(FIRST_NEEDS_SECOND);
	assert_int_equal(dfu_target_mcuboot_schedule(1, TEST), 0);
	const unsigned long before = set_operations();
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_pending(), 3);
	/* Asked for already: swap_info and magic of one image. */
	assert_int_equal(set_operations() - before, 2);
	const unsigned long after = set_operations();
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_operations(), after);
	set_close();
}

static void each_image_is_verified_before_the_first_request(void **state)
{
	(void)state;
	for (size_t m = 0; m < set_mode_count; m++) {
		for (int bad = 0; bad < 3; bad++) {
			set_open(set_modes[m], THREE_APART);
			set_slot(2 * bad + 1)[set_start() + 100] ^= 1;
			const uint8_t *before = copy_flash();
			assert_int_equal(dfu_target_mcuboot_schedule_set(7, PERMANENT), -EBADMSG);
			assert_untouched(before);
			set_close();
		}
		set_open(set_modes[m], CHAIN);
		const uint8_t *before = copy_flash();
		assert_int_equal(dfu_target_mcuboot_schedule_set(3, PERMANENT), -ENOLINK);
		assert_untouched(before);
		assert_int_equal(dfu_target_mcuboot_schedule_set(6, PERMANENT), 0);
		set_close();
	}
}

static void an_unconfirmed_image_of_the_set_refuses_it(void **state)
{
	(void)state;
	for (int image = 0; image < 3; image++) {
		open_swap(THREE_APART);
		set_put_trailer(2 * image, true, false, true);
		const uint8_t *before = copy_flash();
		assert_int_equal(dfu_target_mcuboot_schedule_set(7, TEST), -EBUSY);
		assert_untouched(before);
		/* Not one without it. */
		assert_int_equal(dfu_target_mcuboot_schedule_set(7u & ~(1u << image), TEST), 0);
		assert_int_equal(set_pending(), 7u & ~(1u << image));
		set_close();
	}
}

static void a_test_of_what_is_asked_for_for_good_is_refused(void **state)
{
	(void)state;
	open_swap(APART);
	assert_int_equal(dfu_target_mcuboot_schedule(1, PERMANENT), 0);
	const uint8_t *before = copy_flash();
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -EALREADY);
	assert_int_equal(dfu_target_mcuboot_schedule_set(3, TEST), -EALREADY);
	assert_untouched(before);
	set_close();
	set_open(BOOT_MODE_OVERWRITE_ONLY, APART);
	assert_int_equal(dfu_target_mcuboot_schedule(1, PERMANENT), 0);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	set_close();
}

static void a_test_can_be_made_permanent(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		set_open(c.mode, c.links);
		assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
		assert_int_equal(dfu_target_mcuboot_schedule(-1, PERMANENT), 0);
		assert_false(set_has_intent());
		assert_int_equal(set_boot(), c.all);
		assert_int_equal(set_boot(), c.all);
		set_close();
	}
}

/* Which of the new images that run are confirmed. */
static unsigned int confirmed(void)
{
	unsigned int images = 0;

	for (int i = 0; i < boot_arrangement_get()->images; i++) {
		images |= boot_is_img_confirmed_multi(i) ? 1u << i : 0;
	}
	return images;
}

static void tests_can_be_made_permanent_one_by_one(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		set_open(c.mode, c.links);
		assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
		for (int i = 0; i < c.links->images; i++) {
			assert_int_equal(dfu_target_mcuboot_schedule(i, PERMANENT), 0);
		}
		assert_false(set_has_intent());
		assert_int_equal(set_boot(), c.all);
		if (set_goes_back(c.mode)) {
			assert_int_equal(confirmed(), c.all);
		}
		set_close();
	}
}

/* An error of flash while tests are made permanent: all are there, and as before. */
static void assert_test_stays(enum boot_mode mode, const struct set_links *links)
{
	const unsigned int all = SET_ALL(links->images);

	assert_int_equal(set_pending(), all);
	assert_int_equal(set_boot(), all);
	if (!set_goes_back(mode)) {
		assert_int_equal(set_boot(), all);
	} else if (!set_is_direct(mode)) {
		assert_false(set_has_intent());
		assert_int_equal(confirmed(), 0);
		assert_int_equal(set_boot(), 0);
	} else if (set_is_linked(mode, links)) {
		const unsigned int next = set_boot();

		assert_true(next == 0 || next == all);
	} else {
		/* There is no way back that would not cost the image. */
		assert_int_equal(dfu_target_mcuboot_schedule_recover(), DFU_TARGET_MCUBOOT_SETTLED);
		assert_true(confirmed() == 0 || confirmed() == all);
	}
}

static void a_test_that_fails_to_be_made_permanent_stays(const struct set_case *c, bool to_read)
{
	int rc = -1;

	for (long k = 0; rc != 0; k++) {
		set_open(c->mode, c->links);
		assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
		if (to_read) {
			set_fail_read(k, -EDOM);
		} else {
			set_fail_once(k);
		}
		rc = dfu_target_mcuboot_schedule(-1, PERMANENT);
		(void)set_power_on();
		if (rc != 0) {
			assert_int_equal(rc, -EDOM);
			assert_test_stays(c->mode, c->links);
		}
		set_close();
	}
}

static void a_test_that_cannot_be_made_permanent_stays(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		a_test_that_fails_to_be_made_permanent_stays(&c, false);
		a_test_that_fails_to_be_made_permanent_stays(&c, true);
	}
}

static unsigned int for_good(void)
{
	struct boot_swap_state state;
	unsigned int images = 0;

	for (int i = 0; i < boot_arrangement_get()->images; i++) {
		assert_int_equal(boot_read_swap_state_by_id(2 * i + 1, &state), 0);
		images |= state.image_ok == BOOT_FLAG_SET ? 1u << i : 0;
	}
	return images;
}

static void what_was_permanent_before_is_so_again(void **state)
{
	int rc = -1;

	(void)state;
	for (long k = 0; rc != 0; k++) {
		open_swap(CHAIN);
		assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
		assert_int_equal(dfu_target_mcuboot_schedule(1, PERMANENT), 0);
		assert_int_equal(for_good(), 2);
		set_fail_once(k);
		rc = dfu_target_mcuboot_schedule(-1, PERMANENT);
		(void)set_power_on();
		assert_int_equal(set_pending(), 7);
		assert_int_equal(for_good(), rc == 0 ? 7 : 2);
		set_close();
	}
}

/* One that is left of what was begun once. */
static void a_test_stays_while_an_old_intent_cannot_be_deleted(void **state)
{
	bool is_saved;

	(void)state;
	for (size_t l = 0; l < set_links_count; l++) {
		const unsigned int all = SET_ALL(set_links[l].images);

		open_swap(&set_links[l]);
		assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
		assert_int_equal(mcuboot_set_promise(MCUBOOT_INTENT_PERMANENT, all, 0, &is_saved),
				 0);
		const uint8_t *before = copy_flash();
		set_keep_intent();
		assert_int_equal(dfu_target_mcuboot_schedule(-1, PERMANENT), -EDOM);
		set_settings(true);
		assert_int_equal(settings_delete("dfu/SET"), 0);
		assert_untouched(before);
		set_close();
	}
}

static void only_linked_images_go_without_settings(void **state)
{
	(void)state;
	open_swap(APART);
	set_settings(false);
	const uint8_t *before = copy_flash();
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -ENOTSUP);
	assert_untouched(before);
	assert_int_equal(dfu_target_mcuboot_schedule(0, TEST), 0);
	set_close();
	open_swap(FIRST_NEEDS_SECOND);
	set_settings(false);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	assert_int_equal(set_pending(), 3);
	/* Confirming and taking back have nothing to promise them by. */
	assert_int_equal(dfu_target_mcuboot_cancel(-1), 0);
	assert_int_equal(set_pending(), 0);
	set_close();
}

static void an_intent_that_cannot_be_saved_leaves_all_as_it_was(void **state)
{
	(void)state;
	open_swap(APART);
	const uint8_t *before = copy_flash();
	set_fail(0);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), -EDOM);
	assert_true(set_power_on());
	assert_untouched(before);
	set_close();
}

static void one_failure_is_taken_back(enum boot_mode mode, const struct set_links *links)
{
	const unsigned int all = SET_ALL(links->images);
	int rc = -1;

	for (long k = 0; rc != 0; k++) {
		set_open(mode, links);
		set_fail_once(k);
		rc = dfu_target_mcuboot_schedule_set(all, PERMANENT);
		(void)set_power_on();
		assert_true(rc == 0 || rc == -EDOM);
		assert_int_equal(set_pending(), rc == 0 ? all : 0);
		for (int i = 0; i < links->images && rc != 0 && !set_is_direct(mode); i++) {
			/* Nothing of the failed one, either. */
			assert_int_equal(dfu_target_mcuboot_cancel(i), -ENOENT);
		}
		assert_int_equal(set_boot(), rc == 0 ? all : 0);
		assert_false(set_has_intent());
		set_close();
	}
}

/* Flash and settings fail for good, until the next start. */
static void what_cannot_be_taken_back_is_left_to_the_next_start(enum boot_mode mode,
								const struct set_links *links)
{
	const unsigned int all = SET_ALL(links->images);
	bool has_failed = true;

	for (unsigned long k = 0; has_failed; k++) {
		set_open(mode, links);
		set_fail(k);
		const int rc = dfu_target_mcuboot_schedule_set(all, PERMANENT);
		has_failed = set_power_on();
		assert_true(rc == 0 || (has_failed && rc == -EDOM));
		unsigned int runs = set_boot();
		assert_true(rc != 0 || runs == all);
		if (dfu_target_mcuboot_schedule_recover() != DFU_TARGET_MCUBOOT_SETTLED) {
			runs = set_boot();
			assert_int_equal(dfu_target_mcuboot_schedule_recover(),
					 DFU_TARGET_MCUBOOT_SETTLED);
		}
		assert_true(runs == 0 || runs == all);
		assert_false(set_has_intent());
		set_close();
	}
}

static void what_fails_on_the_way_is_taken_back(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		one_failure_is_taken_back(c.mode, c.links);
		what_cannot_be_taken_back_is_left_to_the_next_start(c.mode, c.links);
	}
}

static void linked_images_are_taken_back_together(void **state)
{
	(void)state;
	for (struct set_case c = {0}; set_next(&c);) {
		for (int image = 0; image < c.links->images; image++) {
			set_open(c.mode, c.links);
			assert_int_equal(dfu_target_mcuboot_schedule_set(c.all, TEST), 0);
			assert_int_equal(dfu_target_mcuboot_cancel(image), 0);
			if (set_is_linked(c.mode, c.links)) {
				assert_int_equal(set_pending(), 0);
			} else if (!c.links->is_linked) {
				assert_int_equal(set_pending(), c.all & ~(1u << image));
			}
			assert_false(set_has_intent());
			set_close();
		}
	}
}

static void taking_all_back_needs_something_to_take_back(void **state)
{
	(void)state;
	open_swap(APART);
	assert_int_equal(dfu_target_mcuboot_cancel(-1), -ENOENT);
	assert_int_equal(dfu_target_mcuboot_cancel(2), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_cancel(-2), -EINVAL);
	assert_int_equal(dfu_target_mcuboot_schedule(1, TEST), 0);
	assert_int_equal(dfu_target_mcuboot_cancel(-1), 0);
	assert_int_equal(set_pending(), 0);
	/* What a cut has left of a request is something. */
	set_put_trailer(3, false, true, false);
	assert_int_equal(dfu_target_mcuboot_cancel(-1), 0);
	assert_int_equal(set_slot(3)[set_slot_size() - 24], 0xff);
	assert_int_equal(dfu_target_mcuboot_cancel(-1), -ENOENT);
	set_close();
}

static void taking_back_is_refused_beside_an_unconfirmed_image_of_it(void **state)
{
	(void)state;
	open_swap(APART);
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
	set_put_trailer(0, true, false, true);
	assert_int_equal(dfu_target_mcuboot_cancel(-1), -EBUSY);
	assert_int_equal(dfu_target_mcuboot_cancel(0), -EBUSY);
	assert_int_equal(set_pending(), 3);
	assert_int_equal(dfu_target_mcuboot_cancel(1), 0);
	assert_int_equal(set_pending(), 1);
	set_close();
}

static void have_new_ones(void)
{
}

static void have_requests(void)
{
	assert_int_equal(dfu_target_mcuboot_schedule(-1, TEST), 0);
}

static void have_tests_running(void)
{
	have_requests();
	assert_int_equal(set_boot(), 3);
}

static int ask_for_all(void)
{
	return dfu_target_mcuboot_schedule(-1, TEST);
}

static int take_all_back(void)
{
	return dfu_target_mcuboot_cancel(-1);
}

static int confirm_all(void)
{
	return dfu_target_mcuboot_confirm(-1);
}

static bool are_requested(void)
{
	return set_pending() == 3;
}

static bool are_taken_back(void)
{
	return set_pending() == 0;
}

static bool are_confirmed(void)
{
	return confirmed() == 3;
}

/* Also codes that would say, of a pair that is not there, that there is nothing to ask. */
static void an_error_of_flash_is_no_pair_that_is_missing(void **state)
{
	static const enum boot_mode modes[] = {BOOT_MODE_SWAP_OFFSET, BOOT_MODE_DIRECT_XIP_REVERT};
	static const int codes[] = {-ENODEV, -ENOENT, -ENOTSUP, -EFAULT};
	static const struct {
		void (*begin)(void);
		int (*act)(void);
		bool (*is_done)(void);
	} calls[] = {
		{have_new_ones, ask_for_all, are_requested},
		{have_requests, take_all_back, are_taken_back},
		{have_tests_running, confirm_all, are_confirmed},
	};
	const size_t rows = ARRAY_LEN(modes) * ARRAY_LEN(codes) * ARRAY_LEN(calls);

	(void)state;
	for (size_t i = 0; i < rows; i++) {
		const size_t call = i % ARRAY_LEN(calls);
		const int code = codes[i / ARRAY_LEN(calls) % ARRAY_LEN(codes)];
		bool has_failed = true;

		for (long k = 0; has_failed; k++) {
			set_open(modes[i / ARRAY_LEN(calls) / ARRAY_LEN(codes)], APART);
			calls[call].begin();
			set_fail_read(k, code);
			const int rc = calls[call].act();
			has_failed = set_power_on();
			assert_true(rc == 0 ? calls[call].is_done() : has_failed && rc == code);
			set_close();
		}
	}
}

static void going_back_together_holds_the_other_way_round(void **state)
{
	(void)state;
	/* What runs is 1.1, needs each other's 1.1, and goes back to 1.0. */
	open_swap(APART);
	for (int i = 0; i < 2; i++) {
		set_put_version(i, 1, i == 0 ? 2 : 0, 1);
	}
	assert_int_equal(dfu_target_mcuboot_schedule(-1, PERMANENT), 0);
	assert_int_equal(set_boot(), 3);
	set_settings(false); /* linked, or refused */
	assert_int_equal(dfu_target_mcuboot_schedule_set(3, TEST), 0);
	assert_int_equal(set_pending(), 3);
	assert_int_equal(set_boot(), 0);
	set_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_is_asked_for_as_a_whole),
		cmocka_unit_test(a_set_has_to_be_one_of_image_pairs),
		cmocka_unit_test(pairs_without_an_update_are_left_out),
		cmocka_unit_test(a_pair_that_is_not_on_the_map_is_left_out),
		cmocka_unit_test(one_whose_device_is_not_ready_is_not),
		cmocka_unit_test(one_that_would_not_be_taken_is_none),
		cmocka_unit_test(one_that_is_known_has_to_be_taken),
		cmocka_unit_test(what_was_given_up_is_no_update),
		cmocka_unit_test(what_is_pending_is_one_of_all),
		cmocka_unit_test(each_image_is_verified_before_the_first_request),
		cmocka_unit_test(an_unconfirmed_image_of_the_set_refuses_it),
		cmocka_unit_test(a_test_of_what_is_asked_for_for_good_is_refused),
		cmocka_unit_test(a_test_can_be_made_permanent),
		cmocka_unit_test(tests_can_be_made_permanent_one_by_one),
		cmocka_unit_test(a_test_that_cannot_be_made_permanent_stays),
		cmocka_unit_test(what_was_permanent_before_is_so_again),
		cmocka_unit_test(a_test_stays_while_an_old_intent_cannot_be_deleted),
		cmocka_unit_test(only_linked_images_go_without_settings),
		cmocka_unit_test(an_intent_that_cannot_be_saved_leaves_all_as_it_was),
		cmocka_unit_test(what_fails_on_the_way_is_taken_back),
		cmocka_unit_test(linked_images_are_taken_back_together),
		cmocka_unit_test(taking_all_back_needs_something_to_take_back),
		cmocka_unit_test(taking_back_is_refused_beside_an_unconfirmed_image_of_it),
		cmocka_unit_test(an_error_of_flash_is_no_pair_that_is_missing),
		cmocka_unit_test(going_back_together_holds_the_other_way_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
