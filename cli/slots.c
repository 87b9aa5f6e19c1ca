/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a board file may say, but no bootloader can work with. Slots that never swap `new` takes,
 * because what a bootloader does with them is worth trying, and warns; the verbs that need the
 * slots refuse them before anything is erased. Slots that share a page with a neighbour it refuses.
 * A device that was made when it did not has them; the verbs refuse them by themselves.
 */
#include "slots.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <dfu/bootloader.h>
#include <dfu/dfu_target_full_modem.h>

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

static enum cli_status need_whole_pages(struct cli *cli, const struct sim_board *board,
					const struct sim_partition *partition)
{
	if (sim_board_has_whole_pages(board, partition)) {
		return CLI_DONE;
	}
	return cli_fail(cli, partition->name, NO_WHOLE_PAGES, flash_of(board, partition)->label);
}

enum cli_status cli_need_whole_pages(struct cli *cli, const struct sim_partition *partition)
{
	return need_whole_pages(cli, sim_device_board(cli->device), partition);
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

/* What the mode asks of two slots. */
static const char *wanted_text(enum boot_mode mode)
{
	switch (mode) {
	case BOOT_MODE_SWAP_MOVE:
		return "equal pages, as many or one more in the first";
	case BOOT_MODE_SWAP_OFFSET:
		return "equal pages, as many or one more in the second";
	case BOOT_MODE_SWAP_SCRATCH:
		return "slots of one size, borders of pages that meet, pages no larger than the "
		       "scratch area";
	default:
		return "slots of one size, borders of pages that meet";
	}
}

static bool can_have_trailer(const struct sim_board *board, unsigned int id)
{
	const struct sim_partition *partition = sim_board_slot(board, id);
	const struct flash_area *fa;
	struct boot_swap_state state;

	return partition == NULL || flash_area_open(partition->id, &fa) != 0 ||
	       boot_read_swap_state(fa, &state) != -ENOTSUP;
}

/* A slot of a pair on flash that can have no trailer; NULL if both can. */
static const struct sim_partition *find_trailerless(const struct sim_board *board,
						    unsigned int image)
{
	for (unsigned int id = 2 * image; id < 2 * image + 2; id++) {
		if (!can_have_trailer(board, id)) {
			return sim_board_slot(board, id);
		}
	}
	return NULL;
}

/* Why a pair takes no update, as far as its flash tells it. */
static const char *trailerless_text(char text[NEVER_LEN], const struct sim_board *board,
				    const struct sim_partition *partition)
{
	const struct sim_flash *flash = flash_of(board, partition);

	(void)snprintf(text, NEVER_LEN,
		       "%s can have no trailer, which mode %s needs: write blocks of %s are "
		       "%" PRIu32 " bytes, its fields lie %u apart (max-align)",
		       partition->name, boot_mode_name(board->arrangement.mode), flash->label,
		       flash->write_block, (unsigned int)board->arrangement.max_align);
	return text;
}

/* Why two slots never change places, as far as their pages tell it. */
static const char *never_text(char text[NEVER_LEN], const struct sim_board *board,
			      unsigned int image)
{
	const struct sim_partition *trailerless = find_trailerless(board, image);
	const struct sim_partition *primary = sim_board_slot(board, 2 * image);
	const struct sim_partition *secondary = sim_board_slot(board, 2 * image + 1);
	char here[PAGES_LEN];
	char there[PAGES_LEN];

	if (trailerless != NULL) {
		return trailerless_text(text, board, trailerless);
	}
	if (boot_is_bootloader_only((int)image)) {
		(void)snprintf(text, NEVER_LEN,
			       "image %u takes no bootloader: mode %s copies none, or there is no "
			       "room for one",
			       image, boot_mode_name(board->arrangement.mode));
		return text;
	}
	if (boot_mode_is_direct(board->arrangement.mode) || primary == NULL || secondary == NULL) {
		(void)snprintf(text, NEVER_LEN, "a slot of image %u has no room for an image",
			       image);
		return text;
	}
	(void)snprintf(text, NEVER_LEN,
		       "the bootloader can never %s %s, %s, with %s, %s: it needs %s, no more than "
		       "max-sectors (%u), and room for a trailer",
		       board->arrangement.mode == BOOT_MODE_OVERWRITE_ONLY ? "overwrite" : "swap",
		       primary->name, pages_text(here, board, primary), secondary->name,
		       pages_text(there, board, secondary), wanted_text(board->arrangement.mode),
		       (unsigned int)board->arrangement.max_sectors);
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
		const struct sim_partition *partition = sim_board_slot(board, 2 * image + slot);

		status = partition != NULL ? cli_need_whole_pages(cli, partition) : CLI_DONE;
	}
	if (status != CLI_DONE) {
		return status;
	}
	return cli_fail(cli, cli->operand[0], "%s",
			size == -ENOTSUP ? never_text(text, board, image) : cli_why((int)size));
}

static bool is_pair_hopeless(const struct sim_board *board, unsigned int image)
{
	if (boot_is_bootloader_only((int)image)) {
		return boot_get_max_image_size((int)image) == -ENOTSUP;
	}
	/* Without trailers the size of an image is asked of the slot for uploads alone. */
	if (boot_mode_is_direct(board->arrangement.mode)) {
		return boot_mode_needs_trailer(board->arrangement.mode) &&
		       find_trailerless(board, image) != NULL;
	}
	return cli_slot_area(image, 0) != NULL && cli_slot_area(image, 1) != NULL &&
	       boot_get_max_image_size((int)image) == -ENOTSUP;
}

/* Verbs or the bootloader write it by pages: a slot, or the store of modem files. */
static bool is_written(const struct sim_partition *partition)
{
	return partition->id < SIM_SLOTS_MAX || partition->id == BOOT_SCRATCH_AREA_ID ||
	       partition->id == DFU_TARGET_FULL_MODEM_AREA_ID || partition->id == BOOT_S0_AREA_ID ||
	       partition->id == BOOT_S1_AREA_ID;
}

enum cli_status cli_need_whole_slots(struct cli *cli, const struct sim_board *board)
{
	for (size_t i = 0; i < board->partitions; i++) {
		const struct sim_partition *partition = &board->partition[i];

		if (is_written(partition) && need_whole_pages(cli, board, partition) != CLI_DONE) {
			return CLI_FAILED;
		}
	}
	return CLI_DONE;
}

void cli_warn_of_slots(struct cli *cli)
{
	const struct sim_board *board = sim_device_board(cli->device);
	char text[NEVER_LEN];

	for (unsigned int i = 0; i < board->arrangement.images; i++) {
		if (is_pair_hopeless(board, i)) {
			cli_warn(cli->operand[0], "%s", never_text(text, board, i));
		}
	}
}
