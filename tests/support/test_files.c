/* SPDX-License-Identifier: Apache-2.0 */
#include "support/test_files.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

static _Noreturn void give_up(const char *name, const char *why)
{
	fprintf(stderr, "test file %s: %s\n", name, why);
	abort();
}

static void *grow(const char *name, void *block, size_t size)
{
	void *grown = realloc(block, size > 0 ? size : 1);

	if (grown == NULL) {
		give_up(name, "out of memory");
	}
	return grown;
}

/*
 * By the name, not by the content as zlib would decide: some test images are themselves packed
 * files.
 */
static size_t read_some(gzFile packed, FILE *plain, void *dst, size_t len)
{
	if (packed != NULL) {
		int got = gzread(packed, dst, (unsigned int)len);

		return got < 0 ? SIZE_MAX : (size_t)got;
	}
	size_t got = fread(dst, 1, len, plain);

	return ferror(plain) ? SIZE_MAX : got;
}

static uint8_t *read_all(const char *name, gzFile packed, FILE *plain, size_t *len)
{
	uint8_t *bytes = NULL;
	size_t room = 0;
	size_t used = 0;

	for (;;) {
		if (used == room) {
			room = room * 2 + 65536;
			bytes = grow(name, bytes, room);
		}
		size_t got = read_some(packed, plain, bytes + used, room - used);

		if (got == SIZE_MAX) {
			give_up(name, "unreadable");
		}
		if (got == 0) {
			*len = used;
			return grow(name, bytes, used);
		}
		used += got;
	}
}

uint8_t *test_read_path(const char *path, size_t *len)
{
	const char *suffix = strrchr(path, '.');
	bool is_packed = suffix != NULL && strcmp(suffix, ".gz") == 0;
	gzFile packed = NULL;
	FILE *plain = NULL;

	if (is_packed) {
		packed = gzopen(path, "rb");
	} else {
		plain = fopen(path, "rb");
	}
	if (packed == NULL && plain == NULL) {
		give_up(path, strerror(errno));
	}
	uint8_t *bytes = read_all(path, packed, plain, len);

	if (is_packed) {
		gzclose(packed);
	} else {
		fclose(plain);
	}
	return bytes;
}

uint8_t *test_read_file(const char *name, size_t *len)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", name[0] == '/' ? "" : VECTORS "/", name);
	return test_read_path(path, len);
}

json_t *test_read_json(const char *name)
{
	json_error_t error;
	size_t len;
	uint8_t *text = test_read_file(name, &len);
	json_t *json = json_loadb((const char *)text, len, 0, &error);

	if (json == NULL) {
		give_up(name, error.text);
	}
	free(text);
	return json;
}
