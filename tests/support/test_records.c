/* SPDX-License-Identifier: Apache-2.0 */
#include "support/test_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/test_files.h"

#define PATH_LEN 512

static _Noreturn void give_up(const char *name, const char *why)
{
	fprintf(stderr, "records %s: %s\n", name, why);
	abort();
}

static const char *folder(void)
{
	const char *other = getenv("SLOTWISE_VECTORS");

	return other != NULL && other[0] != '\0' ? other : VECTORS;
}

/* Makes the path of a file; whether it is there. */
static bool find(char path[PATH_LEN], const char *in, const char *below, const char *name)
{
	FILE *file;

	(void)snprintf(path, PATH_LEN, "%s/%s%s", in, below, name);
	file = fopen(path, "rb");
	if (file != NULL) {
		(void)fclose(file);
	}
	return file != NULL;
}

bool test_records_are_known(void)
{
	return strcmp(folder(), VECTORS) == 0;
}

json_t *test_records_read(const char *name)
{
	char path[PATH_LEN];
	json_t *lines = json_array();
	uint8_t *text;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", folder(), name);
	text = test_read_path(path, &len);
	for (size_t at = 0; at < len;) {
		const uint8_t *end = memchr(text + at, '\n', len - at);
		const size_t line_len = end == NULL ? len - at : (size_t)(end - (text + at));
		json_error_t error;
		json_t *line = json_loadb((const char *)text + at, line_len, 0, &error);

		if (line == NULL || json_array_append_new(lines, line) != 0) {
			give_up(name, error.text);
		}
		at += line_len + 1;
	}
	free(text);
	if (json_array_size(lines) == 0) {
		give_up(name, "there are none");
	}
	return lines;
}

uint8_t *test_records_read_file(const char *name, size_t *len)
{
	char path[PATH_LEN];

	if (!find(path, folder(), "", name) && !find(path, folder(), "images/", name) &&
	    !find(path, VECTORS, "", name)) {
		(void)find(path, VECTORS, "images/", name);
	}
	return test_read_path(path, len);
}
