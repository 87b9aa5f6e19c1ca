/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slotwise: one verb a run. Here the verb is found ("modem apply" before "modem", so that a folder
 * with the name of a second word is ./apply), and afterwards everything that holds for all of
 * them is done: a broken NOR rule is an error even where the verb went on, the report is printed at
 * exit 1, too, and output that could not be written is a failure.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cut.h"
#include "fault.h"
#include "output.h"
#include "verbs.h"

const struct cli_verb *const cli_verbs[] = {
	&cli_verb_new,       &cli_verb_flash,       &cli_verb_update,         &cli_verb_schedule,
	&cli_verb_boot,      &cli_verb_confirm,     &cli_verb_cancel,         &cli_verb_status,
	&cli_verb_modem,     &cli_verb_modem_apply, &cli_verb_modem_rollback, &cli_verb_inspect,
	&cli_verb_make_full, &cli_verb_make_delta,  &cli_verb_make_package,   NULL,
};

/* How many arguments are the words of a verb's name; 0 if they are not those. */
static int count_words(const char *name, int argc, char *const argv[])
{
	for (int words = 0; words < argc; words++) {
		const size_t len = strcspn(name, " ");

		if (strlen(argv[words]) != len || strncmp(name, argv[words], len) != 0) {
			return 0;
		}
		if (name[len] == '\0') {
			return words + 1;
		}
		name += len + 1;
	}
	return 0;
}

/* The verb with the longest name that fits; *words: of that. */
static const struct cli_verb *find_verb(int argc, char *const argv[], int *words)
{
	const struct cli_verb *found = NULL;

	*words = 0;
	for (size_t i = 0; cli_verbs[i] != NULL; i++) {
		const int count = count_words(cli_verbs[i]->name, argc, argv);

		if (count > *words) {
			found = cli_verbs[i];
			*words = count;
		}
	}
	return found;
}

/* Whether verbs of two words begin with this one. */
static bool is_first_word(const char *word)
{
	const size_t len = strlen(word);
	size_t i = 0;

	while (cli_verbs[i] != NULL &&
	       (strncmp(cli_verbs[i]->name, word, len) != 0 || cli_verbs[i]->name[len] != ' ')) {
		i++;
	}
	return len > 0 && cli_verbs[i] != NULL;
}

static enum cli_status no_verb(int argc, char *const argv[])
{
	if (!is_first_word(argv[0])) {
		return cli_usage(NULL, "%s: no such verb", argv[0]);
	}
	if (argc < 2) {
		return cli_usage(NULL, "%s: its second word is missing", argv[0]);
	}
	if (cli_is_help(argv[1])) {
		cli_print_help(NULL);
		return CLI_DONE;
	}
	return cli_usage(NULL, "%s %s: no such verb", argv[0], argv[1]);
}

enum cli_status cli_finish(struct cli *cli, enum cli_status status)
{
	const char *violation = cli->device != NULL ? sim_device_violation(cli->device) : NULL;

	if (violation != NULL) {
		status = cli_fail(cli, cli->operand[0], "%s", violation);
	}
	cli_cut_end(cli);
	if (cli->json && status != CLI_USAGE) {
		cli_print_report(cli);
	}
	sim_device_close(cli->device);
	json_decref(cli->report);
	return status;
}

/* words: of argv, behind the program, that name the verb. */
static enum cli_status run(const struct cli_verb *verb, int words, int argc, char *const argv[])
{
	struct cli cli = {.verb = verb, .argv = argv};
	bool help = false;
	enum cli_status status = cli_parse(&cli, argc - 1 - words, &argv[1 + words], &help);

	if (status != CLI_DONE) {
		return status;
	}
	if (help) {
		cli_print_help(verb);
		return CLI_DONE;
	}
	status = cli_cut_read(&cli);
	status = status != CLI_DONE ? status : cli_fault_read(&cli);
	if (status != CLI_DONE) {
		return status;
	}
	cli.report = json_object();
	return cli_finish(&cli, verb->run(&cli));
}

static enum cli_status dispatch(int argc, char *argv[])
{
	const struct cli_verb *verb;
	int words;

	if (argc < 2) {
		return cli_usage(NULL, "a verb is missing");
	}
	if (cli_is_help(argv[1])) {
		cli_print_help(NULL);
		return CLI_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("slotwise " SLOTWISE_VERSION "\n");
		return CLI_DONE;
	}
	verb = find_verb(argc - 1, &argv[1], &words);
	return verb != NULL ? run(verb, words, argc, argv) : no_verb(argc - 1, &argv[1]);
}

int main(int argc, char *argv[])
{
	enum cli_status status;

	/*
	 * A limit on file sizes is then an error like a full disk, and is cleaned up after like
	 * one.
	 */
	(void)signal(SIGXFSZ, SIG_IGN);
	/* Only for the characters of the flash map: numbers and messages stay as they are. */
	(void)setlocale(LC_CTYPE, "");
	status = dispatch(argc, argv);
	return (int)(!cli_flush() && status == CLI_DONE ? CLI_FAILED : status);
}
