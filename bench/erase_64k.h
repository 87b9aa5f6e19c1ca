/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the build, and erases of 64 KiB where they fit. */
#include <autoconf.h>

#undef CONFIG_STREAM_FLASH_ERASE_BLOCK
#define CONFIG_STREAM_FLASH_ERASE_BLOCK 65536
