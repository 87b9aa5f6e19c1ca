/* SPDX-License-Identifier: Apache-2.0 */
/* Which target the facade has a download under way with. */
#ifndef TARGET_TARGET_CURRENT_H
#define TARGET_TARGET_CURRENT_H

#include <dfu/dfu_target.h>

/* 0: *target is set; -EACCES: none was chosen; -EPERM: its download is over. */
int target_under_way(const struct dfu_target_registration **target);

#endif
