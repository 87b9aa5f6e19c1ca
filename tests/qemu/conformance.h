/* SPDX-License-Identifier: Apache-2.0 */
/* How the programs that judge a flash port call the suite. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stdio.h>

#include <conformance/flash_conformance.h>

static inline void conformance_print(void *arg, const char *line)
{
	(void)arg;
	printf("%s\n", line);
}

/** The program's exit status. */
static inline int conformance_status(const struct flash_conformance *suite)
{
	return flash_conformance_run(suite) == 0 ? 0 : 1;
}

#endif
