/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target of the application's own: updates of a second processor behind a UART, or any other pipe
 * that may lose and damage bytes. Once it is registered, dfu_target_img_type() knows its files, and
 * the calls of <dfu/dfu_target.h> work for them as for any other.
 *
 * What the coprocessor has of a file it keeps itself: a download goes on after a restart of either
 * side, and no settings are needed.
 */
#ifndef EXAMPLES_COPROCESSOR_COPROCESSOR_H
#define EXAMPLES_COPROCESSOR_COPROCESSOR_H

#include <stddef.h>
#include <stdint.h>

#define COPROCESSOR_IMAGE_TYPE 256 /* one bit that no other target has */

struct coprocessor_pipe {
	/* Send all bytes. 0, or a negative errno, which the caller of dfu_target gets. */
	int (*write)(const uint8_t *bytes, size_t len);
	/* Bytes received, up to len; after the time, if none came, 0. Or a negative errno. */
	int (*read)(uint8_t *bytes, size_t len, uint32_t timeout_ms);
};

/*
 * Once, before the first dfu_target_init(). The pipe is used as long as the program runs. Returns
 * what dfu_target_register() does.
 *
 * Errors of dfu_target calls for this type:
 *
 *   -EINVAL     init: the size is 0, or dfu_target_img_type() has seen no file of this type
 *   -EFBIG      init: the coprocessor has no room; write: more than the announced size
 *   -ETIMEDOUT  no answer to a request, asked some times; dfu_target_offset_get() tries again
 *   -EAGAIN     write: the coprocessor needs another byte than was thought, maybe since a restart;
 *               go on at dfu_target_offset_get()
 *   -EBADMSG    done: bytes are missing, or the file is damaged; it is forgotten then
 *   -EPERM      the coprocessor does not have what was asked for, maybe since a restart: the
 *               offset tells what it has
 *   -EIO        its flash failed
 *   -EPROTO     an answer of another protocol
 *   others      of the pipe
 */
int coprocessor_register(const struct coprocessor_pipe *pipe);

#endif
