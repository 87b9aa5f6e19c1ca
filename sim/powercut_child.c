/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children.
 *
 * A boot of the device is a child of the worker: what it had in RAM ends with it. It tells what
 * came of it in shared memory. A child that ends in any other way than by returning from the
 * scenario, or by the planned cut, is broken; an alarm ends one that hangs.
 */
#include "powercut_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_SECONDS 20

typedef int (*scenario_fn)(const struct powercut_world *world);

/* A test framework's handlers would take a crash in a child for one of its own tests. */
static void default_signals(void)
{
	static const int signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		(void)signal(signals[i], SIG_DFL);
	}
}

static unsigned int child_seconds(const struct powercut_worker *worker)
{
	return worker->plan->child_seconds != 0 ? worker->plan->child_seconds : CHILD_SECONDS;
}

static void power_off(void *arg)
{
	struct powercut_worker *worker = arg;

	worker->told->off = true;
	worker->told->operations += worker->power.operations;
	_exit(0);
}

static void power_watch(void *arg, const struct sim_operation *operation)
{
	struct powercut_worker *worker = arg;

	if (operation->kind == SIM_SAVE) {
		powercut_violation(&worker->world, "scenario",
				   "the setting %s is saved outside the block", operation->name);
		return;
	}
	if (operation->kind >= SIM_MODEM_PATCH && worker->layout.opaque.size == 0) {
		powercut_violation(&worker->world, "scenario", "no part of the block is a modem");
		return;
	}
	powercut_recording_add(worker->way.recording, &worker->world, operation);
}

static void plan_cut(struct powercut_worker *worker, const struct powercut_cut *cut)
{
	static const enum sim_cut whens[POWERCUT_KINDS] = {
		[POWERCUT_BEFORE] = SIM_CUT_BEFORE,
		[POWERCUT_INSIDE] = SIM_CUT_INSIDE,
		[POWERCUT_AFTER] = SIM_CUT_AFTER,
	};
	const unsigned long before = worker->told->operations;
	const unsigned long k = cut->k > before ? cut->k - before : 0;

	if (cut->kind == POWERCUT_FAIL) {
		sim_power_fail(&worker->power, k, -EIO);
	} else {
		sim_power_cut(&worker->power, k, whens[cut->kind], cut->seed, -EIO);
	}
}

void powercut_live(const struct powercut_world *world)
{
	struct powercut_worker *worker = world->worker;

	sim_power_init(&worker->power);
	worker->power.arg = worker;
	worker->power.off = power_off;
	if (worker->way.recording != NULL) {
		powercut_recording_block(worker->way.recording, world);
		worker->power.watch = power_watch;
	}
	if (worker->way.cut != NULL) {
		plan_cut(worker, worker->way.cut);
	}
}

void powercut_violation(const struct powercut_world *world, const char *invariant,
			const char *format, ...)
{
	struct powercut_told *told = world->worker->told;
	va_list args;

	if (told->broken) {
		return;
	}
	(void)snprintf(told->invariant, sizeof(told->invariant), "%s", invariant);
	va_start(args, format);
	(void)vsnprintf(told->text, sizeof(told->text), format, args);
	va_end(args);
	told->broken = true;
}

void powercut_say(const struct powercut_world *world, const char *format, ...)
{
	FILE *out = world->worker->plan->out;
	va_list args;

	if (!world->worker->says) {
		return;
	}
	va_start(args, format);
	(void)fputs("    ", out);
	(void)vfprintf(out, format, args);
	(void)fputc('\n', out);
	(void)fflush(out);
	va_end(args);
}

static scenario_fn function_of(const struct powercut_worker *worker, enum powercut_role role)
{
	const struct powercut_scenario *how = worker->id->at->how;

	switch (role) {
	case POWERCUT_PREPARE:
		return how->prepare;
	case POWERCUT_RUN:
		return how->run;
	default:
		return how->finish;
	}
}

static _Noreturn void be_device(struct powercut_worker *worker, enum powercut_role role)
{
	struct powercut_told *told = worker->told;

	(void)alarm(child_seconds(worker));
	sim_power_init(&worker->power);
	worker->world.power = &worker->power;
	told->rc = function_of(worker, role)(&worker->world);
	told->fails |= worker->power.plan == SIM_PLAN_FAIL && worker->power.fired;
	told->operations += worker->power.operations;
	_exit(0);
}

static bool ended_well(const struct powercut_worker *worker, int status)
{
	const struct powercut_world *world = &worker->world;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		return true;
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
		powercut_violation(world, "hang", "no end after %u seconds", child_seconds(worker));
	} else if (WIFSIGNALED(status)) {
		powercut_violation(world, "crash", "signal %d: %s", WTERMSIG(status),
				   strsignal(WTERMSIG(status)));
	} else {
		powercut_violation(world, "crash", "exit status %d", WEXITSTATUS(status));
	}
	return false;
}

/* False: broken, and told. */
static bool boot(struct powercut_worker *worker, enum powercut_role role)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		be_device(worker, role);
	}
	if (child < 0 || waitpid(child, &status, 0) != child) {
		powercut_violation(&worker->world, "runner", "no process: %s", strerror(errno));
		return false;
	}
	return ended_well(worker, status);
}

enum powercut_outcome powercut_fly(struct powercut_worker *worker, enum powercut_role role,
				   struct powercut_way way)
{
	struct powercut_told *told = worker->told;

	worker->way = way;
	told->off = false;
	told->fails = false;
	told->operations = 0;
	for (unsigned int boots = 0; boots < POWERCUT_BOOTS; boots++) {
		if (!boot(worker, role)) {
			return POWERCUT_BROKEN;
		}
		if (told->off) {
			return POWERCUT_OFF;
		}
		if (told->rc != POWERCUT_RESET) {
			return told->rc == 0 ? POWERCUT_DONE : POWERCUT_ERROR;
		}
	}
	powercut_violation(&worker->world, "hang", "no end after %d resets", POWERCUT_BOOTS);
	return POWERCUT_BROKEN;
}

void powercut_check(const struct powercut_worker *worker,
		    void (*check)(const struct powercut_world *world))
{
	if (check == NULL) {
		return;
	}
	(void)alarm(child_seconds(worker));
	check(&worker->world);
	(void)alarm(0);
}

pid_t powercut_worker_start(void (*work)(void *arg), void *arg)
{
	pid_t child = fork();

	if (child == 0) {
		default_signals();
		work(arg);
		_exit(0);
	}
	return child < 0 ? -errno : child;
}

/* What killed a worker was a check, of the ID that it left. */
void powercut_report_dead(struct powercut_worker *worker, int status)
{
	const bool killed = WIFSIGNALED(status);

	worker->told->broken = false;
	if (killed && WTERMSIG(status) == SIGALRM) {
		powercut_violation(&worker->world, "hang", "a check does not end");
	} else if (killed) {
		powercut_violation(&worker->world, "crash", "of a check: %s",
				   strsignal(WTERMSIG(status)));
	} else {
		powercut_violation(&worker->world, "crash", "of a check: exit status %d",
				   WEXITSTATUS(status));
	}
	powercut_report(worker);
}
