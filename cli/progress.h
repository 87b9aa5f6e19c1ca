/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Progress of a download: percent, rate, time left.
 *
 * A bar that redraws itself on a terminal; elsewhere a plain line every tenth.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/** A bar; fields are its own. */
struct cli_progress {
	size_t total; /* Bytes; not 0. */
	size_t first; /* Bytes that were there at the start. */
	struct timespec start;
	bool enabled;
	bool terminal;
	bool color;
	unsigned int step; /* Last one drawn: tenths, on a terminal percent. */
};

/** Begin at @p first of @p total bytes. Draws nothing, ever, unless @p enabled. */
void cli_progress_begin(struct cli_progress *progress, size_t first, size_t total, bool enabled);

/** @p done bytes of the total are there. */
void cli_progress_show(struct cli_progress *progress, size_t done);

/** Leave the line of a bar, if the cursor stands in one, before anything else is printed. */
void cli_progress_end(void);

#endif
