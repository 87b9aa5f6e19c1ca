/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings in one text file.
 *
 * Each call reads the whole file into a settings_ram store on the heap, so that nothing is cached
 * between calls and another program may replace the file. A load offers what the store holds. A
 * save changes the store and writes it to "<path>.tmp", syncs that, renames it over the file and
 * syncs the folder: whenever the machine stops, `path` names the old file or the whole new one.
 * settings_text.c has the lines, each of which is parsed before the first entry is used.
 */
#include <settings/settings_file.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <posix/file_io.h>
#include <settings/settings_text.h>

#define TMP_SUFFIX ".tmp"

static const char *path_of(const struct settings_backend *backend)
{
	return ((const struct settings_file *)(const void *)backend)->path;
}

static int read_open_file(int fd, struct settings_text *text)
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
	rc = file_read(fd, 0, chars, (size_t)status.st_size);
	if (rc != 0) {
		free(chars);
		return rc;
	}
	*text = (struct settings_text){.chars = chars, .len = (size_t)status.st_size};
	return 0;
}

/* A file that does not exist is an empty store. */
static int read_file(const char *path, struct settings_text *text)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); /* waits for no one */
	int rc;

	if (fd < 0) {
		*text = (struct settings_text){0};
		return errno == ENOENT ? 0 : -errno;
	}
	rc = read_open_file(fd, text);
	(void)close(fd);
	return rc;
}

/* The memory of the store is the caller's to free. */
static int open_store(const char *path, struct settings_ram *store)
{
	struct settings_text text;
	int rc = read_file(path, &text);

	if (rc != 0) {
		return rc;
	}
	rc = settings_text_parse(store, &text);
	free(text.chars);
	return rc;
}

static int write_new_file(const char *path, const struct settings_text *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0) {
		return -errno;
	}
	rc = file_write(fd, 0, text->chars, text->len);
	if (rc == 0 && fsync(fd) != 0) {
		rc = -errno;
	}
	if (close(fd) != 0 && rc == 0) {
		rc = -errno;
	}
	return rc;
}

/* The new name is on the disk only once the folder is. Spoils the path. */
static int sync_folder(char *path)
{
	int fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0) {
		return -errno;
	}
	rc = fsync(fd) == 0 ? 0 : -errno;
	(void)close(fd);
	return rc;
}

static int replace_file(const char *path, char *tmp_path, const struct settings_text *text)
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
	struct settings_text text;
	int rc;

	if (tmp_path == NULL) {
		return -ENOMEM;
	}
	(void)snprintf(tmp_path, tmp_size, "%s" TMP_SUFFIX, path);
	rc = settings_text_print(store, &text);
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
