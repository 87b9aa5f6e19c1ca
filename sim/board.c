/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <dfu/bootloader.h>

#include "board_parts.h"

const struct sim_partition *sim_board_slot(const struct sim_board *board, unsigned int id)
{
	for (size_t i = 0; i < board->partitions; i++) {
		if (board->partition[i].id == id) {
			return &board->partition[i];
		}
	}
	return NULL;
}

enum boot_mode sim_board_mode(const char *name)
{
	for (int mode = 0; mode < BOOT_MODE_COUNT; mode++) {
		if (strcmp(boot_mode_name((enum boot_mode)mode), name) == 0) {
			return (enum boot_mode)mode;
		}
	}
	return BOOT_MODE_COUNT;
}

uint32_t sim_board_pages(const struct sim_board *board, const struct sim_partition *partition,
			 uint32_t *size)
{
	const struct sim_flash *flash = &board->flash[partition->flash];
	uint64_t begin = 0;
	uint64_t end = (uint64_t)partition->offset + partition->size;
	uint32_t pages = 0;

	*size = 0;
	for (size_t i = 0; i < flash->layout_size; i++) {
		uint32_t page = (uint32_t)flash->layout[i].pages_size;
		uint64_t run_end = begin + (uint64_t)page * flash->layout[i].pages_count;
		uint64_t from = partition->offset > begin ? partition->offset : begin;
		uint64_t to = end < run_end ? end : run_end;

		if (from < to) {
			*size = pages == 0 || *size == page ? page : 0;
			pages += (uint32_t)((to - begin + page - 1) / page);
			pages -= (uint32_t)((from - begin) / page);
		}
		begin = run_end;
	}
	return pages;
}

/* Whether a page begins at an offset, or the device ends there. */
static bool is_page_border(const struct sim_flash *flash, uint64_t offset)
{
	uint64_t begin = 0;

	for (size_t i = 0; i < flash->layout_size; i++) {
		uint64_t size = flash->layout[i].pages_size;
		uint64_t end = begin + size * flash->layout[i].pages_count;

		if (offset < end) {
			return (offset - begin) % size == 0;
		}
		begin = end;
	}
	return true;
}

bool sim_board_has_whole_pages(const struct sim_board *board, const struct sim_partition *partition)
{
	const struct sim_flash *flash = &board->flash[partition->flash];

	return is_page_border(flash, partition->offset) &&
	       is_page_border(flash, (uint64_t)partition->offset + partition->size);
}

/* The first stage starts S1 in place of S0, and both run where they lie, as slot 0 does. */
static int check_bootloader_slots(const struct sim_board *board, struct sim_error *error)
{
	const struct sim_partition *s0 = sim_board_slot(board, BOOT_S0_AREA_ID);
	const struct sim_partition *s1 = sim_board_slot(board, BOOT_S1_AREA_ID);
	const size_t flash = sim_board_slot(board, 0)->flash;

	if (s1 != NULL && s0 == NULL) {
		return sim_fail(error, -EINVAL,
				"s0_partition: is missing, and there is an "
				"s1_partition");
	}
	if ((s0 != NULL && s0->flash != flash) || (s1 != NULL && s1->flash != flash)) {
		return sim_fail(error, -EINVAL, "%s: is not in the flash of slot0_partition",
				s0->flash != flash ? s0->name : s1->name);
	}
	return 0;
}

static int check_needed_partitions(const struct sim_board *board, struct sim_error *error)
{
	if (sim_board_slot(board, 0) == NULL) {
		return sim_fail(error, -EINVAL, "slot0_partition: is missing");
	}
	if (board->arrangement.mode == BOOT_MODE_SWAP_SCRATCH &&
	    sim_board_slot(board, BOOT_SCRATCH_AREA_ID) == NULL) {
		return sim_fail(error, -EINVAL,
				"scratch_partition: is missing, and swap-scratch needs it");
	}
	return check_bootloader_slots(board, error);
}

int sim_board_load(struct sim_board *board, const void *blob, struct sim_error *error)
{
	int offsets[SIM_FLASHES_MAX];
	int rc;

	memset(board, 0, sizeof(*board));
	rc = sim_board_load_flashes(board, blob, offsets, error);
	rc = rc != 0 ? rc : sim_board_load_partitions(board, blob, offsets, error);
	rc = rc != 0 ? rc : sim_board_load_bootloader(board, blob, error);
	rc = rc != 0 ? rc : sim_board_load_modem(board, blob, error);
	rc = rc != 0 ? rc : check_needed_partitions(board, error);
	if (rc == 0) {
		board->rules.flash_base = board->flash[sim_board_slot(board, 0)->flash].base;
	}
	return rc;
}

int sim_board_set_mode(void **blob, size_t *len, const char *mode, struct sim_error *error)
{
	size_t room = *len + strlen(mode) + 64;
	struct sim_node node;
	void *copy;
	int rc = sim_board_find_bootloader(&node, *blob, error);

	if (rc != 0) {
		return rc;
	}
	if (sim_board_mode(mode) == BOOT_MODE_COUNT) {
		return sim_fail(error, -EINVAL, "\"%s\" is no mode of the bootloader", mode);
	}
	copy = malloc(room);
	if (copy == NULL) {
		return sim_fail(error, -ENOMEM, "%s", strerror(ENOMEM));
	}
	rc = fdt_open_into(*blob, copy, (int)room);
	rc = rc != 0 ? rc : fdt_setprop(copy, node.offset, "mode", mode, (int)strlen(mode) + 1);
	rc = rc != 0 ? rc : fdt_pack(copy);
	if (rc != 0) {
		free(copy);
		return sim_node_fail(&node, "mode", error, "%s", fdt_strerror(rc));
	}
	free(*blob);
	*blob = copy;
	*len = fdt_totalsize(copy);
	return 0;
}
