/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a board file may say, but no bootloader can work with. `new` makes such a device, because
 * wrong boards are what one wants to try, and warns; the verbs that need the slots refuse them
 * before anything is erased.
 */
#include "slots.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "session.h"

#define NO_WHOLE_PAGES                                                                             \
	"does not begin and end on page boundaries of %s, so it cannot be erased without its "     \
	"neighbours"

static const struct sim_flash *flash_of(const struct sim_board *board,
					const struct sim_partition *partition)
{
	return &board->flash[partition->flash];
}

enum cli_status cli_need_whole_pages(struct cli *cli, const struct sim_partition *partition)
{
	const struct sim_board *board = sim_device_board(cli->device);

	if (sim_board_has_whole_pages(board, partition)) {
		return CLI_DONE;
	}
	return cli_fail(cli, partition->name, NO_WHOLE_PAGES, flash_of(board, partition)->label);
}

#define PAGES_LEN 64

/* "118 pages of 4096 bytes". */
static const char *pages_text(char text[PAGES_LEN], const struct sim_board *board,
			      const struct sim_partition *partition)
{
	uint32_t size;
	uint32_t pages = sim_board_pages(board, partition, &size);

	if (size == 0) {
		(void)snprintf(text, PAGES_LEN, "%" PRIu32 " pages of unequal size", pages);
	} else {
		(void)snprintf(text, PAGES_LEN, "%" PRIu32 " page%s of %" PRIu32 " bytes", pages,
			       pages == 1 ? "" : "s", size);
	}
	return text;
}

#define NEVER_LEN 512

/* Why two slots never change places, as far as their pages tell it. */
static const char *never_text(char text[NEVER_LEN], const struct sim_board *board,
			      unsigned int image)
{
	const struct sim_partition *primary = sim_board_slot(board, 2 * image);
	const struct sim_partition *secondary = sim_board_slot(board, 2 * image + 1);
	char here[PAGES_LEN];
	char there[PAGES_LEN];

	(void)snprintf(text, NEVER_LEN,
		       "the bootloader can never swap %s, %s, with %s, %s: it needs equal pages, "
		       "as many or one more in the first, no more than max-sectors (%u), and room "
		       "for a trailer of write blocks up to %u bytes",
		       primary->name, pages_text(here, board, primary), secondary->name,
		       pages_text(there, board, secondary),
		       (unsigned int)board->arrangement.max_sectors,
		       (unsigned int)board->arrangement.max_align);
	return text;
}

enum cli_status cli_largest_image(struct cli *cli, unsigned int image, size_t *most)
{
	const struct sim_board *board = sim_device_board(cli->device);
	ssize_t size = boot_get_max_image_size((int)image);
	enum cli_status status = CLI_DONE;
	char text[NEVER_LEN];

	if (size >= 0) {
		*most = (size_t)size;
		return CLI_DONE;
	}
	for (unsigned int slot = 0; slot < 2 && size == -EINVAL && status == CLI_DONE; slot++) {
		status = cli_need_whole_pages(cli, sim_board_slot(board, 2 * image + slot));
	}
	if (status != CLI_DONE) {
		return status;
	}
	return cli_fail(cli, cli->operand[0], "%s",
			size == -ENOTSUP ? never_text(text, board, image) : cli_why((int)size));
}

static void warn_of_pairs(struct cli *cli, const struct sim_board *board)
{
	char text[NEVER_LEN];

	for (unsigned int i = 0; i < board->arrangement.images; i++) {
		if (cli_slot_area(i, 0) != NULL && cli_slot_area(i, 1) != NULL &&
		    boot_get_max_image_size((int)i) == -ENOTSUP) {
			cli_warn(cli->operand[0], "%s", never_text(text, board, i));
		}
	}
}

void cli_warn_of_slots(struct cli *cli)
{
	const struct sim_board *board = sim_device_board(cli->device);

	for (size_t i = 0; i < board->partitions; i++) {
		const struct sim_partition *partition = &board->partition[i];

		if (partition->id < SIM_SLOTS_MAX && !sim_board_has_whole_pages(board, partition)) {
			cli_warn(partition->name, NO_WHOLE_PAGES,
				 flash_of(board, partition)->label);
		}
	}
	/* In the other modes the library has no rule yet. */
	if (board->arrangement.mode == BOOT_MODE_SWAP_MOVE) {
		warn_of_pairs(cli, board);
	}
}
