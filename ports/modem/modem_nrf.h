/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief The modem of nRF91, through its maker's library nrf_modem: the one with
 * nrf_modem_bootloader_*() (nRF Connect SDK 2.3), and a size_t in nrf_modem_delta_dfu_offset().
 *
 * A firmware compiles modem_nrf.c, modem_nrf_delta.c and modem_nrf_full.c with its SDK's headers on
 * the include path, and links the SDK's library. ports/modem/nrf/ holds the declarations that the
 * files need, under the same names, for builds without an SDK; it must not be on a firmware's
 * include path.
 *
 * In an application for the nRF Connect SDK:
 *
 *     static void wait_ms(uint32_t ms)
 *     {
 *             k_msleep((int32_t)ms);
 *     }
 *
 *     static const struct dfu_modem_nrf_config config = {
 *             .sleep_ms = wait_ms,
 *             .uptime_ms = k_uptime_get_32,
 *     };
 *     static struct dfu_modem_nrf modem;
 *
 *     static int full_update(void)
 *     {
 *             int rc = nrf_modem_lib_bootloader_init();
 *
 *             rc = rc == 0 ? fmfu_fdev_load(buf, sizeof(buf), flash, offset) : rc;
 *             nrf_modem_lib_shutdown();
 *             return rc;
 *     }
 *
 *     int main(void)
 *     {
 *             int rc = dfu_modem_nrf_init(&modem, &config);
 *
 *             dfu_modem_set(&modem.port);
 *             if (fmfu_fdev_pending()) {
 *                     rc = full_update();
 *             }
 *             rc = nrf_modem_lib_init();
 *             ...
 *
 * A device that runs and has stored a file calls fmfu_fdev_check() first, which needs no modem,
 * then nrf_modem_lib_shutdown(), full_update() and, whatever its result, nrf_modem_lib_init(). A
 * patch is applied by the next nrf_modem_lib_init(), whose result says how that went. Patches need
 * the library running, full updates need it shut down before they begin.
 *
 * Errors of the library, whose numbers are its own, become the C library's errno of the same name.
 * Exceptions: NRF_ESHUTDOWN is -EPERM like NRF_EPERM, the library does not run. -EIO: a number that
 * is not known, and a positive answer to a full update. -EACCES of verify: refused, by NRF_EACCES
 * or NRF_EPERM; -ENODEV of begin: a modem that the library does not know.
 */
#ifndef PORTS_MODEM_NRF_H
#define PORTS_MODEM_NRF_H

#include <stdbool.h>
#include <stdint.h>

#include <dfu/compiler.h>
#include <dfu/modem.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DFU_MODEM_NRF_RANGES_MAX 16 /**< Ranges of one digest; the modems have five at most. */

struct nrf_modem_bootloader_init_params; /* the library's */

/** What the port needs of the application. */
struct dfu_modem_nrf_config {
	/** Start the modem's bootloader with these, which are the library's (memory it shares with
	 *  the modem, interrupt priority, fault handler). The library must be shut down before:
	 *  otherwise -EPERM, nothing touched. NULL: the application starts the bootloader before a
	 *  full update, by nrf_modem_lib_bootloader_init() for example. */
	const struct nrf_modem_bootloader_init_params *bootloader;
	/** Let other threads run for so long; the erase of a patch area waits with it. */
	void (*sleep_ms)(uint32_t ms);
	/** Milliseconds since some moment; wraps. */
	uint32_t (*uptime_ms)(void);
};

/** The modem; the application owns it, the members but `port` are this port's. */
struct dfu_modem_nrf {
	struct dfu_modem port; /**< For dfu_modem_set(). Points to this struct: it must not move. */
	const struct dfu_modem_nrf_config *config;
	bool has_session; /* the library lends its memory to a patch */
	bool is_begun;    /* this port started the bootloader, and it has not ended */
};

/**
 * @brief Set up the port. Calls nothing of the library.
 *
 * @param nrf     Lives as long as it is named by dfu_modem_set().
 * @param config  As long, too; constant.
 *
 * @retval 0        nrf->port is a modem that takes patches and whole firmwares.
 * @retval -EINVAL  @p nrf, @p config, its sleep_ms or uptime_ms is NULL; @p nrf unchanged.
 */
DFU_MUST_CHECK int dfu_modem_nrf_init(struct dfu_modem_nrf *nrf,
				      const struct dfu_modem_nrf_config *config);

#ifdef __cplusplus
}
#endif

#endif
