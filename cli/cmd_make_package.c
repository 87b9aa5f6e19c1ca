/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package of several images. Each is looked at first: what is no image, or has more behind it
 * than a reader lets pass, would only be found out on a device.
 *
 * What does not depend on each other cannot be scheduled by one write: a power cut may let a part
 * of it run until the application's start has put that right. That is worth a warning here, where
 * whoever makes the images can still link them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_multi_image.h>

#include "file_write.h"
#include "output.h"
#include "package.h"
#include "verbs.h"

enum { OPTION_ALIGN, OPTION_IMAGE };

static const struct cli_option options[] = {
	{"align", "N", "fill header and images up to multiples of N bytes; default 1"},
	{"image", "ID:FILE", "an image: ID 0 to 7 an image pair, -2 for S0, -1 for S1"},
	{NULL, NULL, NULL},
};

/* Two bytes in front, a map of one list, 24 bytes for the largest image. */
#define HEADER_MAX (DFU_MULTI_IMAGE_ALIGN_MAX + 512)

/* All that a package is made of. */
struct making {
	unsigned long align;
	size_t count;
	struct dfu_multi_image_item items[CLI_PACKAGE_MAX];
	struct cli_file file[CLI_PACKAGE_MAX];
	struct cli_image image[CLI_PACKAGE_MAX];
	uint8_t header[HEADER_MAX];
	size_t header_len;
};

static enum cli_status read_align(struct cli *cli, struct making *making)
{
	enum cli_status status;

	making->align = 1;
	status = cli_number(cli, OPTION_ALIGN, 1, DFU_MULTI_IMAGE_ALIGN_MAX, &making->align);
	if (status == CLI_DONE && (making->align & (making->align - 1)) != 0) {
		return cli_usage(cli->verb, "--align %lu: not a power of two", making->align);
	}
	return status;
}

/* "ID:" at the beginning of the option; what follows, or NULL. */
static const char *parse_id(const char *text, int32_t *id)
{
	const bool is_negative = *text == '-';
	const char *digit = text + is_negative;

	if (*digit < '0' || *digit > '9' || digit[1] != ':' || digit[2] == '\0') {
		return NULL;
	}
	*id = is_negative ? '0' - *digit : *digit - '0';
	return *id >= DFU_MULTI_IMAGE_S0 && *id < BOOT_IMAGES_MAX && (*id != 0 || !is_negative)
		       ? digit + 2
		       : NULL;
}

static bool is_taken(const struct making *making, int32_t id)
{
	size_t i = 0;

	while (i < making->count && making->items[i].id != id) {
		i++;
	}
	return i < making->count;
}

static enum cli_status read_image(struct cli *cli, const char *option, struct making *making)
{
	const size_t at = making->count;
	enum cli_status status;
	const char *path;
	int32_t id;

	path = parse_id(option, &id);
	if (path == NULL) {
		return cli_usage(cli->verb,
				 "--image %s: not an ID from -2 to 7, a colon and a file", option);
	}
	if (is_taken(making, id)) {
		return cli_usage(cli->verb, "--image: two images have the ID %d", (int)id);
	}
	making->items[making->count++].id = id;
	status = cli_file_read(cli, path, &making->file[at]);
	return status != CLI_DONE ? status
				  : cli_package_judge(cli, path, &making->file[at],
						      DFU_MULTI_IMAGE_FILL_MAX, &making->image[at]);
}

static enum cli_status read_images(struct cli *cli, struct making *making)
{
	enum cli_status status = CLI_DONE;

	if (cli->repeated_count == 0) {
		return cli_usage(cli->verb, "--image is missing");
	}
	for (size_t i = 0; i < cli->repeated_count && status == CLI_DONE; i++) {
		if (i == CLI_PACKAGE_MAX) {
			return cli_usage(cli->verb, "--image is given more than %d times",
					 CLI_PACKAGE_MAX);
		}
		status = read_image(cli, cli->repeated[i], making);
	}
	return status;
}

static const char *why_no_header(int rc)
{
	switch (rc) {
	case -EOVERFLOW:
		return "larger than 4 GiB";
	case -ENOMEM:
		return "more images than a package may have";
	default:
		return strerror(-rc);
	}
}

static enum cli_status make_header(struct cli *cli, struct making *making)
{
	int rc;

	for (size_t i = 0; i < making->count; i++) {
		const size_t len = making->file[i].len;
		const size_t more = i + 1 < making->count ? making->align - 1 : 0;

		making->items[i].size = (uint32_t)((len + more) & ~more);
	}
	making->header_len = sizeof(making->header);
	rc = dfu_multi_image_make(making->items, making->count, making->align, making->header,
				  &making->header_len);
	return rc == 0 ? CLI_DONE : cli_fail(cli, cli->operand[0], "%s", why_no_header(rc));
}

static enum cli_status write_package(struct cli *cli, const struct making *making, size_t *len)
{
	const struct dfu_multi_image_item *last = &making->items[making->count - 1];
	enum cli_status status;
	uint8_t *bytes;

	*len = (size_t)last->offset + last->size;
	bytes = malloc(*len);
	if (bytes == NULL) {
		return cli_fail(cli, cli->operand[0], "%s", strerror(ENOMEM));
	}
	memset(bytes, 0xff, *len);
	memcpy(bytes, making->header, making->header_len);
	for (size_t i = 0; i < making->count; i++) {
		memcpy(&bytes[making->items[i].offset], making->file[i].data, making->file[i].len);
	}
	status = cli_file_write(cli, cli->operand[0], bytes, *len);
	free(bytes);
	return status;
}

/* Whether one of the image pairs' images depends on another one of them. */
static bool is_linked(const struct making *making)
{
	struct cli_dependency needs;

	for (size_t i = 0; i < making->count; i++) {
		needs = (struct cli_dependency){.image = 0};
		while (making->items[i].id >= 0 && cli_dependency_next(&making->image[i], &needs)) {
			if (needs.image != making->items[i].id && is_taken(making, needs.image)) {
				return true;
			}
		}
	}
	return false;
}

static size_t count_pairs(const struct making *making)
{
	size_t pairs = 0;

	for (size_t i = 0; i < making->count; i++) {
		pairs += making->items[i].id >= 0;
	}
	return pairs;
}

static json_t *images_json(const struct cli *cli, const struct making *making)
{
	json_t *images = json_array();
	char version[CLI_VERSION_LEN];

	for (size_t i = 0; i < making->count; i++) {
		const struct dfu_multi_image_item *item = &making->items[i];

		(void)cli_version_text(version, &making->image[i].header.version);
		(void)json_array_append_new(images,
					    json_pack("{s:i, s:I, s:I, s:s}", "id", (int)item->id,
						      "offset", (json_int_t)item->offset, "size",
						      (json_int_t)item->size, "version", version));
		cli_say(cli, "image %2d   %s, %" PRIu32 " bytes at %" PRIu32, (int)item->id,
			version, item->size, item->offset);
	}
	return images;
}

static void report(struct cli *cli, const struct making *making, size_t len)
{
	const bool several = count_pairs(making) > 1;
	const bool linked = several && is_linked(making);

	cli_say(cli, "%s: %zu bytes, %zu of them header", cli->operand[0], len, making->header_len);
	cli_report(cli, "size", json_integer((json_int_t)len));
	cli_report(cli, "header_size", json_integer((json_int_t)making->header_len));
	cli_report(cli, "images", images_json(cli, making));
	cli_report(cli, "linked", several ? json_boolean(linked) : NULL);
	if (several && !linked) {
		cli_warn(cli->operand[0],
			 "no image depends on another one: after a power cut a part of them may "
			 "run until the application's start puts that right");
	}
}

static enum cli_status run(struct cli *cli)
{
	static const char *const keys[] = {"size", "header_size", "images", "linked", NULL};
	static struct making making; /* a run has one, and it is large */
	enum cli_status status = read_align(cli, &making);
	size_t len;

	cli_report_nothing(cli, keys);
	status = status != CLI_DONE ? status : read_images(cli, &making);
	status = status != CLI_DONE ? status : make_header(cli, &making);
	status = status != CLI_DONE ? status : write_package(cli, &making, &len);
	if (status == CLI_DONE) {
		report(cli, &making, len);
	}
	for (size_t i = 0; i < making.count; i++) {
		cli_file_free(&making.file[i]);
	}
	return status;
}

const struct cli_verb cli_verb_make_package = {
	.name = "make package",
	.operands = {"OUT"},
	.options = options,
	.repeats = "image",
	.summary = "make a package of several images",
	.help = "OUT is overwritten. FILE is an MCUboot image, with less than 512 bytes 0xff "
		"behind it.\n"
		"The images lie in the package in the order in which they are given. A warning "
		"is\n"
		"given if no image pair depends on another one: see the README.",
	.run = run,
};
