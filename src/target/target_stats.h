/* SPDX-License-Identifier: Apache-2.0 */
/* What a download costs: called by the facade and by the settings, with CONFIG_DFU_TARGET_STATS. */
#ifndef TARGET_TARGET_STATS_H
#define TARGET_TARGET_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* An init that asks a target begins; and it has ended well, where another download begins or not.
 */
void target_stats_init_begins(void);
void target_stats_init_done(bool is_other);

/*
 * What comes until it is called with false is one download, however many targets' inits it takes.
 */
void target_stats_join(bool begins);

void target_stats_received(size_t len);
void target_stats_saved(void);

#endif
