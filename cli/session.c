/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <string.h>

#include <dfu/boot_rules.h>
#include <dfu/boot.h>

#include "boot_model.h"
#include "output.h"

enum cli_status cli_open_device(struct cli *cli)
{
	struct sim_error error;

	if (sim_device_open(&cli->device, cli->operand[0], &error) != 0) {
		return cli_fail(cli, cli->operand[0], "%s", error.text);
	}
	return CLI_DONE;
}

enum cli_status cli_open_device_to_change(struct cli *cli)
{
	enum cli_status status = cli_open_device(cli);
	enum boot_mode mode;

	if (status != CLI_DONE) {
		return status;
	}
	mode = sim_device_board(cli->device)->arrangement.mode;
	if (mode != BOOT_MODE_SWAP_MOVE) {
		return cli_fail(cli, cli->operand[0], "%s is not supported in mode %s",
				cli->verb->name, boot_mode_name(mode));
	}
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
			"settings: %s; delete %s/settings: it only remembers the running slots",
			what, cli->operand[0]);
}

enum cli_status cli_check_memory(struct cli *cli)
{
	unsigned int images = sim_device_board(cli->device)->arrangement.images;

	for (unsigned int image = 0; image < images; image++) {
		int rc = sim_device_active(cli->device, image);

		if (rc < 0 && rc != -ENOENT) {
			return cli_fail_memory(cli, rc);
		}
	}
	return CLI_DONE;
}

enum cli_status cli_remember_active(struct cli *cli)
{
	const struct boot_arrangement *arrangement = &sim_device_board(cli->device)->arrangement;
	struct sim_boot_result result;
	enum cli_status status = cli_check_memory(cli);
	int rc;

	if (status != CLI_DONE || sim_device_active(cli->device, 0) >= 0) {
		return status;
	}
	rc = sim_boot(arrangement, boot_rules_get(), true, &result);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "%s",
				result.error[0] != '\0' ? result.error : strerror(-rc));
	}
	for (unsigned int image = 0; image < result.images; image++) {
		if (result.active[image] < 0) {
			continue;
		}
		rc = sim_device_set_active(cli->device, image, result.active[image]);
		if (rc != 0) {
			return cli_fail_memory(cli, rc);
		}
	}
	return CLI_DONE;
}

int cli_active_slot(struct cli *cli, unsigned int image)
{
	const struct boot_arrangement *arrangement = &sim_device_board(cli->device)->arrangement;
	struct sim_boot_result result;
	int slot = sim_device_active(cli->device, image);

	if (slot >= 0) {
		return slot;
	}
	if (slot != -ENOENT || sim_boot(arrangement, boot_rules_get(), true, &result) != 0) {
		return -1;
	}
	return result.active[image];
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
	case -ENOTSUP:
		return "the bootloader cannot keep a trailer on this flash";
	default:
		return strerror(-rc);
	}
}
