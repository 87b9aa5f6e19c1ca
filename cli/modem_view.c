/* SPDX-License-Identifier: Apache-2.0 */
#include "modem_view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <dfu/dfu_target_full_modem.h>
#include <storage/flash_map.h>

#include "modem_files.h"
#include "output.h"

#define BUFFER_SIZE 4096u

enum cli_status cli_need_modem(struct cli *cli, struct sim_modem **modem)
{
	*modem = sim_device_modem(cli->device);
	return *modem != NULL ? CLI_DONE : cli_fail(cli, cli->operand[0], "the board has no modem");
}

enum cli_status cli_need_store(struct cli *cli, const struct sim_partition **store)
{
	*store = sim_board_slot(sim_device_board(cli->device), DFU_TARGET_FULL_MODEM_AREA_ID);
	return *store != NULL ? CLI_DONE
			      : cli_fail(cli, cli->operand[0],
					 "the board has no partition for modem files "
					 "(fmfu_storage)");
}

struct fmfu_fdev_file cli_store_file(const struct sim_partition *store)
{
	const struct flash_area *fa;

	if (flash_area_open(store->id, &fa) != 0) {
		return (struct fmfu_fdev_file){0};
	}
	return (struct fmfu_fdev_file){
		.fdev = fa->fa_dev, .offset = (size_t)fa->fa_off, .size = fa->fa_size};
}

enum cli_status cli_modem_has_room(struct cli *cli, const char *what,
				   const struct sim_modem_segment *bootloader,
				   const struct sim_modem_firmware *firmware)
{
	const size_t capacity = sim_device_board(cli->device)->modem.capacity;
	const uint64_t len = sim_modem_firmware_len(firmware);

	if (len <= capacity && bootloader->len <= capacity) {
		return CLI_DONE;
	}
	return cli_fail(cli, what,
			"firmware of %" PRIu64
			" bytes and a bootloader of %zu, but the modem has room for %zu: %s",
			len, (size_t)bootloader->len, capacity, strerror(EFBIG));
}

void cli_modem_look(struct cli *cli, struct cli_modem_view *view)
{
	const struct sim_partition *store =
		sim_board_slot(sim_device_board(cli->device), DFU_TARGET_FULL_MODEM_AREA_ID);
	struct fmfu_fdev_file file;
	uint8_t buffer[BUFFER_SIZE];

	*view = (struct cli_modem_view){.is_full_pending = fmfu_fdev_pending()};
	sim_modem_status_get(sim_device_modem(cli->device), &view->status);
	if (store != NULL) {
		file = cli_store_file(store);
		view->is_stored = fmfu_fdev_check(buffer, sizeof(buffer), &file, &view->file) == 0;
	}
}

const char *cli_modem_state_word(enum sim_modem_state state)
{
	switch (state) {
	case SIM_MODEM_PENDING:
		return "pending";
	case SIM_MODEM_UNBOOTABLE:
		return "unbootable";
	default:
		return "ok";
	}
}

const char *cli_modem_version(const struct sim_modem_status *status)
{
	return status->version[0] != '\0' ? status->version : "of unknown version";
}

json_t *cli_modem_json(const struct cli_modem_view *view)
{
	const struct sim_modem_status *status = &view->status;
	const bool is_whole = status->state != SIM_MODEM_UNBOOTABLE;

	return json_pack("{s:s?, s:o, s:s, s:I, s:I, s:b, s:b}", "uuid",
			 is_whole ? status->uuid : NULL, "digest",
			 is_whole ? cli_json_hex(status->digest, sizeof(status->digest))
				  : json_null(),
			 "state", cli_modem_state_word(status->state), "delta_area",
			 (json_int_t)status->area, "delta_offset", (json_int_t)status->offset,
			 "full_stored", view->is_stored, "full_pending", view->is_full_pending);
}

static void say_firmware(const struct cli *cli, const struct sim_modem_status *status)
{
	switch (status->state) {
	case SIM_MODEM_UNBOOTABLE:
		cli_say(cli, "modem: unbootable, its full update was begun and not ended");
		return;
	case SIM_MODEM_PENDING:
		cli_say(cli, "modem: firmware %s, the next boot changes it; UUID %s",
			cli_modem_version(status), status->uuid);
		return;
	default:
		cli_say(cli, "modem: firmware %s, UUID %s", cli_modem_version(status),
			status->uuid);
	}
}

static void say_area(const struct cli *cli, const struct sim_modem_status *status)
{
	if (status->offset == DFU_MODEM_OFFSET_DIRTY) {
		cli_say(cli, "  patch area  %zu bytes, %s", status->area,
			status->can_roll_back ? "with the way back to the firmware before"
					      : "to be erased before the next patch");
	} else if (status->offset == 0) {
		cli_say(cli, "  patch area  %zu bytes, empty", status->area);
	} else {
		cli_say(cli, "  patch area  %zu bytes, %zu of a patch", status->area,
			status->offset);
	}
}

void cli_modem_say(const struct cli *cli, const struct cli_modem_view *view)
{
	char holds[CLI_HOLDS_LEN];

	say_firmware(cli, &view->status);
	say_area(cli, &view->status);
	if (view->is_stored) {
		cli_say(cli, "  stored      %s%s", cli_modem_file_holds(holds, &view->file),
			view->is_full_pending ? ", to be written again: slotwise modem apply" : "");
	} else {
		cli_say(cli, "  stored      no whole firmware%s",
			view->is_full_pending ? ", but one is needed: update again" : "");
	}
}

const char *cli_modem_file_holds(char text[CLI_HOLDS_LEN], const struct fmfu_fdev_info *info)
{
	const size_t len = info->wrapper_len + info->blob_len;

	if (info->segments > 1) {
		(void)snprintf(text, CLI_HOLDS_LEN,
			       "%zu bytes in %u segments, the bootloader's included", len,
			       (unsigned int)info->segments);
	} else {
		(void)snprintf(text, CLI_HOLDS_LEN, "%zu bytes, a bootloader without firmware",
			       len);
	}
	return text;
}

const char *cli_modem_code(int rc)
{
	const char *name = rc > 0 ? sim_modem_code_name(rc) : strerror(-rc);

	return name != NULL ? name : "an unknown code";
}

const char *cli_modem_why(int rc)
{
	switch (rc) {
	case -EINVAL:
		return "the modem refuses the patch: it is not for this firmware, or these are not "
		       "its next bytes; update again, which erases the area and begins at 0";
	case -EAGAIN:
		return "the modem still erases its patch area: update again";
	case -EFAULT:
		return "the modem failed";
	case -E2BIG:
		return "the modem takes no blocks of this size: a smaller --chunk";
	case -EBUSY:
		return "the stored file is still needed: its update of the modem was begun and not "
		       "ended; slotwise modem apply does that";
	default:
		return strerror(-rc);
	}
}

const char *cli_modem_file_why(int rc)
{
	switch (rc) {
	case -ENOENT:
		return "no firmware is stored: update first";
	case -EFBIG:
		return "longer than its store";
	default:
		return sim_modem_full_why(rc);
	}
}
