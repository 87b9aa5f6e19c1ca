/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios_bodies.h"

#include <errno.h>

#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>
#include <dfu/mcuboot.h>

static bool is_direct(const struct powercut_world *world)
{
	return boot_mode_is_direct(device_config(world)->mode);
}

/* Whether the raw bytes say what scheduling should have left. */
static void check_asked(const struct powercut_world *world, int file, bool asked, bool permanent)
{
	const int slot = life_upload_slot(world);
	struct evidence evidence;

	evidence_collect(world, &evidence);
	const struct evidence_slot *where = &evidence.slot[slot];
	const bool shows = raw_shows_header(&where->raw, where->start) == RAW_YES;
	const enum raw_answer has_magic = raw_has_magic(&where->raw, evidence.align);
	const bool needs_magic = boot_mode_needs_trailer(evidence.mode);
	const bool knows_tests = needs_magic && evidence.mode != BOOT_MODE_OVERWRITE_ONLY;
	const enum raw_flag ok = raw_image_ok(&where->raw, evidence.align);
	const bool is_asked = shows && (!needs_magic || has_magic == RAW_YES);
	/* A header asks for the file behind it, over a torn one for nothing. */
	const bool may_be_asked = is_direct(world)
					  ? evidence_file_at(&evidence, slot, where->start) >= 0
					  : has_magic != RAW_NO;

	if (asked ? !is_asked : may_be_asked) {
		powercut_violation(world, "I1", "the bootloader is %sasked for the new image",
				   asked ? "not " : "");
	}
	if (asked && knows_tests && ok != (permanent ? RAW_SET : RAW_UNSET)) {
		powercut_violation(world, "I1", "the request is not a %s one",
				   permanent ? "permanent" : "test");
	}
	if (asked && !evidence_holds(&evidence, slot, where->start, file)) {
		powercut_violation(world, "I4", "another file than was scheduled");
	}
}

/*
 * After a second cut the request that follows the body may have begun. Where headers ask, what was
 * held back may then be there, or torn: scheduling mends it.
 */
static void check_file(const struct powercut_world *world, int file)
{
	const bool may_be_asked = world->cuts > 1;
	const int slot = life_upload_slot(world);
	struct evidence evidence;

	if (may_be_asked && is_direct(world)) {
		return;
	}
	evidence_collect(world, &evidence);
	invariants_report(world, "I4",
			  invariant_slot_is_file(&evidence, slot, file, is_direct(world)));
	if (!may_be_asked) {
		check_asked(world, file, false, false);
	}
}

/* A permanent request that is cut is none, and never a test. */
static void check_no_test(const struct powercut_world *world)
{
	const int slot = life_upload_slot(world);
	struct evidence evidence;

	evidence_collect(world, &evidence);
	const struct raw *raw = &evidence.slot[slot].raw;
	const bool knows_tests = boot_mode_needs_trailer(evidence.mode) &&
				 evidence.mode != BOOT_MODE_OVERWRITE_ONLY;

	if (knows_tests && raw_has_magic(raw, evidence.align) == RAW_YES &&
	    raw_image_ok(raw, evidence.align) == RAW_UNSET) {
		powercut_violation(world, "I1", "a permanent request became a test");
	}
}

static void check_new(const struct powercut_world *world)
{
	check_file(world, FILE_NEW);
}

static void check_other(const struct powercut_world *world)
{
	check_file(world, FILE_OTHER);
}

static void check_twin(const struct powercut_world *world)
{
	check_file(world, FILE_TWIN);
}

static void check_hollow(const struct powercut_world *world)
{
	check_file(world, FILE_HOLLOW);
}

static void check_test(const struct powercut_world *world)
{
	check_asked(world, FILE_NEW, true, false);
}

static void check_permanent(const struct powercut_world *world)
{
	check_asked(world, FILE_NEW, true, true);
}

static void check_not_asked(const struct powercut_world *world)
{
	check_asked(world, FILE_NEW, false, false);
}

static void check_cleared(const struct powercut_world *world)
{
	struct evidence evidence;

	evidence_collect(world, &evidence);
	invariants_report(world, "I4", invariant_slot_is_clear(&evidence, life_upload_slot(world)));
}

static void check_confirmed(const struct powercut_world *world)
{
	struct evidence evidence;

	evidence_collect(world, &evidence);
	if (raw_image_ok(&evidence.slot[evidence.running].raw, evidence.align) != RAW_SET) {
		powercut_violation(world, "I2", "what runs is not confirmed");
	}
}

/* A download that nothing interrupts costs what flash demands, and no more. */
static int download_new(const struct powercut_world *world)
{
	struct evidence evidence;
	const int rc = life_download(world, FILE_NEW);

	if (rc == 0 && world->uninterrupted && life_seen(world)->is_run) {
		evidence_collect(world, &evidence);
		invariants_report(world, "I5",
				  invariant_cost_is_floor(&evidence, life_upload_slot(world),
							  FILE_NEW, &device_log, false));
	}
	return rc;
}

/* Identity shows that it is another file: not a byte of what is there counts. */
static int begin_file(const struct powercut_world *world, int file)
{
	const int rc = life_download(world, file);

	if (rc == 0 && life_seen(world)->is_run && life_seen(world)->went_on) {
		powercut_violation(world, "I3", "another file goes on where the first one was");
	}
	return rc;
}

static int begin_other(const struct powercut_world *world)
{
	return begin_file(world, FILE_OTHER);
}

/* Only its name tells it from the one that is there. */
static int begin_twin(const struct powercut_world *world)
{
	return begin_file(world, FILE_TWIN);
}

/* Identity cannot show it: verification does, and the next attempt begins at 0. */
static int splice(const struct powercut_world *world)
{
	size_t offset = 0;
	int rc = life_download(world, FILE_TWIN);

	if (rc == -EBADMSG && life_seen(world)->went_on) {
		rc = life_begin(world, FILE_TWIN, &offset);
		if (rc == 0 && offset != 0 && !life_flash_fails(world)) {
			powercut_violation(world, "I3", "a splice goes on at %zu", offset);
		}
		rc = rc == 0 ? life_write(world, FILE_TWIN, &offset,
					  device_config(world)->file[FILE_TWIN].size)
			     : rc;
		rc = rc == 0 ? dfu_target_done(true) : rc;
	}
	return rc;
}

static int download_part(const struct powercut_world *world)
{
	return life_download_part(world, FILE_NEW, 97);
}

static int download_all(const struct powercut_world *world)
{
	return life_download(world, FILE_NEW);
}

/* What scheduling says of a header or a trailer that a cut has torn, or of a slot without image. */
static bool is_torn(int rc)
{
	return rc == -ENOENT || rc == -EIO || rc == -EUCLEAN || rc == -EBADMSG;
}

static int schedule(const struct powercut_world *world, int permanent)
{
	const int rc = dfu_target_mcuboot_schedule(0, permanent);

	/* A cut can have torn the header, or left a permanent request; life goes on. */
	return world->cuts > 0 && (rc == -EALREADY || is_torn(rc)) ? 0 : rc;
}

static int schedule_test(const struct powercut_world *world)
{
	const int rc = schedule(world, BOOT_UPGRADE_TEST);

	powercut_say(world, "schedule test: %d", rc);
	return rc;
}

static int schedule_permanent(const struct powercut_world *world)
{
	const int rc = schedule(world, BOOT_UPGRADE_PERMANENT);

	powercut_say(world, "schedule permanent: %d", rc);
	return rc;
}

static int download_and_schedule(const struct powercut_world *world)
{
	const int rc = life_download(world, FILE_NEW);

	return rc == 0 ? dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_TEST) : rc;
}

static int raise_to_permanent(const struct powercut_world *world)
{
	return schedule_permanent(world);
}

static int cancel(const struct powercut_world *world)
{
	const int rc = dfu_target_mcuboot_cancel(0);

	powercut_say(world, "cancel: %d", rc);
	/* A cut can have torn the header, and so what says where the image ends; life goes on. */
	if (rc == -EUCLEAN && world->cuts > 0 && is_direct(world)) {
		return 0;
	}
	return rc == -ENOENT ? 0 : rc;
}

static int confirm(const struct powercut_world *world)
{
	const int rc = boot_write_img_confirmed();

	powercut_say(world, "confirm: %d", rc);
	return rc;
}

static int reset(const struct powercut_world *world)
{
	size_t offset = 0;
	int rc = life_begin(world, FILE_NEW, &offset);

	rc = rc == 0 ? dfu_target_reset() : rc;
	rc = rc == 0 ? life_begin(world, FILE_NEW, &offset) : rc;
	if (rc == 0 && offset != 0) {
		powercut_violation(world, "I3", "goes on at %zu after a reset", offset);
	}
	return rc;
}

/* Not again after a cut: another file comes. */
static int reset_once(const struct powercut_world *world)
{
	return world->cuts == 0 ? reset(world) : 0;
}

static int repair(const struct powercut_world *world)
{
	int rc = dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT);

	powercut_say(world, "schedule: %d", rc);
	if (is_torn(rc)) {
		rc = life_download(world, FILE_NEW);
		rc = rc == 0 ? dfu_target_mcuboot_schedule(0, BOOT_UPGRADE_PERMANENT) : rc;
	}
	return rc;
}

const struct scenario scenario_list[] = {
	{
		.name = "download",
		.body = download_new,
		.check = check_new,
		.goal = FILE_NEW,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "resume",
		.prepare = download_part,
		.body = download_all,
		.check = check_new,
		.goal = FILE_NEW,
		.chunk = 20,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "resume-other",
		.prepare = download_part,
		.body = begin_other,
		.check = check_other,
		.goal = FILE_OTHER,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "splice",
		.prepare = download_part,
		.body = splice,
		.check = check_twin,
		.goal = FILE_TWIN,
		.chunk = 512,
		.brings_all = true,
	},
	{
		.name = "resume-named",
		.prepare = download_part,
		.body = begin_twin,
		.check = check_twin,
		.goal = FILE_TWIN,
		.chunk = 64,
		.keeps_progress = true,
		.brings_all = true,
		.names_files = true,
	},
	{
		.name = "pause",
		.body = scenario_pause_body,
		.check = check_new,
		.goal = FILE_NEW,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "pause-bytes",
		.prepare = download_part,
		.body = scenario_pause_body,
		.check = check_new,
		.goal = FILE_NEW,
		.chunk = 1,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "schedule-test",
		.before = download_all,
		.body = schedule_test,
		.check = check_test,
		.goal = FILE_NEW,
		.chunk = 1000,
		.keeps_progress = true,
	},
	{
		.name = "schedule-permanent",
		.before = download_all,
		.body = schedule_permanent,
		.check = check_permanent,
		.check_cut = check_no_test,
		.goal = FILE_NEW,
		.chunk = 1000,
		.keeps_progress = true,
	},
	{
		.name = "raise",
		.before = download_and_schedule,
		.body = raise_to_permanent,
		.check = check_permanent,
		.goal = FILE_NEW,
		.chunk = 1000,
		.keeps_progress = true,
		.needs_confirming = true,
	},
	{
		.name = "cancel",
		.before = download_and_schedule,
		.body = cancel,
		.check = check_not_asked,
		.goal = FILE_NEW,
		.chunk = 1000,
		.brings_all = true,
	},
	{
		.name = "confirm",
		.prepare = download_and_schedule,
		.body = confirm,
		.check = check_confirmed,
		.goal = FILE_NEW,
		.chunk = 1000,
		.keeps_progress = true,
		.needs_confirming = true,
	},
	{
		.name = "repair",
		.prepare = scenario_tear_request,
		.body = repair,
		.check = check_permanent,
		.goal = FILE_NEW,
		.chunk = 1000,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "settings",
		.body = scenario_settings_body,
		.check = check_new,
		.goal = FILE_NEW,
		.chunk = 1000,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "reset",
		.before = download_and_schedule,
		.body = reset,
		.check = check_cleared,
		.goal = FILE_NEW,
		.chunk = 1000,
		.brings_all = true,
	},
	{
		.name = "reset-part",
		.prepare = download_part,
		.body = reset,
		.check = check_cleared,
		.goal = FILE_NEW,
		.chunk = 1000,
		.brings_all = true,
	},
	{
		.name = "replace",
		.before = download_and_schedule,
		.body = begin_other,
		.check = check_other,
		.goal = FILE_OTHER,
		.chunk = 600,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "ahead",
		.body = scenario_ahead_body,
		.check = check_new,
		.goal = FILE_NEW,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "ahead-turns",
		.body = scenario_ahead_turns_body,
		.check = check_new,
		.goal = FILE_NEW,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "ahead-resume",
		.prepare = scenario_ahead_prepare_half,
		.body = scenario_ahead_turns_body,
		.check = check_new,
		.goal = FILE_NEW,
		.chunk = 97,
		.keeps_progress = true,
		.brings_all = true,
		.needs_erase = true,
	},
	{
		.name = "ahead-again",
		.body = scenario_ahead_again_body,
		.check = scenario_ahead_check_prepared,
		.goal = FILE_NEW,
		.chunk = 1000,
		.keeps_progress = true,
		.needs_erase = true,
	},
	{
		.name = "ahead-other",
		.prepare = scenario_ahead_prepare_all,
		.body = scenario_ahead_other_body,
		.check = check_other,
		.goal = FILE_OTHER,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
		.needs_erase = true,
	},
	{
		.name = "ahead-replace",
		.before = download_and_schedule,
		.body = scenario_ahead_replace_body,
		.check = check_other,
		.goal = FILE_OTHER,
		.chunk = 600,
		.keeps_progress = true,
		.brings_all = true,
		.needs_erase = true,
	},
	{
		.name = "ahead-hollow",
		.body = scenario_ahead_hollow_body,
		.check = check_hollow,
		.goal = FILE_HOLLOW,
		.chunk = 251,
		.brings_all = true,
		.needs_erase = true,
	},
	{
		.name = "ahead-change",
		.prepare = scenario_ahead_prepare_hollow,
		.body = scenario_ahead_change_body,
		.check = check_other,
		.goal = FILE_OTHER,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
		.needs_erase = true,
	},
	{
		.name = "ahead-reset",
		.prepare = scenario_ahead_prepare_hollow,
		.body = reset_once,
		.check = check_cleared,
		.goal = FILE_NEW,
		.chunk = 1000,
		.needs_erase = true,
	},
};

const size_t scenario_count = sizeof(scenario_list) / sizeof(scenario_list[0]);
