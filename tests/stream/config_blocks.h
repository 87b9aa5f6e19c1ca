/* SPDX-License-Identifier: Apache-2.0 */
/* Streams that erase blocks of up to 4096 bytes at once. */
#define CONFIG_STREAM_FLASH 1
#define CONFIG_STREAM_FLASH_ERASE 1
#define CONFIG_STREAM_FLASH_ERASE_BLOCK 4096
