/* SPDX-License-Identifier: Apache-2.0 */
#include <dfu/modem.h>

static const struct dfu_modem *device_modem;

void dfu_modem_set(const struct dfu_modem *modem)
{
	device_modem = modem;
}

const struct dfu_modem *dfu_modem_get(void)
{
	return device_modem;
}
