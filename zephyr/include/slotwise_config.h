/* SPDX-License-Identifier: Apache-2.0 */
/* Options come with every file of Zephyr, and IS_ENABLED() from it. */
#include <zephyr/sys/util_macro.h>
