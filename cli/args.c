/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines. Options may stand anywhere, as "--name value" or "--name=value"; "--" ends them.
 * Help texts come from the same tables that the parser reads, so that neither knows an option the
 * other does not.
 */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool repeats(const struct cli_verb *verb, const char *option)
{
	return verb->repeats != NULL && strcmp(verb->repeats, option) == 0;
}

static void print_usage(FILE *to, const struct cli_verb *verb)
{
	fprintf(to, "usage: slotwise ");
	if (verb == NULL) {
		fprintf(to, "VERB ...   (slotwise --help lists the verbs)\n");
		return;
	}
	fprintf(to, "%s", verb->name);
	for (size_t i = 0; verb->operands[i] != NULL; i++) {
		fprintf(to, " %s", verb->operands[i]);
	}
	for (const struct cli_option *o = verb->options; o != NULL && o->name != NULL; o++) {
		fprintf(to, o->value != NULL ? " [--%s %s]" : " [--%s]", o->name, o->value);
		fprintf(to, "%s", repeats(verb, o->name) ? "..." : "");
	}
	fprintf(to, " [--json]\n");
}

static void print_option(const char *name, const char *value, const char *help)
{
	char left[40];

	(void)snprintf(left, sizeof(left), "--%s%s%s", name, value != NULL ? " " : "",
		       value != NULL ? value : "");
	printf("  %-20s %s\n", left, help);
}

static void print_verb_help(const struct cli_verb *verb)
{
	print_usage(stdout, verb);
	printf("\n%s\n", verb->summary);
	if (verb->help != NULL) {
		printf("\n%s\n", verb->help);
	}
	printf("\n");
	for (const struct cli_option *o = verb->options; o != NULL && o->name != NULL; o++) {
		print_option(o->name, o->value, o->help);
	}
	print_option("json", NULL, "report as one JSON object on stdout");
	print_option("help", NULL, "this text");
}

void cli_print_help(const struct cli_verb *verb)
{
	if (verb != NULL) {
		print_verb_help(verb);
		return;
	}
	printf("usage: slotwise VERB ...\n\n"
	       "Firmware updates on a simulated device: a folder with the board and the\n"
	       "content of its flash, one raw file for each flash device.\n\n");
	for (size_t i = 0; cli_verbs[i] != NULL; i++) {
		printf("  %-17s %s\n", cli_verbs[i]->name, cli_verbs[i]->summary);
	}
	printf("\nslotwise VERB --help tells more; slotwise --version tells the version.\n"
	       "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 power cut as asked.\n");
}

bool cli_is_help(const char *arg)
{
	return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

enum cli_status cli_usage(const struct cli_verb *verb, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "slotwise: %s: ", verb != NULL ? verb->name : "usage");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	print_usage(stderr, verb);
	return CLI_USAGE;
}

/* Row of the option that @p arg names up to its end or '='; -1 if there is none. */
static int find_option(const struct cli_verb *verb, const char *arg)
{
	size_t len = strcspn(arg, "=");

	for (int i = 0; verb->options != NULL && verb->options[i].name != NULL; i++) {
		if (strlen(verb->options[i].name) == len &&
		    strncmp(verb->options[i].name, arg, len) == 0) {
			return i;
		}
	}
	return -1;
}

static enum cli_status take_value(struct cli *cli, int row, const char *value)
{
	const char *name = cli->verb->options[row].name;

	if (cli->option[row] == NULL) {
		cli->option[row] = value;
	}
	if (!repeats(cli->verb, name)) {
		return CLI_DONE;
	}
	if (cli->repeated_count == CLI_REPEATS_MAX) {
		return cli_usage(cli->verb, "--%s is given more than %d times", name,
				 CLI_REPEATS_MAX);
	}
	cli->repeated[cli->repeated_count++] = value;
	return CLI_DONE;
}

/* Takes "--name", with its value from after '=' or from @p next. *taken counts arguments. */
static enum cli_status parse_option(struct cli *cli, const char *arg, const char *next, int *taken)
{
	const struct cli_verb *verb = cli->verb;
	const char *equals = strchr(arg + 2, '=');
	int row = find_option(verb, arg + 2);

	*taken = 1;
	if (row < 0) {
		return cli_usage(verb, "%s: no such option", arg);
	}
	if (cli->option[row] != NULL && !repeats(verb, verb->options[row].name)) {
		return cli_usage(verb, "--%s is given twice", verb->options[row].name);
	}
	if (verb->options[row].value == NULL) {
		cli->option[row] = "";
		if (equals != NULL) {
			return cli_usage(verb, "--%s has no value", verb->options[row].name);
		}
		return CLI_DONE;
	}
	if (equals != NULL) {
		return take_value(cli, row, equals + 1);
	}
	if (next == NULL) {
		return cli_usage(verb, "--%s needs a value", verb->options[row].name);
	}
	*taken = 2;
	return take_value(cli, row, next);
}

static enum cli_status add_operand(struct cli *cli, int *count, const char *arg)
{
	if (cli->verb->operands[*count] == NULL) {
		return cli_usage(cli->verb, "\"%s\" is one argument too many", arg);
	}
	cli->operand[(*count)++] = arg;
	return CLI_DONE;
}

enum cli_status cli_parse(struct cli *cli, int argc, char *const argv[], bool *help)
{
	bool options = true;
	int count = 0;
	int taken;

	for (int i = 0; i < argc; i += taken) {
		enum cli_status status = CLI_DONE;

		taken = 1;
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (options && cli_is_help(argv[i])) {
			*help = true;
			return CLI_DONE;
		} else if (options && strcmp(argv[i], "--json") == 0) {
			cli->json = true;
		} else if (options && strncmp(argv[i], "--", 2) == 0) {
			status = parse_option(cli, argv[i], i + 1 < argc ? argv[i + 1] : NULL,
					      &taken);
		} else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
			status = cli_usage(cli->verb, "%s: no such option", argv[i]);
		} else {
			status = add_operand(cli, &count, argv[i]);
		}
		if (status != CLI_DONE) {
			return status;
		}
	}
	if (cli->verb->operands[count] != NULL && cli->verb->operands[count][0] != '[') {
		return cli_usage(cli->verb, "%s is missing", cli->verb->operands[count]);
	}
	return CLI_DONE;
}

const char *cli_option_value(const struct cli *cli, const char *name)
{
	const int row = find_option(cli->verb, name);

	return row < 0 ? NULL : cli->option[row];
}

enum cli_status cli_number(const struct cli *cli, int option, unsigned long least,
			   unsigned long most, unsigned long *value)
{
	const char *text = cli->option[option];
	unsigned long number;

	if (text == NULL) {
		return CLI_DONE;
	}
	errno = 0;
	number = strtoul(text, NULL, 10);
	if (*text == '\0' || text[strspn(text, "0123456789")] != '\0' || errno != 0 ||
	    number < least || number > most) {
		return cli_usage(cli->verb, "--%s %s: not a number from %lu to %lu",
				 cli->verb->options[option].name, text, least, most);
	}
	*value = number;
	return CLI_DONE;
}
