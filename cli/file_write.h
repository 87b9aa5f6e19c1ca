/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Files that a verb makes. */
#ifndef CLI_FILE_WRITE_H
#define CLI_FILE_WRITE_H

#include <stdint.h>

#include "cli.h"

/**
 * Write a file as a whole, or leave what has its name as it is: the bytes go to another file beside
 * it, which is then renamed. A name that belongs to anything but a regular file is refused.
 */
DFU_MUST_CHECK enum cli_status cli_file_write(struct cli *cli, const char *path,
					      const uint8_t *bytes, size_t len);

#endif
