/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The one place where options reach the code.
 *
 * Options come from Kconfig: `autoconf.h`, made by kconfiglib, or the header that
 * `SLOTWISE_CONFIG_HEADER` names (`-DSLOTWISE_CONFIG_HEADER='"my_config.h"'`) for projects
 * without Python. Bools are 1 or absent, asked with IS_ENABLED(CONFIG_X); numbers always have a
 * value after this header. No option changes the layout of a public struct, but for the buffer of
 * struct flash_img_context, whose size upstream makes an option.
 */
#ifndef DFU_CONFIG_H
#define DFU_CONFIG_H

#ifdef SLOTWISE_CONFIG_HEADER
#include SLOTWISE_CONFIG_HEADER
#else
#include <autoconf.h>
#endif

/** Bytes in the buffer of struct flash_img_context; a multiple of the slot's write block. */
#ifndef CONFIG_IMG_BLOCK_BUF_SIZE
#define CONFIG_IMG_BLOCK_BUF_SIZE 512
#endif

/** Bytes on the stack that flash_fill() programs at a time; at least one write block. */
#ifndef CONFIG_FLASH_FILL_BUFFER_SIZE
#define CONFIG_FLASH_FILL_BUFFER_SIZE 32
#endif

/** Most bytes that a stream erases in one call, a power of two; 0: one page. */
#ifndef CONFIG_STREAM_FLASH_ERASE_BLOCK
#define CONFIG_STREAM_FLASH_ERASE_BLOCK 0
#endif

/** Least bytes of a sector of a settings log, unless its area is too small for two such. */
#ifndef CONFIG_SETTINGS_LOG_SECTOR_SIZE
#define CONFIG_SETTINGS_LOG_SECTOR_SIZE 4096
#endif

/** Bytes on the stack that a settings log programs at a time; at least one write block. */
#ifndef CONFIG_SETTINGS_LOG_BUFFER_SIZE
#define CONFIG_SETTINGS_LOG_BUFFER_SIZE 64
#endif

/** Static bytes of the MCUboot target for the held-back image start; at least one write block. */
#ifndef CONFIG_DFU_TARGET_HEADER_HOLD
#define CONFIG_DFU_TARGET_HEADER_HOLD 32
#endif

/** Image pairs of the device, 1 to 8. */
#ifndef CONFIG_UPDATEABLE_IMAGE_NUMBER
#define CONFIG_UPDATEABLE_IMAGE_NUMBER 1
#endif

/** BOOT_MAX_ALIGN of the bootloader's build: 8, 16 or 32. */
#ifndef CONFIG_BOOT_MAX_ALIGN
#define CONFIG_BOOT_MAX_ALIGN 8
#endif

/** Most sectors of a slot in the bootloader's build (MCUboot's BOOT_MAX_IMG_SECTORS). */
#ifndef CONFIG_BOOT_MAX_IMG_SECTORS
#define CONFIG_BOOT_MAX_IMG_SECTORS 128
#endif

/** Slot the application is linked for, where the bootloader starts either: 0 or 1. */
#ifndef CONFIG_BOOT_CODE_SLOT
#define CONFIG_BOOT_CODE_SLOT 0
#endif

/** ram-load: where images may be executed, first address and bytes. */
#ifndef CONFIG_BOOT_RAM_START
#define CONFIG_BOOT_RAM_START 0x20000000
#endif
#ifndef CONFIG_BOOT_RAM_SIZE
#define CONFIG_BOOT_RAM_SIZE 0x40000
#endif

/** Image pair whose upload slot takes images for the bootloader itself (S0 and S1). */
#ifndef CONFIG_MCUBOOT_MCUBOOT_IMAGE_NUMBER
#define CONFIG_MCUBOOT_MCUBOOT_IMAGE_NUMBER 0
#endif

/** CPU address of the flash device that images run from. */
#ifndef CONFIG_FLASH_BASE_ADDRESS
#define CONFIG_FLASH_BASE_ADDRESS 0
#endif

/** Targets that dfu_target_register() has room for. */
#ifndef CONFIG_DFU_TARGET_REGISTRATIONS
#define CONFIG_DFU_TARGET_REGISTRATIONS 2
#endif

/** Images of a package, and writers for them. */
#ifndef CONFIG_DFU_MULTI_IMAGE_MAX_IMAGE_COUNT
#define CONFIG_DFU_MULTI_IMAGE_MAX_IMAGE_COUNT 2
#endif

/** fota_download: names and buffers, in bytes with terminators. */
#ifndef CONFIG_FOTA_DOWNLOAD_HOST_NAME_LENGTH
#define CONFIG_FOTA_DOWNLOAD_HOST_NAME_LENGTH 128
#endif
#ifndef CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH
#define CONFIG_FOTA_DOWNLOAD_RESOURCE_LOCATOR_LENGTH 512
#endif
#ifndef CONFIG_FOTA_DOWNLOAD_BUF_SZ
#define CONFIG_FOTA_DOWNLOAD_BUF_SZ 2048
#endif
#ifndef CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX
#define CONFIG_FOTA_DOWNLOAD_SEC_TAG_LIST_SIZE_MAX 5
#endif
/** Times that a broken transfer is opened again before it is given up. */
#ifndef CONFIG_FOTA_SOCKET_RETRIES
#define CONFIG_FOTA_SOCKET_RETRIES 2
#endif

/** Seconds between time-out events while a modem erases. */
#ifndef CONFIG_DFU_TARGET_MODEM_TIMEOUT
#define CONFIG_DFU_TARGET_MODEM_TIMEOUT 60
#endif

/** 0 none, 1 errors, 2 warnings, 3 information, 4 debug. Lines go to dfu_log_write(). */
#ifndef CONFIG_DFU_LOG_LEVEL
#define CONFIG_DFU_LOG_LEVEL 0
#endif

/** 1 if @p option is defined as 1, otherwise 0; usable in code and in `#if`. */
#ifndef IS_ENABLED
#define IS_ENABLED(option) DFU_IS_ENABLED_1(option)
#define DFU_IS_ENABLED_1(value) DFU_IS_ENABLED_2(DFU_ENABLED_PROBE_##value)
#define DFU_IS_ENABLED_2(one_or_junk) DFU_IS_ENABLED_3(one_or_junk 1, 0, 0)
#define DFU_IS_ENABLED_3(ignored, value, ...) value
#define DFU_ENABLED_PROBE_1 0,
#endif

#endif
