/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the port uses of the modem library's header of this name, for builds without its SDK
 * (modem_nrf.h).
 */
#ifndef NRF_MODEM_H__
#define NRF_MODEM_H__

#ifdef __cplusplus
extern "C" {
#endif

/* Memory, interrupt and fault handler: the application's matter, only passed on here. */
struct nrf_modem_bootloader_init_params;

int nrf_modem_bootloader_init(const struct nrf_modem_bootloader_init_params *params);

#ifdef __cplusplus
}
#endif

#endif
