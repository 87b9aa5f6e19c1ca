/* SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device_files.h"
#include "device_modem.h"
#include "key.h"
#include "regular.h"

#define CHUNK (64u << 10)

static int write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR) {
			return -errno;
		}
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Some file systems tell only at the sync or the close that the disk is full. */
static int finish(int fd, int rc)
{
	if (rc == 0 && fsync(fd) != 0) {
		rc = -errno;
	}
	if (close(fd) != 0 && rc == 0) {
		rc = -errno;
	}
	return rc;
}

static int create_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	return fd < 0 ? -errno : fd;
}

static int make_raw_file(const char *path, const struct sim_flash *flash)
{
	static uint8_t erased[CHUNK];
	int fd = create_file(path);
	int rc = 0;

	if (fd < 0) {
		return fd;
	}
	memset(erased, flash->erase_value, sizeof(erased));
	for (uint32_t left = flash->size; left > 0 && rc == 0;) {
		uint32_t n = left < CHUNK ? left : CHUNK;

		rc = write_all(fd, erased, n);
		left -= n;
	}
	return finish(fd, rc);
}

static int make_board_file(const char *path, const void *blob, size_t len)
{
	int fd = create_file(path);

	return fd < 0 ? fd : finish(fd, write_all(fd, blob, len));
}

/* The key's file: a name that is not absolute counts from the folder of the board file. */
static int key_path(char path[SIM_PATH_MAX], const char *source, const char *name)
{
	const char *slash = source != NULL && name[0] != '/' ? strrchr(source, '/') : NULL;
	const int folder = slash != NULL ? (int)(slash + 1 - source) : 0;
	const int len =
		snprintf(path, SIM_PATH_MAX, "%.*s%s", folder, slash != NULL ? source : "", name);

	return len < 0 || len >= SIM_PATH_MAX ? -ENAMETOOLONG : 0;
}

/* Before anything is made: the key is there, and one that this bootloader can use. */
static int check_key(const struct sim_board *board, const char *source, struct sim_error *error)
{
	char path[SIM_PATH_MAX];
	struct sim_error why;
	struct sim_key key;
	int rc;

	if (board->public_key[0] == '\0') {
		return 0;
	}
	rc = key_path(path, source, board->public_key);
	if (rc != 0) {
		return sim_fail(error, rc, "public-key: %s", strerror(-rc));
	}
	rc = sim_key_read(&key, path, &why);
	if (rc != 0) {
		return sim_fail(error, rc, "public-key: %s: %s", path, why.text);
	}
	if (!sim_key_is_for(&key, board->rules.signature)) {
		return sim_fail(error, -EINVAL, "public-key: %s: not a key for signature-type %s",
				path, boot_signature_name(board->rules.signature));
	}
	return 0;
}

static int copy_key(const char *to, const struct sim_board *board, const char *source)
{
	char path[SIM_PATH_MAX];
	uint8_t text[SIM_KEY_TEXT_MAX];
	int rc = key_path(path, source, board->public_key);
	int from = rc != 0 ? rc : sim_open_regular(path, O_RDONLY);
	ssize_t len;
	int fd;

	if (from < 0) {
		return from;
	}
	len = read(from, text, sizeof(text));
	rc = len < 0 ? -errno : 0;
	(void)close(from);
	fd = rc != 0 ? rc : create_file(to);
	return fd < 0 ? fd : finish(fd, write_all(fd, text, (size_t)len));
}

/* What a device is made of. */
struct parts {
	const struct sim_board *board;
	const void *blob;
	size_t len;
	struct sim_device_options options;
};

static int make_modem_file(const char *folder, const struct parts *parts, struct sim_error *error)
{
	char path[SIM_PATH_MAX];
	int rc = 0;

	if (parts->board->modem.present) {
		rc = sim_device_path(path, folder, SIM_DEVICE_MODEM);
		rc = rc != 0 ? sim_fail(error, rc, "%s: %s", folder, strerror(-rc))
			     : sim_device_modem_create(path, parts->board, parts->options.modem_key,
						       error);
	}
	return rc;
}

static int make_flash_files(const char *folder, const struct parts *parts, struct sim_error *error)
{
	const struct sim_board *board = parts->board;
	char path[SIM_PATH_MAX];
	int rc = 0;

	for (size_t i = 0; i < board->flashes && rc == 0; i++) {
		rc = sim_device_raw_path(path, folder, &board->flash[i]);
		rc = rc != 0 ? rc : make_raw_file(path, &board->flash[i]);
	}
	if (rc == 0 && board->public_key[0] != '\0') {
		rc = sim_device_path(path, folder, SIM_DEVICE_KEY);
		rc = rc != 0 ? rc : copy_key(path, board, parts->options.source);
	}
	return rc == 0 ? 0 : sim_fail(error, rc, "%s: %s", path, strerror(-rc));
}

/* The board last: it makes the folder a device. */
static int make_files(const char *folder, const struct parts *parts, struct sim_error *error)
{
	char path[SIM_PATH_MAX];
	int rc = make_flash_files(folder, parts, error);

	rc = rc != 0 ? rc : make_modem_file(folder, parts, error);
	if (rc != 0) {
		return rc;
	}
	rc = sim_device_path(path, folder, SIM_DEVICE_BOARD);
	rc = rc != 0 ? rc : make_board_file(path, parts->blob, parts->len);
	return rc == 0 ? 0 : sim_fail(error, rc, "%s: %s", path, strerror(-rc));
}

static void remove_files(const char *folder, const struct sim_board *board, bool with_folder)
{
	static const char *const names[] = {SIM_DEVICE_BOARD, SIM_DEVICE_KEY, SIM_DEVICE_MODEM};
	char path[SIM_PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (sim_device_path(path, folder, names[i]) == 0) {
			(void)unlink(path);
		}
	}
	for (size_t i = 0; i < board->flashes; i++) {
		if (sim_device_raw_path(path, folder, &board->flash[i]) == 0) {
			(void)unlink(path);
		}
	}
	if (with_folder) {
		(void)rmdir(folder);
	}
}

/* An empty folder will do: a caller may have had to make it, as for a mount point. */
static bool is_empty_folder(const char *path)
{
	DIR *dir = opendir(path);
	bool is_empty = dir != NULL;

	if (dir == NULL) {
		return false;
	}
	for (const struct dirent *entry; is_empty && (entry = readdir(dir)) != NULL;) {
		is_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	}
	(void)closedir(dir);
	return is_empty;
}

static int make_folder(const char *path, bool *is_new, struct sim_error *error)
{
	*is_new = mkdir(path, 0777) == 0;
	if (*is_new) {
		return 0;
	}
	const int rc = -errno;
	if (rc == -EEXIST && is_empty_folder(path)) {
		return 0;
	}
	return sim_fail(error, rc, "%s", strerror(-rc));
}

static int create(const char *path, const struct parts *parts, struct sim_error *error)
{
	bool is_new;
	int rc = check_key(parts->board, parts->options.source, error);

	rc = rc != 0 ? rc : sim_device_modem_check(parts->board, parts->options.modem_key, error);
	rc = rc != 0 ? rc : make_folder(path, &is_new, error);
	if (rc != 0) {
		return rc;
	}
	rc = make_files(path, parts, error);
	if (rc != 0) {
		remove_files(path, parts->board, is_new);
	}
	return rc;
}

int sim_device_create(const char *path, const void *blob, size_t len,
		      const struct sim_device_options *options, struct sim_error *error)
{
	struct sim_board *board = malloc(sizeof(*board));
	struct parts parts = {.board = board, .blob = blob, .len = len};
	int rc;

	if (board == NULL) {
		return sim_fail(error, -ENOMEM, "%s", strerror(ENOMEM));
	}
	if (options != NULL) {
		parts.options = *options;
	}
	rc = sim_board_load(board, blob, error);
	rc = rc != 0 ? rc : create(path, &parts, error);
	free(board);
	return rc;
}
