/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages that are erased ahead: before the first byte, between two chunks, and where a download goes
 * on. A record tells the next start of them, and a cut comes before it, in it and behind it.
 *
 * What it must never tell of is a page that reads erased and is not, as an erase that was cut
 * leaves it, and as bytes of a file do that are those of erased flash: FILE_HOLLOW has whole pages
 * of them.
 */
#include "scenarios_bodies.h"

#include <dfu/dfu_target.h>

#define ALL UINT32_MAX
#define STEP_US 10000 /* that every look at the clock takes, and so each erase */

static uint32_t now_us;

static uint32_t read_clock(void)
{
	now_us += STEP_US;
	return now_us;
}

static int prepare_once(const struct powercut_world *world, uint32_t budget_ms)
{
	const int rc = dfu_target_prepare(budget_ms);

	device_log.prepares++;
	powercut_say(world, "prepare: %d", rc);
	return rc;
}

/* An erase a call. */
static int prepare(const struct powercut_world *world, uint32_t calls)
{
	int rc = 1;

	for (uint32_t i = 0; i < calls && rc == 1; i++) {
		rc = prepare_once(world, 0);
	}
	return rc < 0 ? rc : 0;
}

/* Two erases, or three, in a call. */
static int prepare_in_time(const struct powercut_world *world)
{
	dfu_target_clock_set(read_clock);
	const int rc = prepare_once(world, 3 * STEP_US / 1000);
	dfu_target_clock_set(NULL);
	return rc < 0 ? rc : 0;
}

static size_t size_of(const struct powercut_world *world, int file)
{
	return device_config(world)->file[file].size;
}

static void check_nothing_was_erased(const struct powercut_world *world, size_t from)
{
	struct evidence evidence;

	evidence_collect(world, &evidence);
	invariants_report(
		world, "I5",
		invariant_nothing_is_erased(&evidence, life_upload_slot(world), &device_log, from));
}

/* Wherever the file stands: all is erased ahead, and its writes erase nothing. */
static int download_prepared(const struct powercut_world *world, int file)
{
	size_t offset;
	int rc = life_begin(world, file, &offset);

	rc = rc == 0 ? prepare(world, ALL) : rc;
	const size_t from = device_log.count;
	rc = rc == 0 ? life_write(world, file, &offset, size_of(world, file)) : rc;
	if (rc == 0) {
		check_nothing_was_erased(world, from);
		rc = dfu_target_done(true);
	}
	return rc;
}

int scenario_ahead_body(const struct powercut_world *world)
{
	struct evidence evidence;
	const int rc = download_prepared(world, FILE_NEW);

	if (rc == 0 && world->uninterrupted && life_seen(world)->is_run) {
		evidence_collect(world, &evidence);
		invariants_report(world, "I5",
				  invariant_cost_is_floor(&evidence, life_upload_slot(world),
							  FILE_NEW, &device_log, false));
	}
	return rc;
}

int scenario_ahead_hollow_body(const struct powercut_world *world)
{
	return download_prepared(world, FILE_HOLLOW);
}

int scenario_ahead_replace_body(const struct powercut_world *world)
{
	return download_prepared(world, FILE_OTHER);
}

/* An erase or several, a chunk, an erase, a chunk ... */
int scenario_ahead_turns_body(const struct powercut_world *world)
{
	const size_t size = size_of(world, FILE_NEW);
	size_t offset;
	int rc = life_begin(world, FILE_NEW, &offset);

	rc = rc == 0 ? prepare_in_time(world) : rc;
	while (rc == 0 && offset < size) {
		const size_t left = size - offset;
		const size_t chunk = life_scenario(world)->chunk;

		rc = life_write(world, FILE_NEW, &offset, offset + (left < chunk ? left : chunk));
		rc = rc == 0 ? prepare(world, 1) : rc;
	}
	return rc == 0 ? dfu_target_done(true) : rc;
}

/* And no byte; one that has all bytes, after a cut behind this, is ended. */
int scenario_ahead_again_body(const struct powercut_world *world)
{
	size_t offset;
	int rc = life_begin(world, FILE_NEW, &offset);

	rc = rc == 0 ? prepare(world, ALL) : rc;
	return rc == 0 && offset == size_of(world, FILE_NEW) ? dfu_target_done(true) : rc;
}

/* All that the file needs. */
void scenario_ahead_check_prepared(const struct powercut_world *world)
{
	const int slot = life_upload_slot(world);
	struct evidence evidence;

	evidence_collect(world, &evidence);
	const struct evidence_slot *where = &evidence.slot[slot];
	invariants_report(world, "I4", invariant_slot_is_clear(&evidence, slot));
	if (!raw_is_blank(&where->raw, where->start, size_of(world, FILE_NEW))) {
		powercut_violation(world, "I5", "slot %d is prepared, and not erased", slot);
	}
}

int scenario_ahead_prepare_all(const struct powercut_world *world)
{
	return scenario_ahead_again_body(world);
}

/* Nothing was written since: what is erased serves another file. */
int scenario_ahead_other_body(const struct powercut_world *world)
{
	const int rc = life_download(world, FILE_OTHER);

	if (rc == 0 && world->uninterrupted && life_seen(world)->is_run) {
		check_nothing_was_erased(world, 0);
	}
	return rc;
}

int scenario_ahead_prepare_half(const struct powercut_world *world)
{
	size_t offset;
	int rc = life_begin(world, FILE_NEW, &offset);

	rc = rc == 0 ? prepare(world, 4) : rc;
	return rc == 0 ? life_write(world, FILE_NEW, &offset, size_of(world, FILE_NEW) / 2) : rc;
}

int scenario_ahead_prepare_hollow(const struct powercut_world *world)
{
	const size_t size = size_of(world, FILE_HOLLOW);
	size_t offset;
	int rc = life_begin(world, FILE_HOLLOW, &offset);

	rc = rc == 0 ? prepare(world, ALL) : rc;
	return rc == 0 ? life_write(world, FILE_HOLLOW, &offset, size * 2 / 3) : rc;
}

/* The pages that the first file has begun are not known to be erased any more. */
int scenario_ahead_change_body(const struct powercut_world *world)
{
	const size_t size = size_of(world, FILE_OTHER);
	size_t offset;
	int rc = life_begin(world, FILE_OTHER, &offset);

	if (rc == 0 && life_seen(world)->is_run && life_seen(world)->went_on) {
		powercut_violation(world, "I3", "another file goes on where the first one was");
	}
	rc = rc == 0 ? prepare(world, 2) : rc;
	rc = rc == 0 ? life_write(world, FILE_OTHER, &offset, size) : rc;
	return rc == 0 ? dfu_target_done(true) : rc;
}
