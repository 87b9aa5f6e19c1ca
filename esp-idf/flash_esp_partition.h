/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file @brief A flash device that is one partition of ESP-IDF.
 *
 * Compiled against declarations of ours (tests/build/esp_idf), not yet run on a chip.
 */
#ifndef FLASH_ESP_PARTITION_H
#define FLASH_ESP_PARTITION_H

#include <drivers/flash.h>
#include <esp_partition.h>

#ifdef __cplusplus
extern "C" {
#endif

/** `data` of such a device; lives as long as the device. */
struct flash_esp_partition {
	const esp_partition_t *partition;
	struct flash_pages_layout layout;
};

/**
 * @brief Take a partition, as esp_partition_find_first() gives it.
 *
 * @retval 0         @p flash can be the `data` of a device.
 * @retval -EINVAL   No partition, or one that is not whole erase units. @p flash is unchanged.
 * @retval -ENOTSUP  It is encrypted: erased bytes do not read as such. @p flash is unchanged.
 */
DFU_MUST_CHECK int flash_esp_partition_init(struct flash_esp_partition *flash,
					    const esp_partition_t *partition);

/** `api` of such a device. */
extern const struct flash_driver_api flash_esp_partition_api;

#ifdef __cplusplus
}
#endif

#endif
