/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flash devices of a board: every node compatible with soc-nv-flash or jedec,spi-nor, wherever it
 * lies in the tree. The first one has its size in `reg`, the second in bits in `size`, with
 * defaults for what data sheets of serial NOR agree on. The node label is the name of the device
 * and of its raw file, so it must be one that is safe as such.
 */
#include "board_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#define WRITE_BLOCK_MAX 512u
#define PAGE_DEFAULT 4096u
#define NOR_WRITE_BLOCK_DEFAULT 1u

static bool is_nor(const void *fdt, int offset)
{
	return fdt_node_check_compatible(fdt, offset, "jedec,spi-nor") == 0;
}

bool sim_board_is_flash(const void *fdt, int offset)
{
	return is_nor(fdt, offset) || fdt_node_check_compatible(fdt, offset, "soc-nv-flash") == 0;
}

static int read_label(struct sim_flash *flash, const struct sim_node *node, struct sim_error *error)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
	const char *label = sim_node_label(node, NULL);
	size_t len = label != NULL ? strlen(label) : 0;

	if (label == NULL) {
		return sim_node_fail(node, NULL, error,
				     "a flash device needs a node label, which names its file");
	}
	if (len == 0 || len >= sizeof(flash->label) || strspn(label, allowed) != len) {
		return sim_node_fail(node, NULL, error,
				     "node label \"%s\" cannot be a file's name: 1 to %zu letters, "
				     "digits and '_'",
				     label, sizeof(flash->label) - 1);
	}
	memcpy(flash->label, label, len + 1);
	return 0;
}

static int read_nor_bits(const struct sim_node *node, uint64_t *bits, struct sim_error *error)
{
	int len;
	const void *cells = fdt_getprop(node->fdt, node->offset, "size", &len);

	if (cells == NULL) {
		return sim_node_fail(node, "size", error, "is missing (bits of the device)");
	}
	if (len == 4) {
		*bits = fdt32_ld(cells);
	} else if (len == 8) {
		*bits = fdt64_ld(cells);
	} else {
		return sim_node_fail(node, "size", error, "is not one number");
	}
	return 0;
}

static int read_size(struct sim_flash *flash, const struct sim_node *node, struct sim_error *error)
{
	const char *property = "reg";
	uint64_t address = 0;
	uint64_t size;
	int rc;

	if (is_nor(node->fdt, node->offset)) {
		property = "size";
		rc = read_nor_bits(node, &size, error);
		if (rc == 0 && size % 8 != 0) {
			return sim_node_fail(node, property, error,
					     "%" PRIu64 " bits are not whole bytes", size);
		}
		size /= 8;
	} else {
		rc = sim_node_reg(node, &address, &size, error);
	}
	if (rc != 0) {
		return rc;
	}
	if (size == 0 || size > INT32_MAX) {
		return sim_node_fail(node, property, error,
				     "a device of %" PRIu64 " bytes; 1 to %" PRId32 " are possible",
				     size, INT32_MAX);
	}
	if (address > UINT32_MAX - (size - 1)) {
		return sim_node_fail(node, property, error,
				     "%" PRIu64 " bytes at 0x%" PRIx64 " pass 32 bits", size,
				     address);
	}
	flash->base = (uint32_t)address;
	flash->size = (uint32_t)size;
	return 0;
}

static int read_write_block(struct sim_flash *flash, const struct sim_node *node,
			    struct sim_error *error)
{
	int rc;

	if (is_nor(node->fdt, node->offset)) {
		flash->write_block = NOR_WRITE_BLOCK_DEFAULT;
		rc = sim_node_u32(node, "write-block-size", &flash->write_block, error);
		rc = rc == -ENOENT ? 0 : rc;
	} else {
		rc = sim_node_u32_required(node, "write-block-size", &flash->write_block, error);
	}
	if (rc == 0 && (flash->write_block == 0 || flash->write_block > WRITE_BLOCK_MAX)) {
		return sim_node_fail(node, "write-block-size", error, "%" PRIu32 " is not 1 to %u",
				     flash->write_block, WRITE_BLOCK_MAX);
	}
	return rc;
}

static int read_erase_value(struct sim_flash *flash, const struct sim_node *node,
			    struct sim_error *error)
{
	uint32_t value = 0xff;
	int rc = sim_node_u32(node, "erase-value", &value, error);

	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	if (value != 0xff && value != 0x00) {
		return sim_node_fail(node, "erase-value", error,
				     "0x%" PRIx32 " is not 0xff or 0x00", value);
	}
	flash->erase_value = (uint8_t)value;
	return 0;
}

static int check_page(const struct sim_flash *flash, const struct sim_node *node,
		      const char *property, uint32_t size, struct sim_error *error)
{
	if (size == 0 || size % flash->write_block != 0) {
		return sim_node_fail(node, property, error,
				     "a page of %" PRIu32
				     " bytes is not a multiple of the write block, %" PRIu32,
				     size, flash->write_block);
	}
	return 0;
}

/*
 * What stands in for a page where nothing needs to be erased: what others make of such memory, or
 * what can be written.
 */
static uint32_t page_without_erase(const struct sim_flash *flash)
{
	bool fits = flash->size % PAGE_DEFAULT == 0 && PAGE_DEFAULT % flash->write_block == 0;

	return fits ? PAGE_DEFAULT : flash->write_block;
}

static int read_equal_pages(struct sim_flash *flash, const struct sim_node *node,
			    struct sim_error *error)
{
	static const char property[] = "erase-block-size";
	bool may_lack = flash->no_explicit_erase || is_nor(node->fdt, node->offset);
	uint32_t size = flash->no_explicit_erase ? page_without_erase(flash) : PAGE_DEFAULT;
	int rc = sim_node_u32(node, property, &size, error);

	if (rc == -ENOENT && !may_lack) {
		return sim_node_fail(node, property, error, "is missing, and so is erase-layout");
	}
	if (rc != 0 && rc != -ENOENT) {
		return rc;
	}
	rc = check_page(flash, node, property, size, error);
	if (rc != 0) {
		return rc;
	}
	if (flash->size % size != 0) {
		return sim_node_fail(node, property, error,
				     "pages of %" PRIu32 " bytes do not fill a device of %" PRIu32,
				     size, flash->size);
	}
	flash->layout[0] = (struct flash_pages_layout){flash->size / size, size};
	flash->layout_size = 1;
	return 0;
}

static int read_layout(struct sim_flash *flash, const struct sim_node *node, const fdt32_t *cells,
		       int len, struct sim_error *error)
{
	static const char property[] = "erase-layout";
	uint64_t sum = 0;
	size_t runs = (size_t)len / 8;

	if (len == 0 || len % 8 != 0 || runs > SIM_LAYOUT_MAX) {
		return sim_node_fail(node, property, error,
				     "is not 1 to %d pairs of count and size", SIM_LAYOUT_MAX);
	}
	for (size_t i = 0; i < runs; i++) {
		uint32_t count = fdt32_ld(&cells[2 * i]);
		uint32_t size = fdt32_ld(&cells[2 * i + 1]);
		int rc = check_page(flash, node, property, size, error);

		if (rc != 0) {
			return rc;
		}
		if (count == 0) {
			return sim_node_fail(node, property, error, "a count of 0");
		}
		/*
		 * At most 32 products below 2^63 each could wrap: stop at the first sum past the
		 * device.
		 */
		sum += (uint64_t)count * size;
		if (sum > flash->size) {
			break;
		}
		flash->layout[i] = (struct flash_pages_layout){count, size};
	}
	if (sum != flash->size) {
		return sim_node_fail(node, property, error,
				     "its pages do not add up to the device's %" PRIu32 " bytes",
				     flash->size);
	}
	flash->layout_size = runs;
	return 0;
}

static int read_pages(struct sim_flash *flash, const struct sim_node *node, struct sim_error *error)
{
	int len;
	const fdt32_t *cells = fdt_getprop(node->fdt, node->offset, "erase-layout", &len);

	if (cells == NULL) {
		return read_equal_pages(flash, node, error);
	}
	return read_layout(flash, node, cells, len, error);
}

static const struct sim_timing_part *find_spi_nor(const struct sim_node *node)
{
	int len;
	const uint8_t *id = fdt_getprop(node->fdt, node->offset, "jedec-id", &len);

	return id != NULL && len == 3 ? sim_timing_part_spi_nor((uint32_t)id[0] << 16 |
								(uint32_t)id[1] << 8 | id[2])
				      : NULL;
}

static const struct sim_timing_part *find_on_chip(const struct sim_node *node)
{
	const int controller = fdt_parent_offset(node->fdt, node->offset);
	const struct sim_timing_part *part = NULL;
	const int names = fdt_stringlist_count(node->fdt, controller, "compatible");

	for (int i = 0; i < names && part == NULL; i++) {
		const char *name = fdt_stringlist_get(node->fdt, controller, "compatible", i, NULL);

		part = name != NULL ? sim_timing_part_on_chip(name) : NULL;
	}
	return part;
}

static const struct sim_timing_part *find_part(const struct sim_flash *flash,
					       const struct sim_node *node)
{
	const bool nor = is_nor(node->fdt, node->offset);
	const struct sim_timing_part *part = nor ? find_spi_nor(node) : find_on_chip(node);

	if (part != NULL) {
		return part;
	}
	if (nor) {
		return sim_timing_part_named("MX25R6435F");
	}
	return sim_timing_part_named(flash->no_explicit_erase ? "nRF54L" : "nRF52840");
}

static int read_flash(struct sim_flash *flash, const struct sim_node *node, struct sim_error *error)
{
	int rc = read_label(flash, node, error);

	rc = rc != 0 ? rc : read_size(flash, node, error);
	rc = rc != 0 ? rc : read_write_block(flash, node, error);
	rc = rc != 0 ? rc : read_erase_value(flash, node, error);
	flash->no_explicit_erase =
		fdt_getprop(node->fdt, node->offset, "no-explicit-erase", NULL) != NULL;
	flash->part = find_part(flash, node);
	return rc != 0 ? rc : read_pages(flash, node, error);
}

int sim_board_load_flashes(struct sim_board *board, const void *fdt, int offsets[SIM_FLASHES_MAX],
			   struct sim_error *error)
{
	for (int offset = 0; offset >= 0; offset = fdt_next_node(fdt, offset, NULL)) {
		struct sim_node node;
		int rc;

		if (!sim_board_is_flash(fdt, offset)) {
			continue;
		}
		rc = sim_node_at(&node, fdt, offset, error);
		if (rc != 0) {
			return rc;
		}
		if (!sim_node_enabled(&node)) {
			continue;
		}
		if (board->flashes == SIM_FLASHES_MAX) {
			return sim_node_fail(&node, NULL, error, "more than %d flash devices",
					     SIM_FLASHES_MAX);
		}
		rc = read_flash(&board->flash[board->flashes], &node, error);
		if (rc != 0) {
			return rc;
		}
		offsets[board->flashes++] = offset;
	}
	if (board->flashes == 0) {
		return sim_fail(error, -EINVAL,
				"no flash device: no node is compatible with "
				"soc-nv-flash or jedec,spi-nor");
	}
	return 0;
}
