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

/* A kind of operation in words; those at a place are "of N bytes at 0x0 of" something. */
struct kind {
	const char *name;
	const char *words;
	bool has_place;
};

static const struct kind kinds[] = {
	[SIM_PROGRAM] = {"program", "program", true},
	[SIM_ERASE] = {"erase", "erase", true},
	[SIM_SAVE] = {"save", "saving", false},
	[SIM_MODEM_PATCH] = {"modem-write", "write", true},
	[SIM_MODEM_CLEAR] = {"modem-erase", "erase of the modem's patch area", false},
	[SIM_MODEM_REQUEST] = {"modem-request", "request to the modem", false},
	[SIM_MODEM_UPDATE] = {"modem-update", "update of the modem at its start", false},
	[SIM_MODEM_CHUNK] = {"modem-chunk", "write", true},
	[SIM_MODEM_COMPLETE] = {"modem-complete", "end of the modem's full update", false},
};

static bool is_in_flash(const struct sim_operation *operation)
{
	return operation->kind == SIM_PROGRAM || operation->kind == SIM_ERASE;
}

static const char *label_of(const struct cli *cli)
{
	return sim_device_board(cli->device)->flash[cli->cut.operation.flash].label;
}

/* "program of 64 bytes at 0x82000 of flash0" */
static void operation_text(const struct cli *cli, char *text, size_t room)
{
	const struct sim_operation *operation = &cli->cut.operation;
	const struct kind *kind = &kinds[operation->kind];

	if (kind->has_place) {
		(void)snprintf(text, room, "%s of %zu bytes at 0x%jx of %s", kind->words,
			       operation->len, (uintmax_t)operation->offset,
			       is_in_flash(operation)               ? label_of(cli)
			       : operation->kind == SIM_MODEM_PATCH ? "the modem's patch area"
								    : "the modem");
	} else if (operation->kind == SIM_SAVE) {
		(void)snprintf(text, room, "%s of the setting %s",
			       operation->len > 0 ? "saving" : "deletion", operation->name);
	} else {
		(void)snprintf(text, room, "%s", kind->words);
	}
}

static json_t *operation_json(const struct cli *cli)
{
	const struct sim_operation *operation = &cli->cut.operation;
	const struct kind *kind = &kinds[operation->kind];

	return json_pack("{s:I, s:s, s:b, s:s?, s:o, s:I, s:s?}", "operation",
			 (json_int_t)(cli->cut.after + 1), "kind", kind->name, "torn",
			 cli->cut.when == SIM_CUT_INSIDE, "flash",
			 is_in_flash(operation) ? label_of(cli) : NULL, "offset",
			 kind->has_place ? json_integer((json_int_t)operation->offset)
					 : json_null(),
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
	const char *text = cli_option_value(cli, CLI_CUT_NAME);
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
		power->counts = cli->verb->cut_counts;
		sim_power_cut(power, cli->cut.after, cli->cut.when, cli->cut.seed, -EIO);
	}
}

void cli_cut_end(struct cli *cli)
{
	if (cli->cut.is_planned) {
		cli_report(cli, "cut", NULL);
	}
}
