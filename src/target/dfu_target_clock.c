/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/dfu_target.h>

#include "common/clock.h"

void dfu_target_clock_set(uint32_t (*now_us)(void))
{
	clock_set(now_us);
}
