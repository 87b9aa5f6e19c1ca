/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Opening files that somebody named, without waiting for what is no file. */
#ifndef SIM_REGULAR_H
#define SIM_REGULAR_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @brief Open a regular file. Never waits, as a FIFO would make one.
 *
 * @param flags  O_RDONLY or O_RDWR.
 * @return The descriptor; -EISDIR for a directory, -EINVAL for anything else that is no regular
 *         file, -errno from the file system.
 */
int sim_open_regular(const char *path, int flags);

/** @return Why that failed, in words. */
const char *sim_open_why(int rc);

#ifdef __cplusplus
}
#endif

#endif
