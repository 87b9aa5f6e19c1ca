/* SPDX-License-Identifier: Apache-2.0 */
#include "flash/flash_stats.h"

#include "common/clock.h"

static struct flash_stats stats;
static unsigned int depth; /* calls that have begun */

uint32_t flash_stats_begin(void)
{
	depth++;
	return clock_now_us();
}

/* A call has ended: whether it is the outermost one. */
static bool end_call(uint32_t began)
{
	const uint32_t passed = clock_now_us() - began;

	depth--;
	if (depth > 0) {
		return false;
	}
	if (passed > stats.longest_us) {
		stats.longest_us = passed;
	}
	return true;
}

void flash_stats_programmed(size_t len, uint32_t began)
{
	if (end_call(began)) {
		stats.programs++;
		stats.bytes_programmed += (uint32_t)len;
	}
}

void flash_stats_erased(size_t pages, uint32_t began)
{
	if (end_call(began)) {
		stats.erases += (uint32_t)pages;
	}
}

struct flash_stats flash_stats_get(void)
{
	return stats;
}

void flash_stats_forget_longest(void)
{
	stats.longest_us = 0;
}
