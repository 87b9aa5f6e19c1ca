/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored firmware goes to the modem, as the application does it with fmfu_fdev_load(). An
 * update that was cut is done again by the same command: from the first byte that the modem takes
 * on there is nothing else it could start.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "fault.h"
#include "modem_files.h"
#include "modem_view.h"
#include "output.h"
#include "progress.h"
#include "session.h"
#include "verbs.h"

#define BUFFER_SIZE 4096u

static const struct cli_option options[] = {
	{CLI_CUT_NAME, "N[:SEED]", "cut the power after N chunks; SEED: inside the next one"},
	CLI_FAULT_OPTION,
	{NULL, NULL, NULL},
};

/* An update under way. */
struct apply {
	struct cli *cli;
	struct cli_progress progress;
	enum fmfu_fdev_stage stage;
	bool has_begun;    /* a stage was told */
	bool has_firmware; /* beside the bootloader */
};

static void say_stage(struct apply *apply, enum fmfu_fdev_stage stage, size_t done, size_t total)
{
	static const char *const words[] = {
		[FMFU_FDEV_CHECK] = "the stored file is checked",
		[FMFU_FDEV_BEGIN] = "the modem's bootloader is started",
		[FMFU_FDEV_BOOTLOADER] = "its program is written: the modem cannot be started now",
		[FMFU_FDEV_VERIFY] = "it checks the signature",
		[FMFU_FDEV_FIRMWARE] = "the firmware is written",
		[FMFU_FDEV_FINISH] = "the modem ends the update",
		[FMFU_FDEV_DONE] = "the modem has the new firmware",
	};

	cli_progress_end();
	if (apply->has_firmware) {
		cli_say(apply->cli, "%s", words[stage]);
	} else if (stage != FMFU_FDEV_FIRMWARE) {
		cli_say(apply->cli, "%s",
			stage == FMFU_FDEV_DONE ? "the modem has the firmware that it had"
						: words[stage]);
	}
	cli_progress_begin(&apply->progress, done, total, !apply->cli->json);
}

static void on_progress(void *arg, enum fmfu_fdev_stage stage, size_t done, size_t total)
{
	struct apply *apply = arg;

	if (!apply->has_begun || stage != apply->stage) {
		apply->has_begun = true;
		apply->stage = stage;
		say_stage(apply, stage, done, total);
		return;
	}
	if (stage == FMFU_FDEV_BOOTLOADER || stage == FMFU_FDEV_FIRMWARE) {
		cli_progress_show(&apply->progress, done);
	}
}

/* What has become of the modem, whether it went well or not. */
static void report_modem(struct cli *cli)
{
	static const char *const keys[] = {"uuid", "digest", "state"};
	struct cli_modem_view view;
	json_t *modem;

	cli_modem_look(cli, &view);
	modem = cli_modem_json(&view);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		cli_report(cli, keys[i], json_incref(json_object_get(modem, keys[i])));
	}
	if (view.status.state != SIM_MODEM_UNBOOTABLE && view.status.version[0] != '\0') {
		cli_report(cli, "version", json_string(view.status.version));
	}
	json_decref(modem);
}

static bool is_unbootable(const struct cli *cli)
{
	struct sim_modem_status status;

	sim_modem_status_get(sim_device_modem(cli->device), &status);
	return status.state == SIM_MODEM_UNBOOTABLE;
}

static const char *what_is_left(const struct cli *cli)
{
	return is_unbootable(cli) ? "the modem cannot be started until slotwise modem apply has "
				    "succeeded"
				  : "the modem has its old firmware";
}

static const char *why(enum fmfu_fdev_stage stage, int rc)
{
	if (stage == FMFU_FDEV_CHECK) {
		return cli_modem_file_why(rc);
	}
	return rc == -ECANCELED ? "that it is under way could not be saved in the settings"
				: strerror(-rc);
}

static enum cli_status fail(struct cli *cli, const struct apply *apply, int rc)
{
	static const char *const stages[] = {
		[FMFU_FDEV_CHECK] = "stored file",
		[FMFU_FDEV_BEGIN] = "bootloader of the modem",
		[FMFU_FDEV_BOOTLOADER] = "program of the modem's bootloader",
		[FMFU_FDEV_VERIFY] = "check of the signature",
		[FMFU_FDEV_FIRMWARE] = "firmware",
		[FMFU_FDEV_FINISH] = "end of the update",
		[FMFU_FDEV_DONE] = "end of the update",
	};
	const char *device = cli->operand[0];

	if (rc == -ECANCELED && apply->stage == FMFU_FDEV_BEGIN) {
		return cli_fail(cli, device,
				"that an update is under way could not be saved in the settings: "
				"nothing was written to the modem");
	}
	if (rc == -EACCES && apply->stage == FMFU_FDEV_VERIFY) {
		return cli_fail(cli, device,
				"the modem refuses the signature of the stored file; %s",
				what_is_left(cli));
	}
	return cli_fail(cli, device, "%s: %s; %s", stages[apply->stage], why(apply->stage, rc),
			what_is_left(cli));
}

static enum cli_status load(struct cli *cli, const struct fmfu_fdev_file *file, bool has_firmware)
{
	static uint8_t buffer[BUFFER_SIZE];
	struct apply apply = {.cli = cli, .stage = FMFU_FDEV_CHECK, .has_firmware = has_firmware};
	int rc = fmfu_fdev_load_file(buffer, sizeof(buffer), file, on_progress, &apply);
	enum cli_status status;

	cli_progress_end();
	status = rc == 0 ? CLI_DONE : fail(cli, &apply, rc);
	report_modem(cli);
	return status;
}

/* What the modem has no room for would leave it unbootable, and do so each time. */
static enum cli_status check_room(struct cli *cli, const struct sim_partition *store,
				  const struct fmfu_fdev_file *file, size_t len)
{
	static struct sim_modem_firmware firmware;
	struct sim_modem_segment bootloader;
	struct sim_error error;
	uint8_t *bytes = malloc(len);
	int rc = bytes != NULL ? flash_read(file->fdev, (off_t)file->offset, bytes, len) : -ENOMEM;
	enum cli_status status;

	if (rc != 0) {
		status = cli_fail(cli, store->name, "%s", strerror(-rc));
	} else if (sim_modem_read_full(bytes, len, &bootloader, &firmware, &error) != 0) {
		status = cli_fail(cli, store->name, "%s", error.text);
	} else {
		status = cli_modem_has_room(cli, store->name, &bootloader, &firmware);
	}
	free(bytes);
	return status;
}

static void report_file(struct cli *cli, const struct sim_partition *store,
			const struct fmfu_fdev_info *info)
{
	const bool is_redone = fmfu_fdev_pending();
	char holds[CLI_HOLDS_LEN];

	cli_report(cli, "size", json_integer((json_int_t)(info->wrapper_len + info->blob_len)));
	cli_report(cli, "segments", json_integer((json_int_t)info->segments));
	cli_report(cli, "redone", json_boolean(is_redone));
	cli_say(cli, "%s: %s%s", store->name, cli_modem_file_holds(holds, info),
		is_redone ? "; once more, because the last time was not the end of it" : "");
}

/* The file, before anything is begun. */
static enum cli_status check(struct cli *cli, const struct sim_partition *store,
			     const struct fmfu_fdev_file *file, bool *has_firmware)
{
	uint8_t buffer[BUFFER_SIZE];
	struct fmfu_fdev_info info;
	enum cli_status status;
	int rc = fmfu_fdev_check(buffer, sizeof(buffer), file, &info);

	if (rc != 0) {
		return cli_fail(cli, store->name, "%s", cli_modem_file_why(rc));
	}
	status = check_room(cli, store, file, info.wrapper_len + info.blob_len);
	if (status != CLI_DONE) {
		return status;
	}
	report_file(cli, store, &info);
	*has_firmware = info.segments > 1;
	return CLI_DONE;
}

static enum cli_status run(struct cli *cli)
{
	static const char *const keys[] = {"version", "size",   "segments", "redone",
					   "uuid",    "digest", "state",    NULL};
	const struct sim_partition *store;
	struct fmfu_fdev_file file;
	struct sim_modem *modem;
	enum cli_status status;
	bool has_firmware;

	cli_report_nothing(cli, keys);
	status = cli_open_device(cli);
	status = status != CLI_DONE ? status : cli_need_modem(cli, &modem);
	status = status != CLI_DONE ? status : cli_need_store(cli, &store);
	if (status != CLI_DONE) {
		return status;
	}
	(void)cli_check_settings(cli);
	file = cli_store_file(store);
	status = check(cli, store, &file, &has_firmware);
	return status != CLI_DONE ? status : load(cli, &file, has_firmware);
}

const struct cli_verb cli_verb_modem_apply = {
	.name = "modem apply",
	.operands = {"DEV"},
	.options = options,
	.summary = "write the stored whole firmware to the modem",
	.help = "Again, if the power went while it was written: from the first chunk to the end\n"
		"the modem has nothing else to start. The file is checked before, the signature\n"
		"by the modem before the first chunk of firmware.",
	.cut_counts = 1u << SIM_MODEM_CHUNK,
	.run = run,
};
