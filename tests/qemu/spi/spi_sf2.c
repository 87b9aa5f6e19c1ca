/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SmartFusion2 (Emcraft's board): SPI controller 0 of the microcontroller subsystem, a byte a
 * frame. It holds the chip selected until as many frames have passed as its control register
 * counts, 65535 at most.
 *
 * The chip, Spansion's S25SL12801 of 16 MiB, is older than SFDP, and has 64 KiB sectors alone.
 */
#include "spi_board.h"

#define SPI0 0x40001000u
#define REGISTER(offset) (*(volatile uint32_t *)(SPI0 + (offset)))
#define CONTROL REGISTER(0x00u)
#define FRAME_SIZE REGISTER(0x04u)
#define STATUS REGISTER(0x08u)
#define RX_DATA REGISTER(0x10u)
#define TX_DATA REGISTER(0x14u)
#define SLAVE_SELECT REGISTER(0x1cu)

#define CONTROL_ENABLE 0x00000001u
#define CONTROL_MASTER 0x00000002u
#define CONTROL_COUNT_SHIFT 8
#define CONTROL_HOLD_SELECT 0x04000000u
#define STATUS_RX_EMPTY 0x00000040u
#define FRAMES_MAX 0xffffu

#define SECTOR 0x10000

static const struct spi_nor_chip chip = {
	.size = 256 * SECTOR,
	.page_size = 256,
	.erases = {{.size = SECTOR, .typical_ms = 500, .max_ms = 3000, .opcode = 0xd8}},
	.address_len = 3,
	.read_opcode = 0x03,
	.program_opcode = 0x02,
};

static uint8_t exchange(uint8_t out)
{
	TX_DATA = out;
	while ((STATUS & STATUS_RX_EMPTY) != 0) {
	}
	return (uint8_t)RX_DATA;
}

static int transfer(void *arg, const struct spi_nor_transfer *what)
{
	size_t frames = what->command_len + what->len;

	(void)arg;
	if (frames > FRAMES_MAX) {
		return -EMSGSIZE;
	}
	CONTROL = CONTROL_ENABLE | CONTROL_MASTER | CONTROL_HOLD_SELECT |
		  (uint32_t)frames << CONTROL_COUNT_SHIFT;
	for (size_t i = 0; i < what->command_len; i++) {
		(void)exchange(what->command[i]);
	}
	for (size_t i = 0; i < what->len; i++) {
		uint8_t in = exchange(what->out != NULL ? what->out[i] : 0xff);

		if (what->in != NULL) {
			what->in[i] = in;
		}
	}
	return 0;
}

const struct flash_spi_nor_config spi_board = {
	.transfer = transfer,
	.wait_us = spi_board_wait,
	.chip = &chip,
};

void spi_board_open(void)
{
	CONTROL = 0;
	FRAME_SIZE = 8;
	SLAVE_SELECT = 1;
}
