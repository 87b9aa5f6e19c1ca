/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief An MCUboot that is itself updated: S0 and S1. Ours; facts as in the nRF Connect SDK.
 *
 * An immutable first stage starts the MCUboot of the higher version in one of two slots, flash
 * areas BOOT_S0_AREA_ID and BOOT_S1_AREA_ID. Each slot needs a build of its own, because MCUboot
 * runs where it lies. A new one comes as a signed image like any other, through the upload slot of
 * one image pair (CONFIG_MCUBOOT_MCUBOOT_IMAGE_NUMBER): the MCUboot that runs tells by the address
 * it is linked for that it is not the application's, and copies it into the slot that does not run,
 * without a way back. The first stage starts it at the reset after that.
 *
 * That pair may be the application's own, then the two take turns, or one with an upload slot
 * alone, whose slot 2n does not exist.
 */
#ifndef DFU_BOOTLOADER_H
#define DFU_BOOTLOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/image.h>
#include <storage/flash_map.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BOOT_S0_AREA_ID 18 /**< Area of s0_partition. */
#define BOOT_S1_AREA_ID 19 /**< Area of s1_partition. */

#define FW_INFO_LEN 60 /**< Bytes of the structure in an image. */

/** What a bootloader says of itself: the fields of its fw_info (FORMATS.md). */
struct fw_info_fields {
	uint32_t total_size;
	uint32_t size;
	uint32_t version;
	uint32_t address;      /**< Where it is linked to. */
	uint32_t boot_address; /**< Its vector table. */
	uint32_t valid;
};

/**
 * @brief Find the fw_info of a firmware: at a multiple of 0x200 from 0 to 0x1200 from its start,
 * the header of an image included. The first one counts.
 * @retval 0        @p info is set.
 * @retval -ENOENT  There is none.
 * @retval -errno   From the source.
 */
DFU_MUST_CHECK int fw_info_find(const struct dfu_image_source *source, struct fw_info_fields *info);

/**
 * @brief Which MCUboot runs: S0's if its version is not below S1's, or S1 has no fw_info.
 *
 * Read from flash at each call: after MCUboot has copied a new one, and before the next reset, it
 * tells the one that will run.
 *
 * @retval 0        @p s0_active is set.
 * @retval -ENOENT  There is no S1: the bootloader cannot be updated.
 * @retval -EFAULT  S0 has no fw_info, or there is no S0.
 * @retval -errno   From the device.
 */
DFU_MUST_CHECK int boot_s0_active_get(bool *s0_active);

/**
 * @return Image pair whose upload slot takes bootloaders; -ENOENT if there is no S1, or the
 * arrangement has no such pair.
 */
int boot_bootloader_image(void);

/**
 * @return Whether an image pair takes bootloaders alone: slot 2n + 1 is there, slot 2n is not.
 *
 * Nothing runs from such a pair: it is never unconfirmed, has nothing to revert and no version that
 * another image could depend on.
 */
bool boot_is_bootloader_only(int image_index);

/**
 * @brief The address an image is linked for: its load address if it is ROM_FIXED, else its reset
 * vector, the payload's second word.
 * @retval 0        @p address is set (a reset vector without bit 0, which says Thumb code).
 * @retval -ENODATA The payload is shorter than those two words.
 * @retval -errno   From the source.
 */
DFU_MUST_CHECK int boot_link_address(const struct dfu_image *image, uint32_t *address);

/** @return BOOT_S0_AREA_ID or BOOT_S1_AREA_ID if an address lies there, else -ENOENT. */
int boot_link_slot(uint32_t address);

#ifdef __cplusplus
}
#endif

#endif
