/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The on-chip flash of nRF51 and nRF52, through their controller NVMC.
 *
 *     struct flash_nrf_nvmc my_flash;
 *
 *     rc = flash_nrf_nvmc_init(&my_flash);
 *     ... &my_flash.device ...
 *
 * The controller stops the CPU while it erases or programs flash that code runs from: some 20 ms
 * (nRF51) or 85 ms (nRF52) a page, 41 to 46 us a word. Pages that the bootloader or a SoftDevice
 * has locked (ACL, BPROT, UICR) stay as they are, without an error from the controller; reading
 * back, as the library does, shows it.
 */
#ifndef PORTS_FLASH_NRF_NVMC_H
#define PORTS_FLASH_NRF_NVMC_H

#include <drivers/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The flash; the application owns it and does not move it while `device` is in use. */
struct flash_nrf_nvmc {
	struct device device; /**< For the library. */
	struct flash_pages_layout layout;
};

/**
 * @brief Ask the chip for its pages, and make `device` ready.
 *
 * @retval 0        Ready.
 * @retval -ENODEV  The chip names no size of a page or of its flash: not an nRF51 or nRF52.
 * `device` is not ready.
 *
 * Later, a program or an erase after which the controller does not become ready for some seconds is
 * -ETIMEDOUT, and leaves flash as a power cut does. Reads do not fail.
 */
DFU_MUST_CHECK int flash_nrf_nvmc_init(struct flash_nrf_nvmc *flash);

/** `api` of the device: write block 4 bytes, erased value 0xff. */
extern const struct flash_driver_api flash_nrf_nvmc_api;

#ifdef __cplusplus
}
#endif

#endif
