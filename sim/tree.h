/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Reading properties of a checked blob, with errors that name node and property. */
#ifndef SIM_TREE_H
#define SIM_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A node of a blob, for messages, too. */
struct sim_node {
	const void *fdt;
	int offset;
	char path[512];
};

/** Fill in @p node; -EINVAL where its path is too long for this simulator. */
DFU_MUST_CHECK int sim_node_at(struct sim_node *node, const void *fdt, int offset,
			       struct sim_error *error);

/** sim_fail() with -EINVAL, "PATH: PROPERTY: " before the text. @p property may be NULL. */
int sim_node_fail(const struct sim_node *node, const char *property, struct sim_error *error,
		  const char *format, ...) DFU_PRINTF(4, 5);

/**
 * @return Node label after @p last (NULL: the first one), NULL if there are no more. Lives as long
 * as the blob.
 */
const char *sim_node_label(const struct sim_node *node, const char *last);

/** @return Whether the node is in use: no `status`, or "okay". */
bool sim_node_enabled(const struct sim_node *node);

/**
 * @brief Read a property of one 32-bit cell.
 * @retval 0        @p value is set.
 * @retval -ENOENT  There is no such property; @p value unchanged, @p error not set.
 * @retval -EINVAL  It is not one cell.
 */
DFU_MUST_CHECK int sim_node_u32(const struct sim_node *node, const char *property, uint32_t *value,
				struct sim_error *error);

/** sim_node_u32() for a property that must be there: -EINVAL if it is not. */
DFU_MUST_CHECK int sim_node_u32_required(const struct sim_node *node, const char *property,
					 uint32_t *value, struct sim_error *error);

/** Read a property that is one string. Results as sim_node_u32(). */
DFU_MUST_CHECK int sim_node_string(const struct sim_node *node, const char *property,
				   const char **value, struct sim_error *error);

/**
 * Read `reg`, one address and one size in the parent's cells; -EINVAL if it is missing or something
 * else.
 */
DFU_MUST_CHECK int sim_node_reg(const struct sim_node *node, uint64_t *address, uint64_t *size,
				struct sim_error *error);

#ifdef __cplusplus
}
#endif

#endif
