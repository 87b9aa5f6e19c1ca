/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that need each other can only be asked for together: alone, each lacks the other one. All
 * together they are one set, of which the library knows what belongs to it and in which order the
 * requests are written, so that a cut leaves all of it or nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "cut.h"
#include "image.h"
#include "output.h"
#include "session.h"
#include "slots.h"
#include "target.h"
#include "update_bootloader.h"
#include "verbs.h"

enum { OPTION_IMAGE, OPTION_PERMANENT };

static const struct cli_option options[] = {
	{"image", "N|all", "image pair, default 0; all that have an update, all or none"},
	{"permanent", NULL, "install for good, without a test"},
	CLI_CUT_OPTION,
	{NULL, NULL, NULL},
};

static bool is_for_all(const struct cli *cli)
{
	return cli->option[OPTION_IMAGE] != NULL && strcmp(cli->option[OPTION_IMAGE], "all") == 0;
}

/*
 * The library verifies, too; judging here first is for the words. A slot that shows no image, or a
 * bad one, is the library's matter if it knows the first bytes.
 */
static enum cli_status judge_slot(struct cli *cli, unsigned int image, unsigned int slot)
{
	const struct flash_area *fa = cli_slot_area(image, slot);
	const size_t base = cli_upload_start(fa);
	struct dfu_image_source source =
		dfu_image_source_flash(fa, base, base < fa->fa_size ? fa->fa_size - base : 0);
	const char *name = cli_slot_name(cli, image, slot);
	struct cli_image found;
	enum cli_status status;
	size_t most;

	status = cli_largest_image(cli, image, &most);
	if (status != CLI_DONE) {
		return status;
	}
	cli_image_judge_for(&found, image, &source, NULL);
	found.slot = source.size;
	switch (found.report.fault) {
	case DFU_IMAGE_OK:
		return found.rc == 0 ? CLI_DONE : cli_fail(cli, name, "%s", cli_image_why(&found));
	case DFU_IMAGE_NOT_AN_IMAGE:
		return CLI_DONE;
	case DFU_IMAGE_TOO_LARGE:
		return cli_fail(cli, name,
				"an image of %zu bytes, but the bootloader installs at most %zu",
				found.image.total_size, most);
	case DFU_IMAGE_DEPENDENCY:
		return cli_fail(cli, name, "%s", cli_image_why(&found));
	default:
		/* Known bytes may be what a cut has torn in flash. */
		return dfu_target_mcuboot_has_held((int)image) == 1
			       ? CLI_DONE
			       : cli_fail(cli, name, "%s", cli_image_why(&found));
	}
}

/* Why the library found no image: one for a revert is none for an update. */
static const char *why_no_image(unsigned int image, unsigned int slot)
{
	const struct flash_area *fa = cli_slot_area(image, slot);
	const struct dfu_image_source source = dfu_image_source_flash(fa, 0, fa->fa_size);
	struct cli_image found;

	cli_image_judge(&found, &source, NULL);
	return cli_upload_start(fa) != 0 && found.found
		       ? "the image lies at the start of the slot, where this bootloader takes no "
			 "update from: update again"
		       : cli_why(-ENOENT);
}

static enum cli_status prepare(struct cli *cli, unsigned int image, unsigned int *slot)
{
	enum cli_status status = cli_upload_slot(cli, image, slot);

	status = status != CLI_DONE ? status : cli_need_confirmed(cli, image);
	return status != CLI_DONE ? status : judge_slot(cli, image, *slot);
}

static enum cli_status ask(struct cli *cli, unsigned int image, unsigned int slot)
{
	const bool permanent = cli->option[OPTION_PERMANENT] != NULL;
	const int rc = dfu_target_mcuboot_schedule((int)image, permanent ? BOOT_UPGRADE_PERMANENT
									 : BOOT_UPGRADE_TEST);

	if (rc == 0) {
		cli_report(cli, "scheduled", json_string(permanent ? "permanent" : "test"));
		cli_report(cli, "images", json_pack("[i]", (int)image));
		return CLI_DONE;
	}
	return cli_fail(cli, cli->operand[0], "%s",
			rc == -ENOENT ? why_no_image(image, slot) : cli_why(rc));
}

/* Whether what is scheduled for a pair is a bootloader: one is copied, whatever was asked for. */
static bool say_bootloader(const struct cli *cli, unsigned int image)
{
	const int slot = (int)image == boot_bootloader_image()
				 ? update_linked_slot_in(cli_slot_area(image, 1))
				 : -ENOENT;

	if (slot >= 0) {
		cli_say(cli,
			"scheduled: the next boot copies the bootloader into %s, for good; the one "
			"after starts it",
			update_slot_name(slot));
	}
	return slot >= 0;
}

static enum cli_status schedule_one(struct cli *cli)
{
	unsigned int image;
	unsigned int slot;
	enum cli_status status = cli_image_number(cli, OPTION_IMAGE, &image);

	if (status != CLI_DONE) {
		return status;
	}
	cli_report(cli, "image", json_integer((json_int_t)image));
	status = cli_find_active(cli);
	status = status != CLI_DONE ? status : prepare(cli, image, &slot);
	status = status != CLI_DONE ? status : cli_target_ready(cli, image, slot, NULL);
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	status = status != CLI_DONE ? status : ask(cli, image, slot);
	if (status == CLI_DONE) {
		if (!say_bootloader(cli, image)) {
			cli_say(cli, "scheduled: the next boot %s the image in slot %u",
				cli_schedule_word(cli->option[OPTION_PERMANENT] != NULL), slot);
		}
		(void)cli_warn_of_next_boot(cli, image, cli->option[OPTION_PERMANENT] != NULL);
	}
	return status;
}

/* The first image that would be refused by itself: its slot, and why; NULL: none. */
static const char *find_culprit(struct cli *cli, struct cli_image *found)
{
	const unsigned int images = sim_device_board(cli->device)->arrangement.images;

	for (unsigned int image = 0; image < images; image++) {
		const int area = boot_upload_area((int)image);
		const struct flash_area *fa =
			area < 0 ? NULL : cli_slot_area(image, (unsigned int)area % 2);
		const size_t base = fa != NULL ? cli_upload_start(fa) : 0;
		struct dfu_image_source source;

		if (fa == NULL || base >= fa->fa_size) {
			continue;
		}
		source = dfu_image_source_flash(fa, base, fa->fa_size - base);
		cli_image_judge_for(found, image, &source, NULL);
		found->slot = source.size;
		if (found->report.fault != DFU_IMAGE_OK &&
		    found->report.fault != DFU_IMAGE_NOT_AN_IMAGE &&
		    found->report.fault != DFU_IMAGE_DEPENDENCY) {
			return cli_slot_name(cli, image, (unsigned int)area % 2);
		}
	}
	return NULL;
}

/* Of an image that runs on trial nothing can be asked for; which one, a person wants to know. */
static enum cli_status refuse_busy(struct cli *cli)
{
	const int images = sim_device_board(cli->device)->arrangement.images;
	int image = 0;

	while (image < images && boot_is_unconfirmed_multi(image) != 1) {
		image++;
	}
	return image == images
		       ? cli_fail(cli, cli->operand[0], "%s", cli_why(-EBUSY))
		       : cli_fail(cli, cli->operand[0], "image %d: %s", image, cli_why(-EBUSY));
}

static enum cli_status refuse_all(struct cli *cli, int rc)
{
	struct cli_image found;
	const char *name;

	if (rc == -ENOENT) {
		return cli_fail(cli, cli->operand[0], "no image has an update to schedule");
	}
	if (rc == -EBUSY) {
		return refuse_busy(cli);
	}
	/* What they lack of each other is nobody's fault alone. */
	name = rc == -ENOLINK ? NULL : find_culprit(cli, &found);
	return name != NULL ? cli_fail(cli, name, "%s", cli_image_why(&found))
			    : cli_fail(cli, cli->operand[0], "%s", cli_why(rc));
}

/* "0, 2" of those that are pending now, but for a bootloader, which is told; all are reported. */
static void list_pending(struct cli *cli, json_t *list, char *text, size_t room)
{
	const unsigned int images = sim_device_board(cli->device)->arrangement.images;
	size_t len = 0;

	text[0] = '\0';
	for (unsigned int image = 0; image < images && len < room; image++) {
		if (boot_is_pending_multi((int)image) != 1) {
			continue;
		}
		(void)json_array_append_new(list, json_integer((json_int_t)image));
		if (!say_bootloader(cli, image)) {
			len += (size_t)snprintf(&text[len], room - len, "%s%u", len > 0 ? ", " : "",
						image);
		}
	}
}

static void warn_of_next_boot(struct cli *cli, const json_t *list, bool permanent)
{
	size_t i = 0;

	while (i < json_array_size(list) &&
	       !cli_warn_of_next_boot(
		       cli, (unsigned int)json_integer_value(json_array_get(list, i)), permanent)) {
		i++;
	}
}

static enum cli_status schedule_all(struct cli *cli)
{
	const bool permanent = cli->option[OPTION_PERMANENT] != NULL;
	enum cli_status status = cli_find_active(cli);
	json_t *list = json_array();
	char text[64];
	int rc;

	cli_report(cli, "images", list);
	status = status != CLI_DONE ? status : cli_target_ready_for_all(cli, NULL);
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	if (status != CLI_DONE) {
		return status;
	}
	rc = dfu_target_mcuboot_schedule(-1,
					 permanent ? BOOT_UPGRADE_PERMANENT : BOOT_UPGRADE_TEST);
	if (rc != 0) {
		return refuse_all(cli, rc);
	}
	list_pending(cli, list, text, sizeof(text));
	cli_report(cli, "scheduled", json_string(permanent ? "permanent" : "test"));
	if (text[0] != '\0') {
		const char *many = strchr(text, ',') == NULL ? "" : "s";

		cli_say(cli, "scheduled: the next boot %s the image%s of pair%s %s",
			cli_schedule_word(permanent), many, many, text);
	}
	warn_of_next_boot(cli, list, permanent);
	return CLI_DONE;
}

static enum cli_status run(struct cli *cli)
{
	enum cli_status status = is_for_all(cli) ? CLI_DONE : cli_image_syntax(cli, OPTION_IMAGE);

	cli_report(cli, "image", NULL);
	cli_report(cli, "slot", NULL);
	cli_report(cli, "scheduled", NULL);
	cli_report(cli, "images", NULL);
	status = status != CLI_DONE ? status : cli_open_device(cli);
	if (status != CLI_DONE) {
		return status;
	}
	return is_for_all(cli) ? schedule_all(cli) : schedule_one(cli);
}

const struct cli_verb cli_verb_schedule = {
	.name = "schedule",
	.operands = {"DEV"},
	.options = options,
	.summary = "verify the image in the slot that does not run and ask the bootloader for it",
	.help = "Refused while the running image is unconfirmed. With --image all an update is a\n"
		"complete download, or an image with a higher version than the running one; a\n"
		"pair without one is left out, and one that does not verify refuses all.",
	.run = run,
};
