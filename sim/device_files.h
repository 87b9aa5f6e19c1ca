/* SPDX-License-Identifier: Apache-2.0 */
/** @file @brief Names of the files in a device folder; for sim/device*.c. */
#ifndef SIM_DEVICE_FILES_H
#define SIM_DEVICE_FILES_H

#include <stdio.h>

#include "board.h"

#define SIM_PATH_MAX 4096 /**< Bytes of the longest path, with its terminator. */
#define SIM_DEVICE_BOARD "board.dtb"
#define SIM_DEVICE_SETTINGS "settings"
#define SIM_DEVICE_KEY "public-key.pem"
#define SIM_DEVICE_MODEM "modem.bin"

/** Path of a file of the folder; 0 or -ENAMETOOLONG. */
static inline int sim_device_path(char path[SIM_PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(path, SIM_PATH_MAX, "%s/%s", folder, name);

	return len < 0 || len >= SIM_PATH_MAX ? -ENAMETOOLONG : 0;
}

/** Path of a flash device's raw file; 0 or -ENAMETOOLONG. */
static inline int sim_device_raw_path(char path[SIM_PATH_MAX], const char *folder,
				      const struct sim_flash *flash)
{
	char name[SIM_NAME_MAX + 8];

	(void)snprintf(name, sizeof(name), "%s.bin", flash->label);
	return sim_device_path(path, folder, name);
}

#endif
