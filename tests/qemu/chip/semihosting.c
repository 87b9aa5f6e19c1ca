/* SPDX-License-Identifier: Apache-2.0 */
#include "semihosting.h"

#include <string.h>

#include "semihosting_call.h"

#define SYS_OPEN 0x01
#define SYS_WRITE0 0x04
#define SYS_WRITE 0x05
#define SYS_READ 0x06
#define SYS_SEEK 0x0a
#define SYS_FLEN 0x0c
#define SYS_GET_CMDLINE 0x15
#define SYS_EXIT_EXTENDED 0x20

#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

static uintptr_t word(const void *pointer)
{
	return (uintptr_t)pointer;
}

int32_t semihosting_open(const char *path, enum semihosting_mode mode)
{
	const uintptr_t arguments[] = {word(path), (uintptr_t)mode, strlen(path)};

	return semihosting_call(SYS_OPEN, arguments);
}

int32_t semihosting_length(int32_t handle)
{
	const uintptr_t arguments[] = {(uintptr_t)handle};

	return semihosting_call(SYS_FLEN, arguments);
}

int semihosting_read_all(int32_t handle, void *data, size_t len)
{
	const uintptr_t arguments[] = {(uintptr_t)handle, word(data), len};

	/* What it returns is the number of bytes that are missing. */
	return semihosting_call(SYS_READ, arguments) == 0;
}

int semihosting_write_all(int32_t handle, const void *data, size_t len)
{
	const uintptr_t arguments[] = {(uintptr_t)handle, word(data), len};

	return semihosting_call(SYS_WRITE, arguments) == 0;
}

int semihosting_seek(int32_t handle, uint32_t offset)
{
	const uintptr_t arguments[] = {(uintptr_t)handle, offset};

	return semihosting_call(SYS_SEEK, arguments) == 0;
}

void semihosting_say(const char *text)
{
	(void)semihosting_call(SYS_WRITE0, text);
}

_Noreturn void semihosting_exit(int status)
{
	const uintptr_t arguments[] = {ADP_STOPPED_APPLICATION_EXIT, (uintptr_t)status};

	for (;;) {
		(void)semihosting_call(SYS_EXIT_EXTENDED, arguments);
	}
}

uint32_t semihosting_argument(const char *name, uint32_t otherwise)
{
	char line[128];
	const uintptr_t arguments[] = {word(line), sizeof(line)};
	size_t len = strlen(name);
	uint32_t value = 0;

	if (semihosting_call(SYS_GET_CMDLINE, arguments) != 0) {
		return otherwise;
	}
	for (const char *at = strstr(line, name); at != NULL; at = strstr(at + 1, name)) {
		if (at == line || at[-1] != ' ' || at[len] != '=') {
			continue;
		}
		for (at += len + 1; *at >= '0' && *at <= '9'; at++) {
			value = value * 10u + (uint32_t)(*at - '0');
		}
		return value;
	}
	return otherwise;
}
