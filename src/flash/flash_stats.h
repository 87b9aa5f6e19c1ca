/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What flash has been asked for since the start: of every device, by whoever. Counted by flash.c
 * with CONFIG_DFU_TARGET_STATS; under another flash layer nothing calls this, and all stays 0.
 */
#ifndef FLASH_FLASH_STATS_H
#define FLASH_FLASH_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Numbers wrap, but for the longest call. */
struct flash_stats {
	uint32_t erases;   /* pages */
	uint32_t programs; /* calls of a driver */
	uint32_t bytes_programmed;
	uint32_t longest_us; /* program or erase; since flash_stats_forget_longest() */
};

/*
 * A driver is about to be called; what to pass on when it has returned, with whatever code. A
 * driver that hands the call on to another device, as decorators do, is one call.
 */
uint32_t flash_stats_begin(void);
void flash_stats_programmed(size_t len, uint32_t began);
void flash_stats_erased(size_t pages, uint32_t began);

struct flash_stats flash_stats_get(void);
void flash_stats_forget_longest(void);

#endif
