/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a file's bytes to any target. An update of the same file that was interrupted goes on:
 * where, dfu_target knows.
 */
#include "output.h"
#include "progress.h"
#include "update.h"

static int open_target(const struct update *update, const struct update_way *way, size_t *offset)
{
	int type = (int)dfu_target_img_type(update->file.data, update->file.len);
	int rc = dfu_target_init(type, way->image, update->file.len, way->callback);

	return rc != 0 ? rc : dfu_target_offset_get(offset);
}

void update_say_beginning(struct cli *cli, const struct update *update,
			  const struct update_way *way, size_t offset, size_t given_up)
{
	if (offset > 0) {
		cli_report(cli, "resumed_at", json_integer((json_int_t)offset));
		cli_say(cli, "resuming at %zu of %zu, same file", offset, update->file.len);
	} else if (given_up > 0) {
		cli_say(cli, "starting at 0 instead of %zu of %zu, as asked", given_up,
			update->file.len);
	} else if (way->had_progress) {
		cli_say(cli,
			"starting at 0: what %s has of an earlier download is of another "
			"file, or no longer as it was left",
			way->place);
	}
}

/* *offset: the first byte to write. */
static enum cli_status begin(struct cli *cli, const struct update *update,
			     const struct update_way *way, size_t *offset)
{
	size_t given_up = 0;
	int rc = open_target(update, way, offset);

	if (rc == 0 && cli->option[UPDATE_RESTART] != NULL && *offset > 0) {
		given_up = *offset;
		rc = dfu_target_reset();
		rc = rc != 0 ? rc : open_target(update, way, offset);
	}
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "cannot begin: %s",
				(way->why_not_begun != NULL ? way->why_not_begun : way->why)(rc));
	}
	update_say_beginning(cli, update, way, *offset, given_up);
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

enum cli_status update_write(struct cli *cli, const struct update *update,
			     const struct update_way *way)
{
	size_t offset;
	enum cli_status status = begin(cli, update, way, &offset);
	int rc;

	if (status != CLI_DONE) {
		return status;
	}
	rc = write_file(cli, update, offset);
	return rc == 0 ? CLI_DONE : cli_fail(cli, cli->operand[0], "write: %s", way->why(rc));
}

enum cli_status update_refuse_image_options(struct cli *cli)
{
	static const enum update_option rows[] = {UPDATE_IMAGE, UPDATE_PERMANENT, UPDATE_KEY};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (cli->option[rows[i]] != NULL) {
			return cli_fail(cli, cli->operand[1],
					"--%s is for images, and this file is for the modem",
					cli->verb->options[rows[i]].name);
		}
	}
	return CLI_DONE;
}
