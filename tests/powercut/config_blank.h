/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the build, but streams believe pages that read erased. */
#include <autoconf.h>
#undef CONFIG_STREAM_FLASH_TRUST_BLANK
#define CONFIG_STREAM_FLASH_TRUST_BLANK 1
