/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/dfu_target_mcuboot.h>

#include "output.h"
#include "session.h"
#include "verbs.h"

static enum cli_status cancel(struct cli *cli, unsigned int image, json_t *cancelled)
{
	int rc = dfu_target_mcuboot_cancel((int)image);

	/* Without a secondary slot nothing can be pending. */
	if (rc == -ENOENT || rc == -ENODEV) {
		return CLI_DONE;
	}
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "image %u: %s", image, cli_why(rc));
	}
	(void)json_array_append_new(cancelled, json_integer((json_int_t)image));
	cli_say(cli, "image %u: the scheduled update is taken back; its image stays in slot 1",
		image);
	return CLI_DONE;
}

static enum cli_status run(struct cli *cli)
{
	json_t *cancelled = json_array();
	enum cli_status status;
	unsigned int images;

	cli_report(cli, "cancelled", cancelled);
	status = cli_open_device_to_change(cli);
	if (status != CLI_DONE) {
		return status;
	}
	images = sim_device_board(cli->device)->arrangement.images;
	for (unsigned int i = 0; i < images && status == CLI_DONE; i++) {
		status = cli_need_confirmed(cli, i);
	}
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	for (unsigned int i = 0; i < images && status == CLI_DONE; i++) {
		status = cancel(cli, i, cancelled);
	}
	if (status == CLI_DONE && json_array_size(cancelled) == 0) {
		cli_say(cli, "nothing pending");
	}
	return status;
}

const struct cli_verb cli_verb_cancel = {
	.name = "cancel",
	.operands = {"DEV"},
	.summary = "take a scheduled update back",
	.help = "Refused while the running image is unconfirmed.",
	.run = run,
};
