/* SPDX-License-Identifier: Apache-2.0 */
#include "regular.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int check(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0) {
		return -errno;
	}
	if (S_ISDIR(status.st_mode)) {
		return -EISDIR;
	}
	return S_ISREG(status.st_mode) ? 0 : -EINVAL;
}

int sim_open_regular(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int rc;

	if (fd < 0) {
		/* What open() says of a socket. */
		return errno == ENXIO ? -EINVAL : -errno;
	}
	rc = check(fd);
	if (rc != 0) {
		(void)close(fd);
		return rc;
	}
	return fd;
}

const char *sim_open_why(int rc)
{
	return rc == -EINVAL ? "not a regular file" : strerror(-rc);
}
