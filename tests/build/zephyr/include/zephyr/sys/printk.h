/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
int vsnprintk(char *str, size_t size, const char *format, va_list args);
