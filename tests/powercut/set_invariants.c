/* SPDX-License-Identifier: Apache-2.0 */
#include "set_invariants.h"

bool set_mode_reverts(enum boot_mode mode)
{
	return boot_mode_needs_trailer(mode) && mode != BOOT_MODE_OVERWRITE_ONLY;
}

bool set_is_linked(const struct set_state *state)
{
	return state->is_direct ? state->kind->is_linked_direct : state->kind->is_linked;
}

static unsigned int count_new(const struct set_state *state)
{
	unsigned int count = 0;

	for (unsigned int pair = 0; pair < state->kind->pairs; pair++) {
		count += set_has(state->kind, pair) && state->runs[pair] == FILE_NEW ? 1 : 0;
	}
	return count;
}

static unsigned int count_members(const struct set_state *state)
{
	unsigned int count = 0;

	for (unsigned int pair = 0; pair < state->kind->pairs; pair++) {
		count += set_has(state->kind, pair) ? 1 : 0;
	}
	return count;
}

bool set_all_new(const struct set_state *state)
{
	return count_new(state) == count_members(state);
}

bool set_any_new(const struct set_state *state)
{
	return count_new(state) > 0;
}

bool set_any_on_trial(const struct set_state *state)
{
	bool any = false;

	for (unsigned int pair = 0; pair < state->kind->pairs; pair++) {
		any = any || state->is_on_trial[pair];
	}
	return any;
}

bool set_part_is_on_trial(const struct set_state *state)
{
	bool all = set_any_new(state) && !set_all_new(state);

	for (unsigned int pair = 0; pair < state->kind->pairs; pair++) {
		const bool is_new = set_has(state->kind, pair) && state->runs[pair] == FILE_NEW;

		all = all && (!is_new || state->is_on_trial[pair]);
	}
	return all;
}

const char *set_runs_images(const struct set_state *state)
{
	for (unsigned int pair = 0; pair < state->kind->pairs; pair++) {
		const int file = state->runs[pair];

		if (file != FILE_OLD && (file != FILE_NEW || !set_has(state->kind, pair))) {
			return invariant_wrong("image %u runs file %d", pair, file);
		}
	}
	return NULL;
}

const char *set_is_no_mixture(const struct set_state *state)
{
	if (!set_any_new(state) || set_all_new(state)) {
		return NULL;
	}
	if (set_is_linked(state)) {
		return invariant_wrong("linked images run as a mixture: %u of %u are new",
				       count_new(state), count_members(state));
	}
	if (!state->has_intent) {
		return invariant_wrong("%u of %u images are new, and nothing tells of it",
				       count_new(state), count_members(state));
	}
	return NULL;
}

const char *set_is_settled(const struct set_state *state)
{
	if (set_any_new(state) && !set_all_new(state)) {
		return invariant_wrong("a mixture stays: %u of %u images are new", count_new(state),
				       state->kind->pairs);
	}
	return state->has_intent ? invariant_wrong("the intent stays") : NULL;
}

/* The slot that uploads go to, 0 or 1 of the pair. */
static int upload_slot(const struct evidence *evidence)
{
	return boot_mode_is_direct(evidence->mode) ? 1 - evidence->running : 1;
}

static const char *check_asked(const struct evidence *evidence, bool permanent)
{
	const int slot = upload_slot(evidence);
	const struct evidence_slot *where = &evidence->slot[slot];
	const bool has_magic = raw_has_magic(&where->raw, evidence->align) == RAW_YES;
	const enum raw_flag ok = raw_image_ok(&where->raw, evidence->align);

	if (!evidence_holds(evidence, slot, where->start, FILE_NEW)) {
		return invariant_wrong("image %d: its slot does not hold the new file",
				       evidence->first / 2);
	}
	if (boot_mode_needs_trailer(evidence->mode) && !has_magic) {
		return invariant_wrong("image %d is not asked for", evidence->first / 2);
	}
	if (set_mode_reverts(evidence->mode) && ok != (permanent ? RAW_SET : RAW_UNSET)) {
		return invariant_wrong("image %d: the request is not a %s one", evidence->first / 2,
				       permanent ? "permanent" : "test");
	}
	return NULL;
}

const char *set_pair_is_asked_for_a_test(const struct evidence *evidence)
{
	return check_asked(evidence, false);
}

const char *set_pair_is_asked_for_good(const struct evidence *evidence)
{
	return check_asked(evidence, true);
}

/* Where headers ask; in the revert variants for what has a trailer, and was not started before. */
static bool header_may_ask(const struct evidence *evidence, int slot)
{
	const struct raw *raw = &evidence->slot[slot].raw;

	if (evidence_file_at(evidence, slot, 0) < FILE_NEW) {
		return false;
	}
	return !boot_mode_needs_trailer(evidence->mode) ||
	       (raw_has_magic(raw, evidence->align) != RAW_NO &&
		(raw_copy_done(raw, evidence->align) != RAW_SET ||
		 raw_image_ok(raw, evidence->align) == RAW_SET));
}

const char *set_pair_is_not_asked(const struct evidence *evidence)
{
	const int slot = upload_slot(evidence);
	const bool may_be = boot_mode_is_direct(evidence->mode)
				    ? header_may_ask(evidence, slot)
				    : raw_has_magic(&evidence->slot[slot].raw, evidence->align) !=
					      RAW_NO;

	return may_be ? invariant_wrong("image %d is asked for", evidence->first / 2) : NULL;
}

const char *set_pair_is_confirmed(const struct evidence *evidence)
{
	const struct raw *raw = &evidence->slot[evidence->running].raw;

	return set_mode_reverts(evidence->mode) && raw_image_ok(raw, evidence->align) != RAW_SET
		       ? invariant_wrong("image %d is not confirmed", evidence->first / 2)
		       : NULL;
}
