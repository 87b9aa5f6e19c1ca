/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

#define BAR_WIDTH 32u
#define NS_PER_S UINT64_C(1000000000)

/* The cursor stands behind a bar; of the process, which has one terminal. */
static bool open_line;

static uint64_t elapsed_ns(const struct timespec *start)
{
	struct timespec now;
	int64_t ns;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (int64_t)(now.tv_sec - start->tv_sec) * 1000000000 + (now.tv_nsec - start->tv_nsec);
	return ns > 0 ? (uint64_t)ns : 1;
}

/* "12.3 KiB/s": one digit after the point, units of 1024. */
static void rate_text(char *text, size_t room, uint64_t bytes, uint64_t ns)
{
	static const char *const units[] = {"B/s", "KiB/s", "MiB/s", "GiB/s"};
	/* A file has less than 2^29 bytes: the product stays below 2^64. */
	uint64_t tenths = bytes * 10 * NS_PER_S / ns;
	size_t unit = 0;

	while (tenths >= 10240 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		tenths /= 1024;
		unit++;
	}
	(void)snprintf(text, room, "%u.%u %s", (unsigned int)(tenths / 10),
		       (unsigned int)(tenths % 10), units[unit]);
}

static void draw_bar(const struct cli_progress *progress, unsigned int percent)
{
	unsigned int full = percent * BAR_WIDTH / 100;

	printf("\r%s[", progress->color ? "\033[32m" : "");
	for (unsigned int i = 0; i < BAR_WIDTH; i++) {
		putchar(i < full ? '#' : '.');
	}
	printf("]%s ", progress->color ? "\033[0m" : "");
}

static void draw(struct cli_progress *progress, size_t done)
{
	uint64_t ns = elapsed_ns(&progress->start);
	uint64_t received = done - progress->first;
	uint64_t left_s = received > 0 ? (progress->total - done) * (ns / 1000) / received / 1000000
				       : 0;
	unsigned int percent = (unsigned int)((uint64_t)done * 100 / progress->total);
	char rate[32];

	rate_text(rate, sizeof(rate), received, ns);
	if (progress->terminal) {
		draw_bar(progress, percent);
	}
	printf("%3u%%  %12s  ETA %u:%02u", percent, rate, (unsigned int)(left_s / 60),
	       (unsigned int)(left_s % 60));
	/* A longer line may stand there. */
	fputs(progress->terminal ? "   " : "\n", stdout);
	open_line = progress->terminal;
	(void)fflush(stdout);
}

static unsigned int step_of(const struct cli_progress *progress, size_t done)
{
	const unsigned int steps = progress->terminal ? 100 : 10;

	return (unsigned int)((uint64_t)done * steps / progress->total);
}

void cli_progress_begin(struct cli_progress *progress, size_t first, size_t total, bool enabled)
{
	*progress = (struct cli_progress){
		.total = total > 0 ? total : 1,
		.first = first,
		.enabled = enabled,
		.terminal = isatty(STDOUT_FILENO) == 1,
		.color = cli_wants_color(),
	};
	progress->step = step_of(progress, first);
	(void)clock_gettime(CLOCK_MONOTONIC, &progress->start);
}

void cli_progress_show(struct cli_progress *progress, size_t done)
{
	const unsigned int step = step_of(progress, done);

	if (!progress->enabled || step == progress->step) {
		return;
	}
	progress->step = step;
	draw(progress, done);
}

void cli_progress_end(void)
{
	if (open_line) {
		putchar('\n');
		open_line = false;
	}
}
