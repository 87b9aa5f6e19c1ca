/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a download may begin or go on, before anything is touched. */
#ifndef TARGET_MCUBOOT_ADMIT_H
#define TARGET_MCUBOOT_ADMIT_H

#include <stddef.h>

#include "target/mcuboot_slot.h"

/*
 * Where a file of so many bytes (0: not known) goes, and the most bytes it may have. Errors as of
 * dfu_target_mcuboot_init(); slot and limit are undefined then.
 */
int mcuboot_admit(int img_num, size_t file_size, const struct mcuboot_slot_verifier *verifier,
		  struct mcuboot_slot *slot, size_t *limit);

/*
 * Whether the first bytes of a file tell that it can never be installed. -EADDRINUSE: a bootloader
 * that is fixed at the slot of the one that runs; others as boot_s0_active_get().
 */
int mcuboot_admit_first(int img_num, const uint8_t first[DFU_IMAGE_HEADER_LEN]);

#endif
