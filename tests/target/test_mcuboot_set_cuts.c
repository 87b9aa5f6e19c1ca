/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every cut, and every second cut, of asking for all images, taking all back and confirming all:
 * linked images never run as a mixture, others never stay one. The bootloader's model says what
 * runs.
 */
#include "set_rig.h"

#include <errno.h>
#include <stdio.h>

#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>
#include <tear.h> /* sim/ */

#define LIVES 20
#define STARTS 6 /* resets until a set has come to rest, at most */

struct action {
	const char *name;
	void (*prepare)(void);
	int (*body)(void);
	bool again_brings_all; /* the same call, after all has come to rest, and a reset */
};

static enum boot_mode mode;
static const struct set_links *links;
static const struct action *action;
static bool is_linked;
static unsigned long first_cut, second_cut;

static unsigned int all(void)
{
	return SET_ALL(links->images);
}

static int ask_test(void)
{
	return dfu_target_mcuboot_schedule(-1, BOOT_UPGRADE_TEST);
}

static int ask_for_good(void)
{
	return dfu_target_mcuboot_schedule(-1, BOOT_UPGRADE_PERMANENT);
}

static int cancel_all(void)
{
	return dfu_target_mcuboot_cancel(-1);
}

static int confirm_all(void)
{
	return dfu_target_mcuboot_confirm(-1);
}

static void nothing(void)
{
}

static void have_tests(void)
{
	assert_int_equal(ask_test(), 0);
}

static void have_requests(void)
{
	assert_int_equal(ask_for_good(), 0);
}

static void have_them_run(void)
{
	have_tests();
	assert_int_equal(set_boot(), all());
}

static const struct action actions[] = {
	{"ask for a test", nothing, ask_test, true},
	{"ask for good", nothing, ask_for_good, true},
	{"take tests back", have_tests, cancel_all, false},
	{"take requests back", have_requests, cancel_all, false},
	{"confirm", have_them_run, confirm_all, false},
};

static void complain(const char *what, int rc, unsigned int new_ones)
{
	fail_msg("%s, %s, %s, cuts at %lu and %lu: %s (%d), %#x runs", boot_mode_name(mode),
		 links->name, action->name, first_cut, second_cut, what, rc, new_ones);
}

static bool is_mixture(unsigned int new_ones)
{
	return new_ones != 0 && new_ones != all();
}

static unsigned int start(void)
{
	const unsigned int new_ones = set_boot();

	if (is_linked && is_mixture(new_ones)) {
		complain("linked images are a mixture", 0, new_ones);
	}
	return new_ones;
}

/*
 * Where the bootloader starts what it finds, what was given up is erased, and so is what was taken
 * back, or torn twice.
 */
static void download_again(unsigned int new_ones)
{
	for (int i = 0; i < links->images; i++) {
		if ((new_ones >> i & 1) == 0) {
			set_put_new(i);
		}
	}
}

static int recover(unsigned int new_ones)
{
	int rc = dfu_target_mcuboot_schedule_recover();

	if ((rc == -ENODATA || rc == -EBADMSG) && set_is_direct(mode)) {
		download_again(new_ones);
		rc = dfu_target_mcuboot_schedule_recover();
	}
	return rc;
}

/* Starts of the application until nothing is left to do. */
static unsigned int come_to_rest(void)
{
	unsigned int new_ones = 0;

	for (int i = 0; i < STARTS; i++) {
		new_ones = start();
		const int rc = recover(new_ones);

		if (rc < 0) {
			complain("recovery failed", rc, new_ones);
		}
		if (rc == DFU_TARGET_MCUBOOT_SETTLED) {
			break;
		}
	}
	if (set_has_intent()) {
		complain("the intent stays", 0, new_ones);
	}
	new_ones = start();
	if (is_mixture(new_ones)) {
		complain("a mixture stays", 0, new_ones);
	}
	return new_ones;
}

/* All is downloaded again: what was given up is no update that the device would know of. */
static void ask_again(unsigned int new_ones)
{
	if (new_ones == all()) {
		return;
	}
	download_again(new_ones);
	assert_int_equal(dfu_target_mcuboot_schedule_set(all(), BOOT_UPGRADE_TEST), 0);
	new_ones = start();
	if (new_ones != all()) {
		complain("asked again, not all", 0, new_ones);
	}
}

static void cut_the_first_start(void)
{
	set_snapshot(1);
	for (second_cut = 0;; second_cut++) {
		set_restore(1);
		const unsigned int new_ones = start();
		set_cut(second_cut, second_cut % 2 == 0 ? SIM_CUT_BEFORE : SIM_CUT_INSIDE,
			(uint32_t)(7 * second_cut + first_cut));
		(void)recover(new_ones);
		if (!set_power_on()) {
			break;
		}
		(void)come_to_rest();
	}
	set_restore(1);
	second_cut = 0;
}

/* Whether there was an operation to cut at. */
static bool cut(unsigned long k, enum sim_cut when, uint32_t seed)
{
	set_restore(0);
	set_cut(k, when, seed);
	(void)action->body();
	if (!set_power_on()) {
		return false;
	}
	if (seed < 2) {
		cut_the_first_start();
	}
	const unsigned int new_ones = come_to_rest();
	if (action->again_brings_all) {
		ask_again(new_ones);
	}
	return true;
}

static void cut_everywhere(void)
{
	is_linked = set_is_linked(mode, links);
	set_open(mode, links);
	action->prepare();
	set_snapshot(0);
	assert_int_equal(action->body(), 0);
	assert_false(set_has_intent());
	for (first_cut = 0; cut(first_cut, SIM_CUT_BEFORE, 0); first_cut++) {
		for (uint32_t seed = 0; seed < 8; seed++) {
			(void)cut(first_cut, SIM_CUT_INSIDE, seed);
		}
	}
	set_close();
}

static void cuts_of(const struct action *what)
{
	action = what;
	for (struct set_case c = {0}; set_next(&c);) {
		mode = c.mode;
		links = c.links;
		if (action->body != confirm_all || set_goes_back(mode)) {
			cut_everywhere();
		}
	}
}

static void asking_for_a_test_is_all_or_none(void **state)
{
	(void)state;
	cuts_of(&actions[0]);
}

static void asking_for_good_is_all_or_none(void **state)
{
	(void)state;
	cuts_of(&actions[1]);
}

static void taking_tests_back_is_all_or_none(void **state)
{
	(void)state;
	cuts_of(&actions[2]);
}

static void taking_requests_back_is_all_or_none(void **state)
{
	(void)state;
	cuts_of(&actions[3]);
}

static void confirming_is_all_or_none(void **state)
{
	(void)state;
	cuts_of(&actions[4]);
}

/*
 * What an application does at its start, when nothing is left to be recovered: fetch what is
 * missing (where the bootloader starts what it finds, it erases what it gives up), and go on.
 */
static void go_on(unsigned int new_ones)
{
	for (int i = 0; set_is_direct(mode) && i < links->images; i++) {
		if ((new_ones >> i & 1) == 0 && boot_is_pending_multi(i) == 0) {
			set_put_new(i);
		}
	}
	(void)action->body();
}

/* Up to five cuts in a row, anywhere in the starts and the calls between them. */
static void live(uint32_t seed)
{
	uint32_t number = seed;
	unsigned int new_ones = 0;

	set_restore(0);
	for (int life = 0; life < 5; life++) {
		number = sim_tear_mix(number + (uint32_t)life);
		set_cut(number >> 8 & 31, (number & 1) == 0 ? SIM_CUT_BEFORE : SIM_CUT_INSIDE,
			number >> 16);
		first_cut = seed;
		second_cut = (unsigned long)life;
		if (life == 0) {
			(void)action->body();
		} else if (recover(new_ones) == DFU_TARGET_MCUBOOT_SETTLED) {
			go_on(new_ones);
		}
		(void)set_power_on();
		new_ones = start();
	}
	new_ones = come_to_rest();
	if (action->again_brings_all) {
		ask_again(new_ones);
	}
}

static void no_row_of_cuts_leaves_a_mixture(void **state)
{
	(void)state;
	for (size_t a = 0; a < ARRAY_LEN(actions); a++) {
		action = &actions[a];
		for (struct set_case c = {0}; set_next(&c);) {
			mode = c.mode;
			links = c.links;
			is_linked = set_is_linked(mode, links);
			set_open(mode, links);
			action->prepare();
			set_snapshot(0);
			for (uint32_t seed = 0; seed < LIVES; seed++) {
				live(seed);
			}
			set_close();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asking_for_a_test_is_all_or_none),
		cmocka_unit_test(asking_for_good_is_all_or_none),
		cmocka_unit_test(taking_tests_back_is_all_or_none),
		cmocka_unit_test(taking_requests_back_is_all_or_none),
		cmocka_unit_test(confirming_is_all_or_none),
		cmocka_unit_test(no_row_of_cuts_leaves_a_mixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
