/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <string.h>

#include <dfu/boot.h>
#include <dfu/boot_rules.h>

#include "cut.h"
#include "fault.h"
#include "image.h"
#include "log.h"
#include "output.h"
#include "words.h"

enum cli_status cli_open_device(struct cli *cli)
{
	struct sim_error error;

	if (sim_device_open(&cli->device, cli->operand[0], &error) != 0) {
		return cli_fail(cli, cli->operand[0], "%s", error.text);
	}
	cli_log_begin(cli->operand[0]);
	cli_cut_plan(cli);
	cli_fault_plan(cli);
	return CLI_DONE;
}

enum cli_status cli_fail_memory(struct cli *cli, int rc)
{
	const char *what = rc == -EBADMSG  ? "is damaged"
			   : rc == -EISDIR ? "is a directory"
			   : rc == -EINVAL ? "is no regular file"
					   : NULL;

	if (what == NULL) {
		return cli_fail(cli, cli->operand[0], "settings: %s", strerror(-rc));
	}
	return cli_fail(cli, cli->operand[0],
			"settings: %s; delete %s/settings: it only remembers the running slots and "
			"updates that are not ended",
			what, cli->operand[0]);
}

/* Whether a damaged file may be passed over: nothing but primary slots runs. */
static bool is_passed_over(int rc)
{
	return rc == -EBADMSG && !boot_mode_is_direct(boot_arrangement_get()->mode);
}

static void warn_of_memory(struct cli *cli, const char *what)
{
	if (!cli->warned_of_memory) {
		cli_warn(cli->operand[0],
			 "settings: %s: no progress is known or kept; delete %s/settings", what,
			 cli->operand[0]);
	}
	cli->warned_of_memory = true;
}

bool cli_check_settings(struct cli *cli)
{
	const int rc = sim_device_active(cli->device, 0);

	if (rc < 0 && rc != -ENOENT) {
		warn_of_memory(cli, rc == -EBADMSG ? "is damaged" : strerror(-rc));
		return false;
	}
	return true;
}

enum cli_status cli_check_memory(struct cli *cli)
{
	unsigned int images = sim_device_board(cli->device)->arrangement.images;

	for (unsigned int image = 0; image < images; image++) {
		int rc = sim_device_active(cli->device, image);

		if (is_passed_over(rc)) {
			warn_of_memory(cli, "is damaged");
			return CLI_DONE;
		}
		if (rc < 0 && rc != -ENOENT) {
			return cli_fail_memory(cli, rc);
		}
	}
	return CLI_DONE;
}

int cli_remembered_slot(struct cli *cli, unsigned int image)
{
	const int slot = sim_device_active(cli->device, image);

	return is_passed_over(slot) ? -ENOENT : slot;
}

enum cli_status cli_remember_slot(struct cli *cli, unsigned int image, int slot)
{
	const int rc = sim_device_set_active(cli->device, image, slot);

	return rc == 0 || is_passed_over(rc) ? CLI_DONE : cli_fail_memory(cli, rc);
}

/*
 * What is remembered of an image, unless flash was changed since and that slot holds nothing that
 * could run: where either slot may run, the other one would be taken for free.
 */
static int remembered_slot(struct cli *cli, unsigned int image)
{
	const int slot = cli_remembered_slot(cli, image);
	const struct flash_area *fa = slot < 0 ? NULL : cli_slot_area(image, (unsigned int)slot);
	struct cli_image found;

	if (slot < 0 || !boot_mode_is_direct(boot_arrangement_get()->mode)) {
		return slot;
	}
	if (fa == NULL) {
		return -ENOENT;
	}
	cli_image_judge_slot(&found, fa, BOOT_SWAP_TYPE_NONE);
	return found.rc == 0 ? slot : -ENOENT;
}

static bool remembers_all(struct cli *cli)
{
	unsigned int image = 0;

	while (image < sim_device_board(cli->device)->arrangement.images &&
	       remembered_slot(cli, image) >= 0) {
		image++;
	}
	return image == sim_device_board(cli->device)->arrangement.images;
}

/* A dry run, once. 0, or the model's error. */
static int find_next(struct cli *cli)
{
	int rc = 0;

	if (!cli->has_next) {
		rc = sim_boot(&sim_device_board(cli->device)->arrangement, boot_rules_get(), true,
			      &cli->next);
		cli->has_next = rc == 0;
	}
	return rc;
}

enum cli_status cli_find_active(struct cli *cli)
{
	unsigned int images = sim_device_board(cli->device)->arrangement.images;
	enum cli_status status = cli_check_memory(cli);
	int rc;

	if (status != CLI_DONE || remembers_all(cli)) {
		return status;
	}
	rc = find_next(cli);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "%s",
				cli->next.error[0] != '\0' ? cli->next.error : strerror(-rc));
	}
	for (unsigned int image = 0; image < images && rc == 0; image++) {
		rc = sim_device_assume_active(cli->device, image, cli_active_slot(cli, image));
	}
	return rc == 0 ? CLI_DONE : cli_fail(cli, cli->operand[0], "%s", strerror(-rc));
}

enum cli_status cli_remember_active(struct cli *cli)
{
	unsigned int images = sim_device_board(cli->device)->arrangement.images;
	enum cli_status status = CLI_DONE;

	for (unsigned int image = 0; image < images && status == CLI_DONE; image++) {
		const int slot = cli_active_slot(cli, image);

		if (slot >= 0 && slot != cli_remembered_slot(cli, image)) {
			status = cli_remember_slot(cli, image, slot);
		}
	}
	return status;
}

int cli_next_slot(struct cli *cli, unsigned int image)
{
	return find_next(cli) == 0 ? cli->next.active[image] : -1;
}

int cli_active_slot(struct cli *cli, unsigned int image)
{
	int slot = remembered_slot(cli, image);

	if (slot >= 0) {
		return slot;
	}
	return slot == -ENOENT ? cli_next_slot(cli, image) : -1;
}

/* Whether a reset now would carry out what was asked for. */
static bool next_is_as_asked(struct cli *cli, unsigned int image, bool permanent)
{
	const enum boot_mode mode = boot_arrangement_get()->mode;
	const int type = cli->next.swap_type[image];

	if (boot_mode_is_direct(mode)) {
		return 2 * (int)image + cli->next.active[image] == boot_upload_area((int)image);
	}
	if (cli->next.booted < 0) {
		return false;
	}
	return mode == BOOT_MODE_OVERWRITE_ONLY
		       ? type == BOOT_SWAP_TYPE_TEST || type == BOOT_SWAP_TYPE_PERM
		       : type == (permanent ? BOOT_SWAP_TYPE_PERM : BOOT_SWAP_TYPE_TEST);
}

bool cli_warn_of_next_boot(struct cli *cli, unsigned int image, bool permanent)
{
	cli->has_next = false;
	if (find_next(cli) != 0 || next_is_as_asked(cli, image, permanent)) {
		return false;
	}
	cli_warn(cli->operand[0], "the next boot will do something else: %s",
		 cli->next.error[0] != '\0' ? cli->next.error
					    : cli_swap_word(cli->next.swap_type[image]));
	return true;
}

const char *cli_no_upload_slot(unsigned int image)
{
	const enum boot_mode mode = boot_arrangement_get()->mode;
	const int running = boot_running_slot((int)image);

	if (mode == BOOT_MODE_SINGLE_SLOT) {
		return "mode single-slot has no slot for updates";
	}
	if (running < 0) {
		return "nothing runs, so it is not known which slot may be written: flash an image "
		       "first";
	}
	if (mode == BOOT_MODE_FIRMWARE_LOADER && running == 0) {
		return "the application runs, and only the loader writes slot 0: boot --loader "
		       "starts it";
	}
	return running == 0 ? cli_why(-ENODEV) : "the board has no primary slot for this image";
}

enum cli_status cli_upload_slot(struct cli *cli, unsigned int image, unsigned int *slot)
{
	const int area = boot_upload_area((int)image);

	if (area == -ENODEV) {
		return cli_fail(cli, cli->operand[0], "%s", cli_no_upload_slot(image));
	}
	if (area < 0) {
		return cli_fail(cli, cli->operand[0], "%s", strerror(-area));
	}
	*slot = (unsigned int)area % 2;
	cli_report(cli, "slot", json_integer((json_int_t)*slot));
	return CLI_DONE;
}

enum cli_status cli_need_confirmed(struct cli *cli, unsigned int image)
{
	int rc = boot_is_unconfirmed_multi((int)image);

	if (rc == -ENOENT) {
		return cli_fail(cli, cli->operand[0], "the board has no primary slot for image %u",
				image);
	}
	if (rc < 0) {
		return cli_fail(cli, cli->operand[0], "%s", cli_why(rc));
	}
	return rc == 0 ? CLI_DONE : cli_fail(cli, cli->operand[0], "%s", cli_why(-EBUSY));
}

enum cli_status cli_image_syntax(const struct cli *cli, int option)
{
	unsigned long number;

	return cli_number(cli, option, 0, UINT8_MAX, &number);
}

enum cli_status cli_image_number(struct cli *cli, int option, unsigned int *image)
{
	unsigned int images = sim_device_board(cli->device)->arrangement.images;
	unsigned long number = 0;
	enum cli_status status = cli_number(cli, option, 0, UINT8_MAX, &number);

	if (status != CLI_DONE) {
		return status;
	}
	if (number >= images) {
		return cli_fail(cli, cli->operand[0], "no image %lu: the bootloader has %u", number,
				images);
	}
	*image = (unsigned int)number;
	return CLI_DONE;
}

const struct flash_area *cli_slot_area(unsigned int image, unsigned int slot)
{
	const struct flash_area *fa;

	return flash_area_open((uint8_t)(2 * image + slot), &fa) == 0 ? fa : NULL;
}

size_t cli_upload_start(const struct flash_area *fa)
{
	size_t start;

	return boot_slot_upload_start(fa, &start) == 0 ? start : 0;
}

const char *cli_slot_name(const struct cli *cli, unsigned int image, unsigned int slot)
{
	const struct sim_partition *partition =
		sim_board_slot(sim_device_board(cli->device), 2 * image + slot);

	return partition != NULL ? partition->name : NULL;
}

const char *cli_why(int rc)
{
	switch (rc) {
	case -EBUSY:
		return "the running image is unconfirmed: confirm it, or boot to have it reverted";
	case -ENODEV:
		return "the board has no secondary slot for this image";
	case -ENOENT:
		return "there is no image in the slot";
	case -EALREADY:
		return "a permanent update is scheduled already: cancel it first";
	case -EUCLEAN:
		return "the trailer is damaged and cannot be mended without erasing the image";
	case -ENOLINK:
		return dfu_image_fault_str(DFU_IMAGE_DEPENDENCY);
	case -ENOTSUP:
		return "the bootloader cannot keep a trailer on this flash: its write blocks are "
		       "larger than max-align";
	case -EBADMSG:
		return "what flash holds is no sound image";
	case -EACCES:
		return "not signed as the bootloader demands";
	case -ESTALE:
		return dfu_image_fault_str(DFU_IMAGE_OLDER);
	case -EFBIG:
		return "larger than the bootloader can install";
	case -ERANGE:
		return dfu_image_fault_str(DFU_IMAGE_OLDER_BUILD);
	case -EXDEV:
		return dfu_image_fault_str(DFU_IMAGE_LINK_ADDRESS);
	case -EADDRINUSE:
		return dfu_image_fault_str(DFU_IMAGE_RUNNING_BOOTLOADER);
	case -EPROTO:
		return dfu_image_fault_str(DFU_IMAGE_UNSIGNED);
	default:
		return strerror(-rc);
	}
}
