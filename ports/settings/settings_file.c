/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings in one text file.
 *
 * Each call reads the whole file into a settings_ram store on the heap, so that nothing is cached
 * between calls and another program may replace the file. A load offers what the store holds. A
 * save changes the store and writes it to "<path>.tmp", syncs that, renames it over the file and
 * syncs the folder: whenever the machine stops, `path` names the old file or the whole new one.
 * Every line is parsed before the first entry is used.
 */
#include <settings/settings_file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <settings/settings_ram.h>

#define ENTRY_SIZE_MAX (3 + SETTINGS_MAX_NAME_LEN + 1 + SETTINGS_MAX_VAL_LEN)
#define TMP_SUFFIX ".tmp"

struct text {
	char *chars;
	size_t len;
};

static const char *path_of(const struct settings_backend *backend)
{
	return ((const struct settings_file *)(const void *)backend)->path;
}

static int read_all(int fd, char *dst, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, dst, len);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return n < 0 ? -errno : -EIO;
		}
		dst += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_all(int fd, const char *src, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, src, len);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return n < 0 ? -errno : -EIO;
		}
		src += n;
		len -= (size_t)n;
	}
	return 0;
}

static int read_open_file(int fd, struct text *text)
{
	struct stat status;
	char *chars;
	int rc;

	if (fstat(fd, &status) != 0) {
		return -errno;
	}
	if (!S_ISREG(status.st_mode)) {
		return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
	}
	chars = malloc((size_t)status.st_size + 1);
	if (chars == NULL) {
		return -ENOMEM;
	}
	rc = read_all(fd, chars, (size_t)status.st_size);
	if (rc != 0) {
		free(chars);
		return rc;
	}
	*text = (struct text){.chars = chars, .len = (size_t)status.st_size};
	return 0;
}

/* A file that does not exist is an empty store. */
static int read_file(const char *path, struct text *text)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); /* waits for no one */
	int rc;

	if (fd < 0) {
		*text = (struct text){0};
		return errno == ENOENT ? 0 : -errno;
	}
	rc = read_open_file(fd, text);
	(void)close(fd);
	return rc;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

static int parse_value(uint8_t *value, const char *hex, size_t hex_len)
{
	if (hex_len == 0 || hex_len % 2 != 0 || hex_len / 2 > SETTINGS_MAX_VAL_LEN) {
		return -EBADMSG;
	}
	for (size_t i = 0; i < hex_len; i += 2) {
		int high = hex_digit(hex[i]);
		int low = hex_digit(hex[i + 1]);

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

static int parse(struct settings_ram *store, struct text *text)
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
 * more. So twice the file holds all of it and leaves room for a further entry. The memory is the
 * caller's to free.
 */
static int open_store(const char *path, struct settings_ram *store)
{
	struct text text;
	uint8_t *memory;
	size_t size;
	int rc = read_file(path, &text);

	if (rc != 0) {
		return rc;
	}
	size = 2 * text.len + ENTRY_SIZE_MAX;
	memory = malloc(size);
	if (memory == NULL) {
		free(text.chars);
		return -ENOMEM;
	}
	settings_ram_init(store, memory, size);
	rc = parse(store, &text);
	free(text.chars);
	if (rc != 0) {
		free(memory);
	}
	return rc;
}

static int print_entry(const char *name, size_t len, settings_read_cb read_cb, void *cb_arg,
		       void *param)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t value[SETTINGS_MAX_VAL_LEN];
	struct text *text = param;
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
static int print_store(const struct settings_ram *store, struct text *text)
{
	text->len = 0;
	text->chars = malloc(2 * store->used + 1);
	if (text->chars == NULL) {
		return -ENOMEM;
	}
	return store->backend.api->load(&store->backend, print_entry, text);
}

static int write_new_file(const char *path, const struct text *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0) {
		return -errno;
	}
	rc = write_all(fd, text->chars, text->len);
	if (rc == 0 && fsync(fd) != 0) {
		rc = -errno;
	}
	if (close(fd) != 0 && rc == 0) {
		rc = -errno;
	}
	return rc;
}

/* The new name is on the disk only once the folder is. */
static int sync_folder(char *path)
{
	char *slash = strrchr(path, '/');
	const char *folder = ".";
	int rc;
	int fd;

	if (slash != NULL) {
		slash[slash == path ? 1 : 0] = '\0';
		folder = path;
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	rc = fsync(fd) == 0 ? 0 : -errno;
	(void)close(fd);
	return rc;
}

static int replace_file(const char *path, char *tmp_path, const struct text *text)
{
	int rc = write_new_file(tmp_path, text);

	if (rc == 0 && rename(tmp_path, path) != 0) {
		rc = -errno;
	}
	if (rc != 0) {
		(void)unlink(tmp_path);
		return rc;
	}
	return sync_folder(tmp_path);
}

static int write_store(const char *path, const struct settings_ram *store)
{
	size_t tmp_size = strlen(path) + sizeof(TMP_SUFFIX);
	char *tmp_path = malloc(tmp_size);
	struct text text;
	int rc;

	if (tmp_path == NULL) {
		return -ENOMEM;
	}
	(void)snprintf(tmp_path, tmp_size, "%s" TMP_SUFFIX, path);
	rc = print_store(store, &text);
	if (rc == 0) {
		rc = replace_file(path, tmp_path, &text);
		free(text.chars);
	}
	free(tmp_path);
	return rc;
}

static int settings_file_load(const struct settings_backend *backend, settings_backend_cb cb,
			      void *param)
{
	struct settings_ram store;
	int rc = open_store(path_of(backend), &store);

	if (rc != 0) {
		return rc;
	}
	rc = store.backend.api->load(&store.backend, cb, param);
	free(store.memory);
	return rc;
}

static int settings_file_save(const struct settings_backend *backend, const char *name,
			      const void *value, size_t len)
{
	struct settings_ram store;
	size_t old_used;
	int rc;

	if (strchr(name, '\n') != NULL) {
		return -EINVAL;
	}
	rc = open_store(path_of(backend), &store);
	if (rc != 0) {
		return rc;
	}
	old_used = store.used;
	rc = store.backend.api->save(&store.backend, name, value, len);
	/* Deleting what is not there writes nothing. */
	if (rc == 0 && (len > 0 || store.used != old_used)) {
		rc = write_store(path_of(backend), &store);
	}
	free(store.memory);
	return rc;
}

static const struct settings_backend_api settings_file_api = {
	.load = settings_file_load,
	.save = settings_file_save,
};

void settings_file_init(struct settings_file *settings, const char *path)
{
	*settings = (struct settings_file){.backend = {.api = &settings_file_api}, .path = path};
}
