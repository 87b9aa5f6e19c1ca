/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of the build, but streams erase blocks at once, and leave pages alone that hold what
 * they should.
 */
#include <autoconf.h>
#undef CONFIG_STREAM_FLASH_ERASE_BLOCK
#undef CONFIG_STREAM_FLASH_SKIP_EQUAL
#define CONFIG_STREAM_FLASH_ERASE_BLOCK 2048
#define CONFIG_STREAM_FLASH_SKIP_EQUAL 1
