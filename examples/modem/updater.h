/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates of a modem in an application. For nRF91 the functions of the board are, in this order,
 * dfu_modem_nrf's port (modem_nrf.h), nrf_modem_lib_init, nrf_modem_lib_shutdown and k_msleep.
 */
#ifndef EXAMPLES_MODEM_UPDATER_H
#define EXAMPLES_MODEM_UPDATER_H

#include <stddef.h>
#include <stdint.h>

#include <dfu/dfu_target_full_modem.h>
#include <dfu/modem.h>

/* What the application gives; everything lives as long as the program. */
struct updater_board {
	const struct dfu_modem *modem;
	int (*modem_on)(void);
	int (*modem_off)(void);
	void (*sleep_ms)(uint32_t ms);
	struct dfu_target_fmfu_fdev store; /* flash for whole firmwares */
};

/* A file on a server: read() gives up to len bytes from an offset on, or a negative errno. */
struct updater_file {
	size_t size;
	int (*read)(size_t offset, void *chunk, size_t len);
};

/* Start the modem, after every reset and with settings ready. 0 or a negative errno. */
int updater_start(const struct updater_board *board);

/*
 * Fetch a file, a patch or a whole firmware, and have the modem take it. 0: the modem runs, with
 * the new firmware if it takes it. A negative errno: it runs the old one, and the next call goes on
 * where this one ended; but if fmfu_fdev_pending(), reset the device: its start tries again.
 */
int updater_fetch(const struct updater_file *file);

#endif
