/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the measured device, in a log on flash of their own; or none, as the build says. */
#ifndef BENCH_STORAGE_H
#define BENCH_STORAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <timing.h>

/* What reached them and their flash since storage_open(). */
struct storage_cost {
	unsigned long records; /* values saved */
	unsigned long deletions;
	unsigned long erases;
	unsigned long programs;
	unsigned long long bytes; /* programmed */
	unsigned long reads;
	uint64_t us; /* that their flash took, if a part was named */
};

/*
 * Settings as after a reset of a device that has used them before. With `count` the flash is strict
 * and counts, which takes instructions of its own.
 */
int storage_open(bool count);

/* Their flash takes the time of this part, from the next storage_open() on. */
void storage_time(const struct sim_timing_part *part);

void storage_get_cost(struct storage_cost *cost);

#endif
