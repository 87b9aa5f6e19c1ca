/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#define LOG_LEVEL_DBG 4
#define LOG_MODULE_REGISTER(name, level) _Static_assert((level) == LOG_LEVEL_DBG, #name)
void zephyr_log(const char *format, ...);
#define LOG_ERR zephyr_log
#define LOG_WRN zephyr_log
#define LOG_INF zephyr_log
#define LOG_DBG zephyr_log
