/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "cut.h"
#include "image.h"
#include "output.h"
#include "session.h"
#include "verbs.h"

static const struct cli_option options[] = {
	CLI_CUT_OPTION,
	{NULL, NULL, NULL},
};

/* Whether something runs that could be confirmed. */
static enum cli_status look_at(struct cli *cli, unsigned int image, bool *runs)
{
	const int slot = cli_active_slot(cli, image);
	struct cli_image found;

	*runs = slot >= 0;
	if (!*runs) {
		return CLI_DONE;
	}
	cli_image_judge_slot(&found, cli_slot_area(image, (unsigned int)slot), BOOT_SWAP_TYPE_NONE);
	return found.report.fault == DFU_IMAGE_NOT_AN_IMAGE
		       ? cli_fail(cli, cli->operand[0], "image %u: %s", image, cli_why(-ENOENT))
		       : CLI_DONE;
}

static const char *why(int rc)
{
	switch (rc) {
	case -EBUSY:
		return "a part of the images that were scheduled together runs, and is being "
		       "taken back: boot ends that";
	case -EAGAIN:
		return "the image never ran: boot starts it";
	default:
		return cli_why(rc);
	}
}

/* All images in the order in which a power cut leaves no mixture: the library knows it. */
static enum cli_status confirm_all(struct cli *cli, const bool runs[BOOT_IMAGES_MAX],
				   json_t *confirmed)
{
	/* Where no image is on trial there is nothing to write. */
	const int rc = boot_mode_needs_trailer(boot_arrangement_get()->mode)
			       ? dfu_target_mcuboot_confirm(-1)
			       : 0;

	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "%s", why(rc));
	}
	for (unsigned int image = 0; image < BOOT_IMAGES_MAX; image++) {
		if (runs[image]) {
			(void)json_array_append_new(confirmed, json_integer((json_int_t)image));
			cli_say(cli, "image %u: the image in slot %d stays", image,
				cli_active_slot(cli, image));
		}
	}
	return CLI_DONE;
}

static enum cli_status run(struct cli *cli)
{
	bool runs[BOOT_IMAGES_MAX] = {false};
	json_t *confirmed = json_array();
	enum cli_status status;
	unsigned int images;
	bool any = false;

	cli_report(cli, "confirmed", confirmed);
	status = cli_open_device(cli);
	status = status != CLI_DONE ? status : cli_find_active(cli);
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	if (status != CLI_DONE) {
		return status;
	}
	images = sim_device_board(cli->device)->arrangement.images;
	for (unsigned int i = 0; i < images && status == CLI_DONE; i++) {
		status = look_at(cli, i, &runs[i]);
		any = any || runs[i];
	}
	if (status == CLI_DONE && !any) {
		status = cli_fail(cli, cli->operand[0], "no image runs that could be confirmed");
	}
	return status != CLI_DONE ? status : confirm_all(cli, runs, confirmed);
}

const struct cli_verb cli_verb_confirm = {
	.name = "confirm",
	.operands = {"DEV"},
	.options = options,
	.summary = "keep the running image for good",
	.run = run,
};
