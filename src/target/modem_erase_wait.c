/* SPDX-License-Identifier: Apache-2.0 */
/* Wait for the modem, with the port's sleep: a look each second. */
#include <errno.h>
#include <stddef.h>

#include <dfu/config.h>

#include "target/modem_erase.h"

int modem_erase_prepare(struct modem_erase *erase)
{
	return erase->modem->delta->sleep_ms != NULL ? 0 : -ENOSYS;
}

int modem_erase_await(struct modem_erase *erase)
{
	for (uint32_t seconds = 0;; seconds++) {
		int rc = modem_erase_look(erase);

		if (rc == -EAGAIN && seconds > 0 &&
		    seconds % CONFIG_DFU_TARGET_MODEM_TIMEOUT == 0) {
			rc = modem_erase_time_out(erase);
		}
		if (rc != -EAGAIN) {
			return rc;
		}
		erase->modem->delta->sleep_ms(erase->modem, 1000);
	}
}
