/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief From a devicetree source to a checked blob. */
#ifndef SIM_DEVICETREE_H
#define SIM_DEVICETREE_H

#include <stddef.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_BLOB_MAX (16u << 20) /**< Bytes of the largest blob that is taken. */

/**
 * @brief Compile a source with the C preprocessor and dtc; node labels survive as `/__symbols__`.
 *
 * Runs both programs, found in PATH, without a shell. Missing cell sizes are errors. Both look for
 * included files beside the source, too.
 *
 * @param blob  Set to the blob; free() it.
 *
 * @retval 0        Compiled, and checked with fdt_check_full().
 * @retval -EINVAL  The source is wrong; @p error holds what the programs said, with file and line.
 *                  Or it is no regular file.
 * @retval -errno   A file or program cannot be read or started. @p blob unchanged on every error.
 */
DFU_MUST_CHECK int sim_devicetree_compile(const char *path, void **blob, size_t *len,
					  struct sim_error *error);

/**
 * @brief Read a blob from a file and check it.
 * @retval 0        @p blob is set; free() it.
 * @retval -EINVAL  Not a sound blob.
 * @retval -errno   From the file system. @p blob unchanged on every error.
 */
DFU_MUST_CHECK int sim_devicetree_read(const char *path, void **blob, size_t *len,
				       struct sim_error *error);

#ifdef __cplusplus
}
#endif

#endif
