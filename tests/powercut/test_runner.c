/* SPDX-License-Identifier: Apache-2.0 */
/* The power-cut runner against a device whose defects are known: what it finds, and what not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "powercut.h"
#include "toy.h"

#define SEEDS 3

/* One run of the runner, and what it printed. */
struct outcome {
	int rc;
	struct powercut_totals totals;
	unsigned long by_case[TOY_DEFECTS];
	char text[16384];
};

static void read_all(FILE *file, char *text, size_t size)
{
	size_t len;

	rewind(file);
	len = fread(text, 1, size - 1, file);
	text[len] = '\0';
	assert_int_equal(fclose(file), 0);
}

/* All strategies on @p count cases from @p defect on. */
static void run_cases(struct outcome *outcome, enum toy_defect defect, size_t count,
		      struct powercut_plan plan)
{
	memset(outcome, 0, sizeof(*outcome));
	outcome->totals.by_case = outcome->by_case;
	plan.out = tmpfile();
	assert_non_null(plan.out);
	outcome->rc = powercut_run(&toy_cases[defect], count, &plan, &outcome->totals);
	read_all(plan.out, outcome->text, sizeof(outcome->text));
}

static void replay(struct outcome *outcome, const char *text)
{
	struct powercut_plan plan = {.child_seconds = 1};
	struct powercut_id id;

	memset(outcome, 0, sizeof(*outcome));
	assert_int_equal(powercut_id_parse(text, toy_cases, TOY_DEFECTS, &id), 0);
	plan.out = tmpfile();
	assert_non_null(plan.out);
	outcome->rc = powercut_replay(&id, &plan, &outcome->totals);
	read_all(plan.out, outcome->text, sizeof(outcome->text));
}

static void assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL) {
		fail_msg("no \"%s\" in:\n%s", part, text);
	}
}

static void a_sound_device_survives_every_cut(void **state)
{
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_SOUND, 1, (struct powercut_plan){.seeds = SEEDS});
	assert_int_equal(o.rc, 0);
	assert_string_equal(o.text, "");
	assert_int_equal(o.totals.violations, 0);
	assert_int_equal(o.totals.by_cuts[1], TOY_OPERATIONS * (2 + SEEDS));
	assert_int_equal(o.totals.by_kind[POWERCUT_FAIL], TOY_OPERATIONS);
	assert_int_equal(o.totals.fired, o.totals.by_cuts[1] + o.totals.by_cuts[2]);
	assert_int_equal(o.totals.planned, o.totals.fired + TOY_OPERATIONS);
	assert_int_equal(o.totals.by_slice[POWERCUT_MASS], o.totals.fired);
	assert_int_equal(o.by_case[0], o.totals.fired);
}

static void every_pair_of_operations_is_cut(void **state)
{
	/* A first cut before each operation and one inside it: finish() begins again from the
	 * first, unless the torn one was the last and is whole. */
	const unsigned long firsts = 2 * TOY_OPERATIONS;
	const unsigned long seconds = 2 * TOY_OPERATIONS + 1;
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_SOUND, 1, (struct powercut_plan){.seeds = SEEDS, .pair_seeds = 1});
	assert_true(o.totals.by_cuts[2] == firsts * seconds ||
		    o.totals.by_cuts[2] == (firsts - 1) * seconds);
	run_cases(&o, TOY_SOUND, 1, (struct powercut_plan){.seeds = SEEDS, .no_pairs = true});
	assert_int_equal(o.totals.by_cuts[2], 0);
}

static void one_cut_of_a_hundred_or_more_runs_the_whole_device(void **state)
{
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_SOUND, 1, (struct powercut_plan){.cuts = 1000});
	assert_true(o.totals.whole * 100 >= o.totals.fired);
	run_cases(&o, TOY_SOUND, 1, (struct powercut_plan){.seeds = SEEDS, .real_one_in = 1});
	assert_int_equal(o.totals.whole, o.totals.fired);
	assert_int_equal(o.totals.violations, 0);
}

static void random_cuts_follow_up_to_the_planned_number(void **state)
{
	const struct powercut_plan plan = {.cuts = 800, .seed = 7};
	const struct powercut_plan other = {.cuts = 800, .seed = 8};
	struct outcome one, same, another;

	(void)state;
	run_cases(&one, TOY_SOUND, 1, plan);
	assert_in_range(one.totals.fired, 800, 800 + 400);
	assert_int_equal(one.totals.violations, 0);
	assert_true(one.totals.by_cuts[3] > 0 && one.totals.by_cuts[4] > 0);
	run_cases(&same, TOY_SOUND, 1, plan);
	assert_memory_equal(same.totals.by_kind, one.totals.by_kind, sizeof(one.totals.by_kind));
	run_cases(&another, TOY_SOUND, 1, other);
	assert_memory_not_equal(another.totals.by_kind, one.totals.by_kind,
				sizeof(one.totals.by_kind));
}

static void an_end_of_time_ends_the_random_cuts(void **state)
{
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_SOUND, 1, (struct powercut_plan){.cuts = 100000000, .most_seconds = 1});
	assert_int_equal(o.rc, 0);
	assert_true(o.totals.fired > 0 && o.totals.fired < 100000000);
}

static void workers_share_the_work(void **state)
{
	struct powercut_plan plan = {.seeds = SEEDS};
	struct outcome one, two;

	(void)state;
	run_cases(&one, TOY_SOUND, 1, plan);
	plan.workers = 2;
	run_cases(&two, TOY_SOUND, 1, plan);
	assert_memory_equal(two.totals.by_kind, one.totals.by_kind, sizeof(one.totals.by_kind));
	plan.spread = true;
	run_cases(&two, TOY_SOUND, 1, plan);
	assert_memory_equal(two.totals.by_kind, one.totals.by_kind, sizeof(one.totals.by_kind));
}

static void a_sample_cuts_some_of_the_operations(void **state)
{
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_SOUND, 1,
		  (struct powercut_plan){.seeds = SEEDS, .one_in = 3, .no_pairs = true});
	assert_int_equal(o.totals.fired, TOY_OPERATIONS / 3 * (2 + SEEDS));
}

/* What the runner has to say about each defect. */
static const struct {
	enum toy_defect defect;
	const char *said;
} findings[] = {
	{TOY_SEALS_FIRST, ": I2: a seal of nothing\n"},
	{TOY_NEVER_ERASES, ": I3: toy: program of 8 bytes at 0x100: "},
	{TOY_CRASHES, ": crash: signal 6"},
	{TOY_EXITS, ": crash: exit status 3\n"},
	{TOY_HANGS, ": hang: no end after 1 seconds\n"},
	{TOY_NEVER_ENDS, ": hang: no end after 32 resets\n"},
	{TOY_FAILS, ": finish: failed: No space left on device\n"},
	{TOY_REMEMBERS, ": whole: the device itself leaves something else: byte 0xff of toy\n"},
	{TOY_HIDES_ERRORS, "/fail:0: I7: success without a new version\n"},
	{TOY_CHECK_CRASHES, ": crash: of a check: "},
	{TOY_CHECK_HANGS, ": hang: a check does not end\n"},
	{TOY_CANNOT_PREPARE, "/none: prepare: failed: Invalid argument\n"},
	{TOY_CANNOT_RUN, "/none: run: failed: Permission denied\n"},
	{TOY_TOO_LARGE, "/none: layout: Cannot allocate memory\n"},
	{TOY_SAVES_OUTSIDE, "/none: scenario: the setting toy is saved outside the block\n"},
	{TOY_GADGET_TRUSTS, "/inside:2.23: I2: the gadget is something between\n"},
	{TOY_GADGET_FORGETS,
	 ": whole: the device itself leaves something else: byte 0x8 of gadget\n"},
	{TOY_GADGET_OUTSIDE, "/none: scenario: no part of the block is a modem\n"},
};

static void every_defect_is_found_and_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
		const struct powercut_case *at = &toy_cases[findings[i].defect];
		struct outcome o;

		run_cases(&o, findings[i].defect, 1,
			  (struct powercut_plan){.child_seconds = 1, .violations = 2});
		assert_int_equal(o.rc, 0);
		assert_true(o.totals.violations > 0);
		assert_has(o.text, "violation: toy/");
		assert_has(o.text, at->mode);
		assert_has(o.text, findings[i].said);
	}
}

static void one_defect_of_many_cases_is_found(void **state)
{
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_SOUND, 2, (struct powercut_plan){.violations = 1000});
	assert_true(o.totals.violations > 0 && o.totals.violations < 1000);
	assert_null(strstr(o.text, "toy/sound"));
	assert_true(o.by_case[TOY_SOUND] > 0 && o.by_case[TOY_SEALS_FIRST] > 0);
}

static void it_stops_after_the_planned_violations(void **state)
{
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_SEALS_FIRST, 1, (struct powercut_plan){.violations = 1});
	assert_int_equal(o.totals.violations, 1);
}

static void it_stops_at_the_invariant_that_is_waited_for(void **state)
{
	struct powercut_plan plan = {.violations = 60, .until = "I2"};
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_SEALS_FIRST, 1, plan);
	assert_int_equal(o.totals.violations, 1);
	plan.until = "I3";
	run_cases(&o, TOY_SEALS_FIRST, 1, plan);
	assert_true(o.totals.violations > 1);
}

static void it_waits_for_a_cut_that_breaks_the_invariant(void **state)
{
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_WASTES, 1, (struct powercut_plan){.seeds = SEEDS, .until = "I5"});
	assert_int_equal(o.totals.violations, 1);
	assert_int_equal(o.totals.by_cuts[1], TOY_OPERATIONS * (2 + SEEDS));
}

static void what_is_wrong_without_a_cut_is_reported_once_and_cut_all_the_same(void **state)
{
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_WASTES, 1, (struct powercut_plan){.seeds = SEEDS, .workers = 2});
	assert_string_equal(o.text,
			    "violation: toy/wastes/two-pages/none: I5: one erase too many\n");
	assert_int_equal(o.totals.violations, 1);
	assert_int_equal(o.totals.by_cuts[1], TOY_OPERATIONS * (2 + SEEDS));
}

static void what_is_found_can_be_repeated(void **state)
{
	struct outcome o, again;
	char id[POWERCUT_ID_MAX];

	(void)state;
	run_cases(&o, TOY_SEALS_FIRST, 1, (struct powercut_plan){.violations = 1});
	assert_int_equal(sscanf(o.text, "violation: %159[^ ]", id), 1);
	id[strlen(id) - 1] = '\0';
	replay(&again, id);
	assert_int_equal(again.totals.violations, 1);
	assert_has(again.text, o.text);
}

static void a_replay_says_what_it_did(void **state)
{
	struct outcome o;

	(void)state;
	replay(&o, "toy/sound/two-pages/inside:2.1+before:1");
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.totals.violations, 0);
	assert_int_equal(o.totals.fired, 1);
	assert_int_equal(o.totals.whole, 1);
	assert_has(o.text, "run, 6 operations:\n");
	assert_has(o.text, "   0  erase of 256 bytes at right+0\n");
	assert_has(o.text, "   2  program of 8 bytes at right+0x8\n");
	assert_null(strstr(o.text, "   3  program of 8 bytes at right+0x10\n    torn"));
	assert_has(o.text, "the power goes inside operation 2\n    torn: ");
	assert_has(o.text, "the power goes before operation 1\n");
	assert_has(o.text, "new version runs\n");
	assert_has(o.text, "all holds");
}

static void what_only_the_device_knows_is_cut_as_all_else(void **state)
{
	const unsigned long operations = TOY_GADGET_OPERATIONS + TOY_OPERATIONS;
	struct outcome o;

	(void)state;
	run_cases(&o, TOY_GADGET, 1, (struct powercut_plan){.seeds = SEEDS, .real_one_in = 1});
	assert_string_equal(o.text, "");
	assert_int_equal(o.totals.violations, 0);
	assert_int_equal(o.totals.by_cuts[1], operations * (2 + SEEDS));
	assert_int_equal(o.totals.by_kind[POWERCUT_FAIL], operations);
	assert_true(o.totals.by_cuts[2] > operations * operations);
	assert_int_equal(o.totals.whole, o.totals.fired);
	assert_int_equal(o.totals.planned, o.totals.fired + operations);
}

static void a_replay_names_what_only_the_device_knows(void **state)
{
	struct outcome o;

	(void)state;
	replay(&o, "toy/gadget/two-pages/inside:1.5+after:2+before:4");
	assert_int_equal(o.totals.violations, 0);
	assert_int_equal(o.totals.fired, 1);
	assert_has(o.text,
		   "run, 9 operations:\n    boot\n       0  patch of 8 bytes at gadget+0x40\n"
		   "       1  patch of 8 bytes at gadget+0x40\n"
		   "  the power goes inside operation 1\n");
	assert_has(o.text, "  the power goes after operation 2\n");
	assert_has(o.text, "       3  erase of 256 bytes at right+0\n");
	assert_has(o.text, "all holds");
}

static void a_replay_without_a_cut_judges_the_device_as_it_is(void **state)
{
	struct outcome o;

	(void)state;
	replay(&o, "toy/sound/two-pages/none");
	assert_int_equal(o.totals.violations + o.totals.fired, 0);
	assert_has(o.text, "all holds");
	replay(&o, "toy/cannot-run/two-pages/none");
	assert_int_equal(o.totals.violations, 1);
}

static void a_replay_of_a_failure_says_so(void **state)
{
	struct outcome o;

	(void)state;
	replay(&o, "toy/sound/two-pages/fail:3");
	assert_int_equal(o.totals.violations, 0);
	assert_has(o.text, "from operation 3 on all fail\n");
	assert_has(o.text, "all holds");
}

static void a_planned_cut_that_does_not_fire_is_a_violation(void **state)
{
	static const char *const ids[] = {
		"toy/sound/two-pages/before:6",      "toy/sound/two-pages/inside:6.1",
		"toy/sound/two-pages/after:1000000", "toy/sound/two-pages/before:1+after:6",
		"toy/sound/two-pages/fail:6",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct outcome o;

		replay(&o, ids[i]);
		assert_int_equal(o.totals.violations, 1);
		assert_int_equal(o.totals.fired, 0);
		assert_has(o.text, ": runner: the planned ");
		assert_has(o.text, " did not fire");
	}
}

static void a_replay_outlives_a_check_that_crashes(void **state)
{
	struct outcome o;

	(void)state;
	replay(&o, "toy/check-crashes/two-pages/before:0");
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.totals.violations, 1);
	assert_has(o.text, ": crash: of a check: ");
}

static void ids_read_as_they_were_written(void **state)
{
	static const char *const texts[] = {
		"toy/sound/two-pages/none",
		"toy/sound/two-pages/before:0",
		"toy/seals-first/two-pages/after:4294967295",
		"toy/sound/two-pages/inside:17.4294967295",
		"toy/sound/two-pages/fail:3+inside:2.0+after:1+before:9",
	};
	char text[POWERCUT_ID_MAX];
	struct powercut_id id;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(powercut_id_parse(texts[i], toy_cases, TOY_DEFECTS, &id), 0);
		powercut_id_print(&id, text);
		assert_string_equal(text, texts[i]);
	}
	assert_ptr_equal(id.at, &toy_cases[TOY_SOUND]);
	assert_int_equal(id.cuts, 4);
	assert_int_equal(id.cut[1].kind, POWERCUT_INSIDE);
}

static void other_texts_are_no_ids(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} wrong[] = {
		{"", -ENOENT},
		{"toy/sound/two-pages", -ENOENT},
		{"toy/sound/three-pages/none", -ENOENT},
		{"other/sound/two-pages/none", -ENOENT},
		{"toy/sound/two-pages/", -EINVAL},
		{"toy/sound/two-pages/none+before:1", -EINVAL},
		{"toy/sound/two-pages/before", -EINVAL},
		{"toy/sound/two-pages/before:", -EINVAL},
		{"toy/sound/two-pages/before:-1", -EINVAL},
		{"toy/sound/two-pages/before: 1", -EINVAL},
		{"toy/sound/two-pages/before:1.2", -EINVAL},
		{"toy/sound/two-pages/before:99999999999999999999", -EINVAL},
		{"toy/sound/two-pages/inside:1", -EINVAL},
		{"toy/sound/two-pages/inside:1.", -EINVAL},
		{"toy/sound/two-pages/inside:1.4294967296", -EINVAL},
		{"toy/sound/two-pages/during:1", -EINVAL},
		{"toy/sound/two-pages/before:1+", -EINVAL},
		{"toy/sound/two-pages/before:1 ", -EINVAL},
		{"toy/sound/two-pages/after:1+after:1+after:1+after:1+after:1", -EINVAL},
	};
	struct powercut_id id = {.cuts = 77};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(powercut_id_parse(wrong[i].text, toy_cases, TOY_DEFECTS, &id),
				 wrong[i].rc);
	}
	assert_int_equal(id.cuts, 77);
	assert_null(id.at);
}

/* The toy begins again from its first operation, so a cut costs all that was done before it. */
static void costs_are_what_the_device_repeats(void **state)
{
	struct powercut_totals totals = {0};
	const struct powercut_plan plan = {0};
	char text[2048];
	FILE *csv = tmpfile();
	const char *line = text;

	(void)state;
	assert_non_null(csv);
	assert_int_equal(powercut_costs(&toy_cases[TOY_SOUND], &plan, csv, &totals), 0);
	read_all(csv, text, sizeof(text));
	assert_int_equal(totals.violations, 0);
	assert_has(text, "operation,kind,place,offset,bytes,before,inside,after\n");
	assert_has(text, "\n0,erase,right,0,256,");
	assert_has(text, "\n5,program,right,32,8,");
	for (unsigned long k = 0; k < TOY_OPERATIONS; k++) {
		const bool last = k + 1 == TOY_OPERATIONS;
		unsigned long number, before, inside, after;

		line = strchr(line, '\n') + 1;
		assert_int_equal(sscanf(line, "%lu,%*[a-z],right,%*u,%*u,%lu,%lu,%lu", &number,
					&before, &inside, &after),
				 4);
		assert_int_equal(number, k);
		assert_int_equal(before, k);
		assert_int_equal(inside, k + 1);
		assert_int_equal(after, last ? 0 : k + 1);
	}
	assert_int_equal(totals.lost, TOY_OPERATIONS);
}

static void costs_name_what_only_the_device_knows(void **state)
{
	struct powercut_totals totals = {0};
	const struct powercut_plan plan = {0};
	char text[2048];
	FILE *csv = tmpfile();

	(void)state;
	assert_non_null(csv);
	assert_int_equal(powercut_costs(&toy_cases[TOY_GADGET], &plan, csv, &totals), 0);
	read_all(csv, text, sizeof(text));
	assert_int_equal(totals.violations, 0);
	assert_has(text, "\n0,patch,gadget,64,8,0,1,1\n");
	assert_has(text, "\n3,erase,right,0,256,3,4,4\n");
}

static void no_case_is_no_run(void **state)
{
	struct powercut_totals totals = {0};

	(void)state;
	assert_int_equal(powercut_run(toy_cases, 0, &(struct powercut_plan){0}, &totals), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_device_survives_every_cut),
		cmocka_unit_test(every_pair_of_operations_is_cut),
		cmocka_unit_test(one_cut_of_a_hundred_or_more_runs_the_whole_device),
		cmocka_unit_test(random_cuts_follow_up_to_the_planned_number),
		cmocka_unit_test(an_end_of_time_ends_the_random_cuts),
		cmocka_unit_test(workers_share_the_work),
		cmocka_unit_test(a_sample_cuts_some_of_the_operations),
		cmocka_unit_test(every_defect_is_found_and_named),
		cmocka_unit_test(one_defect_of_many_cases_is_found),
		cmocka_unit_test(it_stops_after_the_planned_violations),
		cmocka_unit_test(it_stops_at_the_invariant_that_is_waited_for),
		cmocka_unit_test(it_waits_for_a_cut_that_breaks_the_invariant),
		cmocka_unit_test(what_is_wrong_without_a_cut_is_reported_once_and_cut_all_the_same),
		cmocka_unit_test(what_is_found_can_be_repeated),
		cmocka_unit_test(a_replay_says_what_it_did),
		cmocka_unit_test(what_only_the_device_knows_is_cut_as_all_else),
		cmocka_unit_test(a_replay_names_what_only_the_device_knows),
		cmocka_unit_test(a_replay_without_a_cut_judges_the_device_as_it_is),
		cmocka_unit_test(a_replay_of_a_failure_says_so),
		cmocka_unit_test(a_planned_cut_that_does_not_fire_is_a_violation),
		cmocka_unit_test(a_replay_outlives_a_check_that_crashes),
		cmocka_unit_test(ids_read_as_they_were_written),
		cmocka_unit_test(other_texts_are_no_ids),
		cmocka_unit_test(costs_are_what_the_device_repeats),
		cmocka_unit_test(costs_name_what_only_the_device_knows),
		cmocka_unit_test(no_case_is_no_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
