/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>

#include "devicetree.h"
#include "output.h"
#include "session.h"
#include "slots.h"
#include "verbs.h"

enum { OPTION_BOARD, OPTION_MODE, OPTION_MODEM_KEY };

static const struct cli_option options[] = {
	{"board", "B.dts", "devicetree source of the board (needed)"},
	{"mode", "M", "bootloader mode in place of the board's"},
	{"modem-key", "PUB.pem", "RSA-2048 key that whole firmwares for the modem are signed by"},
	{NULL, NULL, NULL},
};

static enum cli_status make(struct cli *cli, void **blob, size_t *len)
{
	static struct sim_board board;
	const char *file = cli->option[OPTION_BOARD];
	const char *mode = cli->option[OPTION_MODE];
	struct sim_error error;

	if (mode != NULL && sim_board_set_mode(blob, len, mode, &error) != 0) {
		return cli_fail(cli, file, "%s", error.text);
	}
	if (sim_board_load(&board, *blob, &error) != 0) {
		return cli_fail(cli, file, "%s", error.text);
	}
	if (cli_need_whole_slots(cli, &board) != CLI_DONE) {
		return CLI_FAILED;
	}
	const struct sim_device_options made_with = {.source = file,
						     .modem_key = cli->option[OPTION_MODEM_KEY]};

	if (sim_device_create(cli->operand[0], *blob, *len, &made_with, &error) != 0) {
		return cli_fail(cli, cli->operand[0], "%s", error.text);
	}
	cli_report(cli, "device", json_string(cli->operand[0]));
	cli_report(cli, "mode", json_string(boot_mode_name(board.arrangement.mode)));
	cli_say(cli, "%s: %zu flash device%s, all erased; mode %s", cli->operand[0], board.flashes,
		board.flashes == 1 ? "" : "s", boot_mode_name(board.arrangement.mode));
	if (cli_open_device(cli) == CLI_DONE) {
		cli_warn_of_slots(cli);
		return CLI_DONE;
	}
	return CLI_FAILED;
}

static enum cli_status run(struct cli *cli)
{
	const char *mode = cli->option[OPTION_MODE];
	struct sim_error error;
	enum cli_status status;
	void *blob;
	size_t len;

	if (cli->option[OPTION_BOARD] == NULL) {
		return cli_usage(cli->verb, "--board is missing");
	}
	if (mode != NULL && sim_board_mode(mode) == BOOT_MODE_COUNT) {
		return cli_usage(cli->verb, "--mode %s: no mode of the bootloader", mode);
	}
	cli_report(cli, "device", NULL);
	cli_report(cli, "mode", NULL);
	if (sim_devicetree_compile(cli->option[OPTION_BOARD], &blob, &len, &error) != 0) {
		return cli_fail(cli, cli->option[OPTION_BOARD], "%s", error.text);
	}
	status = make(cli, &blob, &len);
	free(blob);
	return status;
}

const struct cli_verb cli_verb_new = {
	.name = "new",
	.operands = {"DEV"},
	.options = options,
	.summary = "make a device folder, all flash erased",
	.help = "DEV must not exist. Modes: swap-scratch, swap-move, swap-offset, overwrite-only,\n"
		"direct-xip, direct-xip-revert, ram-load, ram-load-revert, single-slot,\n"
		"firmware-loader. Without --modem-key the modem takes only whole firmwares with "
		"the\n"
		"dummy signature.",
	.run = run,
};
