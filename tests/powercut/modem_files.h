/* SPDX-License-Identifier: Apache-2.0 */
/* Firmwares of the modem, and the files that bring them; made once, and kept. */
#ifndef TESTS_POWERCUT_MODEM_FILES_H
#define TESTS_POWERCUT_MODEM_FILES_H

#include <modem_firmware.h> /* sim/ */

#include "device.h"

/* The firmwares of a modem's life. */
enum modem_version {
	MODEM_OLD, /* what ran when all began */
	MODEM_NEW,
	MODEM_OTHER, /* comes in place of the new one */
	MODEM_VERSIONS
};

struct modem_files {
	struct sim_modem_firmware firmware[MODEM_VERSIONS];
	struct sim_modem_segment bootloader[MODEM_VERSIONS]; /* of the full files */
	/* From one to another; no bytes where that is the same. */
	struct device_file patch[MODEM_VERSIONS][MODEM_VERSIONS];
	struct device_file full[MODEM_VERSIONS];
	struct device_file unsigned_other; /* with a signature that the modem refuses */
	size_t capacity;                   /* that a modem needs for any of them */
	size_t longest_patch;
};

/* @p scale: firmwares have about 600 bytes for 1, and so on. The same for the same scale. */
const struct modem_files *modem_files_get(unsigned int scale);

#endif
