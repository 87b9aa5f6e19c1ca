/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the port uses of the modem library's header of this name, for builds without its SDK
 * (modem_nrf.h).
 */
#ifndef NRF_MODEM_DELTA_DFU_H__
#define NRF_MODEM_DELTA_DFU_H__

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NRF_MODEM_DELTA_DFU_UUID_LEN 36
#define NRF_MODEM_DELTA_DFU_OFFSET_DIRTY 2621440

struct nrf_modem_delta_dfu_uuid {
	uint8_t data[NRF_MODEM_DELTA_DFU_UUID_LEN];
};

/* A C++ program has a struct and a function of one name side by side, as C has. */
int nrf_modem_delta_dfu_uuid(struct nrf_modem_delta_dfu_uuid *modem_uuid);
int nrf_modem_delta_dfu_area(size_t *size);
int nrf_modem_delta_dfu_offset(size_t *offset);
int nrf_modem_delta_dfu_erase(void);
int nrf_modem_delta_dfu_write_init(void);
int nrf_modem_delta_dfu_write(const void *src, size_t len);
int nrf_modem_delta_dfu_write_done(void);
int nrf_modem_delta_dfu_update(void);
int nrf_modem_delta_dfu_rollback(void);

#ifdef __cplusplus
}
#endif

#endif
