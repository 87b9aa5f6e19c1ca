/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dfu/mcuboot.h>

enum cli_status cli_fail(struct cli *cli, const char *what, const char *format, ...)
{
	char why[2600];
	char text[4096];
	json_t *error;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	(void)snprintf(text, sizeof(text), "%s: %s", what, why);
	(void)fflush(stdout);
	fprintf(stderr, "slotwise: %s\n", text);
	/* Names of files need not be UTF-8; a report without the name is better than none. */
	error = json_string(text);
	cli_report(cli, "error", error != NULL ? error : json_string(why));
	return CLI_FAILED;
}

void cli_warn(const char *what, const char *format, ...)
{
	va_list args;

	(void)fflush(stdout);
	fprintf(stderr, "slotwise: %s: warning: ", what);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void cli_say(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->json) {
		return;
	}
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void cli_report(struct cli *cli, const char *key, json_t *value)
{
	if (json_object_set_new(cli->report, key, value != NULL ? value : json_null()) != 0) {
		fprintf(stderr, "slotwise: report: out of memory\n");
		exit(CLI_FAILED);
	}
}

void cli_report_nothing(struct cli *cli, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		cli_report(cli, *keys, NULL);
	}
}

bool cli_flush(void)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "slotwise: stdout: cannot be written\n");
		return false;
	}
	return true;
}

void cli_print_report(const struct cli *cli)
{
	(void)json_dumpf(cli->report, stdout, JSON_INDENT(2));
	putchar('\n');
}

bool cli_wants_color(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

json_t *cli_json_hex(const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * len + 1);
	json_t *value;

	if (text == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	value = json_stringn(text, 2 * len);
	free(text);
	return value;
}

const char *cli_version_text(char text[CLI_VERSION_LEN], const struct dfu_image_version *version)
{
	(void)snprintf(text, CLI_VERSION_LEN, "%u.%u.%u+%lu", (unsigned int)version->major,
		       (unsigned int)version->minor, (unsigned int)version->revision,
		       (unsigned long)version->build);
	return text;
}

const char *cli_swap_word(int swap_type)
{
	switch (swap_type) {
	case BOOT_SWAP_TYPE_TEST:
		return "test";
	case BOOT_SWAP_TYPE_PERM:
		return "permanent";
	case BOOT_SWAP_TYPE_REVERT:
		return "revert";
	case BOOT_SWAP_TYPE_FAIL:
		return "fail";
	default:
		return "none";
	}
}
