/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief The modem of a device folder; for sim/device*.c. */
#ifndef SIM_DEVICE_MODEM_H
#define SIM_DEVICE_MODEM_H

#include "board.h"
#include "error.h"
#include "modem.h"

/** A modem whose block is a mapped file; zeros: none. */
struct sim_device_modem {
	struct sim_modem modem;
	uint8_t *block;
	size_t len;
};

/** Before anything is made: a key that a modem can have. NULL @p key: none is wanted. */
DFU_MUST_CHECK int sim_device_modem_check(const struct sim_board *board, const char *key,
					  struct sim_error *error);

/** Make the file; 0 or -errno. A file half made is left, for the caller to remove. */
DFU_MUST_CHECK int sim_device_modem_create(const char *path, const struct sim_board *board,
					   const char *key, struct sim_error *error);

/**
 * @brief Open the modem of the board, and name it to the library.
 *
 * One that is assumed and has no file is not there: the device is older than modems.
 *
 * @retval 0  `block` is NULL if there is none.
 */
DFU_MUST_CHECK int sim_device_modem_open(struct sim_device_modem *modem, const char *path,
					 const struct sim_board *board, struct sim_power *power,
					 struct sim_error *error);

/** Take it back. */
void sim_device_modem_close(struct sim_device_modem *modem);

#endif
