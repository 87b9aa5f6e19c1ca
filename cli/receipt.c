/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers are the library's (dfu_target_stats_get()): what went to the flash of the device.
 * Settings are a file here, so their records are counted, and no program of them. The clock is that
 * of the simulated parts, which moves with their erases and programs alone.
 */
#include "receipt.h"

#include <dfu/dfu_target.h>

#include <timing.h> /* sim/ */

#include "output.h"

static uint32_t read_clock(void)
{
	return (uint32_t)sim_timing_now_us();
}

void cli_receipt_begin(void)
{
	dfu_target_clock_set(read_clock);
}

static json_t *describe(const struct dfu_target_stats *stats)
{
	json_t *receipt = json_object();
	const struct {
		const char *key;
		uint32_t value;
	} members[] = {
		{"bytes_received", stats->bytes_received},
		{"erases", stats->erases},
		{"programs", stats->programs},
		{"bytes_programmed", stats->bytes_programmed},
		{"records", stats->records},
		{"longest_us", stats->longest_us},
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		(void)json_object_set_new(receipt, members[i].key, json_integer(members[i].value));
	}
	return receipt;
}

void cli_receipt(struct cli *cli)
{
	struct dfu_target_stats stats;

	if (dfu_target_stats_get(&stats) != 0) {
		return;
	}
	cli_report(cli, "receipt", describe(&stats));
	cli_say(cli,
		"flash: %lu bytes received, %lu erases, %lu programs of %lu bytes, %lu records, "
		"longest call %lu.%03lu ms",
		(unsigned long)stats.bytes_received, (unsigned long)stats.erases,
		(unsigned long)stats.programs, (unsigned long)stats.bytes_programmed,
		(unsigned long)stats.records, (unsigned long)(stats.longest_us / 1000),
		(unsigned long)(stats.longest_us % 1000));
}
