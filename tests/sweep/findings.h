/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the suites found out, for the support matrix of the README: a line "mode,capability,finding"
 * in the file that the environment variable SLOTWISE_FINDINGS names; without it nothing is written.
 */
#ifndef TESTS_SWEEP_FINDINGS_H
#define TESTS_SWEEP_FINDINGS_H

#include <dfu/boot.h>
#include <dfu/compiler.h>

/* Begin the file anew. */
void findings_begin(enum boot_mode mode);

void findings_add(const char *capability, const char *format, ...) DFU_PRINTF(2, 3);

/* "ENOTSUP" of -ENOTSUP, as far as the suites meet it; "yes" of 0. */
const char *findings_name(int rc);

#endif
