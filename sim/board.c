/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "board_parts.h"
#include "tree.h"

#define BOOTLOADER "slotwise,mcuboot"
#define MAX_ALIGN_DEFAULT 8u
#define MAX_SECTORS_DEFAULT 128u

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

/* A bootloader built without a number takes 128, or as many as its largest slot has. */
static uint32_t default_sectors(const struct sim_board *board)
{
	uint32_t sectors = MAX_SECTORS_DEFAULT;

	for (size_t i = 0; i < board->partitions; i++) {
		if (board->partition[i].id < SIM_SLOTS_MAX) {
			uint32_t size;
			uint32_t own = sim_board_pages(board, &board->partition[i], &size);

			sectors = own > sectors ? own : sectors;
		}
	}
	return sectors < UINT16_MAX ? sectors : UINT16_MAX;
}

static int read_in_range(const struct sim_node *node, const char *property, uint32_t *value,
			 uint32_t most, struct sim_error *error)
{
	int rc = sim_node_u32(node, property, value, error);

	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	if (*value == 0 || *value > most) {
		return sim_node_fail(node, property, error, "%" PRIu32 " is not 1 to %" PRIu32,
				     *value, most);
	}
	return 0;
}

static int read_mode(struct sim_board *board, const struct sim_node *node, struct sim_error *error)
{
	const char *name;
	int rc = sim_node_string(node, "mode", &name, error);

	if (rc == -ENOENT) {
		return sim_node_fail(node, "mode", error, "is missing");
	}
	if (rc != 0) {
		return rc;
	}
	board->arrangement.mode = sim_board_mode(name);
	if (board->arrangement.mode == BOOT_MODE_COUNT) {
		return sim_node_fail(node, "mode", error, "\"%s\" is no mode of the bootloader",
				     name);
	}
	return 0;
}

static int read_max_align(struct sim_board *board, const struct sim_node *node,
			  struct sim_error *error)
{
	uint32_t value = MAX_ALIGN_DEFAULT;
	int rc = sim_node_u32(node, "max-align", &value, error);

	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	if (value != 8 && value != 16 && value != 32) {
		return sim_node_fail(node, "max-align", error, "%" PRIu32 " is not 8, 16 or 32",
				     value);
	}
	board->arrangement.max_align = (uint8_t)value;
	return 0;
}

static int read_bootloader(struct sim_board *board, const struct sim_node *node,
			   struct sim_error *error)
{
	uint32_t images = 1;
	uint32_t sectors = default_sectors(board);
	int rc = read_mode(board, node, error);

	rc = rc != 0 ? rc : read_max_align(board, node, error);
	rc = rc != 0 ? rc : read_in_range(node, "images", &images, BOOT_IMAGES_MAX, error);
	rc = rc != 0 ? rc : read_in_range(node, "max-sectors", &sectors, UINT16_MAX, error);
	if (rc != 0) {
		return rc;
	}
	board->arrangement.images = (uint8_t)images;
	board->arrangement.max_sectors = (uint16_t)sectors;
	return 0;
}

static int find_bootloader(struct sim_node *node, const void *fdt, struct sim_error *error)
{
	int offset = fdt_node_offset_by_compatible(fdt, -1, BOOTLOADER);
	int rc;

	if (offset < 0) {
		return sim_fail(error, -EINVAL, "no node is compatible with " BOOTLOADER);
	}
	rc = sim_node_at(node, fdt, offset, error);
	if (rc == 0 && fdt_node_offset_by_compatible(fdt, offset, BOOTLOADER) >= 0) {
		return sim_node_fail(node, NULL, error,
				     "is not the only node compatible with " BOOTLOADER);
	}
	return rc;
}

static int check_needed_partitions(const struct sim_board *board, struct sim_error *error)
{
	if (sim_board_slot(board, 0) == NULL) {
		return sim_fail(error, -EINVAL, "slot0_partition: is missing");
	}
	if (board->arrangement.mode != BOOT_MODE_SWAP_SCRATCH) {
		return 0;
	}
	for (size_t i = 0; i < board->partitions; i++) {
		if (strcmp(board->partition[i].name, "scratch_partition") == 0) {
			return 0;
		}
	}
	return sim_fail(error, -EINVAL, "scratch_partition: is missing, and swap-scratch needs it");
}

int sim_board_load(struct sim_board *board, const void *blob, struct sim_error *error)
{
	int offsets[SIM_FLASHES_MAX];
	struct sim_node node;
	int rc;

	memset(board, 0, sizeof(*board));
	rc = sim_board_load_flashes(board, blob, offsets, error);
	rc = rc != 0 ? rc : sim_board_load_partitions(board, blob, offsets, error);
	rc = rc != 0 ? rc : find_bootloader(&node, blob, error);
	rc = rc != 0 ? rc : read_bootloader(board, &node, error);
	return rc != 0 ? rc : check_needed_partitions(board, error);
}

int sim_board_set_mode(void **blob, size_t *len, const char *mode, struct sim_error *error)
{
	size_t room = *len + strlen(mode) + 64;
	struct sim_node node;
	void *copy;
	int rc = find_bootloader(&node, *blob, error);

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
