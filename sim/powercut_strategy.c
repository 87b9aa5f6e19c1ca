/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strategies: which cuts.
 *
 * The last three bits of a seed are the kind of a tear (tear.h), so the seeds of an operation
 * follow each other, from a number of its own on: eight of them are all kinds, and fewer are other
 * kinds at the next operation.
 */
#include "powercut_parts.h"

#include "tear.h"

#define SEEDS 4
#define PAIR_SEEDS 1

static uint32_t seed_of(unsigned long k, unsigned int i)
{
	return (uint32_t)k * 11 + i;
}

static bool judge_kind(struct powercut_worker *worker, size_t depth, enum powercut_kind kind,
		       unsigned long k, bool further)
{
	const struct powercut_cut cut = {.kind = kind, .k = k};

	return !powercut_stops(worker) && powercut_judge(worker, depth, &cut, further);
}

static bool judge_inside(struct powercut_worker *worker, size_t depth, unsigned long k,
			 unsigned int i, bool further)
{
	const struct powercut_cut cut = {.kind = POWERCUT_INSIDE, .k = k, .seed = seed_of(k, i)};

	return !powercut_stops(worker) && powercut_judge(worker, depth, &cut, further);
}

/* Of a sample of operations; other ones in each case. */
static bool is_due(const struct powercut_worker *worker, unsigned long k)
{
	const unsigned int one_in = worker->plan->one_in;

	return one_in == 0 || (k + (unsigned long)(worker->id->at - worker->cases)) % one_in == 0;
}

void powercut_singles(struct powercut_worker *worker, unsigned long from, unsigned long to)
{
	const unsigned int seeds = worker->plan->seeds != 0 ? worker->plan->seeds : SEEDS;

	powercut_level_rewind(worker, &worker->level[0]);
	for (unsigned long k = from; k < to && !powercut_stops(worker); k++) {
		if (!is_due(worker, k)) {
			continue;
		}
		(void)judge_kind(worker, 0, POWERCUT_BEFORE, k, false);
		for (unsigned int i = 0; i < seeds; i++) {
			(void)judge_inside(worker, 0, k, i, false);
		}
		(void)judge_kind(worker, 0, POWERCUT_AFTER, k, false);
		if (!worker->plan->no_failures) {
			(void)judge_kind(worker, 0, POWERCUT_FAIL, k, false);
		}
	}
}

/* Every operation of the finish() that followed the first cut. */
static void second_cuts(struct powercut_worker *worker, unsigned int seeds)
{
	const unsigned long operations = worker->level[1].recording.told->operations;

	for (unsigned long k = 0; k < operations && !powercut_stops(worker); k++) {
		(void)judge_kind(worker, 1, POWERCUT_BEFORE, k, false);
		for (unsigned int i = 0; i < seeds; i++) {
			(void)judge_inside(worker, 1, k, i, false);
		}
	}
	if (operations > 0) {
		(void)judge_kind(worker, 1, POWERCUT_AFTER, operations - 1, false);
	}
}

void powercut_pairs(struct powercut_worker *worker, unsigned long k)
{
	const unsigned int seeds = worker->plan->pair_seeds != 0 ? worker->plan->pair_seeds
								 : PAIR_SEEDS;

	if (!is_due(worker, k)) {
		return;
	}
	powercut_level_rewind(worker, &worker->level[0]);
	for (unsigned int i = 0; i <= seeds && !powercut_stops(worker); i++) {
		bool well;

		worker->repeats = true;
		well = i == 0 ? judge_kind(worker, 0, POWERCUT_BEFORE, k, true)
			      : judge_inside(worker, 0, k, i - 1, true);
		worker->repeats = false;
		if (well) {
			second_cuts(worker, seeds);
		}
	}
}

static uint32_t draw(uint32_t *state, unsigned long below)
{
	*state += 0x9e3779b9u;
	return (uint32_t)(sim_tear_mix(*state) % below);
}

/* The first cut is inside: before and after, every operation was cut as a single. */
static struct powercut_cut any_cut(uint32_t *state, unsigned long operations, bool first)
{
	const uint32_t kind = draw(state, 8);
	struct powercut_cut cut = {
		.kind = POWERCUT_INSIDE,
		.k = draw(state, operations),
		.seed = draw(state, UINT32_MAX),
	};

	if (!first && kind < 2) {
		cut.kind = kind == 0 ? POWERCUT_BEFORE : POWERCUT_AFTER;
		cut.seed = 0;
	}
	return cut;
}

void powercut_chains(struct powercut_worker *worker, uint32_t seed, unsigned int count)
{
	uint32_t state = sim_tear_mix(worker->plan->seed) + sim_tear_mix(seed);

	for (unsigned int i = 0; i < count && !powercut_stops(worker); i++) {
		const size_t cuts = 2 + draw(&state, POWERCUT_CUTS - 1);
		bool well = true;

		for (size_t depth = 0; depth < cuts && well; depth++) {
			struct powercut_level *level = &worker->level[depth];
			const unsigned long operations = level->recording.told->operations;
			struct powercut_cut cut;

			if (operations == 0) {
				break;
			}
			powercut_level_rewind(worker, level);
			cut = any_cut(&state, operations, depth == 0);
			well = powercut_judge(worker, depth, &cut, depth + 1 < cuts);
		}
	}
}
