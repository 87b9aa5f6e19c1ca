/* SPDX-License-Identifier: Apache-2.0 */
/* The C library's stdout over Arm semihosting: a line at a time, since each call stops the core. */
#include <stdint.h>
#include <stdio.h>

#include "semihosting.h"

#define SYS_OPEN 0x01
#define SYS_WRITE 0x05
#define MODE_WRITE 4u

static char line[128];
static uint32_t line_len;
static int32_t console = -1;

static int32_t semihosting_call(uint32_t operation, const void *arguments)
{
	register uint32_t r0 __asm("r0") = operation;
	register const void *r1 __asm("r1") = arguments;

	__asm volatile("bkpt #0xab" : "+r"(r0) : "r"(r1) : "memory");
	return (int32_t)r0;
}

static int stdout_flush(FILE *file)
{
	const uint32_t arguments[3] = {(uint32_t)console, (uint32_t)(uintptr_t)line, line_len};

	(void)file;
	if (console >= 0) {
		(void)semihosting_call(SYS_WRITE, arguments);
	}
	line_len = 0;
	return 0;
}

static int stdout_put(char c, FILE *file)
{
	line[line_len++] = c;
	if (c == '\n' || line_len == sizeof(line)) {
		(void)stdout_flush(file);
	}
	return (unsigned char)c;
}

static FILE stdout_file = FDEV_SETUP_STREAM(stdout_put, NULL, stdout_flush, _FDEV_SETUP_WRITE);
FILE *const stdout = &stdout_file;

void semihosting_stdout_open(void)
{
	/* ":tt" is the console by the specification's naming. */
	static const char name[] = ":tt";
	const uint32_t arguments[3] = {(uint32_t)(uintptr_t)name, MODE_WRITE, sizeof(name) - 1};

	console = semihosting_call(SYS_OPEN, arguments);
}
