/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Never wait for the modem: look when asked. Time-outs are measured from the beginning, so that
 * they come each so many seconds however seldom somebody asks; of those that passed meanwhile one
 * is told.
 */
#include <errno.h>
#include <stddef.h>

#include <dfu/config.h>

#include "target/modem_erase.h"

#define TIMEOUT_MS ((uint32_t)CONFIG_DFU_TARGET_MODEM_TIMEOUT * 1000u)

int modem_erase_prepare(struct modem_erase *erase)
{
	const struct dfu_modem_delta_api *api = erase->modem->delta;

	erase->since_ms = api->uptime_ms != NULL ? api->uptime_ms(erase->modem) : 0;
	return 0;
}

int modem_erase_await(struct modem_erase *erase)
{
	const struct dfu_modem_delta_api *api = erase->modem->delta;
	const int rc = modem_erase_look(erase);

	if (rc != -EAGAIN || api->uptime_ms == NULL) {
		return rc;
	}
	const uint32_t passed_ms = api->uptime_ms(erase->modem) - erase->since_ms;
	if (passed_ms < TIMEOUT_MS) {
		return rc;
	}
	erase->since_ms += passed_ms - passed_ms % TIMEOUT_MS;
	return modem_erase_time_out(erase);
}
