/* SPDX-License-Identifier: Apache-2.0 */
/* pread() and pwrite() that go on until all is done. */
#ifndef PORTS_FILE_IO_H
#define PORTS_FILE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <dfu/compiler.h>

/* Each is 0 or a negative errno; the end of the file, or a call that does nothing, is -EIO. */
DFU_MUST_CHECK int file_read(int fd, off_t offset, void *data, size_t len);
DFU_MUST_CHECK int file_write(int fd, off_t offset, const void *data, size_t len);

#endif
