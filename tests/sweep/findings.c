/* SPDX-License-Identifier: Apache-2.0 */
#include "findings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static FILE *file;
static const char *mode_name;

void findings_begin(enum boot_mode mode)
{
	const char *path = getenv("SLOTWISE_FINDINGS");

	mode_name = boot_mode_name(mode);
	if (path != NULL) {
		file = fopen(path, "w");
		if (file == NULL) {
			abort();
		}
	}
}

void findings_add(const char *capability, const char *format, ...)
{
	va_list args;

	if (file == NULL) {
		return;
	}
	(void)fprintf(file, "%s,%s,", mode_name, capability);
	va_start(args, format);
	(void)vfprintf(file, format, args);
	va_end(args);
	(void)fprintf(file, "\n");
	(void)fflush(file);
}

const char *findings_name(int rc)
{
	switch (rc) {
	case 0:
		return "yes";
	case -ENOTSUP:
		return "-ENOTSUP";
	case -ENODEV:
		return "-ENODEV";
	case -ENOENT:
		return "-ENOENT";
	case -EBUSY:
		return "-EBUSY";
	case -EINVAL:
		return "-EINVAL";
	case -EIO:
		return "no";
	default:
		return "?";
	}
}
