/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an application learns from the modem, and what the simulator knows of it besides. The modem
 * itself is asked, so that one which does not answer is seen to.
 */
#include <inttypes.h>
#include <string.h>

#include "fault.h"
#include "modem_view.h"
#include "output.h"
#include "session.h"
#include "verbs.h"

static const struct cli_option options[] = {
	CLI_FAULT_OPTION,
	{NULL, NULL, NULL},
};

static json_t *segments_json(const struct sim_modem_firmware *firmware)
{
	json_t *segments = json_array();

	for (size_t i = 0; i < firmware->count; i++) {
		(void)json_array_append_new(segments,
					    json_pack("{s:I, s:I}", "address",
						      (json_int_t)firmware->segment[i].addr, "size",
						      (json_int_t)firmware->segment[i].len));
	}
	return segments;
}

/* The keys of `status`, at the top. */
static void report(struct cli *cli, const struct cli_modem_view *view,
		   const struct sim_modem_firmware *firmware)
{
	const bool is_whole = view->status.state != SIM_MODEM_UNBOOTABLE;
	json_t *modem = cli_modem_json(view);
	const char *key;
	json_t *value;

	json_object_foreach(modem, key, value)
	{
		cli_report(cli, key, json_incref(value));
	}
	json_decref(modem);
	if (is_whole) {
		cli_report(cli, "version",
			   view->status.version[0] != '\0' ? json_string(view->status.version)
							   : NULL);
		cli_report(cli, "segments", segments_json(firmware));
	}
}

static void say(const struct cli *cli, const struct cli_modem_view *view,
		const struct sim_modem_firmware *firmware)
{
	cli_modem_say(cli, view);
	cli_say(cli, "  takes       whole firmwares with %s",
		view->status.has_key ? "a signature by its key" : "the dummy signature");
	if (view->status.state == SIM_MODEM_UNBOOTABLE) {
		return;
	}
	for (size_t i = 0; i < firmware->count; i++) {
		cli_say(cli, "  segment     0x%08" PRIx32 "  %" PRIu32 " bytes",
			firmware->segment[i].addr, firmware->segment[i].len);
	}
}

static enum cli_status fail_call(struct cli *cli, enum sim_modem_call call, int rc)
{
	return cli_fail(cli, cli->operand[0], "the modem answers %s: %s", sim_modem_call_name(call),
			cli_modem_code(rc));
}

static int ask_digest(const struct sim_modem *modem, const struct sim_modem_firmware *firmware)
{
	struct dfu_modem_range range[FMFU_FDEV_SEGMENTS_MAX];
	uint8_t digest[DFU_MODEM_DIGEST_LEN];

	for (size_t i = 0; i < firmware->count; i++) {
		const struct sim_modem_segment *segment = &firmware->segment[i];

		range[i].start = segment->addr;
		range[i].end = segment->addr + (segment->len - 1);
	}
	return modem->port.full->digest(&modem->port, range, firmware->count, digest);
}

/* As an application asks, of what has firmware that answers. */
static enum cli_status ask(struct cli *cli, const struct sim_modem *modem,
			   const struct sim_modem_firmware *firmware)
{
	const struct dfu_modem *port = &modem->port;
	uint8_t uuid[DFU_MODEM_UUID_LEN];
	size_t size;
	int rc = port->delta->uuid(port, uuid);

	if (rc != 0) {
		return fail_call(cli, SIM_MODEM_UUID, rc);
	}
	rc = port->delta->area(port, &size);
	if (rc != 0) {
		return fail_call(cli, SIM_MODEM_AREA, rc);
	}
	rc = port->delta->offset(port, &size);
	if (rc != 0) {
		return fail_call(cli, SIM_MODEM_OFFSET, rc);
	}
	rc = ask_digest(modem, firmware);
	return rc == 0 ? CLI_DONE : fail_call(cli, SIM_MODEM_DIGEST, rc);
}

static enum cli_status run(struct cli *cli)
{
	static const char *const keys[] = {
		"uuid",        "digest",       "state",   "delta_area", "delta_offset",
		"full_stored", "full_pending", "version", "segments",   NULL};
	static struct sim_modem_firmware firmware;
	struct cli_modem_view view;
	struct sim_modem *modem;
	enum cli_status status;

	cli_report_nothing(cli, keys);
	status = cli_open_device(cli);
	status = status != CLI_DONE ? status : cli_need_modem(cli, &modem);
	if (status != CLI_DONE) {
		return status;
	}
	(void)cli_check_settings(cli);
	cli_modem_look(cli, &view);
	sim_modem_firmware_get(modem, &firmware);
	if (view.status.state != SIM_MODEM_UNBOOTABLE) {
		status = ask(cli, modem, &firmware);
	}
	if (status != CLI_DONE) {
		return status;
	}
	report(cli, &view, &firmware);
	say(cli, &view, &firmware);
	return CLI_DONE;
}

const struct cli_verb cli_verb_modem = {
	.name = "modem",
	.operands = {"DEV"},
	.options = options,
	.summary = "show the modem: firmware, patch area, what is stored and pending",
	.help = "A device whose folder is called like a second word, apply or rollback, is\n"
		"./apply or ./rollback.",
	.run = run,
};
