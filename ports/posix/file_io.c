/* SPDX-License-Identifier: Apache-2.0 */
#include <posix/file_io.h>

#include <unistd.h>

int file_read(int fd, off_t offset, void *data, size_t len)
{
	uint8_t *dst = data;

	while (len > 0) {
		ssize_t n = pread(fd, dst, len, offset);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return n < 0 ? -errno : -EIO;
		}
		dst += n;
		offset += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_write(int fd, off_t offset, const void *data, size_t len)
{
	const uint8_t *src = data;

	while (len > 0) {
		ssize_t n = pwrite(fd, src, len, offset);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return n < 0 ? -errno : -EIO;
		}
		src += n;
		offset += n;
		len -= (size_t)n;
	}
	return 0;
}
