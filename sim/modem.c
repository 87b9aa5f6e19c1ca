/* SPDX-License-Identifier: Apache-2.0 */
#include "modem.h"

#include <errno.h>
#include <string.h>

size_t sim_modem_block_len(const struct sim_modem_config *config)
{
	(void)config;
	return 0;
}

int sim_modem_make(uint8_t *block, const struct sim_modem_config *config,
		   const struct sim_modem_firmware *firmware)
{
	(void)block;
	(void)config;
	(void)firmware;
	return -ENOTSUP;
}

int sim_modem_open(struct sim_modem *modem, uint8_t *block, size_t len, struct sim_power *power)
{
	(void)modem;
	(void)block;
	(void)len;
	(void)power;
	return -ENOTSUP;
}

int sim_modem_start(struct sim_modem *modem, enum sim_modem_started *started)
{
	(void)modem;
	(void)started;
	return -ENOTSUP;
}

void sim_modem_pass(struct sim_modem *modem, uint32_t ms)
{
	(void)modem;
	(void)ms;
}

void sim_modem_set_fault(struct sim_modem *modem, const struct sim_modem_fault *fault)
{
	(void)modem;
	(void)fault;
}

const char *sim_modem_call_name(enum sim_modem_call call)
{
	(void)call;
	return NULL;
}

const char *sim_modem_code_name(int code)
{
	(void)code;
	return NULL;
}

void sim_modem_status_get(const struct sim_modem *modem, struct sim_modem_status *status)
{
	(void)modem;
	(void)status;
}

void sim_modem_firmware_get(const struct sim_modem *modem, struct sim_modem_firmware *firmware)
{
	(void)modem;
	(void)firmware;
}
