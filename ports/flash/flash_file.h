/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief A flash device whose content is a raw file. POSIX hosts. */
#ifndef PORTS_FLASH_FILE_H
#define PORTS_FLASH_FILE_H

#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * `config` of a file flash device; everything in it belongs to the application and outlives the
 * device.
 */
struct flash_file_config {
	int fd; /**< Open for reading and writing, at least as long as the pages. */
	struct flash_parameters parameters;
	const struct flash_pages_layout *layout;
	size_t layout_size;
};

/** `api` of a file flash device. Errors are those of pread() and pwrite(); a short file is -EIO. */
extern const struct flash_driver_api flash_file_api;

#ifdef __cplusplus
}
#endif

#endif
