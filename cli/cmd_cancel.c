/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image that runs on trial refuses the verb where there is a request for its pair, or where
 * nothing else can be taken back. With a single pair that is: unconfirmed, nothing is touched.
 */
#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "cut.h"
#include "output.h"
#include "session.h"
#include "verbs.h"

#define NO_IMAGE BOOT_IMAGES_MAX

static const struct cli_option options[] = {
	CLI_CUT_OPTION,
	{NULL, NULL, NULL},
};

static bool is_direct(void)
{
	return boot_mode_is_direct(boot_arrangement_get()->mode);
}

/*
 * Whether an update is asked for, or was and is torn. Where the bootloader starts what it finds,
 * beside an image that it is about to give up there is only the one to go back to.
 */
static bool has_request(unsigned int image, bool is_busy)
{
	const struct flash_area *fa = cli_slot_area(image, 1);
	struct boot_swap_state state;

	if (is_direct()) {
		return !is_busy && boot_is_pending_multi((int)image) == 1;
	}
	return fa != NULL && boot_read_swap_state(fa, &state) == 0 &&
	       (state.magic != BOOT_MAGIC_UNSET || state.image_ok != BOOT_FLAG_UNSET ||
		state.copy_done != BOOT_FLAG_UNSET || state.swap_type != BOOT_SWAP_TYPE_NONE);
}

static bool is_busy(unsigned int image)
{
	return boot_is_unconfirmed_multi((int)image) == 1;
}

/* The first image whose being unconfirmed refuses the whole verb; NO_IMAGE if none does. */
static unsigned int refusing_image(unsigned int images)
{
	unsigned int busy = NO_IMAGE;
	bool others = false;

	for (unsigned int i = 0; i < images; i++) {
		if (!is_busy(i)) {
			others = others || has_request(i, false);
		} else if (busy == NO_IMAGE) {
			busy = i;
		}
	}
	return others ? NO_IMAGE : busy;
}

static enum cli_status fail(struct cli *cli, unsigned int image, int rc)
{
	return cli_fail(cli, cli->operand[0], "image %u: %s", image,
			rc == -EUCLEAN ? "the page of the trailer also holds the image, so the "
					 "request goes only with it: update again, or with "
					 "--no-schedule"
				       : cli_why(rc));
}

/* What there is to be taken back, before and after. */
static void find_requests(unsigned int images, bool has[BOOT_IMAGES_MAX])
{
	for (unsigned int i = 0; i < images; i++) {
		has[i] = has_request(i, is_busy(i));
	}
}

static void say_cancelled(struct cli *cli, unsigned int image, json_t *cancelled)
{
	(void)json_array_append_new(cancelled, json_integer((json_int_t)image));
	cli_say(cli, "image %u: the scheduled update is taken back; its image %s slot %d", image,
		is_direct() ? "shows no more in" : "stays in", boot_upload_area((int)image) % 2);
}

/* The library knows what belongs together, and in which order a power cut does no harm. */
static enum cli_status cancel_all(struct cli *cli, unsigned int images, json_t *cancelled)
{
	bool before[BOOT_IMAGES_MAX] = {false};
	bool after[BOOT_IMAGES_MAX] = {false};
	int left = -1;
	int rc;

	find_requests(images, before);
	rc = dfu_target_mcuboot_cancel(-1);
	find_requests(images, after);
	for (unsigned int i = 0; i < images; i++) {
		if (before[i] && !after[i]) {
			say_cancelled(cli, i, cancelled);
		}
		if (after[i] && left < 0 && (rc != -EBUSY || is_busy(i))) {
			left = (int)i;
		}
	}
	/* Without a slot for updates nothing can be pending. */
	if (rc == 0 || rc == -ENOENT || (rc == -ENODEV && left < 0)) {
		return CLI_DONE;
	}
	return left < 0 ? cli_fail(cli, cli->operand[0], "%s", cli_why(rc))
			: fail(cli, (unsigned int)left, rc);
}

static enum cli_status run(struct cli *cli)
{
	json_t *cancelled = json_array();
	enum cli_status status;
	unsigned int images;
	unsigned int busy;

	cli_report(cli, "cancelled", cancelled);
	status = cli_open_device(cli);
	status = status != CLI_DONE ? status : cli_find_active(cli);
	if (status != CLI_DONE) {
		return status;
	}
	images = sim_device_board(cli->device)->arrangement.images;
	busy = refusing_image(images);
	if (busy != NO_IMAGE) {
		return fail(cli, busy, -EBUSY);
	}
	status = cli_remember_active(cli);
	status = status != CLI_DONE ? status : cancel_all(cli, images, cancelled);
	if (status == CLI_DONE && json_array_size(cancelled) == 0) {
		cli_say(cli, "nothing pending");
	}
	return status;
}

const struct cli_verb cli_verb_cancel = {
	.name = "cancel",
	.operands = {"DEV"},
	.options = options,
	.summary = "take a scheduled update back",
	.help = "Refused for an image while its running one is unconfirmed.",
	.run = run,
};
