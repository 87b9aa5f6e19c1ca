/* SPDX-License-Identifier: Apache-2.0 */
#include "file_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

static int write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		const ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno != EINTR) {
			return -errno;
		}
		if (done > 0) {
			bytes += done;
			len -= (size_t)done;
		}
	}
	return fsync(fd) == 0 ? 0 : -errno;
}

static int write_new(const char *path, const uint8_t *bytes, size_t len)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0) {
		return -errno;
	}
	rc = write_all(fd, bytes, len);
	if (close(fd) != 0 && rc == 0) {
		rc = -errno;
	}
	if (rc != 0) {
		(void)unlink(path);
	}
	return rc;
}

/* Renaming over a device node would take it away. */
static int admit(const char *path)
{
	struct stat there;

	if (stat(path, &there) != 0) {
		return errno == ENOENT && *path != '\0' ? 0 : -errno;
	}
	if (S_ISDIR(there.st_mode)) {
		return -EISDIR;
	}
	return S_ISREG(there.st_mode) ? 0 : -EINVAL;
}

static int write_beside(const char *path, const uint8_t *bytes, size_t len)
{
	const size_t room = strlen(path) + 32;
	char *beside = malloc(room);
	int rc;

	if (beside == NULL) {
		return -ENOMEM;
	}
	(void)snprintf(beside, room, "%s.%ld.tmp", path, (long)getpid());
	rc = write_new(beside, bytes, len);
	if (rc == 0 && rename(beside, path) != 0) {
		rc = -errno;
		(void)unlink(beside);
	}
	free(beside);
	return rc;
}

enum cli_status cli_file_write(struct cli *cli, const char *path, const uint8_t *bytes, size_t len)
{
	int rc = admit(path);

	if (rc == -EINVAL) {
		return cli_fail(cli, path, "not a regular file");
	}
	rc = rc != 0 ? rc : write_beside(path, bytes, len);
	return rc == 0 ? CLI_DONE : cli_fail(cli, path, "%s", strerror(-rc));
}
