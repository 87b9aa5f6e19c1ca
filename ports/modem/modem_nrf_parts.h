/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the port to nRF91's modem share. */
#ifndef PORTS_MODEM_NRF_PARTS_H
#define PORTS_MODEM_NRF_PARTS_H

#include <modem/modem_nrf.h>

/* 0, or the C library's errno of an error of the modem library; of any other number -EIO. */
int dfu_modem_nrf_error(int nrf);

extern const struct dfu_modem_delta_api dfu_modem_nrf_delta;
extern const struct dfu_modem_full_api dfu_modem_nrf_full;

#endif
