/* SPDX-License-Identifier: Apache-2.0 */
/* All images scheduled, raised, cancelled and confirmed together; and single ones of a linked set.
 */
#include "set_scenarios.h"

#include <errno.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>

/* The next member of the set from a pair on; GEOMETRY_PAIRS_MAX: no more. */
static unsigned int member_from(const struct powercut_world *world, unsigned int pair)
{
	while (pair < GEOMETRY_PAIRS_MAX && !set_has(set_config(world)->kind, pair)) {
		pair++;
	}
	return pair;
}

/* What is wrong with the first member that is not as it should be; NULL: nothing. */
static const char *find_wrong(const struct powercut_world *world,
			      const char *(*check)(const struct evidence *evidence))
{
	const char *found = NULL;

	for (unsigned int pair = member_from(world, 0); pair < GEOMETRY_PAIRS_MAX && found == NULL;
	     pair = member_from(world, pair + 1)) {
		struct evidence evidence;

		evidence_collect_pair(world, pair, &evidence);
		found = check(&evidence);
	}
	return found;
}

static void check_test(const struct powercut_world *world)
{
	invariants_report(world, "I1", find_wrong(world, set_pair_is_asked_for_a_test));
}

static void check_permanent(const struct powercut_world *world)
{
	invariants_report(world, "I1", find_wrong(world, set_pair_is_asked_for_good));
}

static void check_none(const struct powercut_world *world)
{
	invariants_report(world, "I1", find_wrong(world, set_pair_is_not_asked));
}

static bool is_none(const struct powercut_world *world)
{
	return find_wrong(world, set_pair_is_not_asked) == NULL;
}

static int download_all(const struct powercut_world *world)
{
	int rc = 0;

	for (unsigned int pair = member_from(world, 0); rc == 0 && pair < GEOMETRY_PAIRS_MAX;
	     pair = member_from(world, pair + 1)) {
		rc = set_life_download(world, pair, FILE_NEW);
	}
	return rc;
}

/* What scheduling says of a header or a trailer that a cut has torn, or of a slot without image. */
static bool is_torn(int rc)
{
	return rc == -ENOENT || rc == -EIO || rc == -EUCLEAN || rc == -EBADMSG || rc == -ENOLINK;
}

/*
 * After a cut a pair may have been reverted: only who names it gets it scheduled again. What a cut
 * has torn, or a bootloader erased, is downloaded again; where headers ask, that takes back what
 * was asked for with it, which then is the next to be downloaded.
 */
static int schedule_again(const struct powercut_world *world, int permanent)
{
	int rc = dfu_target_mcuboot_schedule_set(set_life_members(world), permanent);

	powercut_say(world, "schedule again: %d", rc);
	for (unsigned int i = 0; is_torn(rc) && i < set_config(world)->kind->pairs; i++) {
		rc = download_all(world);
		rc = rc == 0 ? dfu_target_mcuboot_schedule_set(set_life_members(world), permanent)
			     : rc;
		powercut_say(world, "schedule what is downloaded again: %d", rc);
	}
	return rc;
}

static int schedule(const struct powercut_world *world, int permanent)
{
	int rc;

	if (world->cuts > 0) {
		return schedule_again(world, permanent);
	}
	rc = dfu_target_mcuboot_schedule(-1, permanent);
	powercut_say(world, "schedule all: %d", rc);
	return rc;
}

static int schedule_test(const struct powercut_world *world)
{
	return schedule(world, BOOT_UPGRADE_TEST);
}

static int schedule_permanent(const struct powercut_world *world)
{
	return schedule(world, BOOT_UPGRADE_PERMANENT);
}

static int update_to(const struct powercut_world *world, int permanent)
{
	const int rc = download_all(world);

	return rc == 0 ? dfu_target_mcuboot_schedule(-1, permanent) : rc;
}

static int update_test(const struct powercut_world *world)
{
	return update_to(world, BOOT_UPGRADE_TEST);
}

static int update_permanent(const struct powercut_world *world)
{
	return update_to(world, BOOT_UPGRADE_PERMANENT);
}

/* Both together: each file is begun, then each goes on where it stopped. */
static int update_in_turns(const struct powercut_world *world)
{
	int rc = 0;

	for (unsigned int pair = member_from(world, 0);
	     rc == 0 && world->cuts == 0 && pair < GEOMETRY_PAIRS_MAX;
	     pair = member_from(world, pair + 1)) {
		size_t offset = 0;

		rc = set_life_begin(world, pair, FILE_NEW, &offset);
		if (rc == 0) {
			rc = set_life_write(world, pair, FILE_NEW, &offset, 60);
		}
	}
	if (rc == 0) {
		rc = set_life_download_missing(world);
	}
	return rc == 0 ? schedule(world, BOOT_UPGRADE_PERMANENT) : rc;
}

static int cancel_by(const struct powercut_world *world, int img_num)
{
	const int rc = dfu_target_mcuboot_cancel(img_num);

	powercut_say(world, "cancel: %d", rc);
	if (rc != -ENOENT || world->cuts == 0) {
		return rc;
	}
	/* What reads differently each time may read as nothing: repeat it. */
	return is_none(world) ? 0 : POWERCUT_RESET;
}

static int cancel_all(const struct powercut_world *world)
{
	return cancel_by(world, -1);
}

static int cancel_first(const struct powercut_world *world)
{
	return cancel_by(world, 0);
}

/* Before the bootloader reverts them they are kept; afterwards they are asked for again. */
static int confirm_all(const struct powercut_world *world)
{
	if (world->cuts == 0) {
		const int rc = dfu_target_mcuboot_confirm(-1);

		powercut_say(world, "confirm all: %d", rc);
		return rc;
	}
	const int rc = set_life_download_missing(world);
	return rc == 0 ? schedule_again(world, BOOT_UPGRADE_PERMANENT) : rc;
}

static void check_confirmed_or_asked(const struct powercut_world *world)
{
	if (world->cuts == 0) {
		invariants_report(world, "I2", find_wrong(world, set_pair_is_confirmed));
	} else {
		check_permanent(world);
	}
}

static int download_other(const struct powercut_world *world)
{
	return set_life_download(world, 0, FILE_OTHER);
}

/*
 * A header that reads differently each time may hide who waits for it. What waits for an image that
 * is not there starts nothing: after a cut it may be left where headers ask.
 */
static bool may_leave_some(const struct powercut_world *world)
{
	return world->cuts > 0 && boot_mode_is_direct(device_config(world)->mode);
}

static void check_taken_back(const struct powercut_world *world)
{
	if (!may_leave_some(world)) {
		check_none(world);
	}
}

static bool has_other(const struct powercut_world *world)
{
	struct evidence evidence;

	evidence_collect_pair(world, 0, &evidence);
	const bool is_direct = boot_mode_is_direct(evidence.mode);
	const int slot = is_direct ? 1 - evidence.running : 1;
	return invariant_slot_is_file(&evidence, slot, FILE_OTHER, is_direct) == NULL &&
	       (may_leave_some(world) || is_none(world));
}

static void check_other(const struct powercut_world *world)
{
	check_taken_back(world);
	if (!has_other(world)) {
		powercut_violation(world, "I4", "the slot does not hold the other file");
	}
}

static int reset_first(const struct powercut_world *world)
{
	size_t offset = 0;
	const int rc = set_life_begin(world, 0, FILE_NEW, &offset);

	return rc == 0 ? dfu_target_reset() : rc;
}

static void check_cleared(const struct powercut_world *world)
{
	struct evidence evidence;

	check_taken_back(world);
	evidence_collect_pair(world, 0, &evidence);
	invariants_report(world, "I4",
			  invariant_slot_is_clear(&evidence, boot_mode_is_direct(evidence.mode)
								     ? 1 - evidence.running
								     : 1));
}

const struct set_scenario set_scenario_list[] = {
	{
		.name = "set-test",
		.prepare = download_all,
		.body = schedule_test,
		.check = check_test,
		.for_pairs = true,
	},
	{
		.name = "set-crash",
		.prepare = download_all,
		.body = schedule_test,
		.check = check_test,
		.needs_test = true,
		.crashes = true,
	},
	{
		.name = "set-permanent",
		.prepare = download_all,
		.body = schedule_permanent,
		.check = check_permanent,
		.permanent = true,
		.for_pairs = true,
	},
	{
		.name = "set-raise",
		.before = update_test,
		.body = schedule_permanent,
		.check = check_permanent,
		.permanent = true,
		.needs_test = true,
	},
	{
		.name = "set-update",
		.body = update_in_turns,
		.check = check_permanent,
		.permanent = true,
	},
	{
		.name = "set-cancel",
		.before = update_test,
		.body = cancel_all,
		.check = check_none,
		.is_done = is_none,
		.for_pairs = true,
	},
	{
		.name = "set-cancel-permanent",
		.before = update_permanent,
		.body = cancel_all,
		.check = check_none,
		.is_done = is_none,
		.permanent = true,
	},
	{
		.name = "set-cancel-one",
		.before = update_test,
		.body = cancel_first,
		.check = check_none,
		.is_done = is_none,
		.for_linked = true,
	},
	{
		.name = "set-confirm",
		.prepare = update_test,
		.body = confirm_all,
		.check = check_confirmed_or_asked,
		.needs_test = true,
		.for_pairs = true,
	},
	{
		.name = "set-over",
		.before = update_permanent,
		.body = download_other,
		.check = check_other,
		.is_done = has_other,
		.permanent = true,
		.for_linked = true,
	},
	{
		.name = "set-reset",
		.before = update_permanent,
		.body = reset_first,
		.check = check_cleared,
		.is_done = is_none,
		.permanent = true,
		.for_linked = true,
	},
};

const size_t set_scenario_count = sizeof(set_scenario_list) / sizeof(set_scenario_list[0]);
