/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every error that the library logs also comes back as a code, which a verb puts into words: said
 * twice it would only confuse. A warning comes back as nothing. It tells of what costs progress but
 * not the verb, such as settings that cannot be written, so it is passed on; once of a kind,
 * because a full disk fails at every page.
 */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <dfu/log.h>

#include "output.h"
#include "progress.h"

#define KINDS_MAX 16

/* Of the process, which works on one device. */
static const char *of_device = "library";
static const char *told[KINDS_MAX];
static size_t kinds;

/* The format is the kind: a constant of the place that logs. */
static bool is_new(const char *format)
{
	size_t i = 0;

	while (i < kinds && told[i] != format) {
		i++;
	}
	if (i < kinds || kinds == KINDS_MAX) {
		return false;
	}
	told[kinds++] = format;
	return true;
}

void cli_log_begin(const char *device)
{
	of_device = device;
}

void dfu_log_write(enum dfu_log_level level, const char *format, ...)
{
	char text[256];
	va_list args;

	if (level != DFU_LOG_WRN || !is_new(format)) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cli_progress_end();
	cli_warn(of_device, "%s", text);
}
