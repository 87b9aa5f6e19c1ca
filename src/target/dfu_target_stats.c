/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a download has cost, from its init on.
 *
 * Flash counts all its calls since the start (flash_stats.c), and so do the two counters here; what
 * they were when the init of a download began is taken off. An init itself may save records, so it
 * counts for the download that it begins or goes on with; which of the two, only its end tells.
 */
#include <dfu/dfu_target.h>

#include "flash/flash_stats.h"
#include "target/target_stats.h"

static struct dfu_target_stats now;   /* bytes_received and records alone */
static struct dfu_target_stats start; /* of the download: what all were, and its longest call */
static struct dfu_target_stats init;  /* the same, of the last init */
static bool is_held;                  /* no init begins another download */

static struct dfu_target_stats count(void)
{
	const struct flash_stats flash = flash_stats_get();

	return (struct dfu_target_stats){
		.bytes_received = now.bytes_received,
		.erases = flash.erases,
		.programs = flash.programs,
		.bytes_programmed = flash.bytes_programmed,
		.records = now.records,
		.longest_us = flash.longest_us,
	};
}

void target_stats_init_begins(void)
{
	init = count();
	if (init.longest_us > start.longest_us) {
		start.longest_us = init.longest_us;
	}
	flash_stats_forget_longest();
}

void target_stats_init_done(bool is_other)
{
	if (is_other && !is_held) {
		start = init;
		start.longest_us = 0;
	}
}

void target_stats_begin(void)
{
	is_held = false;
	target_stats_init_begins();
	target_stats_init_done(true);
}

void target_stats_hold(bool holds)
{
	is_held = holds;
}

void target_stats_received(size_t len)
{
	now.bytes_received += (uint32_t)len;
}

void target_stats_saved(void)
{
	now.records++;
}

int dfu_target_stats_get(struct dfu_target_stats *stats)
{
	if (stats == NULL) {
		return -EINVAL;
	}
	*stats = count();
	stats->bytes_received -= start.bytes_received;
	stats->erases -= start.erases;
	stats->programs -= start.programs;
	stats->bytes_programmed -= start.bytes_programmed;
	stats->records -= start.records;
	if (start.longest_us > stats->longest_us) {
		stats->longest_us = start.longest_us;
	}
	return 0;
}
