/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power-cut runner: work for several processes.
 *
 * First every case runs once uninterrupted, and its operations are counted. Then all work is a list
 * of units: some operations of a case, each cut in every way, or one operation with all pairs that
 * begin there. When the list is done random chains follow, up to the planned number of cuts.
 * Workers take the next unit as they become free. What they count lies in shared memory, so nothing
 * is lost with a worker; one that dies was killed by a check, and is replaced.
 */
#include "powercut_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS 16u
#define VIOLATIONS 20
#define SINGLES_UNIT 16u /* Operations. */
#define CHAINS_UNIT 100
#define UNITS ((size_t)1 << 20)
#define SLACK ((size_t)1 << 16) /* Of an arena, for whole pages. */

enum work { WORK_OPEN, WORK_SINGLES, WORK_PAIRS };

struct unit {
	enum work work;
	size_t at; /* Case. */
	unsigned long from;
	unsigned long to;
};

/* What the first, uninterrupted run of a case found. */
struct found {
	bool well;   /* It ended. */
	bool broken; /* An invariant was, and that is reported. */
	unsigned long operations;
};

struct powercut_team {
	const struct powercut_case *cases;
	size_t count;
	struct powercut_plan plan;
	struct powercut_arena arena; /* Of the next three. */
	struct powercut_together *together;
	struct found *found; /* One a case. */
	struct unit *unit;
	size_t units;
	bool chains; /* When units are done. */
	struct timespec began;
	pid_t leader;
	struct powercut_worker worker[WORKERS];
	pid_t process[WORKERS];
};

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static bool open_case(const struct powercut_team *team, struct powercut_worker *worker, size_t at)
{
	const struct powercut_case *one = &team->cases[at];

	worker->knows = team->found[at].broken;
	return (worker->open && worker->id->at == one) || powercut_case_open(worker, one);
}

static void do_unit(const struct powercut_team *team, struct powercut_worker *worker,
		    const struct unit *unit)
{
	struct found *found = &team->found[unit->at];

	if (!open_case(team, worker, unit->at)) {
		return;
	}
	found->broken |= unit->work == WORK_OPEN && worker->told->broken;
	switch (unit->work) {
	case WORK_SINGLES:
		powercut_singles(worker, unit->from, unit->to);
		break;
	case WORK_PAIRS:
		powercut_pairs(worker, unit->from);
		break;
	default:
		found->operations = worker->level[0].recording.told->operations;
		found->well = true;
		break;
	}
}

static bool has_time(const struct powercut_team *team)
{
	return team->plan.most_seconds == 0 ||
	       seconds_since(&team->began) < team->plan.most_seconds;
}

static bool wants_more(const struct powercut_team *team)
{
	unsigned long fired = 0;

	for (unsigned int i = 0; i < team->plan.workers; i++) {
		fired += team->worker[i].totals->fired;
	}
	return fired < team->plan.cuts;
}

/* What costs more a cut is cut at every operation, and that is all. */
static bool is_cheap(enum powercut_slice slice)
{
	return slice == POWERCUT_MASS || slice == POWERCUT_SETS;
}

static void do_chains(const struct powercut_team *team, struct powercut_worker *worker,
		      unsigned long number)
{
	const size_t at = number % team->count;

	if (team->found[at].well && is_cheap(team->cases[at].slice) &&
	    open_case(team, worker, at)) {
		powercut_chains(worker, (uint32_t)number, CHAINS_UNIT);
	}
}

static void work(void *arg)
{
	struct powercut_worker *worker = arg;
	const struct powercut_team *team = worker->team;

	/* Nobody waits any more for workers of a team that was killed. */
	while (!powercut_stops(worker) && has_time(team) && getppid() == team->leader) {
		const unsigned long next = atomic_fetch_add(&team->together->next, 1);

		if (next < team->units) {
			do_unit(team, worker, &team->unit[next]);
		} else if (team->chains && wants_more(team)) {
			do_chains(team, worker, next - team->units);
		} else {
			return;
		}
	}
}

/* 1, or 0 and @p rc gets why not. */
static unsigned int start(struct powercut_team *team, size_t i, int *rc)
{
	team->process[i] = powercut_worker_start(work, &team->worker[i]);
	*rc = team->process[i] < 0 ? team->process[i] : *rc;
	return team->process[i] < 0 ? 0 : 1;
}

static size_t number_of(const struct powercut_team *team, pid_t process)
{
	size_t i = 0;

	while (i < team->plan.workers && team->process[i] != process) {
		i++;
	}
	return i;
}

/* All workers end before it does. */
static int do_work(struct powercut_team *team)
{
	unsigned int running = 0;
	int rc = 0;

	atomic_store(&team->together->next, 0);
	for (size_t i = 0; i < team->plan.workers; i++) {
		running += start(team, i, &rc);
	}
	while (running > 0) {
		int status;
		pid_t ended = wait(&status);
		size_t i = number_of(team, ended);

		if (ended < 0) {
			return -errno;
		}
		if (i == team->plan.workers) {
			continue;
		}
		running--;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			powercut_report_dead(&team->worker[i], status);
			running += start(team, i, &rc);
		}
	}
	return rc;
}

/* Those beyond UNITS are counted only, and fail the run: do_all(). */
static void add_unit(struct powercut_team *team, struct unit unit)
{
	if (team->units < UNITS) {
		team->unit[team->units] = unit;
	}
	team->units++;
}

static void plan_first_runs(struct powercut_team *team)
{
	for (size_t at = 0; at < team->count; at++) {
		add_unit(team, (struct unit){.work = WORK_OPEN, .at = at});
	}
}

/* False: the case has no such operations. */
static bool plan_singles(struct powercut_team *team, size_t at, unsigned long from)
{
	const unsigned long operations = team->found[at].operations;
	const unsigned long left = operations > from ? operations - from : 0;

	if (left > 0) {
		add_unit(team,
			 (struct unit){.work = WORK_SINGLES,
				       .at = at,
				       .from = from,
				       .to = from + (left < SINGLES_UNIT ? left : SINGLES_UNIT)});
	}
	return left > 0;
}

static void plan_pairs(struct powercut_team *team, size_t at)
{
	for (unsigned long k = 0; k < team->found[at].operations; k++) {
		if (team->cases[at].pairs && !team->plan.no_pairs) {
			add_unit(team, (struct unit){.work = WORK_PAIRS, .at = at, .from = k});
		}
	}
}

/* Case after case, so that each is opened once; or the first operations of all, and so on. */
static void plan_work(struct powercut_team *team)
{
	bool more = team->plan.spread;

	for (unsigned long from = 0; more; from += SINGLES_UNIT) {
		more = false;
		for (size_t at = 0; at < team->count; at++) {
			more |= plan_singles(team, at, from);
		}
	}
	for (size_t at = 0; at < team->count; at++) {
		more = !team->plan.spread;
		for (unsigned long from = 0; more; from += SINGLES_UNIT) {
			more = plan_singles(team, at, from);
		}
		plan_pairs(team, at);
	}
}

static int do_all(struct powercut_team *team)
{
	int rc;

	plan_first_runs(team);
	rc = team->units > UNITS ? -E2BIG : do_work(team);
	if (rc != 0) {
		return rc;
	}
	team->units = 0;
	team->chains = true;
	plan_work(team);
	return team->units > UNITS ? -E2BIG : do_work(team);
}

static void add_totals(const struct powercut_team *team, struct powercut_totals *totals)
{
	for (unsigned int w = 0; w < team->plan.workers; w++) {
		const struct powercut_worker *worker = &team->worker[w];
		const struct powercut_totals *part = worker->totals;

		totals->planned += part->planned;
		totals->fired += part->fired;
		totals->whole += part->whole;
		for (size_t i = 0; i < POWERCUT_KINDS; i++) {
			totals->by_kind[i] += part->by_kind[i];
		}
		for (size_t i = 0; i < POWERCUT_SLICES; i++) {
			totals->by_slice[i] += part->by_slice[i];
		}
		for (size_t i = 0; i <= POWERCUT_CUTS; i++) {
			totals->by_cuts[i] += part->by_cuts[i];
		}
		for (size_t i = 0; totals->by_case != NULL && i < team->count; i++) {
			totals->by_case[i] += worker->by_case[i];
		}
		if (part->lost > totals->lost) {
			totals->lost = part->lost;
			memcpy(totals->lost_id, part->lost_id, sizeof(totals->lost_id));
		}
	}
	totals->violations = atomic_load(&team->together->violations);
	totals->seconds = seconds_since(&team->began);
}

static void open_plan(struct powercut_plan *plan, const struct powercut_plan *from)
{
	*plan = *from;
	plan->workers = plan->workers == 0 ? 1 : plan->workers;
	plan->workers = plan->workers > WORKERS ? WORKERS : plan->workers;
	plan->violations = plan->violations == 0 ? VIOLATIONS : plan->violations;
}

static bool open_team(struct powercut_team *team)
{
	const size_t together = sizeof(*team->together);
	const size_t found = team->count * sizeof(*team->found);
	const size_t unit = UNITS * sizeof(*team->unit);

	(void)clock_gettime(CLOCK_MONOTONIC, &team->began);
	if (!powercut_arena_open(&team->arena, together + found + unit + SLACK)) {
		return false;
	}
	team->together = powercut_arena_take(&team->arena, together);
	team->found = powercut_arena_take(&team->arena, found);
	team->unit = powercut_arena_take(&team->arena, unit);
	for (unsigned int i = 0; i < team->plan.workers; i++) {
		struct powercut_worker *worker = &team->worker[i];

		worker->team = team;
		worker->plan = &team->plan;
		worker->together = team->together;
		worker->cases = team->cases;
		if (!powercut_worker_open(worker, team->count)) {
			return false;
		}
	}
	return true;
}

static void close_team(struct powercut_team *team)
{
	for (unsigned int i = 0; i < team->plan.workers; i++) {
		powercut_worker_close(&team->worker[i]);
	}
	powercut_arena_close(&team->arena);
}

int powercut_run(const struct powercut_case *cases, size_t count, const struct powercut_plan *plan,
		 struct powercut_totals *totals)
{
	struct powercut_team team = {.cases = cases, .count = count};
	struct powercut_totals sum = {.by_case = totals->by_case};
	int rc;

	if (count == 0) {
		return -EINVAL;
	}
	team.leader = getpid();
	open_plan(&team.plan, plan);
	rc = open_team(&team) ? do_all(&team) : -ENOMEM;
	if (rc == 0) {
		add_totals(&team, &sum);
		*totals = sum;
	}
	close_team(&team);
	return rc;
}
