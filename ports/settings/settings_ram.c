/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries lie packed from the start of the memory, each: length of the name with its terminator (1
 * byte), length of the value (2, little endian), name, value. A save takes the old entry out,
 * closes the gap and appends the new one; whether that fits is known before anything moves.
 */
#include <settings/settings_ram.h>

#include <errno.h>
#include <string.h>

#include "common/bytes.h"

#define ENTRY_OFF_VALUE_LEN 1
#define ENTRY_OFF_NAME 3

_Static_assert(SETTINGS_MAX_NAME_LEN + 1 <= UINT8_MAX, "length of a name in one byte");
_Static_assert(SETTINGS_MAX_VAL_LEN <= UINT16_MAX, "length of a value in two bytes");

struct value {
	const uint8_t *data;
	size_t len;
};

/* The calls take the back-end as const; the store around it is the application's, and mutable. */
static struct settings_ram *ram_of(const struct settings_backend *backend)
{
	return (struct settings_ram *)(uintptr_t)backend;
}

static const char *entry_name(const uint8_t *entry)
{
	return (const char *)entry + ENTRY_OFF_NAME;
}

static struct value entry_value(const uint8_t *entry)
{
	return (struct value){.data = entry + ENTRY_OFF_NAME + entry[0],
			      .len = get_le16(entry + ENTRY_OFF_VALUE_LEN)};
}

static size_t entry_size(size_t name_size, size_t value_len)
{
	return ENTRY_OFF_NAME + name_size + value_len;
}

/* Gives the entry's offset and returns its size; 0 if there is none. */
static size_t find(const struct settings_ram *settings, const char *name, size_t *off)
{
	size_t size;

	for (size_t pos = 0; pos < settings->used; pos += size) {
		const uint8_t *entry = settings->memory + pos;

		size = entry_size(entry[0], entry_value(entry).len);
		if (strcmp(entry_name(entry), name) == 0) {
			*off = pos;
			return size;
		}
	}
	return 0;
}

static ssize_t read_value(void *cb_arg, void *data, size_t len)
{
	const struct value *value = cb_arg;
	size_t n = min_size(len, value->len);

	if (n > 0) {
		memcpy(data, value->data, n);
	}
	return (ssize_t)n;
}

static int settings_ram_load(const struct settings_backend *backend, settings_backend_cb cb,
			     void *param)
{
	const struct settings_ram *settings = ram_of(backend);
	size_t pos = 0;

	while (pos < settings->used) {
		const uint8_t *entry = settings->memory + pos;
		struct value value = entry_value(entry);

		if (cb(entry_name(entry), value.len, read_value, &value, param) != 0) {
			return 0;
		}
		pos += entry_size(entry[0], value.len);
	}
	return 0;
}

static int settings_ram_save(const struct settings_backend *backend, const char *name,
			     const void *value, size_t len)
{
	struct settings_ram *settings = ram_of(backend);
	size_t name_size = strlen(name) + 1;
	size_t new_size = len == 0 ? 0 : entry_size(name_size, len);
	size_t off = 0;
	size_t old_size = find(settings, name, &off);
	uint8_t *entry;

	if (new_size > settings->size - settings->used + old_size) {
		return -ENOSPC;
	}
	if (old_size > 0) {
		entry = settings->memory + off;
		memmove(entry, entry + old_size, settings->used - off - old_size);
		settings->used -= old_size;
	}
	if (new_size > 0) {
		entry = settings->memory + settings->used;
		entry[0] = (uint8_t)name_size;
		put_le16(entry + ENTRY_OFF_VALUE_LEN, (uint16_t)len);
		memcpy(entry + ENTRY_OFF_NAME, name, name_size);
		memcpy(entry + ENTRY_OFF_NAME + name_size, value, len);
		settings->used += new_size;
	}
	return 0;
}

static const struct settings_backend_api settings_ram_api = {
	.load = settings_ram_load,
	.save = settings_ram_save,
};

void settings_ram_init(struct settings_ram *settings, uint8_t *memory, size_t size)
{
	*settings = (struct settings_ram){
		.backend = {.api = &settings_ram_api}, .memory = memory, .size = size};
}
