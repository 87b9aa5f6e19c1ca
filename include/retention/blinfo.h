/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief What the bootloader tells about itself. Source compatible with Zephyr.
 *
 * From MCUboot's shared data (FORMATS.md, "Shared data"), in the region that a port names with
 * blinfo_region_set(). With CONFIG_RETENTION_BOOTLOADER_INFO_OUTPUT_SETTINGS the same values are a
 * read-only settings tree from that call on: settings_runtime_get() of "blinfo/mode",
 * "blinfo/signature_type", "blinfo/recovery", "blinfo/running_slot", "blinfo/bootloader_version",
 * "blinfo/max_application_size". It returns what blinfo_lookup() does, -ENOENT for other names.
 */
#ifndef RETENTION_BLINFO_H
#define RETENTION_BLINFO_H

#include <stdint.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Keys of blinfo_lookup(). */
#define BLINFO_MODE 0x00                 /**< u8, enum mcuboot_mode. */
#define BLINFO_SIGNATURE_TYPE 0x01       /**< u8: 0 none, 1 RSA, 2 ECDSA P-256, 3 Ed25519. */
#define BLINFO_RECOVERY 0x02             /**< u8: 0 none, 1 serial, 2 DFU. */
#define BLINFO_RUNNING_SLOT 0x03         /**< u8, slot 0 to 15. */
#define BLINFO_BOOTLOADER_VERSION 0x04   /**< 8 bytes, as in an image header. */
#define BLINFO_MAX_APPLICATION_SIZE 0x05 /**< u32, little endian; of image 0. */
#define BLINFO_MAX_APPLICATION_SIZE_IMAGE_1 0x06
#define BLINFO_MAX_APPLICATION_SIZE_IMAGE_2 0x07
#define BLINFO_MAX_APPLICATION_SIZE_IMAGE_3 0x08
#define BLINFO_MAX_APPLICATION_SIZE_IMAGE_4 0x09
#define BLINFO_SECURITY_COUNTER_IMAGE_0 0x10 /**< u32; 0x11 to 0x14 for images 1 to 4. */

/** Value of BLINFO_MODE. */
enum mcuboot_mode {
	MCUBOOT_MODE_SINGLE_SLOT = 0,
	MCUBOOT_MODE_SWAP_USING_SCRATCH = 1,
	MCUBOOT_MODE_UPGRADE_ONLY = 2,
	MCUBOOT_MODE_SWAP_USING_MOVE = 3,
	MCUBOOT_MODE_DIRECT_XIP = 4,
	MCUBOOT_MODE_DIRECT_XIP_WITH_REVERT = 5,
	MCUBOOT_MODE_RAM_LOAD = 6,
	MCUBOOT_MODE_FIRMWARE_LOADER = 7,
	MCUBOOT_MODE_SINGLE_SLOT_RAM_LOAD = 8,
	MCUBOOT_MODE_SWAP_USING_OFFSET = 9
};

/**
 * @brief Look a value up.
 *
 * @param key          BLINFO_*.
 * @param val          Set to the value's bytes as the bootloader stored them, little endian.
 * @param val_len_max  Bytes of @p val.
 *
 * @return Bytes of the value; -EOVERFLOW it is longer than @p val_len_max; -EIO it is not there, or
 *         the region is missing or damaged (wrong magic, an entry that passes its end, wherever it
 *         is); -EINVAL @p val NULL or @p val_len_max negative. @p val is unchanged on error.
 */
int blinfo_lookup(uint16_t key, char *val, int val_len_max);

#ifdef __cplusplus
}
#endif

#endif
