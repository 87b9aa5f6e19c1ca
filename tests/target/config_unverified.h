/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest target: the bootloader verifies. Also a project's own header in place of autoconf.h.
 */
#define CONFIG_STREAM_FLASH 1
#define CONFIG_STREAM_FLASH_ERASE 1
#define CONFIG_BOOTLOADER_MCUBOOT 1
#define CONFIG_BOOT_ARRANGEMENT_RUNTIME 1
#define CONFIG_DFU_TARGET 1
#define CONFIG_DFU_TARGET_STREAM 1
#define CONFIG_DFU_TARGET_MCUBOOT 1
