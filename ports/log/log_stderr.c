/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alone in its file: an application that has a dfu_log_write() of its own does not link this one.
 */
#include <dfu/log.h>

#include <stdarg.h>
#include <stdio.h>

void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	static const char *const names[] = {
		[DFU_LOG_ERR] = "error",
		[DFU_LOG_WRN] = "warning",
		[DFU_LOG_INF] = "info",
		[DFU_LOG_DBG] = "debug",
	};
	va_list args;

	flockfile(stderr);
	(void)fprintf(stderr, "slotwise: %s: ", names[level]);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	funlockfile(stderr);
}
