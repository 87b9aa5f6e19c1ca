/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two ways of updating have in common; modem_nrf_delta.c is that of patches,
 * modem_nrf_full.c that of whole firmwares.
 *
 * The library's errors have the names of the C library's and numbers of their own: 35 is EAGAIN
 * there and ENOMSG in newlib. Each goes through the table below.
 */
#include <modem/modem_nrf_parts.h>

#include <errno.h>

#include <nrf_errno.h>

static const struct {
	int nrf;
	int c;
} errors[] = {
	{NRF_EPERM, EPERM},           {NRF_ENOENT, ENOENT},       {NRF_EIO, EIO},
	{NRF_ENOEXEC, ENOEXEC},       {NRF_EBADF, EBADF},         {NRF_ENOMEM, ENOMEM},
	{NRF_EACCES, EACCES},         {NRF_EFAULT, EFAULT},       {NRF_EINVAL, EINVAL},
	{NRF_EAGAIN, EAGAIN},         {NRF_ENOLCK, ENOLCK},       {NRF_ENOSYS, ENOSYS},
	{NRF_EOPNOTSUPP, EOPNOTSUPP}, {NRF_ETIMEDOUT, ETIMEDOUT}, {NRF_EALREADY, EALREADY},
	{NRF_ESHUTDOWN, EPERM}, /* C libraries of microcontrollers have no ESHUTDOWN */
};

int dfu_modem_nrf_error(int nrf)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (nrf == -errors[i].nrf) {
			return -errors[i].c;
		}
	}
	return nrf == 0 ? 0 : -EIO;
}

int dfu_modem_nrf_init(struct dfu_modem_nrf *nrf, const struct dfu_modem_nrf_config *config)
{
	if (nrf == NULL || config == NULL || config->sleep_ms == NULL ||
	    config->uptime_ms == NULL) {
		return -EINVAL;
	}
	*nrf = (struct dfu_modem_nrf){
		.port = {.delta = &dfu_modem_nrf_delta, .full = &dfu_modem_nrf_full, .data = nrf},
		.config = config,
	};
	return 0;
}
