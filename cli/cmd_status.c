/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State of a device in the words of mcumgr: the running slot is active, and confirmed unless the
 * next boot reverts it; the other slot is pending when the next boot installs or starts it,
 * permanent when for good, and confirmed when the next boot goes back to it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/boot_rules.h>
#include <dfu/bootloader.h>

#include "image.h"
#include "map.h"
#include "modem_view.h"
#include "output.h"
#include "session.h"
#include "verbs.h"

#define BOOTLOADER_TEXT_LEN 24

/* A slot, as far as status tells. */
struct slot_state {
	unsigned int slot;
	struct cli_image image;
	bool bootable;
	bool active;
	bool pending;
	bool confirmed;
	bool permanent;
	bool has_trailer;
	struct boot_swap_state trailer;
};

static const char *magic_word(uint8_t magic)
{
	return magic == BOOT_MAGIC_GOOD ? "good" : magic == BOOT_MAGIC_BAD ? "bad" : "unset";
}

static const char *flag_word(uint8_t flag)
{
	return flag == BOOT_FLAG_SET ? "set" : flag == BOOT_FLAG_BAD ? "bad" : "unset";
}

/* Where the bootloader starts what it finds: whether a reset would start this slot, and keep it. */
static void read_pending_direct(struct cli *cli, struct slot_state *state, unsigned int image)
{
	state->pending = cli_active_slot(cli, image) >= 0 &&
			 cli_next_slot(cli, image) == (int)state->slot;
	state->permanent = state->pending &&
			   (!boot_mode_needs_trailer(boot_arrangement_get()->mode) ||
			    state->trailer.image_ok == BOOT_FLAG_SET);
}

/* What is to become of the slot that does not run. */
static void read_pending(struct cli *cli, struct slot_state *state, unsigned int image,
			 int swap_type)
{
	const bool is_direct = boot_mode_is_direct(boot_arrangement_get()->mode);

	state->confirmed = is_direct ? boot_is_unconfirmed_multi((int)image) == 1 &&
					       cli_next_slot(cli, image) == (int)state->slot
				     : swap_type == BOOT_SWAP_TYPE_REVERT;
	if (is_direct && !state->confirmed) {
		read_pending_direct(cli, state, image);
	}
	if (!is_direct) {
		state->permanent = swap_type == BOOT_SWAP_TYPE_PERM;
		state->pending = state->permanent || swap_type == BOOT_SWAP_TYPE_TEST;
	}
}

/* Whether the bootloader could start an image in this slot, or install it from there. */
static bool is_bootable(const struct cli_image *image, unsigned int pair,
			const struct flash_area *fa)
{
	const ssize_t most = boot_get_max_image_size((int)pair);

	return image->rc == 0 && (most < 0 || image->image.total_size <= (size_t)most) &&
	       boot_place_fault(&image->header, fa) == DFU_IMAGE_OK;
}

/* Of a slot that the board lacks nothing holds. */
static void read_slot(struct cli *cli, struct slot_state *state, unsigned int image,
		      const struct flash_area *fa, int swap_type)
{
	int active = cli_active_slot(cli, image);
	/*
	 * Where nothing runs, the primary slot stands in: what is asked of the other one is asked
	 * all the same.
	 */
	bool running = state->slot == (unsigned int)(active < 0 ? 0 : active);
	bool reverts = swap_type == BOOT_SWAP_TYPE_REVERT;

	if (fa == NULL) {
		return;
	}
	cli_image_judge_slot(&state->image, fa, swap_type);
	state->bootable = is_bootable(&state->image, image, fa);
	state->has_trailer = boot_read_swap_state(fa, &state->trailer) == 0;
	if (!running) {
		read_pending(cli, state, image, swap_type);
		return;
	}
	/* What was started may be gone since. */
	state->active = active >= 0 && state->bootable;
	state->confirmed = state->active && !reverts && boot_is_unconfirmed_multi((int)image) != 1;
}

static json_t *report_trailer(const struct slot_state *state)
{
	const struct boot_swap_state *trailer = &state->trailer;

	if (!state->has_trailer) {
		return json_null();
	}
	return json_pack("{s:s, s:s, s:s, s:s}", "magic", magic_word(trailer->magic), "swap_type",
			 cli_swap_word(trailer->swap_type), "copy_done",
			 flag_word(trailer->copy_done), "image_ok", flag_word(trailer->image_ok));
}

static json_t *report_slot(const struct slot_state *state)
{
	const struct cli_image *image = &state->image;
	json_t *slot = json_object();
	char version[CLI_VERSION_LEN];

	(void)json_object_set_new(slot, "slot", json_integer((json_int_t)state->slot));
	(void)json_object_set_new(
		slot, "version",
		image->header_found ? json_string(cli_version_text(version, &image->header.version))
				    : json_null());
	(void)json_object_set_new(slot, "hash",
				  image->report.hash_len > 0
					  ? cli_json_hex(image->report.hash, image->report.hash_len)
					  : json_null());
	(void)json_object_set_new(slot, "bootable", json_boolean(state->bootable));
	(void)json_object_set_new(slot, "active", json_boolean(state->active));
	(void)json_object_set_new(slot, "pending", json_boolean(state->pending));
	(void)json_object_set_new(slot, "confirmed", json_boolean(state->confirmed));
	(void)json_object_set_new(slot, "permanent", json_boolean(state->permanent));
	(void)json_object_set_new(slot, "trailer", report_trailer(state));
	return slot;
}

static void say_slot(const struct cli *cli, const struct slot_state *state, bool is_there)
{
	const struct boot_swap_state *trailer = &state->trailer;
	char version[CLI_VERSION_LEN] = "no image";
	char words[80] = "";

	if (!is_there) {
		cli_say(cli, "  slot %u  the board has none", state->slot);
		return;
	}
	if (state->image.header_found) {
		(void)cli_version_text(version, &state->image.header.version);
	}
	(void)snprintf(words, sizeof(words), "%s%s%s%s%s", state->active ? " active" : "",
		       state->confirmed ? " confirmed" : "", state->pending ? " pending" : "",
		       state->permanent ? " permanent" : "",
		       state->image.header_found && !state->bootable ? " not-bootable" : "");
	if (!state->has_trailer) {
		cli_say(cli, "  slot %u  %-12s %-20s no trailer", state->slot, version, words);
		return;
	}
	cli_say(cli, "  slot %u  %-12s %-20s trailer: magic %s, %s, copy_done %s, image_ok %s",
		state->slot, version, words, magic_word(trailer->magic),
		cli_swap_word(trailer->swap_type), flag_word(trailer->copy_done),
		flag_word(trailer->image_ok));
}

static json_t *image_status(struct cli *cli, unsigned int image)
{
	bool is_direct = boot_mode_is_direct(boot_arrangement_get()->mode);
	int swap_type = is_direct ? BOOT_SWAP_TYPE_NONE : mcuboot_swap_type_multi((int)image);
	int next = cli_next_slot(cli, image);
	json_t *slots = json_array();

	if (is_direct && next >= 0) {
		cli_say(cli, "image %u: next boot from slot %d", image, next);
	} else {
		cli_say(cli, "image %u: next boot %s", image, cli_swap_word(swap_type));
	}
	for (unsigned int slot = 0; slot < 2; slot++) {
		const struct flash_area *fa = cli_slot_area(image, slot);
		struct slot_state state = {.slot = slot};

		read_slot(cli, &state, image, fa, swap_type);
		(void)json_array_append_new(slots, report_slot(&state));
		say_slot(cli, &state, fa != NULL);
	}
	return json_pack("{s:i, s:s, s:o}", "image", (int)image, "swap_type",
			 cli_swap_word(swap_type), "slots", slots);
}

/* cli_find_active() for one who only looks: what cannot be found out is told as not known. */
static void find_active(struct cli *cli, const struct sim_board *board)
{
	for (unsigned int i = 0; i < board->arrangement.images; i++) {
		const int rc = sim_device_assume_active(cli->device, i, cli_active_slot(cli, i));

		(void)rc;
	}
}

static void tell_modem(struct cli *cli)
{
	struct cli_modem_view view;

	if (sim_device_modem(cli->device) == NULL) {
		return;
	}
	cli_modem_look(cli, &view);
	cli_report(cli, "modem", cli_modem_json(&view));
	cli_modem_say(cli, &view);
}

/* Version of the bootloader in a slot. */
static json_t *bootloader_version(uint8_t area_id, char text[BOOTLOADER_TEXT_LEN])
{
	struct dfu_image_source source;
	struct fw_info_fields info;
	const struct flash_area *fa;

	(void)snprintf(text, BOOTLOADER_TEXT_LEN, "none");
	if (flash_area_open(area_id, &fa) != 0) {
		return json_null();
	}
	source = dfu_image_source_flash(fa, 0, fa->fa_size);
	if (fw_info_find(&source, &info) != 0) {
		return json_null();
	}
	(void)snprintf(text, BOOTLOADER_TEXT_LEN, "version %" PRIu32, info.version);
	return json_integer(info.version);
}

static void tell_bootloader(struct cli *cli)
{
	char s0_text[BOOTLOADER_TEXT_LEN];
	char s1_text[BOOTLOADER_TEXT_LEN];
	const char *active = NULL;
	bool s0_active;
	json_t *s0;
	json_t *s1;
	int rc;

	rc = boot_s0_active_get(&s0_active);
	if (rc == -ENOENT) {
		return;
	}
	if (rc == 0) {
		active = s0_active ? "s0" : "s1";
	}
	s0 = bootloader_version(BOOT_S0_AREA_ID, s0_text);
	s1 = bootloader_version(BOOT_S1_AREA_ID, s1_text);
	cli_report(cli, "bootloader",
		   json_pack("{s:s?, s:o, s:o}", "active", active, "s0", s0, "s1", s1));
	cli_say(cli, "bootloader: S0 %s, S1 %s, %s runs", s0_text, s1_text,
		active == NULL ? "neither"
		: s0_active    ? "S0"
			       : "S1");
}

static enum cli_status run(struct cli *cli)
{
	json_t *images = json_array();
	const struct sim_board *board;
	enum cli_status status;

	cli_report(cli, "mode", json_null());
	cli_report(cli, "images", images);
	cli_report(cli, "modem", NULL);
	cli_report(cli, "bootloader", NULL);
	status = cli_open_device(cli);
	if (status != CLI_DONE) {
		return status;
	}
	board = sim_device_board(cli->device);
	cli_report(cli, "mode", json_string(boot_mode_name(board->arrangement.mode)));
	cli_say(cli, "%s  mode %s, max-align %u", cli->operand[0],
		boot_mode_name(board->arrangement.mode),
		(unsigned int)board->arrangement.max_align);
	if (!cli->json) {
		cli_draw_map(board);
	}
	find_active(cli, board);
	for (unsigned int i = 0; i < board->arrangement.images; i++) {
		(void)json_array_append_new(images, image_status(cli, i));
	}
	tell_modem(cli);
	tell_bootloader(cli);
	/* Last, so that a damaged memory of slots keeps nothing else from being told. */
	return cli_check_memory(cli);
}

const struct cli_verb cli_verb_status = {
	.name = "status",
	.operands = {"DEV"},
	.summary = "show the flash map, the slots, the modem and what the next boot does",
	.run = run,
};
