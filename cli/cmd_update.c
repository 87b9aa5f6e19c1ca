/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A firmware update as an application does it, through dfu_target. The file is judged in memory
 * first, so that a bad one costs the device nothing; dfu_target judges again what flash holds. An
 * update of the same file that was interrupted goes on: where, dfu_target knows.
 */
#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

#include "cut.h"
#include "image.h"
#include "output.h"
#include "progress.h"
#include "session.h"
#include "slots.h"
#include "target.h"
#include "verbs.h"

enum {
	OPTION_CHUNK,
	OPTION_IMAGE,
	OPTION_PERMANENT,
	OPTION_KEY,
	OPTION_NO_SCHEDULE,
	OPTION_RESTART
};

#define CHUNK_DEFAULT 4096u
#define CHUNK_MAX (1u << 20)

static const struct cli_option options[] = {
	{"chunk", "N", "bytes given to each dfu_target_write(), 1 to 1048576; default 4096"},
	{"image", "N", "image pair, default 0"},
	{"permanent", NULL, "install for good, without a test"},
	{"key", "PUB.pem", "demand a signature by this key"},
	{"no-schedule", NULL, "write and verify only; schedule later"},
	{"restart", NULL, "begin at 0 where an interrupted update could go on"},
	CLI_CUT_OPTION,
	{NULL, NULL, NULL},
};

/* What an update needs to know. */
struct update {
	unsigned int image;
	unsigned int slot;
	unsigned long chunk;
	struct cli_file file;
	const struct dfu_image_key *key;
	struct dfu_image_header header;
};

static enum cli_status judge_file(struct cli *cli, struct update *update)
{
	struct dfu_image_source source =
		dfu_image_source_memory(update->file.data, update->file.len);
	const char *path = cli->operand[1];
	struct cli_image image;
	enum cli_status status;
	size_t most;

	status = cli_largest_image(cli, update->image, &most);
	if (status != CLI_DONE) {
		return status;
	}
	cli_image_judge_for(&image, update->image, &source, update->key);
	image.slot = cli_slot_area(update->image, update->slot)->fa_size;
	/* An image that this one needs may still be on its way: scheduling asks again. */
	if (cli->option[OPTION_NO_SCHEDULE] != NULL && image.report.fault == DFU_IMAGE_DEPENDENCY) {
		image.rc = 0;
	}
	/* Of a padded file all is written, so all has to fit. */
	if (image.report.fault == DFU_IMAGE_TOO_LARGE ||
	    (image.rc == 0 && update->file.len > most)) {
		return cli_fail(cli, path, "%zu bytes, but the bootloader installs at most %zu: %s",
				update->file.len, most, strerror(EFBIG));
	}
	if (image.rc != 0) {
		return cli_fail(cli, path, "%s", cli_image_why(&image));
	}
	update->header = image.header;
	return CLI_DONE;
}

static int open_download(const struct update *update, size_t *offset)
{
	int type = (int)dfu_target_img_type(update->file.data, update->file.len);
	int rc = dfu_target_init(type, (int)update->image, update->file.len, NULL);

	return rc != 0 ? rc : dfu_target_offset_get(offset);
}

/* What it begins with; `given_up`: of the same file, `is_other`: there was something else. */
static void say_beginning(struct cli *cli, const struct update *update, size_t offset,
			  size_t given_up, bool is_other)
{
	if (offset > 0) {
		cli_report(cli, "resumed_at", json_integer((json_int_t)offset));
		cli_say(cli, "resuming at %zu of %zu, same file", offset, update->file.len);
	} else if (given_up > 0) {
		cli_say(cli, "starting at 0 instead of %zu of %zu, as asked", given_up,
			update->file.len);
	} else if (is_other) {
		cli_say(cli,
			"starting at 0: what slot %u has of an earlier download is of another "
			"file, or no longer as it was left",
			update->slot);
	}
}

/* *offset: the first byte to write. */
static enum cli_status begin(struct cli *cli, const struct update *update, size_t *offset)
{
	const bool had_progress = cli_target_has_progress(update->image);
	size_t given_up = 0;
	int rc = open_download(update, offset);

	if (rc == 0 && cli->option[OPTION_RESTART] != NULL && *offset > 0) {
		given_up = *offset;
		rc = dfu_target_reset();
		rc = rc != 0 ? rc : open_download(update, offset);
	}
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "cannot begin: %s", cli_why(rc));
	}
	say_beginning(cli, update, *offset, given_up, had_progress);
	return CLI_DONE;
}

static int write_file(const struct cli *cli, const struct update *update, size_t offset)
{
	struct cli_progress progress;
	int rc = 0;

	cli_progress_begin(&progress, offset, update->file.len, !cli->json);
	while (offset < update->file.len && rc == 0) {
		size_t left = update->file.len - offset;
		size_t n = left < update->chunk ? left : update->chunk;

		rc = dfu_target_write(&update->file.data[offset], n);
		if (rc == 0) {
			offset += n;
			cli_progress_show(&progress, offset);
		}
	}
	cli_progress_end();
	return rc;
}

static enum cli_status download(struct cli *cli, const struct update *update)
{
	size_t offset;
	enum cli_status status = begin(cli, update, &offset);
	int rc;

	if (status != CLI_DONE) {
		return status;
	}
	rc = write_file(cli, update, offset);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "write: %s", strerror(-rc));
	}
	rc = dfu_target_done(true);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "what flash holds is not the file: %s",
				strerror(-rc));
	}
	cli_say(cli, "verified: %zu bytes as flash holds them", update->file.len);
	return CLI_DONE;
}

static enum cli_status schedule(struct cli *cli, const struct update *update)
{
	bool permanent = cli->option[OPTION_PERMANENT] != NULL;
	int rc = permanent ? dfu_target_mcuboot_schedule((int)update->image, BOOT_UPGRADE_PERMANENT)
			   : dfu_target_schedule_update((int)update->image);

	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "cannot schedule: %s", cli_why(rc));
	}
	cli_report(cli, "scheduled", json_string(permanent ? "permanent" : "test"));
	cli_say(cli, "scheduled: the next boot %s it", cli_schedule_word(permanent));
	cli_warn_of_next_boot(cli, update->image, permanent);
	return CLI_DONE;
}

static enum cli_status carry_out(struct cli *cli, const struct update *update)
{
	char version[CLI_VERSION_LEN];
	enum cli_status status = cli_target_ready(cli, update->image, update->slot, update->key);

	status = status != CLI_DONE ? status : cli_target_name_file(cli, &update->file);
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	if (status != CLI_DONE) {
		return status;
	}
	(void)cli_version_text(version, &update->header.version);
	cli_report(cli, "version", json_string(version));
	cli_report(cli, "size", json_integer((json_int_t)update->file.len));
	cli_say(cli, "image %u: %s into slot %u", update->image, version, update->slot);
	status = download(cli, update);
	if (status != CLI_DONE || cli->option[OPTION_NO_SCHEDULE] != NULL) {
		return status;
	}
	return schedule(cli, update);
}

static enum cli_status update_from_file(struct cli *cli, struct update *update)
{
	struct sim_key key;
	enum cli_status status = CLI_DONE;

	if (cli->option[OPTION_KEY] != NULL) {
		status = cli_key_read(cli, cli->option[OPTION_KEY], &key);
		update->key = &key.key;
	}
	status = status != CLI_DONE ? status : cli_file_read(cli, cli->operand[1], &update->file);
	status = status != CLI_DONE ? status : judge_file(cli, update);
	status = status != CLI_DONE ? status : carry_out(cli, update);
	dfu_target_mcuboot_set_key(NULL);
	cli_file_free(&update->file);
	return status;
}

static void report_nothing(struct cli *cli)
{
	static const char *const keys[] = {"image", "slot",      "version",
					   "size",  "scheduled", "resumed_at"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		cli_report(cli, keys[i], NULL);
	}
}

static enum cli_status run(struct cli *cli)
{
	struct update update = {.chunk = CHUNK_DEFAULT};
	enum cli_status status = cli_number(cli, OPTION_CHUNK, 1, CHUNK_MAX, &update.chunk);

	if (status == CLI_DONE && cli->option[OPTION_PERMANENT] != NULL &&
	    cli->option[OPTION_NO_SCHEDULE] != NULL) {
		return cli_usage(cli->verb, "--permanent and --no-schedule exclude each other");
	}
	status = status != CLI_DONE ? status : cli_image_syntax(cli, OPTION_IMAGE);
	report_nothing(cli);
	status = status != CLI_DONE ? status : cli_open_device(cli);
	status = status != CLI_DONE ? status : cli_image_number(cli, OPTION_IMAGE, &update.image);
	if (status != CLI_DONE) {
		return status;
	}
	cli_report(cli, "image", json_integer((json_int_t)update.image));
	status = cli_find_active(cli);
	status = status != CLI_DONE ? status : cli_upload_slot(cli, update.image, &update.slot);
	status = status != CLI_DONE ? status : cli_need_confirmed(cli, update.image);
	return status != CLI_DONE ? status : update_from_file(cli, &update);
}

const struct cli_verb cli_verb_update = {
	.name = "update",
	.operands = {"DEV", "FILE"},
	.options = options,
	.summary = "stream a signed image into the slot that does not run, verify, schedule it",
	.help = "A file that the bootloader would not take changes nothing. Refused while the\n"
		"running image is unconfirmed. An interrupted update of the same file goes on\n"
		"where it stopped.",
	.run = run,
};
