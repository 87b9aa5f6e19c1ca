/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package of several images. All that can be known before the first write is asked before it: the
 * header, whether the device has what the ids name, and of each image what its bootloader would say
 * when all of them are there. One that would not be taken leaves the device as it is.
 *
 * Then dfu_multi_image writes them into their slots, through the MCUboot target, which verifies
 * each at its end, and the set is scheduled as one. What was pending before goes first: beside
 * images of this package it would be a set that nobody asked for. Only where this package was cut
 * while it was scheduled, its own requests stay: then nothing has to be written again.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "output.h"
#include "package.h"
#include "package_update.h"
#include "progress.h"
#include "session.h"
#include "target.h"
#include "update_bootloader.h"

/* The header is at most this long: a u16 tells it. */
#define HEADER_MAX (2 + UINT16_MAX)

static json_t *images_json(const struct package_update *all)
{
	json_t *images = json_array();
	char version[CLI_VERSION_LEN];

	for (size_t i = 0; i < all->package.count; i++) {
		const struct package_part *part = &all->part[i];
		json_t *slot = part->is_skipped ? json_null()
						: json_integer((json_int_t)part->slot);

		(void)cli_version_text(version, &part->image.header.version);
		(void)json_array_append_new(
			images, json_pack("{s:i, s:o, s:s, s:I}", "image",
					  (int)all->package.items[i].id, "slot", slot, "version",
					  version, "size", (json_int_t)all->package.items[i].size));
	}
	return images;
}

static void tell(struct cli *cli, const struct package_update *all)
{
	char version[CLI_VERSION_LEN];

	cli_report(cli, "size", json_integer((json_int_t)all->file->len));
	cli_report(cli, "images", images_json(all));
	for (size_t i = 0; i < all->package.count; i++) {
		const struct package_part *part = &all->part[i];

		(void)cli_version_text(version, &part->image.header.version);
		if (part->is_skipped) {
			cli_say(cli, "%s: %s skipped, that slot runs", part->name, version);
		} else {
			cli_say(cli, "%s: %s into slot %u", part->name, version, part->slot);
		}
	}
}

/* Where the first byte goes that has a place on this device. */
static size_t first_offset(const struct package_update *all)
{
	size_t i = 0;

	while (all->part[i].is_skipped) {
		i++;
	}
	return all->package.items[i].offset;
}

/* The first bytes tell which package it is. */
static int open_package(const struct package_update *all, size_t *offset)
{
	static uint8_t header[HEADER_MAX];
	int rc = dfu_multi_image_init(header, sizeof(header));

	rc = rc != 0 ? rc : dfu_multi_image_register_mcuboot();
	rc = rc != 0 ? rc : dfu_multi_image_write(0, all->file->data, all->package.header_len);
	if (rc == 0) {
		*offset = dfu_multi_image_offset();
	}
	return rc;
}

static bool has_progress(const struct package_update *all)
{
	size_t i = 0;

	while (i < all->package.count && !cli_target_has_image_progress(all->part[i].pair)) {
		i++;
	}
	return i < all->package.count;
}

static enum cli_status begin(struct cli *cli, const struct update *update,
			     const struct package_update *all, size_t *offset)
{
	const struct update_way way = {
		.place = "a slot",
		.had_progress = has_progress(all),
	};
	const size_t first = first_offset(all);
	size_t given_up = 0;
	int rc = open_package(all, offset);

	if (rc == 0 && cli->option[UPDATE_RESTART] != NULL && *offset > first) {
		given_up = *offset;
		rc = dfu_multi_image_reset();
		rc = rc != 0 ? rc : open_package(all, offset);
	}
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "cannot begin: %s", cli_why(rc));
	}
	update_say_beginning(cli, update, &way, *offset > first ? *offset : 0, given_up);
	return CLI_DONE;
}

/* What has no place on this device is skipped: then the offset jumps. */
static int write_rest(const struct cli *cli, const struct update *update, size_t offset)
{
	struct cli_progress progress;
	int rc = 0;

	cli_progress_begin(&progress, offset, update->file.len, !cli->json);
	while (offset < update->file.len && rc == 0) {
		const size_t left = update->file.len - offset;
		const size_t n = left < update->chunk ? left : update->chunk;

		rc = dfu_multi_image_write(offset, &update->file.data[offset], n);
		if (rc == 0) {
			offset = dfu_multi_image_offset();
			cli_progress_show(&progress, offset);
		}
	}
	cli_progress_end();
	return rc;
}

/* Of all images that have a place on this device. */
static size_t bytes_written(const struct package_update *all)
{
	size_t bytes = 0;

	for (size_t i = 0; i < all->package.count; i++) {
		bytes += all->part[i].is_skipped ? 0 : all->package.items[i].size;
	}
	return bytes;
}

static enum cli_status download(struct cli *cli, const struct update *update,
				const struct package_update *all)
{
	enum cli_status status;
	size_t offset;
	int rc;

	status = begin(cli, update, all, &offset);
	if (status != CLI_DONE) {
		return status;
	}
	rc = write_rest(cli, update, offset);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "write: %s", cli_why(rc));
	}
	cli_say(cli, "verified: %zu bytes as flash holds them", bytes_written(all));
	return CLI_DONE;
}

static bool is_any_pending(const struct cli *cli)
{
	const int images = sim_device_board(cli->device)->arrangement.images;
	int image = 0;

	while (image < images && boot_is_pending_multi(image) != 1) {
		image++;
	}
	return image < images;
}

/* Whether an upload slot shows the same image as the package. */
static bool is_in_slot(const struct package_part *part)
{
	const struct flash_area *fa = cli_slot_area(part->pair, part->slot);
	const size_t start = cli_upload_start(fa);
	const struct dfu_image_source source =
		dfu_image_source_flash(fa, start, start < fa->fa_size ? fa->fa_size - start : 0);
	const struct dfu_image_report *wanted = &part->image.report;
	struct cli_image there;

	cli_image_judge(&there, &source, NULL);
	return there.rc == 0 && wanted->hash_len > 0 && there.report.hash_len == wanted->hash_len &&
	       memcmp(there.report.hash, wanted->hash, wanted->hash_len) == 0;
}

/* Whether all that has a place here lies there already, and shows. */
static bool is_all_there(const struct package_update *all)
{
	size_t i = 0;

	while (i < all->package.count && (all->part[i].is_skipped || is_in_slot(&all->part[i]))) {
		i++;
	}
	return i == all->package.count;
}

static enum cli_status take_back(struct cli *cli)
{
	const int rc = dfu_target_mcuboot_cancel(-1);

	return rc == 0 || rc == -ENOENT
		       ? CLI_DONE
		       : cli_fail(cli, cli->operand[0], "cannot take back what is scheduled: %s",
				  cli_why(rc));
}

/* Whether this package is being scheduled, or is already. */
static bool is_being_scheduled(const struct cli *cli, const struct package_update *all)
{
	return cli->option[UPDATE_RESTART] == NULL && cli->option[UPDATE_NO_SCHEDULE] == NULL &&
	       is_any_pending(cli) && is_all_there(all);
}

/* *is_open: the package is under way, and to be ended. */
static enum cli_status write_images(struct cli *cli, const struct update *update,
				    const struct package_update *all, bool *is_open)
{
	enum cli_status status = CLI_DONE;

	*is_open = !is_being_scheduled(cli, all);
	if (!*is_open) {
		cli_report(cli, "resumed_at", json_integer((json_int_t)all->file->len));
		cli_say(cli, "resuming at %zu of %zu, same file", all->file->len, all->file->len);
		return CLI_DONE;
	}
	if (is_any_pending(cli)) {
		status = take_back(cli);
	}
	return status != CLI_DONE ? status : download(cli, update, all);
}

/* The slot that the package has a bootloader for; NULL: it has none. */
static const char *find_bootloader(const struct package_update *all)
{
	size_t i = 0;

	while (i < all->package.count && (all->part[i].is_skipped || !all->part[i].is_bootloader)) {
		i++;
	}
	if (i == all->package.count) {
		return NULL;
	}
	const struct cli_file bytes = cli_package_bytes(&all->package, all->file, i);

	return update_slot_name(update_linked_slot(&bytes));
}

static void say_scheduled(const struct cli *cli, const struct package_update *all, bool permanent)
{
	const char *slot = find_bootloader(all);
	const bool is_alone = (all->pairs & (all->pairs - 1)) == 0;

	if (slot == NULL) {
		cli_say(cli, "scheduled: the next boot %s all of it", cli_schedule_word(permanent));
		return;
	}
	if (!is_alone) {
		cli_say(cli, "scheduled: the next boot %s all but the bootloader",
			cli_schedule_word(permanent));
	}
	cli_say(cli,
		"scheduled: the next boot copies the bootloader into %s, for good; the one after "
		"starts it",
		slot);
}

static enum cli_status schedule(struct cli *cli, const struct package_update *all)
{
	const bool permanent = cli->option[UPDATE_PERMANENT] != NULL;
	const int rc = dfu_target_mcuboot_schedule_set(
		all->pairs, permanent ? BOOT_UPGRADE_PERMANENT : BOOT_UPGRADE_TEST);

	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "cannot schedule: %s", cli_why(rc));
	}
	cli_report(cli, "scheduled", json_string(permanent ? "permanent" : "test"));
	say_scheduled(cli, all, permanent);
	for (unsigned int pair = 0; pair < BOOT_IMAGES_MAX; pair++) {
		if ((all->pairs >> pair & 1) != 0 && cli_warn_of_next_boot(cli, pair, permanent)) {
			break;
		}
	}
	return CLI_DONE;
}

/* Until it is scheduled the package is one that can be gone on with. */
static enum cli_status end_package(struct cli *cli, bool is_scheduled)
{
	const int rc = dfu_multi_image_done(is_scheduled);

	return rc == 0 ? CLI_DONE
		       : cli_fail(cli, cli->operand[0], "cannot end the package: %s", cli_why(rc));
}

static enum cli_status carry_out(struct cli *cli, const struct update *update,
				 const struct package_update *all)
{
	const bool to_schedule = cli->option[UPDATE_NO_SCHEDULE] == NULL;
	enum cli_status status = cli_target_ready_for_all(cli, all->key);
	bool is_open;

	status = status != CLI_DONE ? status : cli_target_name_file(cli, all->file);
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	if (status != CLI_DONE) {
		return status;
	}
	tell(cli, all);
	status = write_images(cli, update, all, &is_open);
	if (status == CLI_DONE && to_schedule) {
		status = schedule(cli, all);
	}
	return status == CLI_DONE && is_open ? end_package(cli, to_schedule) : status;
}

enum cli_status update_package(struct cli *cli, const struct update *update)
{
	static struct package_update all; /* a run has one, and it is large */
	struct sim_key key;
	enum cli_status status = CLI_DONE;

	if (cli->option[UPDATE_IMAGE] != NULL) {
		return cli_fail(cli, cli->operand[1],
				"--image is for a single image, and this file is a package");
	}
	all.file = &update->file;
	if (cli->option[UPDATE_KEY] != NULL) {
		status = cli_key_read(cli, cli->option[UPDATE_KEY], &key);
		all.key = &key.key;
	}
	status = status != CLI_DONE ? status : cli_find_active(cli);
	status = status != CLI_DONE ? status : package_update_judge(cli, &all);
	status = status != CLI_DONE ? status : carry_out(cli, update, &all);
	dfu_target_mcuboot_set_key(NULL);
	return status;
}
