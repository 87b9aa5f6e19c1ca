/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image for MCUboot. The file is judged in memory first, so that a bad one costs the device
 * nothing; dfu_target judges again what flash holds.
 */
#include <errno.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "output.h"
#include "session.h"
#include "slots.h"
#include "target.h"
#include "update_bootloader.h"

/* What the update of an image pair needs to know. */
struct upload {
	unsigned int image;
	unsigned int slot;
	const struct cli_file *file;
	const struct dfu_image_key *key;
	struct dfu_image_header header;
};

static enum cli_status judge_file(struct cli *cli, struct upload *upload)
{
	struct dfu_image_source source =
		dfu_image_source_memory(upload->file->data, upload->file->len);
	const char *path = cli->operand[1];
	struct cli_image image;
	enum cli_status status;
	size_t most;

	status = cli_largest_image(cli, upload->image, &most);
	if (status != CLI_DONE) {
		return status;
	}
	cli_image_judge_for(&image, upload->image, &source, upload->key);
	image.slot = cli_slot_area(upload->image, upload->slot)->fa_size;
	/* An image that this one needs may still be on its way: scheduling asks again. */
	if (cli->option[UPDATE_NO_SCHEDULE] != NULL && image.report.fault == DFU_IMAGE_DEPENDENCY) {
		image.rc = 0;
	}
	/* Of a padded file all is written, so all has to fit. */
	if (image.report.fault == DFU_IMAGE_TOO_LARGE ||
	    (image.rc == 0 && upload->file->len > most)) {
		return cli_fail(cli, path, "%zu bytes, but the bootloader installs at most %zu: %s",
				upload->file->len, most, strerror(EFBIG));
	}
	if (image.rc != 0) {
		return cli_fail(cli, path, "%s", cli_image_why(&image));
	}
	upload->header = image.header;
	return CLI_DONE;
}

/* One that was chosen as a bootloader is nothing else. */
static enum cli_status check_bootloader(struct cli *cli, const struct update *update)
{
	enum cli_status status;
	int idle;

	if (!update->is_bootloader) {
		return CLI_DONE;
	}
	status = update_find_bootloader(cli, &idle);
	return status != CLI_DONE ? status : update_check_link(cli, "", &update->file, idle);
}

static enum cli_status download(struct cli *cli, const struct update *update,
				const struct upload *upload)
{
	struct update_way way = {.image = (int)upload->image, .why = cli_why};
	enum cli_status status;
	char place[16];
	int rc;

	(void)snprintf(place, sizeof(place), "slot %u", upload->slot);
	way.place = place;
	way.had_progress = cli_target_has_image_progress(upload->image);
	status = update_write(cli, update, &way);
	if (status != CLI_DONE) {
		return status;
	}
	rc = dfu_target_done(true);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "what flash holds is not the file: %s",
				strerror(-rc));
	}
	cli_say(cli, "verified: %zu bytes as flash holds them", update->file.len);
	return CLI_DONE;
}

static void say_scheduled(const struct cli *cli, const struct upload *upload, bool permanent)
{
	const int linked = (int)upload->image == boot_bootloader_image()
				   ? update_linked_slot(upload->file)
				   : -ENOENT;

	if (linked < 0) {
		cli_say(cli, "scheduled: the next boot %s it", cli_schedule_word(permanent));
	} else {
		cli_say(cli,
			"scheduled: the next boot copies it into %s, for good; the one after "
			"starts it",
			update_slot_name(linked));
	}
}

static enum cli_status schedule(struct cli *cli, const struct upload *upload)
{
	const unsigned int image = upload->image;
	bool permanent = cli->option[UPDATE_PERMANENT] != NULL;
	int rc = permanent ? dfu_target_mcuboot_schedule((int)image, BOOT_UPGRADE_PERMANENT)
			   : dfu_target_schedule_update((int)image);

	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "cannot schedule: %s", cli_why(rc));
	}
	cli_report(cli, "scheduled", json_string(permanent ? "permanent" : "test"));
	say_scheduled(cli, upload, permanent);
	(void)cli_warn_of_next_boot(cli, image, permanent);
	return CLI_DONE;
}

static enum cli_status carry_out(struct cli *cli, const struct update *update,
				 const struct upload *upload)
{
	char version[CLI_VERSION_LEN];
	enum cli_status status = cli_target_ready(cli, upload->image, upload->slot, upload->key);

	status = status != CLI_DONE ? status : cli_target_name_file(cli, &update->file);
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	if (status != CLI_DONE) {
		return status;
	}
	(void)cli_version_text(version, &upload->header.version);
	cli_report(cli, "version", json_string(version));
	cli_report(cli, "size", json_integer((json_int_t)update->file.len));
	cli_say(cli, "image %u: %s into slot %u", upload->image, version, upload->slot);
	status = download(cli, update, upload);
	if (status != CLI_DONE || cli->option[UPDATE_NO_SCHEDULE] != NULL) {
		return status;
	}
	return schedule(cli, upload);
}

enum cli_status update_mcuboot(struct cli *cli, const struct update *update)
{
	struct upload upload = {.file = &update->file};
	struct sim_key key;
	enum cli_status status = update_find_pair(cli, update, &upload.image);

	if (status != CLI_DONE) {
		return status;
	}
	cli_report(cli, "image", json_integer((json_int_t)upload.image));
	status = cli_find_active(cli);
	status = status != CLI_DONE ? status : cli_upload_slot(cli, upload.image, &upload.slot);
	status = status != CLI_DONE ? status : cli_need_confirmed(cli, upload.image);
	if (status == CLI_DONE && cli->option[UPDATE_KEY] != NULL) {
		status = cli_key_read(cli, cli->option[UPDATE_KEY], &key);
		upload.key = &key.key;
	}
	status = status != CLI_DONE ? status : judge_file(cli, &upload);
	status = status != CLI_DONE ? status : check_bootloader(cli, update);
	status = status != CLI_DONE ? status : carry_out(cli, update, &upload);
	dfu_target_mcuboot_set_key(NULL);
	return status;
}
