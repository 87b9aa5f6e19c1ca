/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A patch for the modem's firmware. The modem collects it in an area of its own, which it may have
 * to erase first; that takes a time of which the events tell, simulated like the modem. One that
 * does not come to an end is given up here, as an application would, which then takes the modem off
 * the network or restarts it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "modem_files.h"
#include "modem_view.h"
#include "output.h"
#include "session.h"
#include "target.h"
#include "update.h"

#define LONGER_S 600u /* than this modem's erase takes: it does not come to an end */

/* The erase under way; of the process, because the library's callback has no argument. */
static struct {
	struct cli *cli;
	const struct sim_modem *modem;
	uint64_t begun_ms;
} erase;

void update_modem_delta_watch(struct cli *cli, const struct sim_modem *modem)
{
	erase.cli = cli;
	erase.modem = modem;
}

static uint64_t elapsed_s(void)
{
	return (erase.modem->now_ms - erase.begun_ms) / 1000;
}

/* The library waits as long as it takes; only the end of the process ends that. */
static void give_up(void)
{
	const enum cli_status status = cli_fail(
		erase.cli, erase.cli->operand[0],
		"the modem does not come to the end of the erase: given up after %" PRIu64 " s",
		elapsed_s());

	exit((int)cli_finish(erase.cli, status));
}

void update_modem_delta_event(enum dfu_target_evt_id event)
{
	const struct sim_board *board = sim_device_board(erase.cli->device);

	switch (event) {
	case DFU_TARGET_EVT_ERASE_PENDING:
		erase.begun_ms = erase.modem->now_ms;
		cli_say(erase.cli, "the modem erases its patch area ...");
		break;
	case DFU_TARGET_EVT_TIMEOUT:
		cli_say(erase.cli, "... not done after %" PRIu64 " s", elapsed_s());
		if (elapsed_s() >= LONGER_S + board->modem.erase_ms / 1000) {
			give_up();
		}
		break;
	case DFU_TARGET_EVT_ERASE_DONE:
		cli_say(erase.cli, "... done after %" PRIu64 " s", elapsed_s());
		break;
	}
}

static enum cli_status judge_file(struct cli *cli, const struct update *update,
				  const struct sim_modem_status *status)
{
	const char *path = cli->operand[1];
	struct sim_modem_delta delta;
	struct sim_error error;

	if (sim_modem_read_delta(update->file.data, update->file.len, &delta, &error) != 0) {
		return cli_fail(cli, path, "%s", error.text);
	}
	if (status->state == SIM_MODEM_UNBOOTABLE) {
		return cli_fail(cli, cli->operand[0],
				"the modem has no firmware that could be patched: its full update "
				"was begun and not ended; slotwise modem apply does that");
	}
	if (strcmp(delta.from_uuid, status->uuid) != 0) {
		return cli_fail(cli, path,
				"a patch for a firmware with UUID %s, but the modem has %s",
				delta.from_uuid, status->uuid);
	}
	if (update->file.len > status->area) {
		return cli_fail(cli, path, "%zu bytes, but the modem's patch area has %zu: %s",
				update->file.len, status->area, strerror(EFBIG));
	}
	return CLI_DONE;
}

enum cli_status update_modem_delta_schedule(struct cli *cli)
{
	int rc;

	if (cli->option[UPDATE_NO_SCHEDULE] != NULL) {
		return CLI_DONE;
	}
	rc = dfu_target_schedule_update(0);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "cannot schedule: %s", cli_modem_why(rc));
	}
	cli_report(cli, "scheduled", json_string("permanent"));
	cli_say(cli, "scheduled for the next boot: the modem applies it then");
	return CLI_DONE;
}

/* It was given nothing of the patch yet. */
static const char *why_not_begun(int rc)
{
	return rc == -EINVAL ? "the modem does not answer as one that takes a patch"
			     : cli_modem_why(rc);
}

static enum cli_status carry_out(struct cli *cli, const struct update *update,
				 const struct sim_modem_status *status)
{
	const struct update_way way = {
		.callback = update_modem_delta_event,
		.place = "the modem",
		.had_progress = status->offset > 0 && status->offset < DFU_MODEM_OFFSET_DIRTY,
		.why = cli_modem_why,
		.why_not_begun = why_not_begun,
	};
	enum cli_status result;
	int rc;

	(void)cli_check_settings(cli);
	result = cli_target_name_file(cli, &update->file);
	if (result != CLI_DONE) {
		return result;
	}
	cli_report(cli, "size", json_integer((json_int_t)update->file.len));
	cli_say(cli, "modem: a patch of %zu bytes for firmware %s", update->file.len,
		cli_modem_version(status));
	result = update_write(cli, update, &way);
	if (result != CLI_DONE) {
		return result;
	}
	rc = dfu_target_done(true);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "cannot end: %s", cli_modem_why(rc));
	}
	cli_say(cli, "the modem has all %zu bytes", update->file.len);
	return update_modem_delta_schedule(cli);
}

enum cli_status update_modem_delta(struct cli *cli, const struct update *update)
{
	struct sim_modem_status modem_status;
	struct sim_modem *modem;
	enum cli_status status = cli_need_modem(cli, &modem);

	status = status != CLI_DONE ? status : update_refuse_image_options(cli);
	if (status != CLI_DONE) {
		return status;
	}
	update_modem_delta_watch(cli, modem);
	sim_modem_status_get(modem, &modem_status);
	status = judge_file(cli, update, &modem_status);
	return status != CLI_DONE ? status : carry_out(cli, update, &modem_status);
}
