/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/boot.h>

#include "cut.h"
#include "image.h"
#include "output.h"
#include "session.h"
#include "verbs.h"

static const struct cli_option options[] = {
	CLI_CUT_OPTION,
	{NULL, NULL, NULL},
};

static enum cli_status confirm(struct cli *cli, unsigned int image, json_t *confirmed)
{
	int slot = cli_active_slot(cli, image);
	struct cli_image found;
	int rc;

	if (slot < 0) {
		return CLI_DONE;
	}
	cli_image_judge_slot(&found, cli_slot_area(image, (unsigned int)slot), BOOT_SWAP_TYPE_NONE);
	if (found.report.fault == DFU_IMAGE_NOT_AN_IMAGE) {
		return cli_fail(cli, cli->operand[0], "image %u: %s", image, cli_why(-ENOENT));
	}
	/* Where no image is on trial there is nothing to write. */
	rc = boot_mode_needs_trailer(boot_arrangement_get()->mode)
		     ? boot_write_img_confirmed_multi((int)image)
		     : 0;
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "image %u: %s", image, cli_why(rc));
	}
	(void)json_array_append_new(confirmed, json_integer((json_int_t)image));
	cli_say(cli, "image %u: the image in slot %d stays", image, slot);
	return CLI_DONE;
}

static enum cli_status run(struct cli *cli)
{
	json_t *confirmed = json_array();
	enum cli_status status;

	cli_report(cli, "confirmed", confirmed);
	status = cli_open_device(cli);
	status = status != CLI_DONE ? status : cli_find_active(cli);
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	if (status != CLI_DONE) {
		return status;
	}
	for (unsigned int i = 0; i < sim_device_board(cli->device)->arrangement.images; i++) {
		status = confirm(cli, i, confirmed);
		if (status != CLI_DONE) {
			return status;
		}
	}
	if (json_array_size(confirmed) == 0) {
		return cli_fail(cli, cli->operand[0], "no image runs that could be confirmed");
	}
	return CLI_DONE;
}

const struct cli_verb cli_verb_confirm = {
	.name = "confirm",
	.operands = {"DEV"},
	.options = options,
	.summary = "keep the running image for good",
	.run = run,
};
