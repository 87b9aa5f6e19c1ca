/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "file_write.h"
#include "make.h"
#include "modem_files.h"
#include "output.h"
#include "verbs.h"

enum { OPTION_FROM, OPTION_TO };

static const struct cli_option options[] = {
	{"from", "A", "full file of the firmware that the modem has (needed)"},
	{"to", "B", "full file of the firmware that it is to have (needed)"},
	{NULL, NULL, NULL},
};

/* A firmware from a full file. */
struct side {
	struct cli_file file;
	struct sim_modem_firmware firmware;
	struct cli_firmware_name name;
};

static enum cli_status read_side(struct cli *cli, int option, struct side *side)
{
	const char *path = cli->option[option];
	const enum cli_status status = cli_full_read(cli, path, &side->file, &side->firmware);

	return status != CLI_DONE ? status
				  : cli_firmware_name(cli, path, &side->firmware, &side->name);
}

static enum cli_status make(struct cli *cli, const struct side *from, const struct side *to)
{
	const char *path = cli->operand[0];
	enum cli_status status;
	uint8_t *file = NULL;
	size_t len = 0;
	const int rc = sim_modem_make_delta(&from->firmware, &to->firmware, &file, &len);

	if (rc != 0) {
		return cli_fail(cli, path, "%s", strerror(-rc));
	}
	status = cli_file_write(cli, path, file, len);
	free(file);
	if (status != CLI_DONE) {
		return status;
	}
	cli_report(cli, "size", json_integer((json_int_t)len));
	cli_report(cli, "from_uuid", json_string(from->name.uuid));
	cli_report(cli, "to_uuid", json_string(to->name.uuid));
	cli_say(cli, "%s: %zu bytes", path, len);
	cli_say(cli, "from       %s", from->name.uuid);
	cli_say(cli, "to         %s", to->name.uuid);
	cli_report_digest(cli, &to->name);
	return CLI_DONE;
}

static enum cli_status run(struct cli *cli)
{
	static struct side from, to; /* a run has one of each, and they are large */
	static const char *const keys[] = {"size", "from_uuid", "to_uuid", "digest", NULL};
	enum cli_status status;

	for (int i = OPTION_FROM; i <= OPTION_TO; i++) {
		if (cli->option[i] == NULL) {
			return cli_usage(cli->verb, "--%s is missing", options[i].name);
		}
	}
	cli_report_nothing(cli, keys);
	status = read_side(cli, OPTION_FROM, &from);
	status = status != CLI_DONE ? status : read_side(cli, OPTION_TO, &to);
	status = status != CLI_DONE ? status : make(cli, &from, &to);
	cli_file_free(&from.file);
	cli_file_free(&to.file);
	return status;
}

const struct cli_verb cli_verb_make_delta = {
	.name = "make modem-delta",
	.operands = {"OUT"},
	.options = options,
	.summary = "make a patch from one modem firmware to another",
	.help = "OUT is overwritten. Only a modem that runs A takes the patch.",
	.run = run,
};
