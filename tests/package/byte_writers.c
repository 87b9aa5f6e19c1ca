/* SPDX-License-Identifier: Apache-2.0 */
#include "byte_writers.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <dfu/dfu_target.h>
#include <settings/settings.h>

struct byte_writer byte_writers[WRITERS_MAX];
bool byte_writers_without_offset;
bool byte_writers_without_reset;
struct settings_ram store;
int store_fails_saves;
int store_fails_deletions;
int store_fails_loads;
unsigned int store_operations;
unsigned int store_last;

static struct byte_writer *open_writer;
static enum writer_call failing_call;
static unsigned int failing_after;
static int failing_rc;
static size_t failing_consumes;
static uint8_t buffer[512];
static uint8_t store_memory[1024];

static uint8_t content(uint8_t seed, size_t at)
{
	return (uint8_t)(at % 251 + seed);
}

static void put(struct package_bytes *package, const void *bytes, size_t len)
{
	memcpy(&package->bytes[package->len], bytes, len);
	package->len += len;
}

static void put_number(struct package_bytes *package, uint8_t major, uint32_t number)
{
	const uint8_t wide[] = {(uint8_t)(major | 26), (uint8_t)(number >> 24),
				(uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
	const uint8_t half[] = {(uint8_t)(major | 25), wide[3], wide[4]};
	const uint8_t byte[] = {(uint8_t)(major | 24), wide[4]};
	const uint8_t none = (uint8_t)(major | number);

	if (number < 24) {
		put(package, &none, 1);
	} else if (number < 256) {
		put(package, byte, sizeof(byte));
	} else if (number < 65536) {
		put(package, half, sizeof(half));
	} else {
		put(package, wide, sizeof(wide));
	}
}

void package_bytes_begin(struct package_bytes *package, uint8_t seed)
{
	memset(package, 0, sizeof(*package));
	package->seed = seed;
}

void package_bytes_add(struct package_bytes *package, int32_t id, uint32_t size)
{
	package->id[package->count] = id;
	package->size[package->count++] = size;
}

void package_bytes_end(struct package_bytes *package, size_t padding)
{
	package->len = 2;
	put(package, "\xa1\x63img", 5);
	put_number(package, 0x80, (uint32_t)package->count);
	for (size_t i = 0; i < package->count; i++) {
		const int32_t id = package->id[i];

		put(package, "\xa2\x62id", 4);
		put_number(package, id < 0 ? 0x20 : 0, (uint32_t)(id < 0 ? -1 - id : id));
		put(package, "\x64size", 5);
		put_number(package, 0, package->size[i]);
	}
	memset(&package->bytes[package->len], 0xff, padding);
	package->len += padding;
	package->header_len = package->len;
	package->bytes[0] = (uint8_t)(package->len - 2);
	package->bytes[1] = (uint8_t)((package->len - 2) >> 8);
	for (size_t i = 0; i < package->count; i++) {
		package->start[i] = package->len;
		package->len += package->size[i];
		assert_true(package->len <= PACKAGE_MAX);
		package_bytes_change(package, i, 0, (uint8_t)(package->seed + 3 * i));
	}
}

void package_bytes_change(struct package_bytes *package, size_t image, size_t from, uint8_t seed)
{
	for (size_t at = from; at < package->size[image]; at++) {
		package->bytes[package->start[image] + at] = content(seed, at);
	}
}

static bool fails(enum writer_call call)
{
	return failing_rc != 0 && call == failing_call && failing_after-- == 0;
}

static int open_image(int image_id, size_t image_size)
{
	struct byte_writer *writer = byte_writer_of(image_id);

	assert_non_null(writer);
	if (fails(WRITER_OPEN)) {
		return failing_rc;
	}
	writer->opened++;
	if (image_size > 0 && image_size != writer->size) {
		writer->size = image_size;
		writer->len = 0;
	}
	open_writer = writer;
	return 0;
}

static int write_image(const uint8_t *chunk, size_t chunk_size)
{
	const bool is_failing = fails(WRITER_WRITE);
	const size_t n = is_failing ? failing_consumes : chunk_size;

	assert_non_null(open_writer);
	assert_true(chunk_size > 0 && n <= chunk_size);
	assert_true(chunk_size <= open_writer->size - open_writer->len);
	memcpy(&open_writer->bytes[open_writer->len], chunk, n);
	open_writer->len += n;
	return is_failing ? failing_rc : 0;
}

static int close_image(bool success)
{
	assert_non_null(open_writer);
	if (success && fails(WRITER_CLOSE)) {
		open_writer->len = failing_consumes;
		return failing_rc;
	}
	if (success) {
		open_writer->finished++;
	} else {
		open_writer->paused++;
	}
	open_writer = NULL;
	return 0;
}

static int get_offset(size_t *offset)
{
	assert_non_null(open_writer);
	if (fails(WRITER_OFFSET)) {
		return failing_rc;
	}
	*offset = open_writer->len;
	return 0;
}

static int reset_image(void)
{
	assert_non_null(open_writer);
	if (fails(WRITER_RESET)) {
		return failing_rc;
	}
	open_writer->len = 0;
	open_writer->resets++;
	open_writer = NULL;
	return 0;
}

static int store_load(const struct settings_backend *backend, settings_backend_cb cb, void *param)
{
	(void)backend;
	return store_fails_loads != 0 ? store_fails_loads
				      : store.backend.api->load(&store.backend, cb, param);
}

static int store_save(const struct settings_backend *backend, const char *name, const void *value,
		      size_t len)
{
	const int rc = len > 0 ? store_fails_saves : store_fails_deletions;

	(void)backend;
	if (rc != 0) {
		return rc;
	}
	if (store_operations >= store_last) {
		return 0; /* the power went */
	}
	store_operations++;
	return store.backend.api->save(&store.backend, name, value, len);
}

void byte_writers_begin(void)
{
	static const struct settings_backend_api api = {.load = store_load, .save = store_save};
	static const struct settings_backend backend = {&api};

	memset(byte_writers, 0, sizeof(byte_writers));
	failing_rc = 0;
	byte_writers_without_offset = false;
	byte_writers_without_reset = false;
	store_fails_saves = 0;
	store_fails_deletions = 0;
	store_fails_loads = 0;
	store_operations = 0;
	store_last = UINT_MAX;
	settings_ram_init(&store, store_memory, sizeof(store_memory));
	settings_backend_set(&backend);
	assert_int_equal(dfu_target_identity_set(NULL, 0), 0);
}

void byte_writers_fail(enum writer_call call, unsigned int n, int rc, size_t consumed)
{
	failing_call = call;
	failing_after = n;
	failing_rc = rc;
	failing_consumes = consumed;
}

void byte_writers_start(const int *ids, size_t count)
{
	open_writer = NULL;
	assert_int_equal(dfu_multi_image_init(buffer, sizeof(buffer)), 0);
	for (size_t i = 0; i < count; i++) {
		const struct dfu_image_writer writer = {
			.image_id = ids[i],
			.open = open_image,
			.write = write_image,
			.close = close_image,
			.offset = byte_writers_without_offset ? NULL : get_offset,
			.reset = byte_writers_without_reset ? NULL : reset_image,
		};

		byte_writers[i].id = ids[i];
		assert_int_equal(dfu_multi_image_register_writer(&writer), 0);
	}
}

struct byte_writer *byte_writer_of(int id)
{
	for (size_t i = 0; i < WRITERS_MAX; i++) {
		if (byte_writers[i].id == id) {
			return &byte_writers[i];
		}
	}
	return NULL;
}

bool byte_writer_has(int id, const struct package_bytes *package)
{
	const struct byte_writer *writer = byte_writer_of(id);

	for (size_t i = 0; i < package->count; i++) {
		if (package->id[i] == id) {
			return writer->len == package->size[i] &&
			       memcmp(writer->bytes, &package->bytes[package->start[i]],
				      writer->len) == 0;
		}
	}
	return false;
}

int feed(const struct package_bytes *package, size_t from, size_t to, size_t chunk)
{
	for (size_t at = from; at < to;) {
		const size_t n = to - at < chunk ? to - at : chunk;
		const int rc = dfu_multi_image_write(at, &package->bytes[at], n);

		if (rc != 0) {
			return rc;
		}
		at += n;
	}
	return 0;
}
