/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/dfu_target.h>
#include <dfu/dfu_target_mcuboot.h>

#include "target/target_current.h"

int dfu_target_prepare(uint32_t budget_ms)
{
	const struct dfu_target_registration *target;
	const int rc = target_under_way(&target);

	if (rc != 0) {
		return rc;
	}
	if (target->prepare != NULL) {
		return target->prepare(budget_ms);
	}
	/* Not in its row, which would link it into every build that has the target. */
	return target->type == DFU_TARGET_IMAGE_TYPE_MCUBOOT ? dfu_target_mcuboot_prepare(budget_ms)
							     : -ENOTSUP;
}
