/* SPDX-License-Identifier: Apache-2.0 */
#include "modem_files.h"

#include <errno.h>
#include <string.h>

int sim_modem_make_full(const struct sim_modem_segment *bootloader,
			const struct sim_modem_firmware *firmware, sim_modem_sign_t sign, void *arg,
			uint8_t **file, size_t *len, struct sim_error *error)
{
	(void)bootloader;
	(void)firmware;
	(void)sign;
	(void)arg;
	(void)file;
	(void)len;
	(void)error;
	return -ENOTSUP;
}

int sim_modem_read_full(const uint8_t *file, size_t len, struct sim_modem_segment *bootloader,
			struct sim_modem_firmware *firmware, struct sim_error *error)
{
	(void)file;
	(void)len;
	(void)bootloader;
	(void)firmware;
	(void)error;
	return -ENOTSUP;
}

int sim_modem_signed_digest(const uint8_t *wrapper, size_t len,
			    uint8_t digest[DFU_MODEM_DIGEST_LEN])
{
	(void)wrapper;
	(void)len;
	(void)digest;
	return -ENOTSUP;
}
