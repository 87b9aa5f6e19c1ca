/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

int sim_node_at(struct sim_node *node, const void *fdt, int offset, struct sim_error *error)
{
	node->fdt = fdt;
	node->offset = offset;
	if (fdt_get_path(fdt, offset, node->path, sizeof(node->path)) != 0) {
		return sim_fail(error, -EINVAL, "node %s: its path is longer than %zu characters",
				fdt_get_name(fdt, offset, NULL), sizeof(node->path) - 1);
	}
	return 0;
}

int sim_node_fail(const struct sim_node *node, const char *property, struct sim_error *error,
		  const char *format, ...)
{
	char why[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	if (property == NULL) {
		return sim_fail(error, -EINVAL, "%s: %s", node->path, why);
	}
	return sim_fail(error, -EINVAL, "%s: %s: %s", node->path, property, why);
}

const char *sim_node_label(const struct sim_node *node, const char *last)
{
	int symbols = fdt_path_offset(node->fdt, "/__symbols__");
	bool passed = last == NULL;
	int property;

	if (symbols < 0) {
		return NULL;
	}
	fdt_for_each_property_offset(property, node->fdt, symbols)
	{
		const char *name;
		int len;
		const char *path = fdt_getprop_by_offset(node->fdt, property, &name, &len);

		if (path == NULL || len <= 0 || path[len - 1] != '\0' ||
		    strcmp(path, node->path) != 0) {
			continue;
		}
		if (passed) {
			return name;
		}
		passed = strcmp(name, last) == 0;
	}
	return NULL;
}

bool sim_node_enabled(const struct sim_node *node)
{
	int len;
	const char *status = fdt_getprop(node->fdt, node->offset, "status", &len);

	return status == NULL || (len == 5 && memcmp(status, "okay", 5) == 0) ||
	       (len == 3 && memcmp(status, "ok", 3) == 0);
}

int sim_node_u32(const struct sim_node *node, const char *property, uint32_t *value,
		 struct sim_error *error)
{
	int len;
	const void *cell = fdt_getprop(node->fdt, node->offset, property, &len);

	if (cell == NULL) {
		return -ENOENT;
	}
	if (len != 4) {
		return sim_node_fail(node, property, error, "is not one cell");
	}
	*value = fdt32_ld(cell);
	return 0;
}

int sim_node_u32_required(const struct sim_node *node, const char *property, uint32_t *value,
			  struct sim_error *error)
{
	int rc = sim_node_u32(node, property, value, error);

	return rc == -ENOENT ? sim_node_fail(node, property, error, "is missing") : rc;
}

int sim_node_string(const struct sim_node *node, const char *property, const char **value,
		    struct sim_error *error)
{
	int len;
	const char *text = fdt_getprop(node->fdt, node->offset, property, &len);

	if (text == NULL) {
		return -ENOENT;
	}
	if (len <= 0 || memchr(text, '\0', (size_t)len) != &text[len - 1]) {
		return sim_node_fail(node, property, error, "is not one string");
	}
	*value = text;
	return 0;
}

static uint64_t cells(const fdt32_t *cell, int count)
{
	uint64_t value = 0;

	for (int i = 0; i < count; i++) {
		value = (value << 32) | fdt32_ld(&cell[i]);
	}
	return value;
}

int sim_node_reg(const struct sim_node *node, uint64_t *address, uint64_t *size,
		 struct sim_error *error)
{
	int parent = fdt_parent_offset(node->fdt, node->offset);
	int address_cells = parent < 0 ? parent : fdt_address_cells(node->fdt, parent);
	int size_cells = parent < 0 ? parent : fdt_size_cells(node->fdt, parent);
	int len;
	const fdt32_t *reg = fdt_getprop(node->fdt, node->offset, "reg", &len);

	if (reg == NULL) {
		return sim_node_fail(node, "reg", error, "is missing");
	}
	if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2) {
		return sim_node_fail(node, "reg", error,
				     "its parent has %d address and %d size cells; 1 or 2 of each "
				     "are understood",
				     address_cells, size_cells);
	}
	if (len != 4 * (address_cells + size_cells)) {
		return sim_node_fail(node, "reg", error, "is not one address and one size");
	}
	*address = cells(reg, address_cells);
	*size = cells(&reg[address_cells], size_cells);
	return 0;
}
