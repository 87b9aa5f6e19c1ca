/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line an entry: its name, an equals sign, its value in hexadecimal digits. FORMATS.md, "Settings
 * file". A name with a line end in it does not come here: a save refuses it.
 */
#include <settings/settings_text.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_SIZE_MAX (3 + SETTINGS_MAX_NAME_LEN + 1 + SETTINGS_MAX_VAL_LEN)

static const char digits[] = "0123456789abcdef";

static int digit_value(char c)
{
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

static int parse_value(uint8_t *value, const char *hex, size_t hex_len)
{
	if (hex_len == 0 || hex_len % 2 != 0 || hex_len / 2 > SETTINGS_MAX_VAL_LEN) {
		return -EBADMSG;
	}
	for (size_t i = 0; i < hex_len; i += 2) {
		int high = digit_value(hex[i]);
		int low = digit_value(hex[i + 1]);

		if (high < 0 || low < 0) {
			return -EBADMSG;
		}
		value[i / 2] = (uint8_t)(high * 16 + low);
	}
	return 0;
}

/* Of two lines with one name the later one counts. */
static int parse_line(struct settings_ram *store, char *line, size_t len)
{
	uint8_t value[SETTINGS_MAX_VAL_LEN];
	char *equals = memchr(line, SETTINGS_NAME_END, len);
	size_t name_len;
	int rc;

	if (equals == NULL) {
		return -EBADMSG;
	}
	name_len = (size_t)(equals - line);
	if (name_len == 0 || name_len > SETTINGS_MAX_NAME_LEN ||
	    memchr(line, '\0', name_len) != NULL) {
		return -EBADMSG;
	}
	rc = parse_value(value, equals + 1, len - name_len - 1);
	if (rc != 0) {
		return rc;
	}
	*equals = '\0';
	return store->backend.api->save(&store->backend, line, value, (len - name_len - 1) / 2);
}

static int parse_lines(struct settings_ram *store, struct settings_text *text)
{
	size_t pos = 0;

	while (pos < text->len) {
		char *line = text->chars + pos;
		const char *end = memchr(line, '\n', text->len - pos);
		int rc = end == NULL ? -EBADMSG : parse_line(store, line, (size_t)(end - line));

		if (rc != 0) {
			return rc;
		}
		pos += (size_t)(end - line) + 1;
	}
	return 0;
}

/*
 * An entry takes more room packed than as a line only if its value is one byte, and then one byte
 * more. So twice the text holds all of it.
 */
int settings_text_parse(struct settings_ram *store, struct settings_text *text)
{
	const size_t size = 2 * text->len + ENTRY_SIZE_MAX;
	uint8_t *memory = malloc(size);
	int rc;

	if (memory == NULL) {
		return -ENOMEM;
	}
	settings_ram_init(store, memory, size);
	rc = parse_lines(store, text);
	if (rc != 0) {
		free(memory);
	}
	return rc;
}

static int print_entry(const char *name, size_t len, settings_read_cb read_cb, void *cb_arg,
		       void *param)
{
	uint8_t value[SETTINGS_MAX_VAL_LEN];
	struct settings_text *text = param;
	char *p = text->chars + text->len;
	size_t name_len = strlen(name);

	(void)read_cb(cb_arg, value, len); /* of a settings_ram: always all of it */
	memcpy(p, name, name_len);
	p += name_len;
	*p++ = SETTINGS_NAME_END;
	for (size_t i = 0; i < len; i++) {
		*p++ = digits[value[i] / 16];
		*p++ = digits[value[i] % 16];
	}
	*p++ = '\n';
	text->len = (size_t)(p - text->chars);
	return 0;
}

/* A line is less than twice as long as its entry is packed. */
int settings_text_print(const struct settings_ram *store, struct settings_text *text)
{
	text->len = 0;
	text->chars = malloc(2 * store->used + 1);
	if (text->chars == NULL) {
		return -ENOMEM;
	}
	return store->backend.api->load(&store->backend, print_entry, text);
}
