/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Why something of the simulator failed, in words for the person who asked. */
#ifndef SIM_ERROR_H
#define SIM_ERROR_H

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A reason: which file, node or property, and what is wrong with it. Set by every call that fails.
 */
struct sim_error {
	char text[2048];
};

/** Set the text and return @p rc. */
int sim_fail(struct sim_error *error, int rc, const char *format, ...) DFU_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif

#endif
