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
#include "package.h"
#include "receipt.h"
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
	{"s0", "A.bin", "bootloader for S0; with --s1, instead of FILE"},
	{"s1", "B.bin", "bootloader for S1: the one for the slot that does not run is taken"},
	{"cacert", "CA.pem", "trust a server by these certificates, not by the system's"},
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
	if (update->is_bootloader) {
		cli_report(cli, "type", json_string("mcuboot"));
		return update_mcuboot(cli, update);
	}
	if (cli_is_package(&update->file)) {
		cli_report(cli, "type", json_string("package"));
		return update_package(cli, update);
	}
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

/* "https://...", whatever the scheme: a port says which ones it has. */
static bool is_url(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const size_t len = name != NULL ? strspn(name, letters) : 0;

	return len > 0 && strncmp(&name[len], "://", 3) == 0;
}

/* Options that do not go together, before the device is opened. */
static enum cli_status check_options(const struct cli *cli)
{
	const bool s0 = cli->option[UPDATE_S0] != NULL;
	const bool s1 = cli->option[UPDATE_S1] != NULL;

	if (cli->option[UPDATE_PERMANENT] != NULL && cli->option[UPDATE_NO_SCHEDULE] != NULL) {
		return cli_usage(cli->verb, "--permanent and --no-schedule exclude each other");
	}
	if (cli->option[UPDATE_CACERT] != NULL && !is_url(cli->operand[1])) {
		return cli_usage(cli->verb, "--cacert goes with a URL");
	}
	if (!s0 && !s1) {
		return cli->operand[1] != NULL ? CLI_DONE : cli_usage(cli->verb, "FILE is missing");
	}
	if (!s0 || !s1) {
		return cli_usage(cli->verb, "--%s is missing: the device tells which one it needs",
				 s0 ? "s1" : "s0");
	}
	if (cli->operand[1] != NULL) {
		return cli_usage(cli->verb, "--s0 and --s1 stand in place of FILE");
	}
	return cli->option[UPDATE_IMAGE] == NULL
		       ? CLI_DONE
		       : cli_usage(cli->verb, "--image goes with FILE, not with --s0 and --s1");
}

/* The file whose bytes are to go to the device, and those. */
static enum cli_status get_file(struct cli *cli, struct update *update)
{
	enum cli_status status = CLI_DONE;

	if (cli->option[UPDATE_S0] != NULL) {
		update->is_bootloader = true;
		status = update_choose_bootloader(cli);
	}
	return status != CLI_DONE ? status : cli_file_read(cli, cli->operand[1], &update->file);
}

static enum cli_status update_from_file(struct cli *cli, struct update *update)
{
	enum cli_status status = cli_open_device(cli);

	status = status != CLI_DONE ? status : get_file(cli, update);
	return status != CLI_DONE ? status : update_by_type(cli, update);
}

static enum cli_status run(struct cli *cli)
{
	static const char *const keys[] = {"image",      "slot", "version", "size", "scheduled",
					   "resumed_at", "type", "images",  NULL};
	struct update update = {.chunk = CHUNK_DEFAULT};
	enum cli_status status = cli_number(cli, UPDATE_CHUNK, 1, CHUNK_MAX, &update.chunk);

	status = status != CLI_DONE ? status : check_options(cli);
	status = status != CLI_DONE ? status : cli_image_syntax(cli, UPDATE_IMAGE);
	cli_report_nothing(cli, keys);
	cli_receipt_begin();
	status = status != CLI_DONE        ? status
		 : is_url(cli->operand[1]) ? update_url(cli, &update)
					   : update_from_file(cli, &update);
	cli_file_free(&update.file);
	if (status == CLI_DONE) {
		cli_receipt(cli);
	}
	return status;
}

const struct cli_verb cli_verb_update = {
	.name = "update",
	.operands = {"DEV", "[FILE]"},
	.options = options,
	.summary = "write an image, or firmware for the modem, verify it, schedule it",
	.help = "FILE: an image for MCUboot, which goes to the slot that does not run; a package\n"
		"of several (slotwise make package), scheduled all or none; a patch for the\n"
		"modem's firmware, which the modem collects and applies at the next boot; or a\n"
		"whole firmware for it, which is stored, and which `slotwise modem apply` writes.\n"
		"One that would not be taken changes nothing. An image is refused while the\n"
		"running one is unconfirmed. An interrupted update of the same file goes on where\n"
		"it stopped. --image, --permanent and --key are for images. A file on a server\n"
		"goes by its URL, http or https; all but a package is judged as a whole only\n"
		"when all of it is written.",
	.run = run,
};
