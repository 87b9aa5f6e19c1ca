/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Factory programming: what a programmer on the production line does, so the bootloader's state is
 * not asked. The bytes of the file are the bytes of the slot, a trailer at the end of a padded file
 * included; and what is programmed is to boot and to stay:
 *
 *   - in swap-offset a secondary slot begins one page up, where the bootloader looks for updates;
 *   - in the revert variants of direct-xip and ram-load, where an image without a trailer is erased
 *     and an unconfirmed one given up, the image gets the trailer of a confirmed one, unless the
 *     file brings its own.
 *
 * A bootloader for S0 or S1 runs where it lies, so it must be linked for that slot.
 *
 * --raw does and asks none of that.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/bootloader.h>

#include "boot/trailer.h"
#include "cut.h"
#include "image.h"
#include "output.h"
#include "session.h"
#include "slots.h"
#include "verbs.h"

enum { OPTION_RAW };

static const struct cli_option options[] = {
	{"raw", NULL, "program any bytes, image or not, as they are"},
	CLI_CUT_OPTION,
	{NULL, NULL, NULL},
};

/* The node label of any partition, with or without "_partition". */
static const struct sim_partition *find_partition(const struct sim_board *board, const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < board->partitions; i++) {
		const char *label = board->partition[i].name;

		if (strncmp(label, name, len) == 0 &&
		    (label[len] == '\0' || strcmp(&label[len], "_partition") == 0)) {
			return &board->partition[i];
		}
	}
	return NULL;
}

static bool is_bootloader_slot(const struct sim_partition *partition)
{
	return partition->id == BOOT_S0_AREA_ID || partition->id == BOOT_S1_AREA_ID;
}

static enum cli_status check_bootloader(struct cli *cli, const struct sim_partition *partition,
					const struct dfu_image_source *source)
{
	struct fw_info_fields info;
	struct dfu_image image;
	uint32_t address;

	if (dfu_image_open(&image, source, NULL) != 0 || boot_link_address(&image, &address) != 0 ||
	    boot_link_slot(address) != partition->id) {
		return cli_fail(cli, cli->operand[2], "%s: it would run from %s",
				dfu_image_fault_str(DFU_IMAGE_LINK_ADDRESS), partition->name);
	}
	if (fw_info_find(source, &info) != 0) {
		cli_warn(cli->operand[2], "no fw_info: the first stage will not start it");
	}
	return CLI_DONE;
}

static int program(const struct flash_area *fa, size_t start, const struct cli_file *file)
{
	size_t block = flash_area_align(fa);
	size_t whole = file->len - file->len % block;
	uint8_t last[512];
	int rc = flash_area_flatten(fa, 0, fa->fa_size);

	rc = rc != 0 ? rc : flash_area_write(fa, (off_t)start, file->data, whole);
	if (rc != 0 || whole == file->len) {
		return rc;
	}
	memset(last, flash_area_erased_val(fa), sizeof(last));
	memcpy(last, &file->data[whole], file->len - whole);
	return flash_area_write(fa, (off_t)(start + whole), last, block);
}

static int compare(const struct flash_area *fa, size_t start, const struct cli_file *file)
{
	uint8_t back[4096];
	int rc = 0;

	for (size_t off = 0; off < file->len && rc == 0; off += sizeof(back)) {
		size_t n = file->len - off < sizeof(back) ? file->len - off : sizeof(back);

		rc = flash_area_read(fa, (off_t)(start + off), back, n);
		if (rc == 0 && memcmp(back, &file->data[off], n) != 0) {
			rc = -EIO;
		}
	}
	return rc;
}

static enum cli_status check_image(struct cli *cli, const struct sim_partition *partition,
				   const struct cli_file *file)
{
	struct dfu_image_source source = dfu_image_source_memory(file->data, file->len);
	struct cli_image image;
	char version[CLI_VERSION_LEN];

	if (cli->option[OPTION_RAW] != NULL) {
		return CLI_DONE;
	}
	cli_image_judge(&image, &source, NULL);
	image.slot = partition->size;
	if (image.rc != 0 && !cli_image_is_only_unwanted(&image)) {
		return cli_fail(cli, cli->operand[2], "%s", cli_image_why(&image));
	}
	cli_report(cli, "version", json_string(cli_version_text(version, &image.header.version)));
	return is_bootloader_slot(partition) ? check_bootloader(cli, partition, &source) : CLI_DONE;
}

static bool needs_confirmation(const struct cli *cli, const struct sim_partition *partition)
{
	const struct boot_arrangement *arrangement = boot_arrangement_get();

	return cli->option[OPTION_RAW] == NULL && boot_mode_is_direct(arrangement->mode) &&
	       boot_mode_needs_trailer(arrangement->mode) &&
	       partition->id < 2 * arrangement->images;
}

/* Whether a file that reaches to where the trailer lies leaves room for one, or brings one. */
static bool spoils_trailer(const struct flash_area *fa, const struct cli_file *file)
{
	const uint8_t align = boot_arrangement_get()->max_align;
	const uint8_t erased = flash_area_erased_val(fa);
	const size_t len = trailer_distance(align, TRAILER_SWAP_INFO);
	const size_t start = fa->fa_size - len;
	uint8_t tail[TRAILER_TAIL_MAX];
	struct boot_swap_state state;

	memset(tail, erased, sizeof(tail));
	if (file->len > start) {
		memcpy(tail, &file->data[start], file->len - start);
	}
	trailer_decode(&state, tail, align, erased);
	return state.magic != BOOT_MAGIC_GOOD && !bytes_are(tail, len, erased);
}

/* Before anything is erased: the image will get the trailer that it needs. */
static enum cli_status check_trailer(struct cli *cli, const struct sim_partition *partition,
				     const struct flash_area *fa, const struct cli_file *file)
{
	const char *mode = boot_mode_name(boot_arrangement_get()->mode);
	struct boot_swap_state state;

	if (!needs_confirmation(cli, partition)) {
		return CLI_DONE;
	}
	if (boot_read_swap_state(fa, &state) == -ENOTSUP) {
		return cli_fail(cli, partition->name,
				"%s, and without one it starts nothing in mode %s",
				cli_why(-ENOTSUP), mode);
	}
	if (spoils_trailer(fa, file)) {
		return cli_fail(cli, cli->operand[2],
				"ends in the slot's trailer, and brings none that the bootloader "
				"of this board knows: in mode %s it would not start",
				mode);
	}
	return CLI_DONE;
}

static enum cli_status confirm(struct cli *cli, const struct sim_partition *partition,
			       const struct flash_area *fa)
{
	struct boot_swap_state state;
	int rc;

	if (!needs_confirmation(cli, partition)) {
		return CLI_DONE;
	}
	rc = boot_read_swap_state(fa, &state);
	if (rc == 0 && state.magic == BOOT_MAGIC_GOOD) {
		return CLI_DONE;
	}
	rc = rc != 0 ? rc : boot_set_next(fa, false, true);
	if (rc != 0) {
		return cli_fail(cli, partition->name, "no trailer could be written: %s",
				cli_why(rc));
	}
	cli_say(cli, "%s: the image is marked as confirmed, so that it stays", partition->name);
	return CLI_DONE;
}

static enum cli_status write_partition(struct cli *cli, const struct sim_partition *partition,
				       const struct cli_file *file)
{
	const struct flash_area *fa;
	enum cli_status status;
	size_t start = 0;
	int rc = flash_area_open(partition->id, &fa);

	if (rc == 0 && cli->option[OPTION_RAW] == NULL) {
		start = cli_upload_start(fa);
	}
	if (rc == 0 && (start > fa->fa_size || file->len > fa->fa_size - start)) {
		return cli_fail(cli, cli->operand[2], "%zu bytes, but %s has %zu%s: %s", file->len,
				partition->name, start > fa->fa_size ? 0 : fa->fa_size - start,
				start > 0 ? " from its second page on" : "", strerror(EFBIG));
	}
	status = rc == 0 ? check_trailer(cli, partition, fa, file) : CLI_DONE;
	if (status != CLI_DONE) {
		return status;
	}
	rc = rc != 0 ? rc : program(fa, start, file);
	rc = rc != 0 ? rc : compare(fa, start, file);
	if (rc != 0) {
		return cli_fail(cli, partition->name, "%s", strerror(-rc));
	}
	cli_report(cli, "size", json_integer((json_int_t)file->len));
	cli_say(cli, "%s: %zu bytes of %s", partition->name, file->len, cli->operand[2]);
	return confirm(cli, partition, fa);
}

static void report_place(struct cli *cli, const struct sim_partition *partition)
{
	if (partition->id < SIM_SLOTS_MAX) {
		cli_report(cli, "image", json_integer(partition->id / 2));
		cli_report(cli, "slot", json_integer(partition->id % 2));
	}
	cli_report(cli, "partition", json_string(partition->name));
}

static enum cli_status run(struct cli *cli)
{
	static const char *const keys[] = {"image", "slot", "partition", "version", "size", NULL};
	const struct sim_partition *partition;
	enum cli_status status;
	struct cli_file file;

	cli_report_nothing(cli, keys);
	status = cli_open_device(cli);
	if (status != CLI_DONE) {
		return status;
	}
	partition = find_partition(sim_device_board(cli->device), cli->operand[1]);
	if (partition == NULL) {
		return cli_fail(cli, cli->operand[1], "the board has no such slot");
	}
	report_place(cli, partition);
	/* Flash that needs no erase is filled block by block. */
	if (!sim_device_board(cli->device)->flash[partition->flash].no_explicit_erase) {
		status = cli_need_whole_pages(cli, partition);
	}
	if (status != CLI_DONE) {
		return status;
	}
	status = cli_file_read(cli, cli->operand[2], &file);
	if (status == CLI_DONE) {
		status = check_image(cli, partition, &file);
	}
	if (status == CLI_DONE) {
		status = write_partition(cli, partition, &file);
	}
	cli_file_free(&file);
	return status;
}

const struct cli_verb cli_verb_flash = {
	.name = "flash",
	.operands = {"DEV", "SLOT", "FILE"},
	.options = options,
	.summary = "program a slot as the factory does: erase, write, compare",
	.help = "SLOT is a node label of the board, with or without _partition, such as slot0 or "
		"s1.\n"
		"FILE is an MCUboot image with a sound hash; it may be padded to the slot.\n"
		"It is put where the bootloader looks for it, and where the mode needs that,\n"
		"marked as confirmed. In s0 and s1 it is a bootloader that is linked for that "
		"slot.",
	.run = run,
};
