/* SPDX-License-Identifier: Apache-2.0 */
/* Lines without printf(), which costs more than the suite on a small chip. */
#include <string.h>

#include "conformance/flash_conformance_parts.h"

#define DIGITS_MAX 24

static void add_digits(struct conformance_text *text, unsigned long long number, unsigned int base)
{
	char digits[DIGITS_MAX + 1];
	size_t at = DIGITS_MAX;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	conformance_text_add(text, &digits[at]);
}

void conformance_text_begin(struct conformance_text *text)
{
	text->used = 0;
	text->text[0] = '\0';
}

void conformance_text_add(struct conformance_text *text, const char *part)
{
	size_t room = sizeof(text->text) - 1 - text->used;
	size_t len = strlen(part);

	len = len < room ? len : room;
	memcpy(&text->text[text->used], part, len);
	text->used += len;
	text->text[text->used] = '\0';
}

void conformance_text_number(struct conformance_text *text, long long number)
{
	if (number < 0) {
		conformance_text_add(text, "-");
		add_digits(text, 0ull - (unsigned long long)number, 10);
	} else {
		add_digits(text, (unsigned long long)number, 10);
	}
}

void conformance_text_hex(struct conformance_text *text, unsigned long long number)
{
	conformance_text_add(text, "0x");
	add_digits(text, number, 16);
}
