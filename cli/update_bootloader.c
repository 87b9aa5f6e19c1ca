/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bootloader is built for one of two slots, and the device needs the build for the one that does
 * not run.
 */
#include "update_bootloader.h"

#include <errno.h>
#include <string.h>

#include "output.h"
#include "session.h"

static int linked_slot(const struct dfu_image_source *source)
{
	struct dfu_image image;
	uint32_t address;
	int rc = dfu_image_open(&image, source, NULL);

	rc = rc != 0 ? rc : boot_link_address(&image, &address);
	return rc != 0 ? rc : boot_link_slot(address);
}

const char *update_slot_name(int area_id)
{
	return area_id == BOOT_S0_AREA_ID ? "S0" : "S1";
}

int update_idle_bootloader(int *idle_area)
{
	bool s0_active;
	int rc = boot_bootloader_image();

	rc = rc < 0 ? rc : boot_s0_active_get(&s0_active);
	if (rc == 0) {
		*idle_area = s0_active ? BOOT_S1_AREA_ID : BOOT_S0_AREA_ID;
	}
	return rc;
}

const char *update_why_no_bootloader(int rc)
{
	switch (rc) {
	case -ENOENT:
		return "the board has no s0_partition and s1_partition: its bootloader cannot be "
		       "updated";
	case -EFAULT:
		return "S0 holds no bootloader that tells its version (fw_info), so it is not "
		       "known which slot runs";
	default:
		return strerror(-rc);
	}
}

enum cli_status update_find_bootloader(struct cli *cli, int *idle_area)
{
	const int rc = update_idle_bootloader(idle_area);

	return rc == 0 ? CLI_DONE
		       : cli_fail(cli, cli->operand[0], "%s", update_why_no_bootloader(rc));
}

enum cli_status update_choose_bootloader(struct cli *cli)
{
	enum cli_status status;
	int idle;

	status = update_find_bootloader(cli, &idle);
	if (status == CLI_DONE) {
		cli->operand[1] = cli->option[idle == BOOT_S0_AREA_ID ? UPDATE_S0 : UPDATE_S1];
		cli_say(cli, "%s does not run: taking %s", update_slot_name(idle), cli->operand[1]);
	}
	return status;
}

int update_linked_slot(const struct cli_file *file)
{
	const struct dfu_image_source source = dfu_image_source_memory(file->data, file->len);

	return linked_slot(&source);
}

int update_linked_slot_in(const struct flash_area *fa)
{
	const size_t start = cli_upload_start(fa);
	const struct dfu_image_source source =
		dfu_image_source_flash(fa, start, start < fa->fa_size ? fa->fa_size - start : 0);

	return linked_slot(&source);
}

enum cli_status update_find_pair(struct cli *cli, const struct update *update, unsigned int *image)
{
	const int pair = boot_bootloader_image();

	if (cli->option[UPDATE_IMAGE] == NULL && pair >= 0 &&
	    (update->is_bootloader || update_linked_slot(&update->file) >= 0)) {
		*image = (unsigned int)pair;
		return CLI_DONE;
	}
	return cli_image_number(cli, UPDATE_IMAGE, image);
}

enum cli_status update_check_link(struct cli *cli, const char *what, const struct cli_file *file,
				  int area_id)
{
	return update_linked_slot(file) == area_id
		       ? CLI_DONE
		       : cli_fail(cli, cli->operand[1], "%snot linked for %s", what,
				  update_slot_name(area_id));
}
