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
/* A pointer in a list that the linker collects between __start_<list> and __stop_<list>. Clang's
 * linker would take the list away with the sections that nobody refers to. */
#if defined(__clang__)
#define DFU_LINKER_LIST(list) __attribute__((used, retain, section(#list)))
#else
#define DFU_LINKER_LIST(list) __attribute__((used, section(#list)))
#endif
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
