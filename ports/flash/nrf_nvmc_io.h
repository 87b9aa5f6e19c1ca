/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief How flash_nrf_nvmc.c reaches registers and flash: by their addresses. */
#ifndef PORTS_NRF_NVMC_IO_H
#define PORTS_NRF_NVMC_IO_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t nrf_nvmc_get(uintptr_t address)
{
	return *(const volatile uint32_t *)address;
}

static inline void nrf_nvmc_put(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

/* Flash may begin at address 0, which is no null pointer here: no memcpy(). */
static inline void nrf_nvmc_copy(uint8_t *to, uintptr_t address, size_t len)
{
	const volatile uint8_t *from = (const volatile uint8_t *)address;

	for (size_t i = 0; i < len; i++) {
		to[i] = from[i];
	}
}

#endif
