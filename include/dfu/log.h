/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Log lines. They carry data and are written at the layer that can act on it.
 *
 * A port supplies dfu_log_write() when CONFIG_DFU_LOG_LEVEL is above 0; below its level a line
 * costs no byte.
 */
#ifndef DFU_LOG_H
#define DFU_LOG_H

#include <dfu/compiler.h>
#include <dfu/config.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dfu_log_level { DFU_LOG_ERR = 1, DFU_LOG_WRN, DFU_LOG_INF, DFU_LOG_DBG };

/** Write one line, without line end; supplied by a port. */
void dfu_log_write(enum dfu_log_level level, const char *format, ...) DFU_PRINTF(2, 3);

#define DFU_LOG(level, ...)                                                                        \
	do {                                                                                       \
		if (CONFIG_DFU_LOG_LEVEL >= (int)(level)) {                                        \
			dfu_log_write((level), __VA_ARGS__);                                       \
		}                                                                                  \
	} while (0)
#define DFU_ERR(...) DFU_LOG(DFU_LOG_ERR, __VA_ARGS__)
#define DFU_WRN(...) DFU_LOG(DFU_LOG_WRN, __VA_ARGS__)
#define DFU_INF(...) DFU_LOG(DFU_LOG_INF, __VA_ARGS__)
#define DFU_DBG(...) DFU_LOG(DFU_LOG_DBG, __VA_ARGS__)

#ifdef __cplusplus
}
#endif

#endif
