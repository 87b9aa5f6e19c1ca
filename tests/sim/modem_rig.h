/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief A small modem with two firmwares, the patch between them, and a full file. */
#ifndef TESTS_SIM_MODEM_RIG_H
#define TESTS_SIM_MODEM_RIG_H

#include "modem.h"

#define RIG_AREA 16384u
#define RIG_ERASE_MS 5000u
#define RIG_CAPACITY 12288u
#define RIG_FIRMWARE 8192u /**< Bytes of each firmware. */

struct modem_rig {
	struct sim_modem_config config;
	struct sim_power power;
	struct sim_modem modem;
	const struct dfu_modem *port;
	uint8_t *block;
	size_t len;
	uint8_t room[2][RIG_FIRMWARE];
	struct sim_modem_firmware firmware[2]; /**< "1.0.0", which it has, and "2.0.0". */
	uint8_t *patch;                        /**< From the one to the other. */
	size_t patch_len;
	uint8_t *file; /**< With the other, and the dummy signature. */
	size_t file_len;
	size_t wrapper_len;
	struct sim_modem_segment bootloader; /**< Of the file. */
};

/** The rig; one for all tests of a program. */
extern struct modem_rig rig;

/** cmocka's: a new modem. */
int rig_set_up(void **state);
int rig_tear_down(void **state);

/** The reset of the device, power on: another process opens the block. */
void rig_reset(void);

/** The same, and the modem is started. */
enum sim_modem_started rig_start(void);

/** Bytes of the block, as a copy that the caller has to free(); put back by rig_put(). */
uint8_t *rig_take(void);
void rig_put(const uint8_t *copy);

/** Write the patch from where the modem is, in pieces; what the first call that fails returned. */
int rig_download(size_t piece);

/** Write firmware @p firmware, or all of the file, to the modem; the same. */
int rig_load(size_t piece);

/** Let the modem erase; waits. */
void rig_erase(void);

size_t rig_offset(void);
enum sim_modem_state rig_state(void);

/** Whether its firmware is this one, byte for byte. */
bool rig_has(unsigned int number);

#endif
