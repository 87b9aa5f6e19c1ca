/* SPDX-License-Identifier: Apache-2.0 */
/* The clock that the application may have given (dfu_target_clock_set()). */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* NULL: there is none. */
void clock_set(uint32_t (*now_us)(void));

bool clock_is_there(void);

/* Microseconds since some moment; wraps. 0 without a clock. */
uint32_t clock_now_us(void);

#endif
