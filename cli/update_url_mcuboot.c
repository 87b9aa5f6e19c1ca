/* SPDX-License-Identifier: Apache-2.0 */
/* An image for MCUboot that comes from a server. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "common/bytes.h"
#include "output.h"
#include "session.h"
#include "slots.h"
#include "target.h"
#include "update_bootloader.h"
#include "update_url.h"

/* Area of the bootloader slot that it is linked for; negative: none. Its end is not there to open
 * it.
 */
static int linked_slot(const struct update_url *url)
{
	const struct cli_file *first = &url->first;
	struct dfu_image_header header;

	if (first->len < DFU_IMAGE_HEADER_LEN ||
	    dfu_image_header_decode(&header, first->data) != 0) {
		return -ENOENT;
	}
	if ((header.flags & DFU_IMAGE_F_ROM_FIXED) != 0) {
		return boot_link_slot(header.load_addr);
	}
	/* The reset vector is the second word of the payload. */
	return first->len - 8 < header.hdr_size
		       ? -ENOENT
		       : boot_link_slot(get_le32(&first->data[header.hdr_size + 4]));
}

/* As --image says, else as of a file: update_find_pair(). */
static enum cli_status find_pair(struct cli *cli, struct update_url *url)
{
	const int takes_bootloaders = boot_bootloader_image();
	const bool is_named = cli->option[UPDATE_IMAGE] != NULL;

	if (url->is_dual && is_named) {
		return cli_fail(cli, url->name, "--image is for one file, and these are two");
	}
	if (!is_named && takes_bootloaders >= 0 && (url->is_dual || linked_slot(url) >= 0)) {
		url->image = (unsigned int)takes_bootloaders;
		return CLI_DONE;
	}
	return cli_image_number(cli, UPDATE_IMAGE, &url->image);
}

/* A bootloader for the slot that runs, before it costs what is in the upload slot. */
static enum cli_status judge_link(struct cli *cli, const struct update_url *url)
{
	const int linked = (int)url->image == boot_bootloader_image() ? linked_slot(url) : -ENOENT;
	enum cli_status status;
	int idle;

	if (linked < 0) {
		return CLI_DONE;
	}
	status = update_find_bootloader(cli, &idle);
	return status != CLI_DONE || linked == idle
		       ? status
		       : cli_fail(cli, url->name, "%s", cli_why(-EADDRINUSE));
}

static enum cli_status judge_header(struct cli *cli, const struct update_url *url,
				    struct dfu_image_header *header)
{
	uint64_t least;
	size_t most;
	enum cli_status status = cli_largest_image(cli, url->image, &most);

	if (status != CLI_DONE) {
		return status;
	}
	if (url->first.len < DFU_IMAGE_HEADER_LEN ||
	    dfu_image_header_decode(header, url->first.data) != 0) {
		return cli_fail(cli, url->name, "%s", dfu_image_fault_str(DFU_IMAGE_NOT_AN_IMAGE));
	}
	least = (uint64_t)header->hdr_size + header->img_size + header->protect_tlv_size;
	if (url->size > most || least > most) {
		return cli_fail(cli, url->name,
				"%" PRIu64 " bytes, but the bootloader installs at most %zu: %s",
				url->size > most ? (uint64_t)url->size : least, most,
				strerror(EFBIG));
	}
	if (url->size != 0 && least > url->size) {
		return cli_fail(cli, url->name,
				"truncated: the image has at least %" PRIu64 " bytes, the file %zu",
				least, url->size);
	}
	return CLI_DONE;
}

static enum cli_status lend(struct cli *cli, const struct update_url *url, unsigned int slot)
{
	static struct sim_key key; /* the target keeps it until it is over */
	const bool has_key = cli->option[UPDATE_KEY] != NULL;
	enum cli_status status = CLI_DONE;

	if (has_key) {
		status = cli_key_read(cli, cli->option[UPDATE_KEY], &key);
	}
	return status != CLI_DONE
		       ? status
		       : cli_target_ready(cli, url->image, slot, has_key ? &key.key : NULL);
}

static void tell(struct cli *cli, struct update_url *url, unsigned int slot,
		 const struct dfu_image_header *header)
{
	static char place[16];
	char version[CLI_VERSION_LEN];

	(void)snprintf(place, sizeof(place), "slot %u", slot);
	url->place = place;
	url->had_progress = cli_target_has_image_progress(url->image);
	(void)cli_version_text(version, &header->version);
	cli_report(cli, "version", json_string(version));
	cli_report(cli, "size", url->size != 0 ? json_integer((json_int_t)url->size) : NULL);
	cli_say(cli, "image %u: %s into slot %u", url->image, version, slot);
}

static enum cli_status prepare(struct cli *cli, struct update_url *url)
{
	struct dfu_image_header header;
	unsigned int slot;
	enum cli_status status = find_pair(cli, url);

	if (status != CLI_DONE) {
		return status;
	}
	cli_report(cli, "image", json_integer((json_int_t)url->image));
	status = cli_find_active(cli);
	status = status != CLI_DONE ? status : cli_upload_slot(cli, url->image, &slot);
	status = status != CLI_DONE ? status : cli_need_confirmed(cli, url->image);
	status = status != CLI_DONE ? status : judge_header(cli, url, &header);
	status = status != CLI_DONE ? status : judge_link(cli, url);
	status = status != CLI_DONE ? status : lend(cli, url, slot);
	status = status != CLI_DONE ? status : cli_remember_active(cli);
	if (status == CLI_DONE) {
		tell(cli, url, slot, &header);
	}
	return status;
}

static enum cli_status finish(struct cli *cli, const struct update_url *url)
{
	const bool permanent = cli->option[UPDATE_PERMANENT] != NULL;
	int rc;

	cli_say(cli, "verified: %zu bytes as flash holds them", url->size);
	if (cli->option[UPDATE_NO_SCHEDULE] != NULL) {
		return CLI_DONE;
	}
	rc = dfu_target_mcuboot_schedule((int)url->image,
					 permanent ? BOOT_UPGRADE_PERMANENT : BOOT_UPGRADE_TEST);
	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "cannot schedule: %s", cli_why(rc));
	}
	cli_report(cli, "scheduled", json_string(permanent ? "permanent" : "test"));
	if ((int)url->image == boot_bootloader_image() && linked_slot(url) >= 0) {
		cli_say(cli,
			"scheduled: the next boot copies it into %s, for good; the one after "
			"starts it",
			update_slot_name(linked_slot(url)));
	} else {
		cli_say(cli, "scheduled: the next boot %s it", cli_schedule_word(permanent));
	}
	(void)cli_warn_of_next_boot(cli, url->image, permanent);
	return CLI_DONE;
}

const struct update_url_kind update_url_mcuboot = {
	.type = DFU_TARGET_IMAGE_TYPE_MCUBOOT,
	.word = "mcuboot",
	.prepare = prepare,
	.finish = finish,
	.why = cli_why,
	.why_refused = cli_why,
};
