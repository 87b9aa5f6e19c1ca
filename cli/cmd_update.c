/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A firmware update as an application does it, through dfu_target, whose targets tell by the file's
 * first bytes which of them it is for. What none of them knows is judged as an image for MCUboot
 * where it could be nothing else, because that says what is wrong with it.
 */
#include <string.h>

#include "cut.h"
#include "fault.h"
#include "output.h"
#include "session.h"
#include "update.h"
#include "verbs.h"

#define CHUNK_DEFAULT 4096u
#define CHUNK_MAX (1u << 20)
#define FIRST_BYTES 32u /* what dfu_target_img_type() wants */

static const struct cli_option options[] = {
	{"chunk", "N", "bytes given to each dfu_target_write(), 1 to 1048576; default 4096"},
	{"image", "N", "image pair, default 0"},
	{"permanent", NULL, "install for good, without a test"},
	{"key", "PUB.pem", "demand a signature by this key"},
	{"no-schedule", NULL, "write and verify only; schedule later"},
	{"restart", NULL, "begin at 0 where an interrupted update could go on"},
	CLI_CUT_OPTION,
	CLI_FAULT_OPTION,
	{NULL, NULL, NULL},
};

/* Also of a file that ends within its first bytes: which kind it was to be. */
static enum dfu_target_image_type type_of(const struct cli_file *file)
{
	uint8_t first[FIRST_BYTES] = {0};

	if (file->len > 0) {
		memcpy(first, file->data, file->len < sizeof(first) ? file->len : sizeof(first));
	}
	return dfu_target_img_type(first, sizeof(first));
}

static enum cli_status update_by_type(struct cli *cli, const struct update *update)
{
	switch (type_of(&update->file)) {
	case DFU_TARGET_IMAGE_TYPE_MODEM_DELTA:
		cli_report(cli, "type", json_string("modem-delta"));
		return update_modem_delta(cli, update);
	case DFU_TARGET_IMAGE_TYPE_FULL_MODEM:
		cli_report(cli, "type", json_string("full-modem"));
		return update_full_modem(cli, update);
	case DFU_TARGET_IMAGE_TYPE_MCUBOOT:
		cli_report(cli, "type", json_string("mcuboot"));
		return update_mcuboot(cli, update);
	default:
		return sim_device_modem(cli->device) == NULL
			       ? update_mcuboot(cli, update)
			       : cli_fail(cli, cli->operand[1],
					  "not an MCUboot image, and neither a patch nor a whole "
					  "firmware for the modem");
	}
}

static enum cli_status run(struct cli *cli)
{
	static const char *const keys[] = {"image",     "slot",       "version", "size",
					   "scheduled", "resumed_at", "type",    NULL};
	struct update update = {.chunk = CHUNK_DEFAULT};
	enum cli_status status = cli_number(cli, UPDATE_CHUNK, 1, CHUNK_MAX, &update.chunk);

	if (status == CLI_DONE && cli->option[UPDATE_PERMANENT] != NULL &&
	    cli->option[UPDATE_NO_SCHEDULE] != NULL) {
		return cli_usage(cli->verb, "--permanent and --no-schedule exclude each other");
	}
	status = status != CLI_DONE ? status : cli_image_syntax(cli, UPDATE_IMAGE);
	cli_report_nothing(cli, keys);
	status = status != CLI_DONE ? status : cli_open_device(cli);
	status = status != CLI_DONE ? status : cli_file_read(cli, cli->operand[1], &update.file);
	status = status != CLI_DONE ? status : update_by_type(cli, &update);
	cli_file_free(&update.file);
	return status;
}

const struct cli_verb cli_verb_update = {
	.name = "update",
	.operands = {"DEV", "FILE"},
	.options = options,
	.summary = "write an image, or firmware for the modem, verify it, schedule it",
	.help = "FILE: an image for MCUboot, which goes to the slot that does not run; a patch "
		"for\n"
		"the modem's firmware, which the modem collects and applies at the next boot; or "
		"a\n"
		"whole firmware for it, which is stored, and which `slotwise modem apply` writes.\n"
		"One that would not be taken changes nothing. An image is refused while the\n"
		"running one is unconfirmed. An interrupted update of the same file goes on where\n"
		"it stopped. --image, --permanent and --key are for images.",
	.run = run,
};
