/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AST1030: the firmware memory controller, chip 0, in user mode. While the chip is selected each
 * byte that is written to its window in the address space goes out, and each that is read comes in.
 *
 * The emulator is told which chip there is, one whose SFDP tables it has; the port reads them.
 */
#include "spi_board.h"

#define FMC 0x7e620000u
#define CONFIGURATION (*(volatile uint32_t *)FMC)
#define CHIP0_CONTROL (*(volatile uint32_t *)(FMC + 0x10u))
#define WINDOW (*(volatile uint8_t *)0x80000000u)

#define CONFIGURATION_CHIP0_WRITABLE 0x00010000u
#define CONTROL_USER_MODE 0x00000003u
#define CONTROL_DESELECT 0x00000004u

static int transfer(void *arg, const struct spi_nor_transfer *what)
{
	(void)arg;
	CHIP0_CONTROL = CONTROL_USER_MODE;
	for (size_t i = 0; i < what->command_len; i++) {
		WINDOW = what->command[i];
	}
	for (size_t i = 0; i < what->len; i++) {
		if (what->out != NULL) {
			WINDOW = what->out[i];
		} else {
			what->in[i] = WINDOW;
		}
	}
	CHIP0_CONTROL = CONTROL_USER_MODE | CONTROL_DESELECT;
	return 0;
}

const struct flash_spi_nor_config spi_board = {
	.transfer = transfer,
	.wait_us = spi_board_wait,
};

void spi_board_open(void)
{
	CONFIGURATION |= CONFIGURATION_CHIP0_WRITABLE;
	CHIP0_CONTROL = CONTROL_USER_MODE | CONTROL_DESELECT;
}
