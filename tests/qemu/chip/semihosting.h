/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files, arguments and exit status of the host, by semihosting ("Semihosting for AArch32 and
 * AArch64", and RISC-V's of the same operations). One call stops the core for as long as the host
 * takes.
 */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stddef.h>
#include <stdint.h>

enum semihosting_mode { SEMIHOSTING_READ = 1, SEMIHOSTING_WRITE = 5 }; /* "rb", "wb" */

/** @return A handle; -1: the host cannot open it. */
int32_t semihosting_open(const char *path, enum semihosting_mode mode);

/** @return Bytes of the file; -1: no such handle. */
int32_t semihosting_length(int32_t handle);

/** @return true if all @p len bytes were read. */
int semihosting_read_all(int32_t handle, void *data, size_t len);

/** @return true if all @p len bytes were written. */
int semihosting_write_all(int32_t handle, const void *data, size_t len);

/** Open for reading at a byte: true if the host can. */
int semihosting_seek(int32_t handle, uint32_t offset);

/** A line for the host's console, without the C library. */
void semihosting_say(const char *text);

/** End the emulator with this status. */
_Noreturn void semihosting_exit(int status);

/**
 * @brief The number of an argument "name=number" of the program.
 * @return It; @p otherwise if there is no such argument.
 */
uint32_t semihosting_argument(const char *name, uint32_t otherwise);

/** stdout of the C library goes to the host's console, a line at a time. */
void console_open(void);

#endif
