/* SPDX-License-Identifier: Apache-2.0 */
/* MCUboot's calls of the application, on the bytes of the vectors' device. */
#ifndef TESTS_BOOT_BOOT_CALLS_H
#define TESTS_BOOT_BOOT_CALLS_H

#include "vector_device.h"

/* A "pending" or "confirm" step; what MCUboot returns. */
long boot_call_pending(const json_t *step);
long boot_call_confirm(const json_t *step);

#endif
