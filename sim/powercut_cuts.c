/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cut, from flash as it was to the verdict.
 *
 * A chain of cuts is a row of levels: level 0 is run(), each other one is the finish() that went on
 * after the cut of the level before, recorded as run() was. Of each level the worker keeps the
 * block with which it began, its recording, and a cursor: the block before some operation. To cut
 * there is to copy the cursor's block into the world's, and to do the operation as far as the cut
 * lets it; nothing is run for that, and cutting the same operation again costs no more.
 *
 * All this stands on the recording being what a device does. So some cuts, by their numbers, run
 * the whole chain again on the device, with the power really going, and compare the blocks. A cut
 * after an operation always does: from a recording it would be the cut before the next one. A cut
 * inside or after an operation of the opaque part is no matter of a recording: the device runs up
 * to there.
 */
#include "powercut_parts.h"

#include <errno.h>
#include <string.h>

#include "tear.h"

#define BLOCK_SIZE ((size_t)4 << 20)
#define ARENA_SIZE ((size_t)112 << 20)
#define REAL_ONE_IN 64

static bool is_broken(const struct powercut_worker *worker)
{
	return worker->told->broken;
}

static void put(const struct powercut_worker *worker, uint8_t *to, const uint8_t *from)
{
	memcpy(to, from, worker->layout.used);
}

static void unsee(const struct powercut_worker *worker)
{
	memset(worker->world.seen, 0, POWERCUT_SEEN);
}

/* An invariant may be broken all the same. */
static bool flies_to_the_end(struct powercut_worker *worker, enum powercut_role role,
			     const struct powercut_recording *recording)
{
	static const char *const names[] = {"prepare", "run", "finish"};
	const struct powercut_way way = {.recording = recording};
	const enum powercut_outcome outcome = powercut_fly(worker, role, way);
	const bool is_full = recording != NULL && recording->told->full;

	if (is_full) {
		powercut_violation(&worker->world, "runner",
				   "more operations than a recording holds");
	}
	if (outcome == POWERCUT_ERROR) {
		powercut_violation(&worker->world, names[role], "failed: %s",
				   strerror(-worker->told->rc));
	} else if (outcome == POWERCUT_OFF) {
		powercut_violation(&worker->world, names[role], "the power went, unplanned");
	}
	return outcome == POWERCUT_DONE && !is_full;
}

static enum powercut_role role_of(size_t depth)
{
	return depth == 0 ? POWERCUT_RUN : POWERCUT_FINISH;
}

static bool is_interrupted(struct powercut_worker *worker, size_t depth,
			   const struct powercut_cut *cut)
{
	const struct powercut_way way = {.cut = cut};
	enum powercut_outcome outcome;
	bool fired;

	worker->world.cuts = (unsigned int)depth;
	outcome = powercut_fly(worker, role_of(depth), way);
	fired = cut->kind == POWERCUT_FAIL ? worker->told->fails : outcome == POWERCUT_OFF;
	if (outcome != POWERCUT_BROKEN && !fired) {
		powercut_violation(&worker->world, "runner", "the planned %s did not fire",
				   cut->kind == POWERCUT_FAIL ? "failure" : "cut");
	}
	return !is_broken(worker);
}

/* Runs the whole device, through all cuts of the ID; each must leave what was expected. */
static void run_whole(struct powercut_worker *worker)
{
	const struct powercut_id *id = worker->id;
	const struct powercut_world *world = &worker->world;
	char place[POWERCUT_TEXT];

	put(worker, worker->expected, world->block);
	put(worker, world->block, worker->level[0].begin);
	for (size_t i = 0; i < id->cuts; i++) {
		const uint8_t *then = i + 1 < id->cuts ? worker->level[i + 1].begin
						       : worker->expected;

		unsee(worker);
		if (!is_interrupted(worker, i, &id->cut[i])) {
			return;
		}
		if (!powercut_same(world, world->block, then, place)) {
			powercut_violation(world, "whole",
					   "the device itself leaves something else: %s", place);
			return;
		}
		put(worker, world->block, then);
	}
	worker->totals->whole += worker->repeats ? 0 : 1;
}

static uint32_t number_of(const struct powercut_cut *cut, size_t depth)
{
	return sim_tear_mix((uint32_t)cut->k +
			    sim_tear_mix(cut->seed + sim_tear_mix((uint32_t)depth)));
}

static bool runs_whole(const struct powercut_worker *worker, size_t depth,
		       const struct powercut_cut *cut)
{
	const unsigned int one_in = worker->plan->real_one_in != 0 ? worker->plan->real_one_in
								   : REAL_ONE_IN;

	return worker->replays || (cut->kind == POWERCUT_AFTER && depth == 0) ||
	       number_of(cut, depth) % one_in == 0;
}

/* What unstable bits read as from now on. */
static void stir_noise(const struct powercut_worker *worker, uint32_t number)
{
	for (size_t i = 0; i < worker->layout.flashes; i++) {
		*worker->layout.flash[i].cells.noise = number;
	}
}

/* The device itself runs up to the cut. */
static bool fly_to_cut(struct powercut_worker *worker, size_t depth, const struct powercut_cut *cut)
{
	put(worker, worker->world.block, worker->level[depth].begin);
	unsee(worker);
	return is_interrupted(worker, depth, cut);
}

/* Flash as the cut leaves it. */
static bool put_cut(struct powercut_worker *worker, size_t depth, const struct powercut_cut *cut)
{
	struct powercut_level *level = &worker->level[depth];
	const struct powercut_world *world = &worker->world;
	const struct powercut_entry *entry;

	if (!powercut_cursor_advance(&level->at, &level->recording, world, cut->k)) {
		powercut_violation(world, "runner",
				   "the planned cut did not fire: there are %lu operations",
				   level->recording.told->operations);
		return false;
	}
	put(worker, world->block, level->at.block);
	entry = &level->recording.entry[level->at.entry];
	if (cut->kind == POWERCUT_BEFORE || !powercut_entry_is_opaque(entry)) {
		powercut_entry_apply(&level->recording, entry, world, world->block, cut);
	} else if (!fly_to_cut(worker, depth, cut)) {
		return false;
	}
	if (runs_whole(worker, depth, cut)) {
		run_whole(worker);
	}
	stir_noise(worker, number_of(cut, depth));
	return !is_broken(worker);
}

/* Flash as run() or finish() leaves it, when from operation k on all fail. Success must be true. */
static bool put_failure(struct powercut_worker *worker, size_t depth,
			const struct powercut_cut *cut)
{
	const struct powercut_scenario *how = worker->id->at->how;

	if (fly_to_cut(worker, depth, cut) && worker->told->rc == 0) {
		powercut_check(worker, depth == 0 ? how->check_ran : how->check_end);
	}
	return !is_broken(worker);
}

static void count(struct powercut_worker *worker, const struct powercut_cut *cut)
{
	const struct powercut_id *id = worker->id;
	struct powercut_totals *totals = worker->totals;

	if (worker->repeats) {
		return;
	}
	totals->by_kind[cut->kind]++;
	if (cut->kind == POWERCUT_FAIL) {
		return;
	}
	totals->fired++;
	totals->by_slice[id->at->slice]++;
	totals->by_cuts[id->cuts]++;
	worker->by_case[id->at - worker->cases]++;
}

/* The device goes on. */
static void go_on(struct powercut_worker *worker, size_t depth, bool further)
{
	const struct powercut_scenario *how = worker->id->at->how;
	struct powercut_level *next = &worker->level[depth + 1];

	worker->world.cuts = (unsigned int)depth + 1;
	unsee(worker);
	powercut_check(worker, how->check_cut);
	if (is_broken(worker)) {
		return;
	}
	if (further) {
		put(worker, next->begin, worker->world.block);
		powercut_recording_clear(&next->recording);
	}
	worker->says = worker->replays;
	if (flies_to_the_end(worker, POWERCUT_FINISH, further ? &next->recording : NULL)) {
		powercut_check(worker, how->check_end);
	}
	worker->says = false;
	if (further) {
		powercut_level_rewind(worker, next);
	}
}

/* Operations beyond those of an uninterrupted device; of one cut, for a second may fall anywhere.
 */
static void weigh(struct powercut_worker *worker, const struct powercut_cut *cut)
{
	const unsigned long begun = cut->k + (cut->kind == POWERCUT_BEFORE ? 0 : 1);
	const unsigned long all = begun + worker->told->operations;

	worker->lost = all > worker->operations ? all - worker->operations : 0;
	if (worker->lost > worker->totals->lost) {
		worker->totals->lost = worker->lost;
		powercut_id_print(worker->id, worker->totals->lost_id);
	}
}

void powercut_report(struct powercut_worker *worker)
{
	FILE *out = worker->plan->out;
	char id[POWERCUT_ID_MAX];

	if (!is_broken(worker)) {
		return;
	}
	atomic_fetch_add(&worker->together->violations, 1);
	worker->totals->violations++;
	if (worker->plan->until != NULL && worker->id->cuts > 0 &&
	    strcmp(worker->plan->until, worker->told->invariant) == 0) {
		atomic_store(&worker->together->found, true);
	}
	if (out != NULL) {
		powercut_id_print(worker->id, id);
		(void)fprintf(out, "violation: %s: %s: %s\n", id, worker->told->invariant,
			      worker->told->text);
		(void)fflush(out);
	}
}

bool powercut_judge(struct powercut_worker *worker, size_t depth, const struct powercut_cut *cut,
		    bool further)
{
	const bool fails = cut->kind == POWERCUT_FAIL;
	bool well;

	worker->told->broken = false;
	worker->id->cut[depth] = *cut;
	worker->id->cuts = depth + 1;
	worker->totals->planned += worker->repeats ? 0 : 1;
	if (fails ? put_failure(worker, depth, cut) : put_cut(worker, depth, cut)) {
		count(worker, cut);
		go_on(worker, depth, further);
	}
	well = !is_broken(worker);
	if (well && depth == 0 && !fails) {
		weigh(worker, cut);
	}
	powercut_report(worker);
	return well;
}

void powercut_level_rewind(const struct powercut_worker *worker, struct powercut_level *level)
{
	put(worker, level->at.block, level->begin);
	level->at.entry = 0;
	level->at.operations = 0;
}

static bool lay_out(struct powercut_worker *worker)
{
	const struct powercut_world *world = &worker->world;
	int rc;

	worker->layout = (struct powercut_layout){0};
	rc = worker->id->at->how->layout(world, BLOCK_SIZE, &worker->layout);
	if (rc != 0 || worker->layout.used > BLOCK_SIZE) {
		powercut_violation(world, "layout", "%s", strerror(rc == 0 ? ENOMEM : -rc));
		return false;
	}
	memset(world->block, 0, worker->layout.used);
	return true;
}

static void judge_uninterrupted(struct powercut_worker *worker)
{
	const struct powercut_scenario *how = worker->id->at->how;

	powercut_check(worker, how->check_ran);
	unsee(worker);
	powercut_check(worker, how->check_cut);
	if (flies_to_the_end(worker, POWERCUT_FINISH, NULL)) {
		powercut_check(worker, how->check_end);
	}
	worker->operations += worker->told->operations;
}

/* False: there is no recording. */
static bool record(struct powercut_worker *worker)
{
	unsee(worker);
	if (!lay_out(worker) || !flies_to_the_end(worker, POWERCUT_PREPARE, NULL)) {
		return false;
	}
	put(worker, worker->level[0].begin, worker->world.block);
	powercut_level_rewind(worker, &worker->level[0]);
	powercut_recording_clear(&worker->level[0].recording);
	unsee(worker);
	return flies_to_the_end(worker, POWERCUT_RUN, &worker->level[0].recording);
}

bool powercut_case_open(struct powercut_worker *worker, const struct powercut_case *at)
{
	*worker->id = (struct powercut_id){.at = at};
	worker->told->broken = false;
	worker->world.config = at->config;
	worker->world.cuts = 0;
	worker->world.uninterrupted = true;
	worker->open = record(worker);
	worker->operations = worker->told->operations;
	if (worker->open) {
		judge_uninterrupted(worker);
	}
	worker->world.uninterrupted = false;
	if (!worker->knows) {
		powercut_report(worker);
	}
	return worker->open;
}

bool powercut_worker_open(struct powercut_worker *worker, size_t cases)
{
	struct powercut_arena *arena = &worker->arena;
	bool well = powercut_arena_open(arena, ARENA_SIZE);

	if (!well) {
		return false;
	}
	worker->world.layout = &worker->layout;
	worker->world.worker = worker;
	worker->world.block = powercut_arena_take(arena, BLOCK_SIZE);
	worker->world.seen = powercut_arena_take(arena, POWERCUT_SEEN);
	worker->expected = powercut_arena_take(arena, BLOCK_SIZE);
	worker->told = powercut_arena_take(arena, sizeof(*worker->told));
	worker->id = powercut_arena_take(arena, sizeof(*worker->id));
	worker->totals = powercut_arena_take(arena, sizeof(*worker->totals));
	worker->by_case = powercut_arena_take(arena, cases * sizeof(*worker->by_case));
	for (size_t i = 0; i <= POWERCUT_CUTS; i++) {
		struct powercut_level *level = &worker->level[i];

		level->begin = powercut_arena_take(arena, BLOCK_SIZE);
		level->at.block = powercut_arena_take(arena, BLOCK_SIZE);
		well = well && powercut_recording_open(&level->recording, arena);
	}
	/* The last one taken: if there was memory for it, there was for all. */
	return well && worker->level[POWERCUT_CUTS].recording.data != NULL;
}

void powercut_worker_close(struct powercut_worker *worker)
{
	powercut_arena_close(&worker->arena);
}

bool powercut_stops(const struct powercut_worker *worker)
{
	const struct powercut_together *together = worker->together;

	return atomic_load(&together->found) ||
	       atomic_load(&together->violations) >= worker->plan->violations;
}
