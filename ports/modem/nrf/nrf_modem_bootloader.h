/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the port uses of the modem library's header of this name, for builds without its SDK
 * (modem_nrf.h).
 */
#ifndef NRF_MODEM_BOOTLOADER_H__
#define NRF_MODEM_BOOTLOADER_H__

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NRF_MODEM_BOOTLOADER_DIGEST_LEN 8

struct nrf_modem_bootloader_digest {
	uint32_t data[NRF_MODEM_BOOTLOADER_DIGEST_LEN];
};

struct nrf_modem_bootloader_fw_segment {
	uint32_t start_addr;
	uint32_t end_addr;
};

int nrf_modem_bootloader_bl_write(void *src, uint32_t len);
int nrf_modem_bootloader_fw_write(uint32_t addr, void *src, uint32_t len);
int nrf_modem_bootloader_update(void);
int nrf_modem_bootloader_verify(const void *data, uint32_t len);
/* A C++ program has a struct and a function of one name side by side, as C has. */
int nrf_modem_bootloader_digest(struct nrf_modem_bootloader_fw_segment *segments,
				size_t num_segments, struct nrf_modem_bootloader_digest *digest);

#ifdef __cplusplus
}
#endif

#endif
