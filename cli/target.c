/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <stdalign.h>
#include <string.h>

#include <dfu/boot.h>
#include <dfu/dfu_target_mcuboot.h>

#include "output.h"

#define BUFFER_SIZE 4096u

/* Whole write blocks, and no more than the smallest page that has to be erased. */
static size_t buffer_len(const struct sim_flash *flash)
{
	size_t len = BUFFER_SIZE;

	for (size_t i = 0; i < flash->layout_size && !flash->no_explicit_erase; i++) {
		len = flash->layout[i].pages_size < len ? flash->layout[i].pages_size : len;
	}
	return len - len % flash->write_block;
}

enum cli_status cli_target_ready(struct cli *cli, unsigned int image, unsigned int slot,
				 const struct dfu_image_key *key)
{
	static alignas(4) uint8_t buffer[BUFFER_SIZE];
	const struct sim_board *board = sim_device_board(cli->device);
	const struct sim_partition *partition = sim_board_slot(board, 2 * image + slot);
	int rc = dfu_target_mcuboot_set_buf(buffer, buffer_len(&board->flash[partition->flash]));

	if (rc != 0) {
		return cli_fail(cli, cli->operand[0], "%s", strerror(-rc));
	}
	dfu_target_mcuboot_set_key(key);
	return CLI_DONE;
}

const char *cli_schedule_word(bool permanent)
{
	switch (boot_arrangement_get()->mode) {
	case BOOT_MODE_DIRECT_XIP:
	case BOOT_MODE_RAM_LOAD:
	case BOOT_MODE_FIRMWARE_LOADER:
		return "starts";
	case BOOT_MODE_OVERWRITE_ONLY:
		return "installs";
	default:
		return permanent ? "installs" : "tests";
	}
}
