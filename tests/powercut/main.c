/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power-cut program: the runner over the scenarios, or over a part of them.
 *
 * Its last line is `cuts fired: N, violations: N`, and its exit status 1 if there are violations,
 * or if less was cut than was asked for. Nothing here or in the runner may call the library: what a
 * device finds in RAM has to be as it is in a program that has just begun.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <psa/crypto.h>

#include "powercut.h"
#include "scenarios.h"

#define LAST_LINE "cuts fired: %lu, violations: %lu\n"
#define ALSO_MAX 4

/* What the command line asks for. */
struct request {
	struct powercut_plan plan;
	const char *replay;
	const char *costs; /* Case. */
	const char *file;  /* What gets its costs. */
	const char *match; /* Part of the names of cases, with * and ? in it. */
	int slice;         /* enum powercut_slice; -1: all. */
	bool lists;
	const char *also[ALSO_MAX]; /* Commands like this one, whose cuts count, too. */
	size_t alsos;
};

/* The cases that are asked for. */
struct selection {
	struct powercut_case *cases;
	unsigned long *by_case;
	size_t count;
};

static const char *const slices[POWERCUT_SLICES] = {"mass", "p256", "large", "sets"};

static _Noreturn void DFU_PRINTF(1, 2) die(const char *format, ...)
{
	va_list args;

	(void)fputs("powercut: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL) {
		die("no memory");
	}
	return memory;
}

static unsigned int number_of(const char *option, const char *text)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || *text == '-' || number > UINT_MAX) {
		die("--%s %s: not a number", option, text);
	}
	return (unsigned int)number;
}

static int slice_of(const char *text)
{
	for (int i = 0; i < POWERCUT_SLICES; i++) {
		if (strcmp(slices[i], text) == 0) {
			return i;
		}
	}
	die("--slice %s: not mass, p256, large or sets", text);
}

enum option_number {
	OPTION_JOBS,
	OPTION_CUTS,
	OPTION_SEEDS,
	OPTION_PAIR_SEEDS,
	OPTION_SECONDS,
	OPTION_ONE_IN,
	OPTION_VIOLATIONS,
	OPTION_SEED,
	OPTION_NO_PAIRS,
	OPTION_NO_FAILURES,
	OPTION_SPREAD,
	OPTION_SLICE,
	OPTION_MATCH,
	OPTION_REPLAY,
	OPTION_COSTS,
	OPTION_FILE,
	OPTION_UNTIL,
	OPTION_ALSO,
	OPTION_LIST,
	OPTION_HELP,
};

static const struct option options[] = {
	{"jobs", required_argument, NULL, OPTION_JOBS},
	{"cuts", required_argument, NULL, OPTION_CUTS},
	{"seeds", required_argument, NULL, OPTION_SEEDS},
	{"pair-seeds", required_argument, NULL, OPTION_PAIR_SEEDS},
	{"seconds", required_argument, NULL, OPTION_SECONDS},
	{"one-in", required_argument, NULL, OPTION_ONE_IN},
	{"violations", required_argument, NULL, OPTION_VIOLATIONS},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"no-pairs", no_argument, NULL, OPTION_NO_PAIRS},
	{"no-failures", no_argument, NULL, OPTION_NO_FAILURES},
	{"spread", no_argument, NULL, OPTION_SPREAD},
	{"slice", required_argument, NULL, OPTION_SLICE},
	{"match", required_argument, NULL, OPTION_MATCH},
	{"replay", required_argument, NULL, OPTION_REPLAY},
	{"costs", required_argument, NULL, OPTION_COSTS},
	{"file", required_argument, NULL, OPTION_FILE},
	{"until", required_argument, NULL, OPTION_UNTIL},
	{"also", required_argument, NULL, OPTION_ALSO},
	{"list", no_argument, NULL, OPTION_LIST},
	{"help", no_argument, NULL, OPTION_HELP},
	{NULL, 0, NULL, 0},
};

static const char help[] =
	"powercut: cut the power of simulated devices at every operation, and judge what is left.\n"
	"  --replay ID       repeat one cut alone, and say what it did\n"
	"  --costs CASE --file FILE  what a cut at each operation of scenario/mode/geometry costs\n"
	"  --list            the cases\n"
	"  --match TEXT      only cases whose scenario/mode/geometry/ has TEXT (* and ?) in it\n"
	"  --slice NAME      only mass, p256, large or sets\n"
	"  --one-in N        only each Nth operation\n"
	"  --cuts N          go on with random cuts up to N; --seed N: other ones\n"
	"  --seeds N         ways to tear an operation (4); --pair-seeds N: of a pair (1)\n"
	"  --no-pairs, --no-failures  leave these out\n"
	"  --spread          not case after case, but the first operations of all first\n"
	"  --seconds N       end after this time, --also counted; --violations N: after so many "
	"(20)\n"
	"  --until NAME      end when a cut breaks this invariant, such as I2\n"
	"  --jobs N          processes (2, or SLOTWISE_JOBS)\n"
	"  --also COMMAND    run this command of the same kind first, and add what it counts\n"
	"An ID is scenario/mode/geometry/cut[+cut...]; a cut is before:K, inside:K.SEED, after:K "
	"or\n"
	"fail:K, of operation K (from 0) of the run, each further one of the run that went on "
	"after it.\n";

static void take_number(struct powercut_plan *plan, enum option_number option, const char *name)
{
	const unsigned int number = number_of(name, optarg);

	switch (option) {
	case OPTION_JOBS:
		plan->workers = number;
		break;
	case OPTION_CUTS:
		plan->cuts = number;
		break;
	case OPTION_SEEDS:
		plan->seeds = number;
		break;
	case OPTION_PAIR_SEEDS:
		plan->pair_seeds = number;
		break;
	case OPTION_SECONDS:
		plan->most_seconds = number;
		break;
	case OPTION_ONE_IN:
		plan->one_in = number;
		break;
	case OPTION_VIOLATIONS:
		plan->violations = number;
		break;
	default:
		plan->seed = number;
		break;
	}
}

static void take_text(struct request *request, enum option_number option)
{
	switch (option) {
	case OPTION_SLICE:
		request->slice = slice_of(optarg);
		break;
	case OPTION_MATCH:
		request->match = optarg;
		break;
	case OPTION_REPLAY:
		request->replay = optarg;
		break;
	case OPTION_COSTS:
		request->costs = optarg;
		break;
	case OPTION_UNTIL:
		request->plan.until = optarg;
		break;
	case OPTION_FILE:
		request->file = optarg;
		break;
	default:
		if (request->alsos == ALSO_MAX) {
			die("--also: more than %d times", ALSO_MAX);
		}
		request->also[request->alsos++] = optarg;
		break;
	}
}

static void take_flag(struct request *request, enum option_number option)
{
	switch (option) {
	case OPTION_NO_PAIRS:
		request->plan.no_pairs = true;
		break;
	case OPTION_NO_FAILURES:
		request->plan.no_failures = true;
		break;
	case OPTION_SPREAD:
		request->plan.spread = true;
		break;
	case OPTION_LIST:
		request->lists = true;
		break;
	default:
		(void)fputs(help, stdout);
		exit(EXIT_SUCCESS);
	}
}

static void parse(struct request *request, int argc, char **argv)
{
	int option;
	int index;

	while ((option = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (option == '?') {
			exit(EXIT_FAILURE);
		}
		if (options[index].has_arg == no_argument) {
			take_flag(request, (enum option_number)option);
		} else if (option <= OPTION_SEED) {
			take_number(&request->plan, (enum option_number)option,
				    options[index].name);
		} else {
			take_text(request, (enum option_number)option);
		}
	}
	if (optind < argc) {
		die("%s: not an option", argv[optind]);
	}
}

static bool is_wanted(const struct request *request, const struct powercut_case *one)
{
	char name[POWERCUT_ID_MAX];
	char pattern[POWERCUT_ID_MAX];

	(void)snprintf(name, sizeof(name), "%s/%s/%s/", one->scenario, one->mode, one->geometry);
	(void)snprintf(pattern, sizeof(pattern), "*%s*",
		       request->match == NULL ? "" : request->match);
	return (request->slice < 0 || (int)one->slice == request->slice) &&
	       fnmatch(pattern, name, 0) == 0;
}

static void select_cases(const struct request *request, struct selection *selection)
{
	size_t all;
	const struct powercut_case *cases = scenarios_cases(&all);

	selection->cases = allocate(all, sizeof(*selection->cases));
	selection->by_case = allocate(all, sizeof(*selection->by_case));
	for (size_t i = 0; i < all; i++) {
		if (is_wanted(request, &cases[i])) {
			selection->cases[selection->count++] = cases[i];
		}
	}
	if (selection->count == 0) {
		die("no such case");
	}
}

static void list(const struct selection *selection)
{
	for (size_t i = 0; i < selection->count; i++) {
		const struct powercut_case *one = &selection->cases[i];

		(void)printf("%s/%s/%s%s %s\n", one->scenario, one->mode, one->geometry,
			     one->pairs ? " pairs" : "", slices[one->slice]);
	}
}

static struct powercut_id id_of(const struct selection *selection, const char *text)
{
	struct powercut_id id;
	int rc = powercut_id_parse(text, selection->cases, selection->count, &id);

	if (rc != 0) {
		die("%s: %s", text,
		    rc == -ENOENT
			    ? "no such scenario/mode/geometry; --list has them"
			    : "no cut: before:K, inside:K.SEED, after:K, fail:K, joined by +");
	}
	return id;
}

static void check(int rc)
{
	if (rc != 0) {
		die("%s", strerror(-rc));
	}
}

static int end(unsigned long fired, unsigned long violations, bool is_enough)
{
	if (!is_enough) {
		(void)printf("less was cut than asked for, or than planned\n");
	}
	(void)printf(LAST_LINE, fired, violations);
	return violations > 0 || !is_enough ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int replay(const struct request *request, const struct selection *selection)
{
	const struct powercut_id id = id_of(selection, request->replay);
	struct powercut_totals totals = {0};

	check(powercut_replay(&id, &request->plan, &totals));
	return end(totals.fired, totals.violations, true);
}

static int write_costs(const struct request *request, const struct selection *selection)
{
	char text[POWERCUT_ID_MAX];
	struct powercut_totals totals = {0};
	struct powercut_id id;
	FILE *csv;

	(void)snprintf(text, sizeof(text), "%s/none", request->costs);
	id = id_of(selection, text);
	csv = fopen(request->file == NULL ? "/dev/stdout" : request->file, "w");
	if (csv == NULL) {
		die("%s: %s", request->file, strerror(errno));
	}
	check(powercut_costs(id.at, &request->plan, csv, &totals));
	if (fclose(csv) != 0) {
		die("%s: %s", request->file, strerror(errno));
	}
	return totals.violations > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What a case has in the column of a table. */
static const char *name_in(const struct powercut_case *one, int column)
{
	return column == 0 ? one->scenario : column == 1 ? one->mode : one->geometry;
}

/* Sums over cases of one name, in the order of the names' first cases. */
static void print_column(const struct selection *selection, int column)
{
	static const char *const titles[] = {"scenario", "mode", "geometry"};

	(void)printf("by %s:\n", titles[column]);
	for (size_t i = 0; i < selection->count; i++) {
		const char *name = name_in(&selection->cases[i], column);
		unsigned long sum = 0;
		bool is_first = true;

		for (size_t j = 0; j < selection->count; j++) {
			if (strcmp(name, name_in(&selection->cases[j], column)) == 0) {
				is_first = is_first && j >= i;
				sum += selection->by_case[j];
			}
		}
		if (is_first) {
			(void)printf("  %-28s %9lu\n", name, sum);
		}
	}
}

static void print_totals(const struct selection *selection, const struct powercut_totals *totals)
{
	(void)printf("by kind:\n");
	for (int kind = 0; kind < POWERCUT_FAIL; kind++) {
		(void)printf("  %-28s %9lu\n", powercut_kind_name((enum powercut_kind)kind),
			     totals->by_kind[kind]);
	}
	for (int column = 0; column < 3; column++) {
		print_column(selection, column);
	}
	(void)printf("by slice:\n");
	for (size_t i = 0; i < POWERCUT_SLICES; i++) {
		(void)printf("  %-28s %9lu\n", slices[i], totals->by_slice[i]);
	}
	(void)printf("by cuts in a row:\n");
	for (size_t i = 1; i <= POWERCUT_CUTS; i++) {
		(void)printf("  %-28zu %9lu\n", i, totals->by_cuts[i]);
	}
	(void)printf("of these on the whole device:  %9lu\n", totals->whole);
	(void)printf("I/O errors from operation k on: %8lu\n", totals->by_kind[POWERCUT_FAIL]);
	(void)printf("operations lost at worst: %lu (%s)\n", totals->lost,
		     totals->lost_id[0] == '\0' ? "none" : totals->lost_id);
	(void)printf("planned: %lu cuts and I/O errors; fired: %lu\n", totals->planned,
		     totals->fired + totals->by_kind[POWERCUT_FAIL]);
	(void)printf("%.0f cuts a second in %.1f s\n", (double)totals->fired / totals->seconds,
		     totals->seconds);
}

/* Passes on what another such program prints, but for its last line. */
static void run_also(const char *command, unsigned long *fired, unsigned long *violations)
{
	char line[512];
	unsigned long cuts = 0;
	unsigned long broken = 0;
	bool is_told = false;
	FILE *other;

	(void)printf("%s\n", command);
	(void)fflush(stdout);
	other = popen(command, "r");
	if (other == NULL) {
		die("%s: %s", command, strerror(errno));
	}
	while (fgets(line, sizeof(line), other) != NULL) {
		if (sscanf(line, LAST_LINE, &cuts, &broken) == 2) {
			is_told = true;
			(void)printf("cuts of this command: %lu, violations: %lu\n\n", cuts,
				     broken);
		} else {
			(void)fputs(line, stdout);
		}
	}
	if ((pclose(other) != 0 && broken == 0) || !is_told) {
		die("%s: failed", command);
	}
	*fired += cuts;
	*violations += broken;
}

/* What is left of so many seconds since then; at least one, as none would be no end. */
static unsigned int seconds_left(unsigned int seconds, time_t then)
{
	const time_t spent = time(NULL) - then;

	return spent < (time_t)seconds ? seconds - (unsigned int)spent : 1;
}

static int run(const struct request *request, const struct selection *selection)
{
	struct powercut_totals totals = {.by_case = selection->by_case};
	struct powercut_plan plan = request->plan;
	const time_t began = time(NULL);
	unsigned long fired = 0;
	unsigned long violations = 0;

	for (size_t i = 0; i < request->alsos; i++) {
		run_also(request->also[i], &fired, &violations);
	}
	if (plan.most_seconds != 0) {
		plan.most_seconds = seconds_left(plan.most_seconds, began);
	}
	check(powercut_run(selection->cases, selection->count, &plan, &totals));
	print_totals(selection, &totals);
	violations += totals.violations;
	const bool is_enough = totals.fired >= plan.cuts &&
			       totals.planned == totals.fired + totals.by_kind[POWERCUT_FAIL];
	return end(fired + totals.fired, violations, violations > 0 || is_enough);
}

static int act(const struct request *request, const struct selection *selection)
{
	if (request->lists) {
		list(selection);
		return EXIT_SUCCESS;
	}
	if (request->replay != NULL) {
		return replay(request, selection);
	}
	return request->costs != NULL ? write_costs(request, selection) : run(request, selection);
}

int main(int argc, char **argv)
{
	const char *jobs = getenv("SLOTWISE_JOBS");
	struct request request = {
		.plan = {.workers = 2, .out = stdout},
		.slice = -1,
	};
	struct selection selection = {0};
	int status;

	if (jobs != NULL) {
		request.plan.workers = number_of("jobs", jobs);
	}
	parse(&request, argc, argv);
	/* No part of a device, and half a millisecond: every process would collect its entropy. */
	if (psa_crypto_init() != PSA_SUCCESS) {
		die("no crypto");
	}
	select_cases(&request, &selection);
	status = act(&request, &selection);
	free(selection.cases);
	free(selection.by_case);
	return status;
}
