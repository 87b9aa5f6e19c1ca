/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for ports/flash/nrf_nvmc_io.h: registers and flash of fake_nvmc.c. */
#ifndef PORTS_NRF_NVMC_IO_H
#define PORTS_NRF_NVMC_IO_H

#include <stddef.h>
#include <stdint.h>

uint32_t nrf_nvmc_get(uintptr_t address);
void nrf_nvmc_put(uintptr_t address, uint32_t value);
void nrf_nvmc_copy(uint8_t *to, uintptr_t address, size_t len);

#endif
