/* SPDX-License-Identifier: Apache-2.0 */
#include "package_update.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "session.h"
#include "slots.h"
#include "update_bootloader.h"

/* An error of one of the images. */
static enum cli_status refuse(struct cli *cli, const struct package_part *part, const char *why)
{
	return cli_fail(cli, cli->operand[1], "%s: %s", part->name, why);
}

static enum cli_status place_bootloader(struct cli *cli, struct package_part *part, int area_id)
{
	int idle;
	const int rc = update_idle_bootloader(&idle);

	if (rc != 0) {
		return refuse(cli, part, update_why_no_bootloader(rc));
	}
	part->pair = (unsigned int)boot_bootloader_image();
	part->is_bootloader = true;
	part->is_skipped = idle != area_id;
	return CLI_DONE;
}

static enum cli_status place_pair(struct cli *cli, struct package_part *part, unsigned int pair)
{
	const unsigned int images = sim_device_board(cli->device)->arrangement.images;

	if (pair >= images) {
		return cli_fail(cli, cli->operand[1],
				"%s: the device has no such image: its bootloader has %u",
				part->name, images);
	}
	if (boot_is_bootloader_only((int)pair)) {
		return refuse(cli, part,
			      "that pair takes bootloaders alone, whose ids are -2 and -1");
	}
	part->pair = pair;
	return CLI_DONE;
}

static enum cli_status find_slot(struct cli *cli, struct package_part *part)
{
	const int area = part->is_skipped ? 0 : boot_upload_area((int)part->pair);
	int rc;

	if (area < 0) {
		return refuse(cli, part,
			      area == -ENODEV ? cli_no_upload_slot(part->pair) : strerror(-area));
	}
	part->slot = (unsigned int)area % 2;
	rc = part->is_skipped ? 0 : boot_is_unconfirmed_multi((int)part->pair);
	if (rc == -ENOENT) {
		return refuse(cli, part, "the board has no primary slot for it");
	}
	return rc == 0 ? CLI_DONE : refuse(cli, part, cli_why(rc > 0 ? -EBUSY : rc));
}

static enum cli_status place(struct cli *cli, struct package_part *part, int32_t id)
{
	enum cli_status status;

	*part = (struct package_part){.is_skipped = false};
	(void)cli_package_name(part->name, id);
	if (id == DFU_MULTI_IMAGE_S0 || id == DFU_MULTI_IMAGE_S1) {
		const int area = id == DFU_MULTI_IMAGE_S0 ? BOOT_S0_AREA_ID : BOOT_S1_AREA_ID;

		status = place_bootloader(cli, part, area);
	} else {
		status = place_pair(cli, part, (unsigned int)id);
	}
	return status != CLI_DONE ? status : find_slot(cli, part);
}

static enum cli_status place_all(struct cli *cli, struct package_update *all)
{
	enum cli_status status = CLI_DONE;

	for (size_t i = 0; i < all->package.count && status == CLI_DONE; i++) {
		struct package_part *part = &all->part[i];

		status = place(cli, part, all->package.items[i].id);
		if (status != CLI_DONE || part->is_skipped) {
			continue;
		}
		if ((all->pairs >> part->pair & 1) != 0) {
			status = refuse(cli, part,
					"another image of the package goes to the same slot: they "
					"take turns, so make an update of each");
		}
		all->pairs |= 1u << part->pair;
	}
	if (status == CLI_DONE && all->pairs == 0) {
		status = cli_fail(cli, cli->operand[1],
				  "holds nothing but a bootloader for the slot that runs");
	}
	return status;
}

/* Also of a bootloader for the slot that runs: a package is whole or it is not. */
static enum cli_status look_at(struct cli *cli, struct package_update *all, size_t i)
{
	const struct cli_file bytes = cli_package_bytes(&all->package, all->file, i);
	struct package_part *part = &all->part[i];
	char what[512];

	(void)snprintf(what, sizeof(what), "%s: %s", cli->operand[1], part->name);
	part->is_bootloader = part->is_bootloader || ((int)part->pair == boot_bootloader_image() &&
						      update_linked_slot(&bytes) >= 0);
	return cli_package_judge(cli, what, &bytes, cli_package_fill(&all->package, i),
				 &part->image);
}

static enum cli_status judge_part(struct cli *cli, const struct package_update *all,
				  struct package_part *part, const struct dfu_image_source *files,
				  unsigned int together)
{
	const size_t len = files[part->pair].size;
	enum cli_status status;
	size_t most;

	status = cli_largest_image(cli, part->pair, &most);
	if (status != CLI_DONE) {
		return status;
	}
	cli_image_judge_files(&part->image, part->pair, files, together, all->key);
	part->image.slot = cli_slot_area(part->pair, part->slot)->fa_size;
	if (cli->option[UPDATE_NO_SCHEDULE] != NULL &&
	    part->image.report.fault == DFU_IMAGE_DEPENDENCY) {
		part->image.rc = 0;
	}
	if (part->image.report.fault == DFU_IMAGE_TOO_LARGE ||
	    (part->image.rc == 0 && len > most)) {
		return cli_fail(cli, cli->operand[1],
				"%s: %zu bytes, but the bootloader installs at most %zu: %s",
				part->name, len, most, strerror(EFBIG));
	}
	return part->image.rc == 0 ? CLI_DONE : refuse(cli, part, cli_image_why(&part->image));
}

/* An id for S0 or S1 promises where the image is linked. */
static enum cli_status check_link(struct cli *cli, const struct package_update *all, size_t i)
{
	const struct cli_file bytes = cli_package_bytes(&all->package, all->file, i);
	const int32_t id = all->package.items[i].id;
	char what[CLI_PACKAGE_NAME_LEN + 2];

	if (id >= 0) {
		return CLI_DONE;
	}
	(void)snprintf(what, sizeof(what), "%s: ", all->part[i].name);
	return update_check_link(cli, what, &bytes,
				 id == DFU_MULTI_IMAGE_S0 ? BOOT_S0_AREA_ID : BOOT_S1_AREA_ID);
}

/* Each as the bootloader would that finds all of them. */
static enum cli_status judge_all(struct cli *cli, struct package_update *all)
{
	struct dfu_image_source files[BOOT_IMAGES_MAX] = {{.size = 0}};
	enum cli_status status = CLI_DONE;
	unsigned int together = 0;

	for (size_t i = 0; i < all->package.count; i++) {
		const struct cli_file bytes = cli_package_bytes(&all->package, all->file, i);
		const struct package_part *part = &all->part[i];

		if (!part->is_skipped) {
			files[part->pair] = dfu_image_source_memory(bytes.data, bytes.len);
			/* Of a bootloader's version no image depends. */
			together |= part->is_bootloader ? 0 : 1u << part->pair;
		}
	}
	for (size_t i = 0; i < all->package.count && status == CLI_DONE; i++) {
		if (!all->part[i].is_skipped) {
			status = judge_part(cli, all, &all->part[i], files, together);
		}
		status = status != CLI_DONE ? status : check_link(cli, all, i);
	}
	return status;
}

enum cli_status package_update_judge(struct cli *cli, struct package_update *all)
{
	enum cli_status status;

	all->pairs = 0;
	status = cli_package_read(cli, cli->operand[1], all->file, &all->package);
	status = status != CLI_DONE ? status : place_all(cli, all);
	for (size_t i = 0; i < all->package.count && status == CLI_DONE; i++) {
		status = look_at(cli, all, i);
	}
	return status != CLI_DONE ? status : judge_all(cli, all);
}
