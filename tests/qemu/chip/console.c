/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include <dfu/log.h>

#include "semihosting.h"

static char line[128];
static size_t line_len;
static int32_t handle = -1;

static int line_flush(FILE *file)
{
	(void)file;
	if (handle >= 0 && line_len > 0) {
		(void)semihosting_write_all(handle, line, line_len);
	}
	line_len = 0;
	return 0;
}

static int line_put(char c, FILE *file)
{
	line[line_len++] = c;
	if (c == '\n' || line_len == sizeof(line)) {
		(void)line_flush(file);
	}
	return (unsigned char)c;
}

static FILE console = FDEV_SETUP_STREAM(line_put, NULL, line_flush, _FDEV_SETUP_WRITE);
FILE *const stdout = &console;

void console_open(void)
{
	/* The console by the specification's naming. */
	handle = semihosting_open(":tt", SEMIHOSTING_WRITE);
}

/* The library's log, as diagnostics between the results of the tests. */
void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	va_list args;

	printf("# log %d: ", (int)level);
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	printf("\n");
}
