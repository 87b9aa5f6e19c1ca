/* SPDX-License-Identifier: Apache-2.0 */
/* Streams that believe what flash reads. */
#define CONFIG_STREAM_FLASH 1
#define CONFIG_STREAM_FLASH_ERASE 1
#define CONFIG_STREAM_FLASH_TRUST_BLANK 1
#define CONFIG_STREAM_FLASH_SKIP_EQUAL 1
