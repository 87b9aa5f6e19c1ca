/* SPDX-License-Identifier: Apache-2.0 */
/* The options of this build, less one. */
#include "autoconf.h"

#undef CONFIG_DFU_TARGET_FULL_MODEM_VERIFY
