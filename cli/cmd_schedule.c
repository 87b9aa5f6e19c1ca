/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "image.h"
#include "output.h"
#include "session.h"
#include "slots.h"
#include "target.h"
#include "verbs.h"

enum { OPTION_IMAGE, OPTION_PERMANENT };

static const struct cli_option options[] = {
	{"image", "N", "image pair, default 0"},
	{"permanent", NULL, "install for good, without a test"},
	{NULL, NULL, NULL},
};

/* The library verifies, too; judging here first is for the words. */
static enum cli_status judge_slot(struct cli *cli, unsigned int image)
{
	const struct flash_area *fa = cli_slot_area(image, 1);
	struct cli_image found;
	enum cli_status status;
	const char *name;
	size_t most;

	if (fa == NULL) {
		return cli_fail(cli, cli->operand[0], "%s", cli_why(-ENODEV));
	}
	name = sim_board_slot(sim_device_board(cli->device), 2 * image + 1)->name;
	cli_image_judge_slot(&found, fa);
	if (found.report.fault == DFU_IMAGE_NOT_AN_IMAGE) {
		return cli_fail(cli, name, "%s", cli_why(-ENOENT));
	}
	if (found.rc != 0) {
		return cli_fail(cli, name, "%s", cli_image_why(&found));
	}
	status = cli_largest_image(cli, image, &most);
	if (status == CLI_DONE && found.image.total_size > most) {
		return cli_fail(cli, name,
				"an image of %zu bytes, but the bootloader installs at most %zu",
				found.image.total_size, most);
	}
	return status;
}

static enum cli_status schedule(struct cli *cli, unsigned int image)
{
	bool permanent = cli->option[OPTION_PERMANENT] != NULL;
	enum cli_status status = cli_need_confirmed(cli, image);
	int rc;

	status = status != CLI_DONE ? status : judge_slot(cli, image);
	status = status != CLI_DONE ? status : cli_target_ready(cli, image, NULL);
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	if (status != CLI_DONE) {
		return status;
	}
	rc = dfu_target_mcuboot_schedule((int)image,
					 permanent ? BOOT_UPGRADE_PERMANENT : BOOT_UPGRADE_TEST);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "%s", cli_why(rc));
	}
	cli_report(cli, "scheduled", json_string(permanent ? "permanent" : "test"));
	cli_say(cli, "scheduled: the next boot %s the image in slot 1",
		permanent ? "installs" : "tests");
	return CLI_DONE;
}

static enum cli_status run(struct cli *cli)
{
	unsigned int image = 0;
	enum cli_status status = cli_image_syntax(cli, OPTION_IMAGE);

	cli_report(cli, "image", NULL);
	cli_report(cli, "slot", NULL);
	cli_report(cli, "scheduled", NULL);
	status = status != CLI_DONE ? status : cli_open_device_to_change(cli);
	status = status != CLI_DONE ? status : cli_image_number(cli, OPTION_IMAGE, &image);
	if (status != CLI_DONE) {
		return status;
	}
	cli_report(cli, "image", json_integer((json_int_t)image));
	cli_report(cli, "slot", json_integer(1));
	return schedule(cli, image);
}

const struct cli_verb cli_verb_schedule = {
	.name = "schedule",
	.operands = {"DEV"},
	.options = options,
	.summary = "verify the image in the secondary slot and ask the bootloader for it",
	.help = "Refused while the running image is unconfirmed.",
	.run = run,
};
