/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One ID again, and one case operation by operation.
 *
 * Both have a worker of their own, in a child, so that a check that crashes is reported here as in
 * a run of all.
 */
#include "powercut_parts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>

#define COST_SEEDS 8

/* A worker alone. */
struct solo {
	struct powercut_worker worker;
	struct powercut_plan plan;
	struct powercut_together together; /* With nobody. */
	const struct powercut_id *id;
	FILE *costs;
};

static unsigned int bits_between(const uint8_t *one, const uint8_t *other, size_t len)
{
	unsigned int count = 0;

	for (size_t i = 0; i < len; i++) {
		for (unsigned int bits = one[i] ^ other[i]; bits != 0; bits &= bits - 1) {
			count++;
		}
	}
	return count;
}

static unsigned int bits_of(const uint8_t *bytes, size_t len)
{
	unsigned int count = 0;

	for (size_t i = 0; i < len; i++) {
		for (unsigned int bits = bytes[i]; bits != 0; bits &= bits - 1) {
			count++;
		}
	}
	return count;
}

static void say_operations(const struct powercut_worker *worker,
			   const struct powercut_recording *recording, unsigned long count)
{
	FILE *out = worker->plan->out;
	char text[POWERCUT_TEXT];
	unsigned long k = 0;

	for (size_t i = 0; k < count && i < recording->told->entries; i++) {
		const struct powercut_entry *entry = &recording->entry[i];

		if (!powercut_entry_is_operation(entry)) {
			(void)fputs(entry->flash == POWERCUT_WHOLE ? "    boot\n" : "", out);
			continue;
		}
		powercut_entry_text(&worker->world, entry, text);
		(void)fprintf(out, "    %4lu  %s\n", k, text);
		k++;
	}
}

/* What the operation before which the cursor stands has done when the power goes. */
static void say_tear(const struct powercut_worker *worker, const struct powercut_level *level,
		     const struct powercut_cut *cut)
{
	const struct powercut_world *world = &worker->world;
	const struct powercut_entry *entry = &level->recording.entry[level->at.entry];
	const struct powercut_flash *flash = &world->layout->flash[entry->flash];
	const struct powercut_cut whole = {.kind = POWERCUT_AFTER};
	const size_t len = entry->len;
	uint8_t *torn = worker->expected;
	uint8_t *wanted = world->block; /* What is in it is no longer needed. */
	const uint8_t *old = powercut_within(world, flash->bytes, level->at.block) + entry->offset;
	size_t same = 0;
	const uint8_t *one;
	const uint8_t *other;

	memcpy(torn, level->at.block, world->layout->used);
	memcpy(wanted, level->at.block, world->layout->used);
	powercut_entry_apply(&level->recording, entry, world, torn, cut);
	powercut_entry_apply(&level->recording, entry, world, wanted, &whole);
	one = powercut_within(world, flash->bytes, torn) + entry->offset;
	other = flash->bytes + entry->offset;
	while (same < len && one[same] == other[same]) {
		same++;
	}
	(void)fprintf(
		worker->plan->out,
		"    torn: %u of %u bits changed, the first %zu bytes as wanted, %u bits "
		"unstable\n",
		bits_between(old, one, len), bits_between(old, other, len), same,
		bits_of(powercut_within(world, flash->cells.unstable, torn) + entry->offset, len));
}

static void say_cut(struct powercut_worker *worker, size_t depth, const struct powercut_cut *cut)
{
	struct powercut_level *level = &worker->level[depth];
	const struct powercut_recording *recording = &level->recording;
	FILE *out = worker->plan->out;

	(void)fprintf(out, "  %s, %lu operations:\n", depth == 0 ? "run" : "finish",
		      recording->told->operations);
	say_operations(worker, recording, cut->k + 1);
	if (cut->kind == POWERCUT_FAIL) {
		(void)fprintf(out, "  from operation %lu on all fail\n", cut->k);
		return;
	}
	(void)fprintf(out, "  the power goes %s operation %lu\n", powercut_kind_name(cut->kind),
		      cut->k);
	if (cut->kind == POWERCUT_INSIDE &&
	    powercut_cursor_advance(&level->at, recording, &worker->world, cut->k) &&
	    !powercut_entry_is_opaque(&recording->entry[level->at.entry])) {
		say_tear(worker, level, cut);
	}
}

static void say_rest(const struct powercut_worker *worker, size_t depth)
{
	const struct powercut_recording *recording = &worker->level[depth].recording;

	(void)fprintf(worker->plan->out, "  finish, %lu operations:\n",
		      recording->told->operations);
	say_operations(worker, recording, recording->told->operations);
}

/* Judges with each cut of the ID what is judged after it. */
static void replay(void *arg)
{
	struct solo *solo = arg;
	struct powercut_worker *worker = &solo->worker;
	const struct powercut_id *id = solo->id;
	FILE *out = worker->plan->out;
	char text[POWERCUT_ID_MAX];
	bool well;

	powercut_id_print(id, text);
	(void)fprintf(out, "%s\n", text);
	(void)fflush(out);
	well = powercut_case_open(worker, id->at);
	for (size_t i = 0; i < id->cuts && well; i++) {
		say_cut(worker, i, &id->cut[i]);
		(void)fflush(out);
		worker->repeats = i + 1 < id->cuts;
		well = powercut_judge(worker, i, &id->cut[i], true);
		if (well && i + 1 == id->cuts) {
			say_rest(worker, i + 1);
		}
	}
	if (well && !worker->told->broken) {
		(void)fprintf(out, "  all holds; %lu operations lost\n", worker->lost);
	}
	(void)fflush(out);
}

static void write_cost(struct solo *solo, unsigned long k)
{
	struct powercut_worker *worker = &solo->worker;
	static const enum powercut_kind kinds[] = {POWERCUT_BEFORE, POWERCUT_INSIDE,
						   POWERCUT_AFTER};
	unsigned long lost[POWERCUT_KINDS] = {0};
	const struct powercut_level *level = &worker->level[0];
	const struct powercut_entry *entry;
	const char *place;
	size_t offset;

	for (uint32_t i = 0; i < COST_SEEDS + 2; i++) {
		const struct powercut_cut cut = {
			.kind = kinds[i == 0            ? 0
				      : i <= COST_SEEDS ? 1
							: 2],
			.k = k,
			.seed = i > 0 && i <= COST_SEEDS ? i - 1 : 0,
		};

		if (powercut_judge(worker, 0, &cut, false) && worker->lost > lost[cut.kind]) {
			lost[cut.kind] = worker->lost;
		}
	}
	entry = &level->recording.entry[level->at.entry];
	place = powercut_entry_place(&worker->world, entry, &offset);
	(void)fprintf(solo->costs, "%lu,%s,%s,%zu,%zu,%lu,%lu,%lu\n", k, powercut_entry_kind(entry),
		      place, offset, entry->len, lost[POWERCUT_BEFORE], lost[POWERCUT_INSIDE],
		      lost[POWERCUT_AFTER]);
}

static void write_costs(void *arg)
{
	struct solo *solo = arg;
	struct powercut_worker *worker = &solo->worker;
	unsigned long operations;

	if (!powercut_case_open(worker, solo->id->at)) {
		return;
	}
	operations = worker->level[0].recording.told->operations;
	(void)fprintf(solo->costs, "operation,kind,place,offset,bytes,before,inside,after\n");
	for (unsigned long k = 0; k < operations && !powercut_stops(worker); k++) {
		write_cost(solo, k);
	}
	(void)fflush(solo->costs);
}

/* In a process of its own, so that this one is left whatever happens in it. */
static int wait_for(struct solo *solo, pid_t worker)
{
	int status;

	if (worker < 0) {
		return worker;
	}
	if (waitpid(worker, &status, 0) != worker) {
		return -errno;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		powercut_report_dead(&solo->worker, status);
	}
	return 0;
}

static int alone(const struct powercut_id *id, const struct powercut_plan *plan, FILE *costs,
		 void (*what)(void *solo), struct powercut_totals *totals)
{
	struct solo solo = {.plan = *plan, .id = id, .costs = costs};
	struct powercut_worker *worker = &solo.worker;
	int rc;

	solo.plan.violations = plan->violations != 0 ? plan->violations : ULONG_MAX;
	worker->plan = &solo.plan;
	worker->together = &solo.together;
	worker->cases = id->at;
	worker->replays = costs == NULL;
	rc = powercut_worker_open(worker, 1) ? wait_for(&solo, powercut_worker_start(what, &solo))
					     : -ENOMEM;
	if (rc == 0) {
		*totals = *worker->totals;
	}
	powercut_worker_close(worker);
	return rc;
}

int powercut_replay(const struct powercut_id *id, const struct powercut_plan *plan,
		    struct powercut_totals *totals)
{
	return alone(id, plan, NULL, replay, totals);
}

int powercut_costs(const struct powercut_case *at, const struct powercut_plan *plan, FILE *csv,
		   struct powercut_totals *totals)
{
	const struct powercut_id id = {.at = at};

	return alone(&id, plan, csv, write_costs, totals);
}
