/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An update from a server, as a device does it: through fota_download, which gives each fragment to
 * the target and keeps none. So a file is judged by its first bytes and its length before anything
 * is written, and for the rest by the target, when all of it is in flash; there it can neither be
 * started nor be scheduled before. A package is fetched into memory and goes on as one from a file:
 * all its images are judged first.
 *
 * The first bytes cost a request of their own; the download asks once more, because what it names
 * to the target, and what it ties its parts to, has to be the answer that the bytes come from.
 */
#include "update_url.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/bootloader.h>
#include <dfu/config.h>
#include <net/fota_download.h>

#include "fota/fota_curl.h"
#include "fota/fota_source.h"
#include "output.h"
#include "package.h"
#include "progress.h"
#include "session.h"

#define FIRST_BYTES 32u          /* what dfu_target_img_type() wants */
#define PACKAGE_MAX (256u << 20) /* far above any device; keeps an endless file from memory */
#define STEP (64u << 10)

static const struct update_url_kind *const kinds[] = {
	&update_url_mcuboot,
	&update_url_modem_delta,
	&update_url_full_modem,
};

/* The download under way; of the process, because the callback has no argument. */
static struct {
	const struct update_url_kind *kind;
	struct fota_download_evt end;
	struct fota_curl curl;
	char host[CONFIG_FOTA_DOWNLOAD_HOST_NAME_LENGTH];
	char file[CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH];
	char chosen[CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH]; /* of two names in `file` */
} run;

/* What the port does not know: each of its answers was sound. */
static const char *why_unsound(int rc)
{
	switch (rc) {
	case -EBADMSG:
		return "the server has more bytes than it told, or another file each time";
	case -ECONNRESET:
		return "the server has fewer bytes than it told";
	default:
		return strerror(-rc);
	}
}

static enum cli_status fail_to_fetch(struct cli *cli, int rc)
{
	const char *why = fota_curl_error(&run.curl);

	return cli_fail(cli, cli->operand[1], "%s", why[0] != '\0' ? why : why_unsound(rc));
}

static bool copy(char *to, size_t room, const char *from, size_t len)
{
	if (len >= room) {
		return false;
	}
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

/* "https://name:port" and "path?query". */
static enum cli_status split(struct cli *cli, struct update_url *url)
{
	const char *name = strstr(url->name, "://") + 3;
	const char *path = strchr(name, '/');
	const char *file = path != NULL ? path + 1 : "";
	int rc;

	if (!copy(run.host, sizeof(run.host), url->name,
		  path != NULL ? (size_t)(path - url->name) : strlen(url->name)) ||
	    !copy(run.file, sizeof(run.file), file, strlen(file))) {
		return cli_fail(cli, url->name, "%s", strerror(ENAMETOOLONG));
	}
	memcpy(run.chosen, run.file, sizeof(run.chosen));
	rc = fota_download_b1_file_parse(run.chosen);
	url->is_dual = rc == 0;
	return rc == 0 || rc == -EOPNOTSUPP || rc == -ENOMSG
		       ? CLI_DONE
		       : cli_fail(cli, cli->operand[0], "which of two bootloaders runs: %s",
				  strerror(-rc));
}

static int make_room(struct cli_file *file, size_t *room)
{
	uint8_t *grown;

	if (*room - file->len >= STEP) {
		return 0;
	}
	grown = realloc(file->data, 2 * *room + STEP);
	if (grown == NULL) {
		return -ENOMEM;
	}
	file->data = grown;
	*room = 2 * *room + STEP;
	return 0;
}

/* The next bytes, over one connection. 0: `most` are there, or all; else -errno. */
static int read_on(struct fota_source *source, struct cli_file *file, size_t most)
{
	size_t room = file->len;
	ssize_t n = 1;

	while (n > 0 && file->len < most) {
		const size_t left = most - file->len;

		n = make_room(file, &room);
		if (n == 0) {
			n = fota_source_read(source, &file->data[file->len],
					     left < STEP ? left : STEP);
		}
		if (n > 0) {
			file->len += (size_t)n;
			fota_source_take(source, file->len);
		}
	}
	return n < 0 ? (int)n : 0;
}

/* The file's first bytes, up to `most`. What is there is gone on with. */
static int fetch(struct fota_source *source, struct cli_file *file, size_t most)
{
	int rc;

	do {
		rc = fota_source_open(source);
		/* 0, if it begins again. */
		file->len = source->taken;
		if (rc == -ERANGE && file->len > 0) {
			return 0; /* nothing follows: that is all of it */
		}
		rc = rc != 0 ? rc : read_on(source, file, most);
	} while (rc != 0 && fota_source_retry(source, rc));
	fota_source_close(source);
	return rc;
}

static enum cli_status update_from_package(struct cli *cli, struct update *update,
					   struct fota_source *source)
{
	const int rc = fetch(source, &update->file, PACKAGE_MAX);

	if (rc != 0) {
		return fail_to_fetch(cli, rc);
	}
	if (update->file.len >= PACKAGE_MAX) {
		return cli_fail(cli, cli->operand[1], "%s", strerror(EFBIG));
	}
	cli_say(cli, "fetched: a package of %zu bytes", update->file.len);
	cli_report(cli, "type", json_string("package"));
	return update_package(cli, update);
}

static const struct update_url_kind *kind_of(const struct cli_file *first)
{
	uint8_t bytes[FIRST_BYTES] = {0};
	int type;

	memcpy(bytes, first->data, first->len < sizeof(bytes) ? first->len : sizeof(bytes));
	type = (int)dfu_target_img_type(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i]->type == type) {
			return kinds[i];
		}
	}
	return NULL;
}

static void on_event(const struct fota_download_evt *event)
{
	const dfu_target_callback_t callback = run.kind->callback;

	switch (event->id) {
	case FOTA_DOWNLOAD_EVT_ERASE_PENDING:
		callback(DFU_TARGET_EVT_ERASE_PENDING);
		break;
	case FOTA_DOWNLOAD_EVT_ERASE_TIMEOUT:
		callback(DFU_TARGET_EVT_TIMEOUT);
		break;
	case FOTA_DOWNLOAD_EVT_ERASE_DONE:
		callback(DFU_TARGET_EVT_ERASE_DONE);
		break;
	case FOTA_DOWNLOAD_EVT_PROGRESS:
		break;
	default:
		run.end = *event;
		break;
	}
}

static int start(const struct update_url *url, unsigned long chunk)
{
	const int rc = fota_download_image_set((int)url->image);

	return rc != 0 ? rc
		       : fota_download(run.host, run.file, NULL, 0, 0, chunk,
				       (enum dfu_target_image_type)run.kind->type);
}

/* What a person sees of a download. */
struct view {
	struct cli *cli;
	const struct update_url *url;
	struct cli_progress progress;
	bool has_begun;
	size_t shown;
	size_t given_up; /* as --restart asks */
};

static void begin_view(struct view *view, size_t done, size_t size)
{
	const struct update update = {.file.len = size};
	const struct update_way way = {
		.place = view->url->place,
		.had_progress = view->url->had_progress,
	};

	if (view->has_begun) {
		cli_progress_end();
		cli_report(view->cli, "resumed_at", NULL);
		cli_say(view->cli, "starting at 0: the server has another file now, or gives this "
				   "one from its beginning only");
	} else {
		update_say_beginning(view->cli, &update, &way, done, view->given_up);
	}
	view->has_begun = true;
	cli_progress_begin(&view->progress, done, size, !view->cli->json && size > 0);
}

static void show(struct view *view)
{
	size_t size;
	const size_t done = fota_download_progress(&size);

	if (fota_download_target() == DFU_TARGET_IMAGE_TYPE_NONE) {
		return;
	}
	if (!view->has_begun || done < view->shown) {
		begin_view(view, done, size);
	}
	view->shown = done;
	cli_progress_show(&view->progress, done);
}

/* Where a download goes on although it was to begin at 0. */
static int start_again(struct view *view, unsigned long chunk)
{
	int rc;

	view->given_up = fota_download_resumed_at();
	rc = fota_download_cancel();
	rc = rc != 0 ? rc : dfu_target_reset();
	return rc != 0 ? rc : start(view->url, chunk);
}

static int carry_out(struct view *view, unsigned long chunk)
{
	const bool is_restart = view->cli->option[UPDATE_RESTART] != NULL;
	int rc = fota_download_transport_set(&run.curl.transport);

	fota_download_autoschedule_set(false);
	rc = rc != 0 ? rc : fota_download_init(on_event);
	rc = rc != 0 ? rc : start(view->url, chunk);
	while (rc == 0 && fota_download_process() != 0) {
		if (is_restart && view->given_up == 0 && fota_download_resumed_at() > 0) {
			rc = start_again(view, chunk);
		} else {
			show(view);
		}
	}
	cli_progress_end();
	return rc;
}

static enum cli_status fail_in_target(const struct view *view, int rc)
{
	struct cli *cli = view->cli;
	size_t size;
	const size_t done = fota_download_progress(&size);

	if (!view->has_begun) {
		return cli_fail(cli, cli->operand[0], "cannot begin: %s", run.kind->why(rc));
	}
	if (done == size) {
		return cli_fail(cli, cli->operand[1], "refused as a whole: %s",
				run.kind->why_refused(rc));
	}
	return cli_fail(cli, cli->operand[0], "write: %s", run.kind->why(rc));
}

static enum cli_status judge_end(const struct view *view)
{
	struct cli *cli = view->cli;
	const int rc = fota_download_error();

	if (run.end.id == FOTA_DOWNLOAD_EVT_FINISHED) {
		return CLI_DONE;
	}
	switch (run.end.cause) {
	case FOTA_DOWNLOAD_ERROR_CAUSE_DFU:
		return fail_in_target(view, rc);
	case FOTA_DOWNLOAD_ERROR_CAUSE_INVALID_UPDATE:
		return cli_fail(cli, cli->operand[1], "%s",
				rc == -ENODATA ? "ends within its first 32 bytes"
					       : run.kind->why(rc));
	case FOTA_DOWNLOAD_ERROR_CAUSE_TYPE_MISMATCH:
		return cli_fail(cli, cli->operand[1],
				"the file on the server is of another kind now");
	default:
		return fail_to_fetch(cli, rc);
	}
}

static enum cli_status download(struct cli *cli, struct update_url *url, unsigned long chunk)
{
	struct view view = {.cli = cli, .url = url};
	const int rc = carry_out(&view, chunk);
	enum cli_status status;

	if (rc != 0) {
		return cli_fail(cli, cli->operand[1], "cannot begin: %s", strerror(-rc));
	}
	status = judge_end(&view);
	if (status == CLI_DONE) {
		url->size = fota_download_progress(NULL);
		cli_report(cli, "size", json_integer((json_int_t)url->size));
	}
	return status;
}

static enum cli_status update_by_kind(struct cli *cli, struct update_url *url, unsigned long chunk)
{
	enum cli_status status;

	run.kind = kind_of(&url->first);
	if (run.kind == NULL) {
		return cli_fail(cli, url->name,
				sim_device_modem(cli->device) == NULL
					? "not an MCUboot image"
					: "not an MCUboot image, and neither a patch nor a whole "
					  "firmware for the modem");
	}
	cli_report(cli, "type", json_string(run.kind->word));
	status = run.kind->prepare(cli, url);
	status = status != CLI_DONE ? status : download(cli, url, chunk);
	return status != CLI_DONE ? status : run.kind->finish(cli, url);
}

static enum cli_status update_from_server(struct cli *cli, struct update_url *url,
					  struct update *update)
{
	struct fota_source source;
	const struct fota_request request = {.host = run.host, .file = run.chosen};
	enum cli_status status = split(cli, url);
	int rc;

	if (status != CLI_DONE) {
		return status;
	}
	fota_source_init(&source, &run.curl.transport, &request);
	rc = fetch(&source, &update->file, UPDATE_URL_FIRST);
	if (rc != 0) {
		return fail_to_fetch(cli, rc);
	}
	if (update->file.len == 0) {
		return cli_fail(cli, url->name, "a file without bytes");
	}
	if (cli_is_package(&update->file)) {
		return update_from_package(cli, update, &source);
	}
	url->first = update->file;
	url->size = source.content.size;
	return update_by_kind(cli, url, update->chunk);
}

enum cli_status update_url(struct cli *cli, struct update *update)
{
	const struct fota_curl_config config = {.ca_file = cli->option[UPDATE_CACERT]};
	struct update_url url = {.name = cli->operand[1]};
	enum cli_status status = cli_open_device(cli);

	if (status != CLI_DONE) {
		return status;
	}
	if (fota_curl_init(&run.curl, &config) != 0) {
		return cli_fail(cli, url.name, "%s", strerror(ENOMEM));
	}
	status = update_from_server(cli, &url, update);
	fota_curl_free(&run.curl);
	return status;
}
