/* SPDX-License-Identifier: Apache-2.0 */
/* What a reset left, compared with what MCUboot left in a record. */
#ifndef TESTS_BOOT_BOOT_EXPECTED_H
#define TESTS_BOOT_BOOT_EXPECTED_H

#include <boot_model.h>

#include "vector_device.h"

/* The first difference; "" if there is none. */
struct boot_difference {
	char text[200];
};

/* Compare all that counts of a "boot" step: result and slots. */
void boot_expected_check(struct boot_difference *difference, const json_t *step,
			 const struct sim_boot_result *result);

/* Note a difference, unless there is one already. */
void boot_differs(struct boot_difference *difference, const char *format, ...) DFU_PRINTF(2, 3);

#endif
