/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file @brief What the public headers need of the compiler, and errno names that some C libraries
 * lack.
 */
#ifndef DFU_COMPILER_H
#define DFU_COMPILER_H

#include <errno.h>

#if defined(__GNUC__)
#define DFU_MUST_CHECK __attribute__((warn_unused_result))
#define DFU_PRINTF(text, args) __attribute__((format(printf, text, args)))
#define DFU_NOINLINE __attribute__((noinline))
#else
#define DFU_MUST_CHECK
#define DFU_PRINTF(text, args)
#define DFU_NOINLINE
#endif

/**
 * Boot state on flash that only an erase can mend. Linux has the name, newlib and picolibc do not.
 */
#ifndef EUCLEAN
#define EUCLEAN 2001
#endif

#endif
