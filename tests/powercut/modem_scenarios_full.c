/* SPDX-License-Identifier: Apache-2.0 */
/* Whole firmwares: into the store, and from there to the modem. */
#include "modem_scenarios.h"

#include <errno.h>

#include <dfu/dfu_target.h>
#include <dfu/fmfu_fdev.h>

static const struct modem_files *files_of(const struct powercut_world *world)
{
	return modem_config(world)->files;
}

static const struct device_file *new_file(const struct powercut_world *world)
{
	return &files_of(world)->full[MODEM_NEW];
}

static const struct device_file *other_file(const struct powercut_world *world)
{
	return &files_of(world)->full[MODEM_OTHER];
}

static int download_new(const struct powercut_world *world)
{
	return modem_life_download(world, new_file(world));
}

static int download_most(const struct powercut_world *world)
{
	return modem_life_download_part(world, new_file(world), new_file(world)->size * 97 / 100);
}

/* Their first page is the new one's, the rest the other one's. */
static int download_both(const struct powercut_world *world)
{
	const int rc = modem_life_download(world, other_file(world));

	return rc == 0 ? modem_life_download_part(world, new_file(world), new_file(world)->size / 2)
		       : rc;
}

static int download_unsigned(const struct powercut_world *world)
{
	return modem_life_download(world, &files_of(world)->unsigned_other);
}

/* Not a byte of what is there counts. */
static int begin_other(const struct powercut_world *world)
{
	const int rc = modem_life_download(world, other_file(world));

	if (rc == 0 && modem_life_seen(world)->is_run && modem_life_seen(world)->went_on) {
		powercut_violation(world, "I3", "a file goes on where another one was");
	}
	return rc;
}

/* The first time it begins with the new one. */
static int change_to_other(const struct powercut_world *world)
{
	int rc = modem_life_seen(world)->is_run ? download_most(world) : 0;

	if (rc == 0) {
		rc = modem_life_download_part(world, other_file(world), other_file(world)->size);
	}
	return rc == 0 ? dfu_target_done(true) : rc;
}

/* Identity cannot show it: verification does, and the next attempt begins at 0. */
static int splice(const struct powercut_world *world)
{
	size_t offset = 0;
	int rc = modem_life_download(world, other_file(world));

	if (rc == -EILSEQ && modem_life_seen(world)->went_on) {
		rc = modem_life_begin(world, other_file(world), &offset);
		if (rc == 0 && offset != 0 && !world->power->fired) {
			powercut_violation(world, "I3", "a splice goes on at %zu", offset);
		}
		rc = rc == 0 ? modem_life_write(world, other_file(world), &offset,
						other_file(world)->size)
			     : rc;
		rc = rc == 0 ? dfu_target_done(true) : rc;
	}
	return rc;
}

static int pause_new(const struct powercut_world *world)
{
	return modem_life_pauses(world, new_file(world));
}

/* In the middle a patch comes in between, which does not touch the store. */
static int interrupt_new(const struct powercut_world *world)
{
	const struct device_file *patch = modem_life_patch(world, MODEM_OTHER);
	struct modem_seen *seen = modem_life_seen(world);
	size_t offset = 0;
	int rc = modem_life_begin(world, new_file(world), &offset);

	if (rc == 0) {
		rc = modem_life_write(world, new_file(world), &offset,
				      new_file(world)->size * 5 / 9);
	}
	if (rc == 0) {
		rc = modem_life_download_part(world, patch, patch->size / 2);
	}
	if (rc == 0) {
		seen->paused = true;
		seen->paused_at = offset;
		rc = modem_life_download(world, new_file(world));
	}
	return rc;
}

static int reset(const struct powercut_world *world)
{
	size_t offset = 0;
	const int rc = modem_life_begin(world, new_file(world), &offset);

	return rc == 0 ? dfu_target_reset() : rc;
}

static int download_and_load(const struct powercut_world *world)
{
	const int rc = download_new(world);

	return rc == 0 ? modem_life_load(world) : rc;
}

static int download_afresh_and_load(const struct powercut_world *world)
{
	const int rc = modem_life_download_afresh(world, new_file(world));

	return rc == 0 ? modem_life_load(world) : rc;
}

/* What cannot be remembered is not begun. */
static int load_when_saved(const struct powercut_world *world)
{
	struct sim_modem_record before;
	struct sim_modem_record after;
	const bool told = modem_record(world, &before);
	const int rc = modem_device_load(world);

	if (rc != -ECANCELED || !told || !modem_record(world, &after) ||
	    after.number != before.number) {
		powercut_violation(world, "I7", "without its mark a load returns %d%s", rc,
				   told && after.number != before.number ? ", and has begun" : "");
	}
	device_break_settings(false);
	return modem_life_load(world);
}

static unsigned long chunks_of(const struct sim_modem_segment *segment)
{
	return (segment->len + MODEM_LOAD_LEN - 1) / MODEM_LOAD_LEN;
}

/* Nothing is written to the modem twice, and the mark is saved for each of its stages. */
static void judge_load_costs(const struct powercut_world *world)
{
	const struct sim_modem_firmware *firmware = &files_of(world)->firmware[MODEM_NEW];
	const unsigned long *calls = modem_device_sim()->calls;
	unsigned long wanted = chunks_of(&files_of(world)->bootloader[MODEM_NEW]);

	for (size_t i = 0; i < firmware->count; i++) {
		wanted += chunks_of(&firmware->segment[i]);
	}
	if (calls[SIM_MODEM_BOOTLOADER_WRITE] + calls[SIM_MODEM_FIRMWARE_WRITE] != wanted ||
	    device_log.saves > 2 || device_log.deletes > 1) {
		powercut_violation(world, "I5", "%lu and %lu chunks of %lu, %u records",
				   calls[SIM_MODEM_BOOTLOADER_WRITE],
				   calls[SIM_MODEM_FIRMWARE_WRITE], wanted, device_log.saves);
	}
}

static int load(const struct powercut_world *world)
{
	const int rc = modem_device_load(world);

	if (rc == 0 && world->uninterrupted && modem_life_seen(world)->is_run) {
		judge_load_costs(world);
	}
	return rc;
}

static int only_reset(const struct powercut_world *world)
{
	(void)world;
	return POWERCUT_RESET;
}

/* Of a refused file the modem keeps nothing, and nothing is left to be done. */
static int load_refused(const struct powercut_world *world)
{
	int rc;

	if (modem_store_file(world) != &files_of(world)->unsigned_other) {
		return 0;
	}
	rc = modem_device_load(world);
	if (rc != -EACCES) {
		return rc == 0 ? -EACCES : rc;
	}
	/* Unless the mark that something is pending could not be deleted. */
	if (modem_running(world) != MODEM_OLD || (fmfu_fdev_pending() && !world->power->fired)) {
		powercut_violation(world, "I7", "a refused file leaves firmware %d, and %s pending",
				   modem_running(world), fmfu_fdev_pending() ? "is" : "nothing is");
	}
	return 0;
}

/* A file over which another one has begun is found to be none before the modem knows of it. */
static int load_damaged(const struct powercut_world *world)
{
	struct sim_modem_record before;
	struct sim_modem_record after;
	int rc;

	if (modem_store_file(world) != NULL || !modem_record(world, &before)) {
		return 0;
	}
	rc = modem_device_load(world);
	if (rc != -EILSEQ || fmfu_fdev_pending() || !modem_record(world, &after) ||
	    after.number != before.number) {
		powercut_violation(world, "I1", "a damaged file was given to the modem: %d", rc);
	}
	return 0;
}

static void check_new(const struct powercut_world *world)
{
	invariants_report(world, "I4", modem_store_is(world, new_file(world)));
}

static void check_other(const struct powercut_world *world)
{
	invariants_report(world, "I4", modem_store_is(world, other_file(world)));
}

static void check_cleared(const struct powercut_world *world)
{
	if (modem_store_file(world) != NULL) {
		powercut_violation(world, "I4", "the store still has its file");
	}
}

static void check_loaded(const struct powercut_world *world)
{
	if (modem_running(world) != MODEM_NEW) {
		powercut_violation(world, "I2", "the new firmware does not run");
	}
	check_new(world);
}

static void check_refused(const struct powercut_world *world)
{
	if (modem_running(world) != MODEM_OLD) {
		powercut_violation(world, "I2", "the old firmware does not run");
	}
}

const struct modem_scenario modem_full_scenarios[] = {
	{
		.name = "full",
		.body = download_new,
		.check = check_new,
		.bring_up = modem_life_load,
		.goal = MODEM_NEW,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "full-resume",
		.prepare = download_most,
		.body = download_new,
		.check = check_new,
		.bring_up = modem_life_load,
		.goal = MODEM_NEW,
		.chunk = 20,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "full-over",
		.prepare = download_most,
		.body = begin_other,
		.check = check_other,
		.bring_up = modem_life_load,
		.goal = MODEM_OTHER,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "full-change",
		.body = change_to_other,
		.check = check_other,
		.bring_up = modem_life_load,
		.goal = MODEM_OTHER,
		.chunk = 333,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "full-splice",
		.prepare = download_most,
		.body = splice,
		.check = check_other,
		.bring_up = modem_life_load,
		.goal = MODEM_OTHER,
		.chunk = 500,
		.brings_all = true,
		.unseen = true,
	},
	{
		.name = "full-replace",
		.prepare = download_new,
		.body = begin_other,
		.check = check_other,
		.bring_up = modem_life_load,
		.goal = MODEM_OTHER,
		.chunk = 600,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "full-pause",
		.body = pause_new,
		.check = check_new,
		.bring_up = modem_life_load,
		.goal = MODEM_NEW,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "full-between",
		.body = interrupt_new,
		.check = check_new,
		.bring_up = modem_life_load,
		.goal = MODEM_NEW,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "full-unsaved",
		.body = download_new,
		.check = check_new,
		.bring_up = load_when_saved,
		.goal = MODEM_NEW,
		.chunk = 512,
		.brings_all = true,
		.settings_fail = true,
	},
	{
		.name = "full-reset",
		.before = download_new,
		.body = reset,
		.check = check_cleared,
		.bring_up = download_afresh_and_load,
		.goal = MODEM_NEW,
		.chunk = 1000,
		.brings_all = true,
	},
	{
		.name = "full-reset-part",
		.prepare = download_most,
		.body = reset,
		.check = check_cleared,
		.bring_up = download_afresh_and_load,
		.goal = MODEM_NEW,
		.chunk = 1000,
		.brings_all = true,
	},
	{
		.name = "load",
		.prepare = download_new,
		.body = load,
		.check = check_loaded,
		.bring_up = only_reset,
		.goal = MODEM_NEW,
		.chunk = 1000,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "load-refused",
		.prepare = download_unsigned,
		.body = load_refused,
		.check = check_refused,
		.bring_up = download_and_load,
		.goal = MODEM_NEW,
		.chunk = 1000,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "load-damaged",
		.prepare = download_both,
		.body = load_damaged,
		.check = check_refused,
		.bring_up = download_and_load,
		.goal = MODEM_NEW,
		.chunk = 1000,
		.keeps_progress = true,
		.brings_all = true,
	},
};

const size_t modem_full_scenario_count =
	sizeof(modem_full_scenarios) / sizeof(modem_full_scenarios[0]);
