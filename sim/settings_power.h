/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief A decorator around a settings back-end, for a device whose power can be cut. */
#ifndef SIM_SETTINGS_POWER_H
#define SIM_SETTINGS_POWER_H

#include <settings/settings.h>

#include "power.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The caller owns it and must not move it while the library uses `backend`. */
struct sim_settings {
	struct settings_backend backend; /**< For settings_backend_set() instead of `inner`. */
	const struct settings_backend *inner;
	struct sim_power *power;
};

/**
 * @brief Decorate @p inner; it and @p power must outlive @p settings.
 *
 * A save is one operation, and a torn one leaves the old value or the new one. Deleting a name that
 * is not there is none.
 */
void sim_settings_init(struct sim_settings *settings, const struct settings_backend *inner,
		       struct sim_power *power);

#ifdef __cplusplus
}
#endif

#endif
