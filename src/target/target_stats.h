/* SPDX-License-Identifier: Apache-2.0 */
/* What a download costs: called by the facade and by who saves, with CONFIG_DFU_TARGET_STATS. */
#ifndef TARGET_TARGET_STATS_H
#define TARGET_TARGET_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* An init that asks a target begins; and it has ended well, where another download begins or not.
 */
void target_stats_init_begins(void);
void target_stats_init_done(bool is_other);

/* Another download begins, whatever the next init says. */
void target_stats_begin(void);

/* Whether inits from here on belong to the present download: those of a package's images do. */
void target_stats_hold(bool holds);

void target_stats_received(size_t len);
void target_stats_saved(void);

#endif
