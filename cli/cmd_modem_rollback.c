/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cut.h"
#include "fault.h"
#include "modem_view.h"
#include "output.h"
#include "session.h"
#include "verbs.h"

static const struct cli_option options[] = {
	CLI_CUT_OPTION,
	CLI_FAULT_OPTION,
	{NULL, NULL, NULL},
};

static enum cli_status roll_back(struct cli *cli, const struct sim_modem *modem)
{
	struct sim_modem_status status;
	int rc;

	sim_modem_status_get(modem, &status);
	if (!status.can_roll_back) {
		return cli_fail(cli, cli->operand[0],
				"the modem has no firmware to go back to: only a patch leaves one, "
				"until the patch area is erased");
	}
	rc = modem->port.delta->rollback(&modem->port);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "the modem does not take it back: %s",
				cli_modem_code(rc));
	}
	cli_say(cli, "scheduled for the next boot: the modem goes back to the firmware before %s",
		cli_modem_version(&status));
	return CLI_DONE;
}

static enum cli_status run(struct cli *cli)
{
	struct sim_modem_status now;
	struct sim_modem *modem;
	enum cli_status status;

	cli_report(cli, "state", NULL);
	status = cli_open_device(cli);
	status = status != CLI_DONE ? status : cli_need_modem(cli, &modem);
	if (status != CLI_DONE) {
		return status;
	}
	status = roll_back(cli, modem);
	sim_modem_status_get(modem, &now);
	cli_report(cli, "state", json_string(cli_modem_state_word(now.state)));
	return status;
}

const struct cli_verb cli_verb_modem_rollback = {
	.name = "modem rollback",
	.operands = {"DEV"},
	.options = options,
	.summary = "have the modem go back to the firmware before its last patch",
	.help = "At the next boot. Possible until the patch area is erased, as by the next patch.",
	.run = run,
};
