/* SPDX-License-Identifier: Apache-2.0 */
/* The library's options, but for what the target asks before it keeps held-back bytes. */
#include <autoconf.h>

#undef CONFIG_SETTINGS
