/* SPDX-License-Identifier: Apache-2.0 */
#include "modem_firmware.h"

#include <errno.h>
#include <string.h>

void sim_modem_firmware_make(struct sim_modem_firmware *firmware, uint8_t *room, size_t room_len,
			     const char *version)
{
	(void)firmware;
	(void)room;
	(void)room_len;
	(void)version;
}

void sim_modem_firmware_version(const struct sim_modem_firmware *firmware,
				char version[SIM_MODEM_VERSION_LEN])
{
	(void)firmware;
	(void)version;
}

int sim_modem_firmware_digest(const struct sim_modem_firmware *firmware,
			      uint8_t digest[DFU_MODEM_DIGEST_LEN])
{
	(void)firmware;
	(void)digest;
	return -ENOTSUP;
}

void sim_modem_firmware_uuid(const uint8_t digest[DFU_MODEM_DIGEST_LEN],
			     char uuid[DFU_MODEM_UUID_LEN + 1])
{
	(void)digest;
	(void)uuid;
}
