/* SPDX-License-Identifier: Apache-2.0 */
#include "make.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "modem_files.h"
#include "output.h"

/* A part of a list of segments; the path is part of the list's copy. */
struct item {
	uint32_t addr;
	const char *path;
};

/* Decimal, or hexadecimal after 0x; all of the text. */
static bool parse_address(const char *text, uint32_t *addr)
{
	const bool is_hex = strncmp(text, "0x", 2) == 0;
	const char *digits = is_hex ? text + 2 : text;
	unsigned long long number;

	if (*digits == '\0' ||
	    digits[strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789")] != '\0') {
		return false;
	}
	number = strtoull(digits, NULL, is_hex ? 16 : 10); /* the largest one if it is too large */
	*addr = (uint32_t)number;
	return number <= UINT32_MAX;
}

static bool parse_item(char *text, struct item *item)
{
	char *colon = strchr(text, ':');

	if (colon == NULL || colon[1] == '\0') {
		return false;
	}
	*colon = '\0';
	item->path = colon + 1;
	return parse_address(text, &item->addr);
}

static size_t count_items(const char *list)
{
	size_t count = 1;

	for (; *list != '\0'; list++) {
		count += *list == ',';
	}
	return count;
}

/* @p count pieces between commas, in a copy of the list that is changed. */
static enum cli_status parse_list(struct cli *cli, char *copy, struct item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *const end = copy + strcspn(copy, ",");

		*end = '\0';
		if (!parse_item(copy, &items[i])) {
			return cli_usage(cli->verb,
					 "--segments: part %zu is not an address, a colon and a "
					 "file",
					 i + 1);
		}
		copy = end + 1;
	}
	return CLI_DONE;
}

/* Into the order of addresses. */
static void insert(struct sim_modem_firmware *firmware, const struct sim_modem_segment *segment)
{
	size_t at = firmware->count++;

	for (; at > 0 && firmware->segment[at - 1].addr > segment->addr; at--) {
		firmware->segment[at] = firmware->segment[at - 1];
	}
	firmware->segment[at] = *segment;
}

static enum cli_status read_item(struct cli *cli, const struct item *item,
				 struct cli_segments *files, struct sim_modem_firmware *firmware)
{
	struct cli_file *file = &files->file[files->count++];
	const enum cli_status status = cli_file_read(cli, item->path, file);

	if (status != CLI_DONE) {
		return status;
	}
	if (file->len == 0) {
		return cli_fail(cli, item->path, "empty, but a segment has bytes");
	}
	insert(firmware, &(struct sim_modem_segment){.addr = item->addr,
						     .len = (uint32_t)file->len,
						     .bytes = file->data});
	return CLI_DONE;
}

enum cli_status cli_segments_read(struct cli *cli, const char *list, struct cli_segments *files,
				  struct sim_modem_firmware *firmware)
{
	struct item items[SIM_MODEM_SEGMENTS_MAX];
	const size_t count = count_items(list);
	enum cli_status status;
	char *copy;

	files->count = 0;
	firmware->count = 0;
	if (count > SIM_MODEM_SEGMENTS_MAX) {
		return cli_fail(cli, cli->operand[0],
				"%zu segments; a file has 1 to %d beside the bootloader", count,
				SIM_MODEM_SEGMENTS_MAX);
	}
	copy = strdup(list);
	if (copy == NULL) {
		return cli_fail(cli, cli->operand[0], "%s", strerror(ENOMEM));
	}
	status = parse_list(cli, copy, items, count);
	for (size_t i = 0; i < count && status == CLI_DONE; i++) {
		status = read_item(cli, &items[i], files, firmware);
	}
	free(copy);
	return status;
}

void cli_segments_free(struct cli_segments *files)
{
	while (files->count > 0) {
		cli_file_free(&files->file[--files->count]);
	}
}

enum cli_status cli_full_read(struct cli *cli, const char *path, struct cli_file *file,
			      struct sim_modem_firmware *firmware)
{
	struct sim_error error;
	const enum cli_status status = cli_file_read(cli, path, file);

	if (status != CLI_DONE) {
		return status;
	}
	if (sim_modem_read_full(file->data, file->len, NULL, firmware, &error) != 0) {
		return cli_fail(cli, path, "%s", error.text);
	}
	return firmware->count > 0 ? CLI_DONE
				   : cli_fail(cli, path, "a bootloader without firmware");
}

enum cli_status cli_firmware_name(struct cli *cli, const char *path,
				  const struct sim_modem_firmware *firmware,
				  struct cli_firmware_name *name)
{
	const int rc = sim_modem_firmware_digest(firmware, name->digest);

	if (rc != 0) {
		return cli_fail(cli, path, "%s", strerror(-rc));
	}
	sim_modem_firmware_uuid(name->digest, name->uuid);
	return CLI_DONE;
}

void cli_report_digest(struct cli *cli, const struct cli_firmware_name *name)
{
	cli_report(cli, "digest", cli_json_hex(name->digest, sizeof(name->digest)));
	cli_say(cli, "digest     %s", json_string_value(json_object_get(cli->report, "digest")));
}
