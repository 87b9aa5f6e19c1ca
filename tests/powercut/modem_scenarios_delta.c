/* SPDX-License-Identifier: Apache-2.0 */
/* Patches: into an area that is empty, dirty or another patch's; paused, scheduled, applied. */
#include "modem_scenarios.h"

#include <errno.h>

#include <dfu/dfu_target.h>

static const struct device_file *to_new(const struct powercut_world *world)
{
	return modem_life_patch(world, MODEM_NEW);
}

static const struct device_file *to_other(const struct powercut_world *world)
{
	return modem_life_patch(world, MODEM_OTHER);
}

static int download_new(const struct powercut_world *world)
{
	return modem_life_download(world, to_new(world));
}

static int download_most(const struct powercut_world *world)
{
	return modem_life_download_part(world, to_new(world), to_new(world)->size * 4 / 5);
}

static int download_other_part(const struct powercut_world *world)
{
	return modem_life_download_part(world, to_other(world), to_other(world)->size * 3 / 5);
}

/* The power goes while the modem erases. */
static int leave_dirty(const struct powercut_world *world)
{
	const struct dfu_modem *port = &modem_device_sim()->port;
	const int rc = download_most(world);

	return rc == 0 ? port->delta->erase(port) : rc;
}

static int schedule_other(const struct powercut_world *world)
{
	const int rc = modem_life_download(world, to_other(world));

	return rc == 0 ? dfu_target_schedule_update(0) : rc;
}

static int schedule_new(const struct powercut_world *world)
{
	const int rc = modem_life_download(world, to_new(world));

	return rc == 0 ? dfu_target_schedule_update(0) : rc;
}

/* Not a byte of what is there counts. */
static int begin_new(const struct powercut_world *world)
{
	const int rc = download_new(world);

	if (rc == 0 && modem_life_seen(world)->is_run && modem_life_seen(world)->went_on) {
		powercut_violation(world, "I3", "a patch goes on where another one was");
	}
	return rc;
}

/* The first time it begins with the other one. */
static int change_to_new(const struct powercut_world *world)
{
	int rc = modem_life_seen(world)->is_run ? download_other_part(world) : 0;

	if (rc == 0) {
		rc = modem_life_download_part(world, to_new(world), to_new(world)->size);
	}
	return rc == 0 ? dfu_target_done(true) : rc;
}

/* The first bytes come in pieces, and nobody has seen them before. */
static int trickle_new(const struct powercut_world *world)
{
	const struct device_file *file = to_new(world);
	size_t offset = 0;
	int rc = modem_life_begin(world, file, &offset);

	if (rc == 0) {
		rc = modem_life_write(world, file, &offset, 40);
	}
	if (rc == 0 && offset < file->size) {
		rc = dfu_target_write(file->bytes + offset, file->size - offset);
	}
	return rc == 0 ? dfu_target_done(true) : rc;
}

static int trickle_other(const struct powercut_world *world)
{
	return modem_life_download_part(world, to_other(world), 24);
}

static int pause_new(const struct powercut_world *world)
{
	return modem_life_pauses(world, to_new(world));
}

static int schedule(const struct powercut_world *world)
{
	int rc = modem_life_begin(world, to_new(world), &(size_t){0});

	if (rc == 0) {
		rc = dfu_target_schedule_update(0);
	}
	powercut_say(world, "schedule: %d", rc);
	return rc;
}

static int start_alone(const struct powercut_world *world)
{
	(void)world;
	return 0;
}

static int update(const struct powercut_world *world)
{
	const int rc = schedule_new(world);

	return rc == 0 ? modem_life_start(world) : rc;
}

static int roll_back(const struct powercut_world *world)
{
	const struct dfu_modem *port = &modem_device_sim()->port;
	const int rc = port->delta->rollback(port);

	powercut_say(world, "roll back: %d", rc);
	return rc;
}

static int reset(const struct powercut_world *world)
{
	size_t offset = 0;
	const int rc = modem_life_begin(world, to_new(world), &offset);

	return rc == 0 ? dfu_target_reset() : rc;
}

static int only_reset(const struct powercut_world *world)
{
	(void)world;
	return POWERCUT_RESET;
}

static int download_and_schedule(const struct powercut_world *world)
{
	const int rc = modem_life_download_afresh(world, to_new(world));

	return rc == 0 ? modem_life_schedule(world) : rc;
}

static void check_request(const struct powercut_world *world, enum sim_modem_request wanted)
{
	struct sim_modem_record record;

	if (!modem_record(world, &record) || record.request != wanted) {
		powercut_violation(world, "I1",
				   "the next start of the modem is to do another thing");
	}
}

static void check_new(const struct powercut_world *world)
{
	invariants_report(world, "I4", modem_area_is(world, to_new(world)));
	check_request(world, SIM_MODEM_NOTHING);
}

static void check_scheduled(const struct powercut_world *world)
{
	invariants_report(world, "I4", modem_area_is(world, to_new(world)));
	check_request(world, SIM_MODEM_APPLY_PATCH);
}

static void check_rolls_back(const struct powercut_world *world)
{
	check_request(world, SIM_MODEM_GO_BACK);
}

static void check_updated(const struct powercut_world *world)
{
	if (modem_running(world) != MODEM_NEW) {
		powercut_violation(world, "I2", "the new firmware does not run");
	}
	check_request(world, SIM_MODEM_NOTHING);
}

/* The modem may still erase. */
static void check_cleared(const struct powercut_world *world)
{
	struct sim_modem_record record;

	if (!modem_record(world, &record) || record.offset != 0) {
		powercut_violation(world, "I4", "the patch area still has its patch");
	}
	check_request(world, SIM_MODEM_NOTHING);
}

const struct modem_scenario modem_delta_scenarios[] = {
	{
		.name = "delta",
		.body = download_new,
		.check = check_new,
		.bring_up = modem_life_schedule,
		.goal = MODEM_NEW,
		.chunk = 167,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "delta-resume",
		.prepare = download_most,
		.body = download_new,
		.check = check_new,
		.bring_up = modem_life_schedule,
		.goal = MODEM_NEW,
		.chunk = 40,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "delta-dirty",
		.prepare = leave_dirty,
		.body = download_new,
		.check = check_new,
		.bring_up = modem_life_schedule,
		.goal = MODEM_NEW,
		.chunk = 256,
		.erases = 1,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "delta-over",
		.prepare = download_other_part,
		.body = begin_new,
		.check = check_new,
		.bring_up = modem_life_schedule,
		.goal = MODEM_NEW,
		.chunk = 251,
		.erases = 1,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "delta-change",
		.body = change_to_new,
		.check = check_new,
		.bring_up = modem_life_schedule,
		.goal = MODEM_NEW,
		.chunk = 251,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "delta-trickle",
		.prepare = trickle_other,
		.body = trickle_new,
		.check = check_new,
		.bring_up = modem_life_schedule,
		.goal = MODEM_NEW,
		.chunk = 7,
		.keeps_progress = true,
		.brings_all = true,
		.unseen = true,
	},
	{
		.name = "delta-scheduled",
		.before = schedule_other,
		.body = begin_new,
		.check = check_new,
		.bring_up = modem_life_schedule,
		.goal = MODEM_NEW,
		.chunk = 300,
		.erases = 1,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "delta-pause",
		.body = pause_new,
		.check = check_new,
		.bring_up = modem_life_schedule,
		.goal = MODEM_NEW,
		.chunk = 167,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "delta-unsaved",
		.prepare = download_other_part,
		.body = download_new,
		.check = check_new,
		.bring_up = modem_life_schedule,
		.goal = MODEM_NEW,
		.chunk = 251,
		.brings_all = true,
		.settings_fail = true,
	},
	{
		.name = "delta-schedule",
		.before = download_new,
		.body = schedule,
		.check = check_scheduled,
		.bring_up = only_reset,
		.goal = MODEM_NEW,
		.chunk = 1000,
		.keeps_progress = true,
	},
	{
		.name = "delta-apply",
		.prepare = schedule_new,
		.body = start_alone,
		.check = check_updated,
		.bring_up = only_reset,
		.goal = MODEM_NEW,
		.chunk = 1000,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "delta-rollback",
		.prepare = update,
		.body = roll_back,
		.check = check_rolls_back,
		.bring_up = only_reset,
		.goal = MODEM_OLD,
		.chunk = 1000,
		.keeps_progress = true,
		.brings_all = true,
	},
	{
		.name = "delta-reset",
		.before = schedule_new,
		.body = reset,
		.check = check_cleared,
		.bring_up = download_and_schedule,
		.goal = MODEM_NEW,
		.chunk = 1000,
		.brings_all = true,
	},
	{
		.name = "delta-reset-part",
		.prepare = download_most,
		.body = reset,
		.check = check_cleared,
		.bring_up = download_and_schedule,
		.goal = MODEM_NEW,
		.chunk = 500,
		.brings_all = true,
	},
};

const size_t modem_delta_scenario_count =
	sizeof(modem_delta_scenarios) / sizeof(modem_delta_scenarios[0]);
