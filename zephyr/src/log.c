/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>

#include <zephyr/logging/log.h>
#include <zephyr/sys/printk.h>

#include <dfu/log.h>

#define LINE_LEN 128 /* on the stack */

/* DFU_LOG_LEVEL has chosen already. */
LOG_MODULE_REGISTER(slotwise, LOG_LEVEL_DBG);

void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	char line[LINE_LEN];
	va_list args;

	va_start(args, format);
	(void)vsnprintk(line, sizeof(line), format, args);
	va_end(args);
	switch (level) {
	case DFU_LOG_ERR:
		LOG_ERR("%s", line);
		break;
	case DFU_LOG_WRN:
		LOG_WRN("%s", line);
		break;
	case DFU_LOG_INF:
		LOG_INF("%s", line);
		break;
	default:
		LOG_DBG("%s", line);
		break;
	}
}
