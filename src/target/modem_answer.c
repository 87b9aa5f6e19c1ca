/* SPDX-License-Identifier: Apache-2.0 */
#include "target/modem_answer.h"

#include <errno.h>
#include <stdint.h>

#include <dfu/modem.h>

/* What has no entry, and what no modem of today answers, is EFAULT. */
static const uint8_t errnos[DFU_MODEM_CODES] = {
	[DFU_MODEM_OUT_OF_MEMORY] = ENOMEM,       [DFU_MODEM_BLOCK_TOO_LARGE] = E2BIG,
	[DFU_MODEM_INVALID_HEADER] = EINVAL,      [DFU_MODEM_INVALID_DATA] = EINVAL,
	[DFU_MODEM_INVALID_UUID] = EINVAL,        [DFU_MODEM_AREA_NOT_BLANK] = EINVAL,
	[DFU_MODEM_INVALID_FILE_OFFSET] = EINVAL, [DFU_MODEM_INCOMPLETE_DATA] = EINVAL,
	[DFU_MODEM_ERASE_PENDING] = EAGAIN,
};

_Static_assert(ENOMEM <= UINT8_MAX && E2BIG <= UINT8_MAX && EINVAL <= UINT8_MAX &&
		       EAGAIN <= UINT8_MAX,
	       "an errno fits a byte");

int modem_answer(int rc)
{
	if (rc <= 0) {
		return rc;
	}
	return rc < DFU_MODEM_CODES && errnos[rc] != 0 ? -errnos[rc] : -EFAULT;
}
