/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <zephyr/sys/util_macro.h>
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
