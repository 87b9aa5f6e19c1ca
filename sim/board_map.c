/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partitions of a board: the children of every fixed-partitions node below a flash device, at
 * offsets from the start of that device. A partition with the node label slotN_partition is area N
 * of the flash map, scratch_partition is area BOOT_SCRATCH_AREA_ID, s0_partition and s1_partition
 * are BOOT_S0_AREA_ID and BOOT_S1_AREA_ID. The partition for modem files is area
 * DFU_TARGET_FULL_MODEM_AREA_ID: the one that the devicetree chooses, else fmfu_storage. All the
 * others, whatever their label, get the ids above. Overlaps are refused here, once, because nothing
 * behind could tell whose byte it is.
 */
#include "board_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <dfu/bootloader.h>
#include <dfu/dfu_target_full_modem.h>

#define MODEM_FILES_LABEL "fmfu_storage"
#define FIRST_OTHER_ID (BOOT_S1_AREA_ID + 1)

/* Labels that are no slot's and stand for an id. */
static const struct {
	const char *label;
	int id;
} fixed_ids[] = {
	{"scratch_partition", BOOT_SCRATCH_AREA_ID},
	{"s0_partition", BOOT_S0_AREA_ID},
	{"s1_partition", BOOT_S1_AREA_ID},
};

/* What the numbers of the partitions come from. */
struct numbering {
	unsigned int next_id;
	const char
		*choice; /* property of /chosen that names the partition for modem files; or NULL */
	int chosen;      /* its node */
};

/*
 * The id that a label stands for: N of "slotN_partition" with N from 0 to 15, written without
 * leading zeros; one of fixed_ids; -1 for every other label.
 */
static int id_of_label(const char *label)
{
	for (size_t i = 0; i < sizeof(fixed_ids) / sizeof(fixed_ids[0]); i++) {
		if (strcmp(label, fixed_ids[i].label) == 0) {
			return fixed_ids[i].id;
		}
	}
	for (int n = 0; n < SIM_SLOTS_MAX; n++) {
		char name[24];

		(void)snprintf(name, sizeof(name), "slot%d_partition", n);
		if (strcmp(label, name) == 0) {
			return n;
		}
	}
	return -1;
}

static int copy_name(char to[SIM_NAME_MAX], const char *from, const struct sim_node *node,
		     struct sim_error *error)
{
	size_t len = strlen(from);

	if (len >= SIM_NAME_MAX) {
		return sim_node_fail(node, NULL, error, "\"%s\" is longer than %d characters", from,
				     SIM_NAME_MAX - 1);
	}
	memcpy(to, from, len + 1);
	return 0;
}

static bool is_for_modem_files(const struct sim_node *node, const struct numbering *numbering)
{
	if (numbering->choice != NULL) {
		return node->offset == numbering->chosen;
	}
	for (const char *l = sim_node_label(node, NULL); l != NULL; l = sim_node_label(node, l)) {
		if (strcmp(l, MODEM_FILES_LABEL) == 0) {
			return true;
		}
	}
	return false;
}

/* A node may have several labels: the one that stands for an id goes before the others. */
static int read_names(struct sim_partition *partition, int *id, const struct sim_node *node,
		      struct sim_error *error)
{
	const char *name = sim_node_label(node, NULL);
	const char *label = NULL;
	int rc;

	*id = -1;
	for (const char *l = name; l != NULL; l = sim_node_label(node, l)) {
		int n = id_of_label(l);

		if (n >= 0 && *id >= 0) {
			return sim_node_fail(node, NULL, error, "is both %s and %s", name, l);
		}
		if (n >= 0) {
			*id = n;
			name = l;
		}
	}
	if (name == NULL) {
		name = fdt_get_name(node->fdt, node->offset, NULL);
	}
	rc = copy_name(partition->name, name, node, error);
	if (rc != 0) {
		return rc;
	}
	rc = sim_node_string(node, "label", &label, error);
	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	return copy_name(partition->label, label != NULL ? label : name, node, error);
}

static int read_range(struct sim_partition *partition, const struct sim_flash *flash,
		      const struct sim_node *node, struct sim_error *error)
{
	uint64_t offset;
	uint64_t size;
	int rc = sim_node_reg(node, &offset, &size, error);

	if (rc != 0) {
		return rc;
	}
	if (size == 0) {
		return sim_node_fail(node, "reg", error, "a size of 0");
	}
	if (offset > flash->size || size > flash->size - offset) {
		return sim_node_fail(node, "reg", error,
				     "0x%" PRIx64 " bytes at 0x%" PRIx64
				     " pass the end of %s at 0x%" PRIx32,
				     size, offset, flash->label, flash->size);
	}
	if (offset % flash->write_block != 0 || size % flash->write_block != 0) {
		return sim_node_fail(node, "reg", error,
				     "is not whole write blocks of %" PRIu32 " bytes",
				     flash->write_block);
	}
	partition->offset = (uint32_t)offset;
	partition->size = (uint32_t)size;
	return 0;
}

static bool overlap(const struct sim_partition *a, const struct sim_partition *b)
{
	return a->flash == b->flash && a->offset < b->offset + b->size &&
	       b->offset < a->offset + a->size;
}

static int check_against_others(const struct sim_board *board,
				const struct sim_partition *partition, const struct sim_node *node,
				struct sim_error *error)
{
	for (size_t i = 0; i < board->partitions; i++) {
		const struct sim_partition *other = &board->partition[i];

		if (overlap(partition, other)) {
			return sim_node_fail(node, "reg", error, "%s overlaps %s", partition->name,
					     other->name);
		}
	}
	return 0;
}

static int read_id(struct sim_partition *partition, int id, const struct sim_node *node,
		   struct numbering *numbering, struct sim_error *error)
{
	if (is_for_modem_files(node, numbering)) {
		if (id >= 0) {
			return sim_node_fail(node, NULL, error,
					     "is both %s and the partition for modem files",
					     partition->name);
		}
		id = DFU_TARGET_FULL_MODEM_AREA_ID;
	}
	partition->id = (uint8_t)(id >= 0 ? (unsigned int)id : numbering->next_id++);
	return 0;
}

static int add_partition(struct sim_board *board, size_t flash, const struct sim_node *node,
			 struct numbering *numbering, struct sim_error *error)
{
	struct sim_partition *partition = &board->partition[board->partitions];
	int id;
	int rc;

	if (board->partitions == SIM_PARTITIONS_MAX) {
		return sim_node_fail(node, NULL, error, "more than %d partitions",
				     SIM_PARTITIONS_MAX);
	}
	partition->flash = flash;
	rc = read_names(partition, &id, node, error);
	rc = rc != 0 ? rc : read_range(partition, &board->flash[flash], node, error);
	rc = rc != 0 ? rc : check_against_others(board, partition, node, error);
	rc = rc != 0 ? rc : read_id(partition, id, node, numbering, error);
	if (rc != 0) {
		return rc;
	}
	board->partitions++;
	return 0;
}

/*
 * The device that a node lies in: itself or the nearest flash node above it; -1 if there is none.
 */
static int device_above(const struct sim_board *board, const void *fdt, int offset,
			const int offsets[SIM_FLASHES_MAX])
{
	while (offset >= 0) {
		for (size_t i = 0; i < board->flashes; i++) {
			if (offsets[i] == offset) {
				return (int)i;
			}
		}
		offset = fdt_parent_offset(fdt, offset);
	}
	return -1;
}

/* Partitions of a device that is disabled are as absent as the device. */
static bool in_disabled_flash(const void *fdt, int offset)
{
	while (offset >= 0) {
		if (sim_board_is_flash(fdt, offset)) {
			return true;
		}
		offset = fdt_parent_offset(fdt, offset);
	}
	return false;
}

/*
 * Partitions of a device of a kind that is not understood, and what lies inside a partition, do not
 * matter, unless the bootloader needs them.
 */
static int refuse_slots(const struct sim_node *table, const char *why, struct sim_error *error)
{
	int child;

	fdt_for_each_subnode(child, table->fdt, table->offset)
	{
		struct sim_node node;
		int rc = sim_node_at(&node, table->fdt, child, error);

		if (rc != 0) {
			return rc;
		}
		for (const char *l = sim_node_label(&node, NULL); l != NULL;
		     l = sim_node_label(&node, l)) {
			if (id_of_label(l) >= 0) {
				return sim_node_fail(&node, NULL, error, "%s lies in %s", l, why);
			}
		}
	}
	return 0;
}

static int load_table(struct sim_board *board, const struct sim_node *table,
		      struct numbering *numbering, const int offsets[SIM_FLASHES_MAX],
		      struct sim_error *error)
{
	int flash = device_above(board, table->fdt, table->offset, offsets);
	int child;

	if (flash < 0) {
		return in_disabled_flash(table->fdt, table->offset)
			       ? 0
			       : refuse_slots(table,
					      "a flash of a kind that is not known: soc-nv-flash "
					      "and jedec,spi-nor are",
					      error);
	}
	fdt_for_each_subnode(child, table->fdt, table->offset)
	{
		struct sim_node node;
		int rc = sim_node_at(&node, table->fdt, child, error);

		if (rc == 0 && sim_node_enabled(&node)) {
			rc = add_partition(board, (size_t)flash, &node, numbering, error);
		}
		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}

static int by_place(const void *left, const void *right)
{
	const struct sim_partition *a = left;
	const struct sim_partition *b = right;

	if (a->flash != b->flash) {
		return a->flash < b->flash ? -1 : 1;
	}
	return (a->offset > b->offset) - (a->offset < b->offset);
}

/* The node that a property names, by path or by phandle; a negative number if there is none. */
static int named_node(const void *fdt, const void *value, int len)
{
	const char *path = value;

	if (len > 0 && path[0] == '/') {
		return path[len - 1] == '\0' ? fdt_path_offset(fdt, path) : -FDT_ERR_BADVALUE;
	}
	return len == (int)sizeof(fdt32_t) ? fdt_node_offset_by_phandle(fdt, fdt32_ld(value))
					   : -FDT_ERR_BADVALUE;
}

/* Upstream's option asks for the first, its documentation shows the second. */
static const char *const choices[] = {"nordic,fmfu-storage-partition",
				      "nordic,fmfu_storage_partition"};

static void find_choice(struct numbering *numbering, const void *fdt)
{
	const int node = fdt_path_offset(fdt, "/chosen");

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]) && node >= 0; i++) {
		int len;
		const void *value = fdt_getprop(fdt, node, choices[i], &len);

		if (value != NULL) {
			numbering->choice = choices[i];
			numbering->chosen = named_node(fdt, value, len);
			return;
		}
	}
}

static int check_choice(const struct sim_board *board, const struct numbering *numbering,
			struct sim_error *error)
{
	for (size_t i = 0; i < board->partitions; i++) {
		if (board->partition[i].id == DFU_TARGET_FULL_MODEM_AREA_ID) {
			return 0;
		}
	}
	return numbering->choice == NULL
		       ? 0
		       : sim_fail(error, -EINVAL,
				  "/chosen: %s: is no partition of the board's flash",
				  numbering->choice);
}

static int check_inside(const void *fdt, struct sim_error *error)
{
	static const char tables[] = "fixed-subpartitions";
	int table = fdt_node_offset_by_compatible(fdt, -1, tables);

	while (table >= 0) {
		struct sim_node node;
		int rc = sim_node_at(&node, fdt, table, error);

		rc = rc != 0 ? rc
			     : refuse_slots(&node, "a partition, not in a flash device", error);
		if (rc != 0) {
			return rc;
		}
		table = fdt_node_offset_by_compatible(fdt, table, tables);
	}
	return 0;
}

int sim_board_load_partitions(struct sim_board *board, const void *fdt,
			      const int offsets[SIM_FLASHES_MAX], struct sim_error *error)
{
	struct numbering numbering = {.next_id = FIRST_OTHER_ID};
	int table = fdt_node_offset_by_compatible(fdt, -1, "fixed-partitions");
	int rc;

	find_choice(&numbering, fdt);
	while (table >= 0) {
		struct sim_node node;

		rc = sim_node_at(&node, fdt, table, error);
		if (rc == 0 && sim_node_enabled(&node)) {
			rc = load_table(board, &node, &numbering, offsets, error);
		}
		if (rc != 0) {
			return rc;
		}
		table = fdt_node_offset_by_compatible(fdt, table, "fixed-partitions");
	}
	rc = check_choice(board, &numbering, error);
	rc = rc != 0 ? rc : check_inside(fdt, error);
	if (rc != 0) {
		return rc;
	}
	qsort(board->partition, board->partitions, sizeof(board->partition[0]), by_place);
	return 0;
}
