/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it takes to find a setting in a log on flash. One name is saved until its sector is full and
 * looked up each time; beside it the log holds one other entry. Prints "records reads" of the last
 * and dearest look-up: the records in the sector, and the reads of flash.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <settings/settings.h>

#include "storage.h"

#define SAVES 1000 /* more than a sector holds */

static const char name[] = "dfu/MCUBOOT0";
static uint8_t value[32]; /* as long as a record of progress */

static unsigned long erases_until_now(void)
{
	struct storage_cost cost;

	storage_get_cost(&cost);
	return cost.erases;
}

static int save(uint32_t number)
{
	memcpy(value, &number, sizeof(number));
	return settings_save_one(name, value, sizeof(value));
}

static int look_up(unsigned long *reads)
{
	uint8_t found[sizeof(value)];
	struct storage_cost cost;

	storage_get_cost(&cost);
	const unsigned long before = cost.reads;
	const ssize_t n = settings_load_one(name, found, sizeof(found));
	storage_get_cost(&cost);
	*reads = cost.reads - before;
	return n == (ssize_t)sizeof(found) && memcmp(found, value, sizeof(found)) == 0 ? 0 : 1;
}

/* From one rotation, which leaves two records, to the next. */
static int fill_sector(unsigned long *records, unsigned long *reads)
{
	int rc = save(0);
	const unsigned long erases = erases_until_now();

	*records = 2;
	for (uint32_t i = 1; rc == 0 && i < SAVES; i++) {
		rc = look_up(reads);
		if (rc == 0) {
			rc = save(i);
		}
		if (erases_until_now() != erases) {
			return rc;
		}
		*records += 1;
	}
	return rc != 0 ? rc : 1;
}

int main(void)
{
	unsigned long records = 0;
	unsigned long reads = 0;

	if (storage_open(true) != 0 || fill_sector(&records, &reads) != 0) {
		fprintf(stderr, "bench_lookup: failed\n");
		return 1;
	}
	printf("%lu %lu\n", records, reads);
	return 0;
}
