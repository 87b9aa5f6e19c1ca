/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file @brief A flash device in memory, of any geometry. Enforces nothing beyond what the core
 * checks; sim/nor.h does.
 */
#ifndef PORTS_FLASH_RAM_H
#define PORTS_FLASH_RAM_H

#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * `config` of a RAM flash device; everything in it belongs to the application and outlives the
 * device.
 */
struct flash_ram_config {
	uint8_t *memory; /**< The content: as many bytes as the pages have. */
	struct flash_parameters parameters;
	const struct flash_pages_layout *layout; /**< Runs of pages. */
	size_t layout_size;                      /**< Their number. */
};

/**
 * `api` of a RAM flash device. Erasing one without explicit erase fills it with the erased value.
 */
extern const struct flash_driver_api flash_ram_api;

#ifdef __cplusplus
}
#endif

#endif
