/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   begin --> PENDING --> look --> empty: DONE
 *                          | ^ \-> not empty: once more from the beginning, then -EFAULT
 *                          | |
 *                 erasing: TIMEOUT each CONFIG_DFU_TARGET_MODEM_TIMEOUT seconds
 *
 * Known modems may also answer INVALID_DATA for a while as they erase. One that answers nothing
 * else from one time-out to the next means it.
 */
#include "target/modem_erase.h"

#include <errno.h>
#include <stddef.h>

#include "target/modem_answer.h"

static void tell(const struct modem_erase *erase, enum dfu_target_evt_id event)
{
	if (erase->callback != NULL) {
		erase->callback(event);
	}
}

int modem_erase_begin(struct modem_erase *erase, bool is_under_way)
{
	const int rc = is_under_way ? DFU_MODEM_ERASE_PENDING
				    : erase->modem->delta->erase(erase->modem);

	if (rc != 0 && rc != DFU_MODEM_ERASE_PENDING) {
		return modem_answer(rc);
	}
	erase->has_pended = false;
	tell(erase, DFU_TARGET_EVT_ERASE_PENDING);
	return 0;
}

int modem_erase_look(struct modem_erase *erase)
{
	size_t offset;
	const int rc = erase->modem->delta->offset(erase->modem, &offset);

	if (rc == DFU_MODEM_INVALID_DATA) {
		return -EAGAIN;
	}
	erase->has_pended = true;
	if (rc != 0) {
		return modem_answer(rc);
	}
	if (offset == 0) {
		tell(erase, DFU_TARGET_EVT_ERASE_DONE);
		return 0;
	}
	if (erase->is_repeated) {
		return -EFAULT;
	}
	erase->is_repeated = true;
	const int again = erase->modem->delta->erase(erase->modem);
	return again == 0 ? -EAGAIN : modem_answer(again);
}

int modem_erase_time_out(struct modem_erase *erase)
{
	if (!erase->has_pended) {
		return modem_answer(DFU_MODEM_INVALID_DATA);
	}
	erase->has_pended = false;
	tell(erase, DFU_TARGET_EVT_TIMEOUT);
	return -EAGAIN;
}
