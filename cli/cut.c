/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process is the device: when its power goes, it ends in the middle of the driver's call, and
 * nothing that the verb would still have done, said or cleaned up happens. What has to be said is
 * said here. The raw files hold what flash held at that moment: nothing is kept back in RAM.
 */
#include "cut.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "progress.h"

#define DIGITS "0123456789"

static int find_option(const struct cli_verb *verb)
{
	for (int i = 0; verb->options != NULL && verb->options[i].name != NULL; i++) {
		if (strcmp(verb->options[i].name, CLI_CUT_NAME) == 0) {
			return i;
		}
	}
	return -1;
}

/* A decimal number up to @p most; what follows it, or NULL if there is none. */
static const char *read_number(const char *text, unsigned long most, unsigned long *number)
{
	const size_t digits = strspn(text, DIGITS);

	errno = 0;
	*number = strtoul(text, NULL, 10);
	return digits > 0 && errno == 0 && *number <= most ? text + digits : NULL;
}

static void watch(void *arg, const struct sim_operation *operation)
{
	struct cli *cli = arg;

	cli->cut.operation = *operation;
}

/* "program of 64 bytes at 0x82000 of flash0" */
static void operation_text(const struct cli *cli, char *text, size_t room)
{
	const struct sim_operation *operation = &cli->cut.operation;

	if (operation->kind == SIM_SAVE) {
		(void)snprintf(text, room, "%s of the setting %s",
			       operation->len > 0 ? "saving" : "deletion", operation->name);
		return;
	}
	(void)snprintf(text, room, "%s of %zu bytes at 0x%jx of %s",
		       operation->kind == SIM_ERASE ? "erase" : "program", operation->len,
		       (uintmax_t)operation->offset,
		       sim_device_board(cli->device)->flash[operation->flash].label);
}

static json_t *operation_json(const struct cli *cli)
{
	static const char *const kinds[] = {
		[SIM_PROGRAM] = "program", [SIM_ERASE] = "erase", [SIM_SAVE] = "save"};
	const struct sim_operation *operation = &cli->cut.operation;
	const bool in_flash = operation->kind != SIM_SAVE;

	return json_pack(
		"{s:I, s:s, s:b, s:s?, s:o, s:I, s:s?}", "operation",
		(json_int_t)(cli->cut.after + 1), "kind", kinds[operation->kind], "torn",
		cli->cut.when == SIM_CUT_INSIDE, "flash",
		in_flash ? sim_device_board(cli->device)->flash[operation->flash].label : NULL,
		"offset", in_flash ? json_integer((json_int_t)operation->offset) : json_null(),
		"size", (json_int_t)operation->len, "setting", operation->name);
}

static void end_without_power(void *arg)
{
	const char *violation;
	struct cli *cli = arg;
	char what[160];

	cli_progress_end();
	violation = sim_device_violation(cli->device);
	if (violation != NULL) {
		cli_warn(cli->operand[0], "%s", violation);
	}
	operation_text(cli, what, sizeof(what));
	(void)cli_fail(cli, cli->operand[0], "power cut %s operation %" PRIu64 ", %s%s",
		       cli->cut.when == SIM_CUT_INSIDE ? "inside" : "before",
		       (uint64_t)cli->cut.after + 1, what,
		       cli->cut.when == SIM_CUT_INSIDE ? ", which is torn" : "");
	cli_report(cli, "cut", operation_json(cli));
	if (cli->json) {
		cli_print_report(cli);
	}
	(void)cli_flush();
	exit(CLI_CUT);
}

enum cli_status cli_cut_read(struct cli *cli)
{
	const int row = find_option(cli->verb);
	const char *text = row < 0 ? NULL : cli->option[row];
	unsigned long seed = 0;
	const char *rest;

	if (text == NULL) {
		return CLI_DONE;
	}
	rest = read_number(text, ULONG_MAX, &cli->cut.after);
	cli->cut.is_planned = true;
	cli->cut.when = rest != NULL && *rest == ':' ? SIM_CUT_INSIDE : SIM_CUT_BEFORE;
	if (cli->cut.when == SIM_CUT_INSIDE) {
		rest = read_number(rest + 1, UINT32_MAX, &seed);
		cli->cut.seed = (uint32_t)seed;
	}
	if (rest == NULL || *rest != '\0') {
		return cli_usage(cli->verb,
				 "--" CLI_CUT_NAME " %s: not N or N:SEED with N from 0 to %lu and "
				 "SEED from 0 to %" PRIu32,
				 text, ULONG_MAX, UINT32_MAX);
	}
	return CLI_DONE;
}

void cli_cut_plan(struct cli *cli)
{
	struct sim_power *power = sim_device_power(cli->device);

	if (cli->cut.is_planned) {
		power->watch = watch;
		power->off = end_without_power;
		power->arg = cli;
		sim_power_cut(power, cli->cut.after, cli->cut.when, cli->cut.seed, -EIO);
	}
}

void cli_cut_end(struct cli *cli)
{
	if (cli->cut.is_planned) {
		cli_report(cli, "cut", NULL);
	}
}
