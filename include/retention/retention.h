/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief RAM that keeps its content over a reset: the two regions that bootloader and application
 * share. A port names them once.
 */
#ifndef RETENTION_RETENTION_H
#define RETENTION_RETENTION_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A region. The bytes may be changed by nobody else while a call is under way. */
struct retention_region {
	uint8_t *bytes;
	size_t size;
};

/**
 * @brief Name the region that the bootloader fills with its shared data
 * (MCUBOOT_SHARED_DATA_BASE). Only read. Also adds the settings tree of <retention/blinfo.h>.
 * @param region  Copied; NULL: there is none.
 */
void blinfo_region_set(const struct retention_region *region);

/**
 * @brief Name the region of the boot mode: two bytes 08 04 in front of the mode's byte.
 * @param region  Copied. NULL, or less than 3 bytes: there is none.
 */
void bootmode_region_set(const struct retention_region *region);

#ifdef __cplusplus
}
#endif

#endif
